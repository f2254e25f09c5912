//! Insights as a whole: opens the lake, starts what follows the feeds, and serves.

use std::net::SocketAddr;
use std::time::Duration;

use belgrano_shared::ambient::Ambient;
use belgrano_shared::http::health::Health;
use belgrano_shared::http::serve;
use belgrano_shared::lifecycle::Lifecycle;
use belgrano_shared::telemetry::Metrics;
use belgrano_shared::zone::OtherZone;

use crate::app::{App, Parts};
use crate::engine::{Answers, Came, Catalog, Warehouse, WarehouseError};
use crate::guard::Guard;
use crate::ingest::{self, Access, BOARD, BOARD_FEED, Credentials, Feed, FeedStates, SHOP, SHOP_FEED, Store};
use crate::lake::{Lake, LakeError, tables};
use crate::models::runner::Runner;
use crate::settings::InsightsSettings;
use crate::{pg, router, texts};

/// Where in `DATA_DIR` the lake is when nobody says otherwise.
const LAKE_FOLDER: &str = "lake";

/// Insights that serves.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub addr: SocketAddr,
    /// What its handlers see.
    pub app: App,
}

/// Why insights cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The other service of this process has another zone.
    #[error(transparent)]
    Zone(#[from] OtherZone),
    /// The lake.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// The data.
    #[error(transparent)]
    Warehouse(#[from] WarehouseError),
    /// The port is taken, or not ours to take.
    #[error("HOST, PORT")]
    Bind(#[from] std::io::Error),
}

/// Starts insights: it serves when this returns, and stops with `life`.
pub async fn start(settings: InsightsSettings, ambient: Ambient, life: &Lifecycle) -> Result<Running, StartError> {
    let app = assemble(settings, ambient, life).await?;
    for feed in feeds(&app) {
        let (store, states) = (app.store.clone(), app.feeds.clone());
        life.spawn_critical("feed", ingest::follow(feed, store, states, app.ambient.clone(), life.clone()));
    }
    life.spawn_critical("lake", commit(app.clone()));
    life.spawn_critical("watch", watch(app.clone()));

    let common = &app.settings.common;
    if let Some(wire) = pg::bind(&app.settings.wire, &common.serve.host).await? {
        tracing::info!(addr = ?wire.local_addr().ok(), "insights serves clients of PostgreSQL");
        life.spawn_critical("pg", wire.serve(app.clone(), life.clone()));
    }
    let bound = serve::bind(app.settings.common.serve.clone()).await?;
    let addr = bound.local_addr()?;
    life.spawn_critical(
        "http",
        bound.serve(router::router(app.clone(), health(&app)), life.clone(), app.metrics.clone()),
    );
    tracing::info!(%addr, lake = %app.warehouse.lake().root(), "insights serves");
    if app.settings.open {
        tracing::warn!(
            "ACCESS=open: anybody who reaches this address reads everything, names and addresses of customers too"
        );
    }
    Ok(Running { addr, app })
}

/// Opens the lake: an [`App`] that works, without a socket and without background tasks.
pub async fn assemble(settings: InsightsSettings, ambient: Ambient, life: &Lifecycle) -> Result<App, StartError> {
    texts::make_known();
    settings.common.zone.settle()?;
    let lake = match &settings.lake_url {
        Some(url) => Lake::at(url, &settings.lake_options)?,
        None => Lake::in_folder(&settings.common.data_dir.join(LAKE_FOLDER))?,
    };
    let warehouse = Warehouse::open(lake, settings.engine)?;
    let cold = warehouse.look().await?;
    warehouse.settle(cold, &Came::default());
    let runner = Runner::new(warehouse.clone(), ambient.clone());
    let store = Store::new(warehouse.clone(), runner.clone(), ambient.clone());
    Ok(App::new(Parts {
        guard: Guard::new(&settings, warehouse.lake().root()),
        keys: settings.keys.clone(),
        settings,
        answers: Answers::new(warehouse.clone(), ambient.clone()),
        ambient,
        life: life.clone(),
        metrics: Metrics::new(),
        catalog: Catalog::default(),
        warehouse,
        store,
        runner,
        feeds: FeedStates::default(),
    }))
}

fn feeds(app: &App) -> [Feed; 2] {
    let common = &app.settings.common;
    let credentials = Credentials::new(common.configured_secrets(), common.data_dir.clone());
    let api_key = app.settings.common.api_keys.first().cloned();
    let access =
        |url: &url::Url| Access { url: url.clone(), credentials: credentials.clone(), api_key: api_key.clone() };
    [
        Feed { name: SHOP_FEED, tables: &SHOP, access: access(&app.settings.shop_url) },
        Feed { name: BOARD_FEED, tables: &BOARD, access: access(&app.settings.board_url) },
    ]
}

/// Brings what came into the lake now and then, and a last time at the end.
async fn commit(app: App) {
    loop {
        let ended = tokio::time::timeout(app.settings.lake_commit, app.life.soft().cancelled()).await.is_ok();
        let stored = app.store.flush().await;
        if let Err(error) = &stored {
            tracing::error!(error = belgrano_shared::chain(error), "the lake takes nothing; what came stays in memory");
        }
        if ended {
            return;
        }
        if stored.is_ok()
            && let Err(error) = app.runner.build_gold(false).await
        {
            tracing::error!(error = belgrano_shared::chain(&error), "the gold tables could not be made");
        }
    }
}

/// Looks whether somebody else has changed the lake: an import, or another instance.
async fn watch(app: App) {
    let mut seen = None;
    while !app.life.soft().is_cancelled() {
        match app.warehouse.lake().find(tables::FEEDS.name).await {
            Ok(table) => {
                let version = table.and_then(|table| table.version());
                if seen.is_some_and(|seen| seen != version)
                    && let Err(error) = app.store.look().await
                {
                    tracing::warn!(error = belgrano_shared::chain(&error), "the lake cannot be looked at");
                }
                seen = Some(version);
            }
            Err(error) => tracing::warn!(error = belgrano_shared::chain(&error), "the lake cannot be reached"),
        }
        let _ = tokio::time::timeout(LOOK, app.life.soft().cancelled()).await;
    }
}

/// Between two looks at the lake.
const LOOK: Duration = Duration::from_secs(2);
/// A feed that was silent for so long is behind.
const BEHIND: Duration = Duration::from_mins(1);

fn health(app: &App) -> Health {
    let (tasks, stopping, feeds, ambient) =
        (app.life.clone(), app.life.clone(), app.feeds.clone(), app.ambient.clone());
    Health::new("insights", env!("CARGO_PKG_VERSION"), "lake", &app.metrics, &app.ambient)
        .check("tasks", move || {
            let alive = tasks.critical_tasks_alive();
            async move { if alive { Ok(()) } else { Err("a task that matters has ended".to_owned()) } }
        })
        .check("accepting", move || {
            let stopping = stopping.soft().is_cancelled();
            async move { if stopping { Err("stopping".to_owned()) } else { Ok(()) } }
        })
        .warning("feeds", move || {
            let now = ambient.now();
            let limit = i64::try_from(BEHIND.as_millis()).unwrap_or(i64::MAX);
            let behind = |at: Option<_>| at.is_none_or(|at| now.since_ms(at) > limit);
            let silent = feeds.all().into_iter().filter(|(_, state)| behind(state.answered_at));
            let names: Vec<String> =
                silent.map(|(name, state)| format!("{name}: {}", state.trouble.unwrap_or_default())).collect();
            (!names.is_empty()).then(|| names.join("; "))
        })
}
