//! Insights as a whole: opens its own state and the lake, starts what follows the feeds, and serves.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use belgrano_notices::DeliveryError;
use belgrano_runtime::auth::gate::Gate;
use belgrano_runtime::auth::password::PasswordError;
use belgrano_runtime::config::{GeneratedSecretError, generated_secret};
use belgrano_runtime::http::health::Health;
use belgrano_runtime::http::serve;
use belgrano_runtime::lifecycle::Lifecycle;
use belgrano_runtime::security::SecurityLog;
use belgrano_runtime::storage::{Db, OpenError, Target, open};
use belgrano_runtime::telemetry::Metrics;
use belgrano_runtime::writer::{WriteError, Writer, WriterSettings};
use belgrano_wire::ambient::Ambient;
use belgrano_wire::signature::SigningSecrets;
use belgrano_wire::zone::OtherZone;
use tokio::sync::Notify;

use crate::app::{App, Parts};
use crate::engine::{Answers, Catalog, Warehouse, WarehouseError};
use crate::exports::Jobs;
use crate::guard::Guard;
use crate::ingest::{self, Credentials, FeedStates, Flushed, Store};
use crate::lake::upkeep::Upkeep;
use crate::lake::{Lake, LakeError, tables};
use crate::models::runner::Runner;
use crate::sessions::{Principal, SESSION_COOKIE};
use crate::settings::InsightsSettings;
use crate::training::Training;
use crate::unit::{InsightsUnit, announcer};
use crate::{accounts, alerts, exports, housekeeping, lease, pages, pg, router, schema, stream, texts};

/// Where in `DATA_DIR` the lake is when nobody says otherwise.
const LAKE_FOLDER: &str = "lake";
/// Where in `DATA_DIR` files are that are made in the background.
const EXPORTS_FOLDER: &str = "exports";

/// Of the time that a request may take, the part that figures of the present state are waited for where there are earlier ones.
const PATIENCE_PART: u32 = 2;

/// The file in `DATA_DIR` of what webhooks are signed with.
const WEBHOOK_SECRET: &str = "webhook_secret";

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
    /// The database cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The database does not answer.
    #[error("cannot read the database of insights")]
    Read(#[from] sqlx::Error),
    /// The first write failed.
    #[error("cannot write to the database of insights: {0}")]
    Write(String),
    /// What webhooks are signed with.
    #[error(transparent)]
    Secret(#[from] GeneratedSecretError),
    /// Nothing can send notices.
    #[error("cannot prepare the sending of notices")]
    Notices(#[from] DeliveryError),
    /// Passwords cannot be hashed with these parameters.
    #[error("ARGON2_MEMORY_KIB, ARGON2_PASSES: cannot hash passwords")]
    Passwords(#[from] PasswordError),
    /// The folder of files that are made in the background.
    #[error("DATA_DIR: cannot make room for exports")]
    Exports(#[source] std::io::Error),
    /// The port is taken, or not ours to take.
    #[error("HOST, PORT")]
    Bind(#[from] std::io::Error),
}

impl<R: std::fmt::Debug> From<WriteError<R>> for StartError {
    fn from(error: WriteError<R>) -> Self {
        Self::Write(error.to_string())
    }
}

/// Starts insights: it serves when this returns, and stops with `life`.
pub async fn start(settings: InsightsSettings, ambient: Ambient, life: &Lifecycle) -> Result<Running, StartError> {
    let app = assemble(settings, ambient, life).await?;
    accounts::ensure_admin(&app).await?;
    lease::inherit(&app).await?;
    app.jobs.clear().map_err(StartError::Exports)?;
    housekeeping::spawn(&app);
    let (log, writer) = (app.security.clone(), app.writer.clone());
    life.spawn_critical("security log", log.follow(writer, life.soft().clone()));
    alerts::start_delivery(&app)?;
    alerts::spawn(&app);
    let feeds = ingest::feeds(&app.settings);
    stream::spawn(&app, &feeds);
    for feed in feeds {
        let (store, states) = (app.store.clone(), app.feeds.clone());
        let (accounts, ambient) = (app.writer.clone(), app.ambient.clone());
        life.spawn_critical("feed", ingest::follow(feed, store, states, accounts, ambient, life.clone()));
    }
    life.spawn_critical("lake", commit(app.clone()));
    life.spawn_critical("watch", watch(app.clone()));
    life.spawn_critical("upkeep", tend(app.clone()));
    life.spawn_critical("exports", exports::forget_old(app.clone()));

    let common = &app.settings.common;
    if let Some(wire) = pg::bind(&app.settings.wire, &common.serve.host).await? {
        tracing::info!(addr = ?wire.local_addr().ok(), "insights serves clients of PostgreSQL");
        life.spawn_critical("pg", wire.serve(app.clone(), life.clone()));
    }
    let bound = serve::bind(app.settings.common.serve.clone()).await?;
    let addr = bound.local_addr()?;
    let serving = bound.serve(router::router(app.clone(), health(&app)), life.clone(), app.metrics.clone());
    let last = app.clone();
    life.spawn_critical("http", async move {
        serving.await;
        // What was refused to the last requests.
        last.security.finish(&last.writer).await;
    });
    tracing::info!(%addr, lake = %app.warehouse.lake().root(), "insights serves");
    if app.settings.open {
        tracing::warn!(
            "ACCESS=open: anybody who reaches this address reads everything, names and addresses of customers too"
        );
    }
    Ok(Running { addr, app })
}

/// Opens its own state and the lake: an [`App`] that works, without a socket and without background tasks.
pub async fn assemble(settings: InsightsSettings, ambient: Ambient, life: &Lifecycle) -> Result<App, StartError> {
    texts::make_known();
    pages::make_known();
    settings.common.zone.settle()?;
    let credentials = ingest::credentials(&settings);
    let db = open(&settings.common.storage, &schema::migrations()).await?;
    let gate = Gate::new(SESSION_COOKIE, &settings.common, &ambient)?;
    let notices_wake = Arc::new(Notify::new());
    let writer = start_writer(&db, &ambient, (&gate, &notices_wake), life);
    let webhook_secrets = webhook_secrets(&settings, &ambient)?;
    let lake = match &settings.lake_url {
        Some(url) => Lake::at(url, &settings.lake_options)?,
        None => Lake::in_folder(&settings.common.data_dir.join(LAKE_FOLDER))?,
    };
    let warehouse = Warehouse::open(lake, settings.engine)?;
    warehouse.refresh().await?;
    let runner = Runner::new(warehouse.clone(), ambient.clone());
    let store = Store::new(warehouse.clone(), runner.clone(), ambient.clone());
    let exports = settings.common.data_dir.join(EXPORTS_FOLDER);
    let patience = settings.common.http.handler_timeout / PATIENCE_PART;
    let metrics = Metrics::new();
    let security = SecurityLog::new(log_key(&credentials, &ambient)?, &metrics, &ambient);
    Ok(App::new(Parts {
        jobs: Jobs::new(exports, settings.exports_bytes, &ambient),
        guard: Guard::new(&settings, warehouse.lake().root()),
        training: Training::within(settings.common.http.handler_timeout),
        keys: settings.keys.clone(),
        db,
        writer,
        gate,
        credentials,
        answers: Answers::new(warehouse.clone(), ambient.clone()).with_patience(patience),
        settings,
        instance: Arc::from(ambient.uuid().simple().to_string()),
        latencies: alerts::Latencies::default(),
        webhook_secrets,
        notices_wake,
        ambient,
        life: life.clone(),
        metrics,
        security,
        catalog: Catalog::default(),
        warehouse,
        store,
        runner,
        feeds: FeedStates::default(),
    }))
}

/// The writer ends when the last handler that could submit is gone; then nobody needs the database any more.
fn start_writer(
    db: &Db,
    ambient: &Ambient,
    (gate, notices): (&Gate<Principal>, &Arc<Notify>),
    life: &Lifecycle,
) -> Writer<InsightsUnit> {
    let announce = announcer(gate.clone(), Arc::clone(notices));
    let (writer, task) = Writer::new(db.clone(), ambient.clone(), WriterSettings::default(), announce);
    let db = db.clone();
    life.spawn_critical("writer", async move {
        task.await;
        db.close().await;
    });
    writer
}

/// What addresses in the security log are hashed with: what the services share, else something until the next start.
fn log_key(credentials: &Credentials, ambient: &Ambient) -> Result<SigningSecrets, StartError> {
    let shared = credentials.secrets().map_or_else(|| SigningSecrets::parse(&SigningSecrets::generate(ambient)), Ok);
    shared.map_err(|error| StartError::Write(error.to_string()))
}

/// What webhooks are signed with: what was set, else on one machine what is made once.
fn webhook_secrets(settings: &InsightsSettings, ambient: &Ambient) -> Result<Option<SigningSecrets>, StartError> {
    if settings.webhook.is_some() || !matches!(settings.common.storage.target, Target::Sqlite(_)) {
        return Ok(settings.webhook.clone());
    }
    let made = generated_secret(&settings.common.data_dir, WEBHOOK_SECRET, "whsec_", ambient)?;
    let secrets = SigningSecrets::parse(made.expose());
    if secrets.is_err() {
        tracing::error!("the generated secret of webhooks cannot be read: no webhooks are told");
    }
    Ok(secrets.ok())
}

/// Brings what came into the lake now and then, and a last time at the end.
async fn commit(app: App) {
    loop {
        let ended = tokio::time::timeout(app.settings.lake_commit, app.life.soft().cancelled()).await.is_ok();
        let stored = app.store.flush().await;
        if let Err(error) = &stored {
            tracing::error!(
                error = belgrano_runtime::chain(error),
                "the lake takes nothing; what came stays in memory"
            );
        }
        if ended {
            if let Err(error) = app.store.lease().give_back().await {
                tracing::warn!(
                    error = belgrano_runtime::chain(&error),
                    "the lease of the lake's writer is not given back"
                );
            }
            return;
        }
        // Tables that can be made anew at any time are nothing that the end waits for.
        if matches!(stored, Ok(Flushed::Stored))
            && let Some(Err(error)) = app.life.soft().run_until_cancelled(app.runner.build_gold(false)).await
        {
            tracing::error!(error = belgrano_runtime::chain(&error), "the gold tables could not be made");
        }
    }
}

/// Keeps the lake small, if it is ours to write.
async fn tend(app: App) {
    let upkeep = Upkeep::new(app.settings.lake_retention, app.ambient.clone());
    while tokio::time::timeout(UPKEEP, app.life.soft().cancelled()).await.is_err() {
        let tended = match app.store.lease().hold().await {
            Ok(true) => upkeep.tend(&app.store, &app.warehouse).await,
            // Its files may be gone a retention time after another instance has taken them out.
            Ok(false) => app.store.look().await,
            Err(error) => Err(error.into()),
        };
        if let Err(error) = tended {
            tracing::warn!(error = belgrano_runtime::chain(&error), "the lake is not kept small; trying again later");
        }
    }
}

/// Looks whether somebody else has changed the lake, an import or another instance, and stays the one who writes, or becomes it.
async fn watch(app: App) {
    let mut trouble = false;
    while !app.life.soft().is_cancelled() {
        let looked = look(&app).await;
        app.warehouse.note_away(looked.is_err());
        if let Err(error) = &looked
            && !trouble
        {
            tracing::warn!(error = belgrano_runtime::chain(error), "the lake cannot be reached; trying again");
        }
        trouble = looked.is_err();
        let _ = tokio::time::timeout(LOOK, app.life.soft().cancelled()).await;
    }
}

async fn look(app: &App) -> Result<(), ingest::StoreError> {
    app.store.lease().hold().await?;
    let known = app.warehouse.cold();
    let known = known.handles.get(tables::FEEDS.name);
    let now = app.warehouse.lake().newest(tables::FEEDS.name, known).await?;
    if now.and_then(|table| table.version()) != known.and_then(deltalake::DeltaTable::version) {
        app.store.look().await?;
    }
    Ok(())
}

/// Between two rounds of upkeep.
const UPKEEP: Duration = Duration::from_hours(3);
/// Between two looks at the lake.
const LOOK: Duration = Duration::from_secs(2);
/// A feed that was silent for so long is behind.
const BEHIND: Duration = Duration::from_mins(1);

pub(crate) fn health(app: &App) -> Health {
    let db = app.db.clone();
    let (tasks, stopping, feeds, ambient) =
        (app.life.clone(), app.life.clone(), app.feeds.clone(), app.ambient.clone());
    let (warehouse, store, runner) = (app.warehouse.clone(), app.store.clone(), app.runner.clone());
    Health::new("insights", env!("CARGO_PKG_VERSION"), "lake", &app.metrics, &app.ambient)
        .check("tasks", move || {
            let alive = tasks.critical_tasks_alive();
            async move { if alive { Ok(()) } else { Err("a task that matters has ended".to_owned()) } }
        })
        .check("database", move || {
            let db = db.clone();
            async move { db.ping().await.map_err(|error| error.to_string()) }
        })
        .check("accepting", move || {
            let stopping = stopping.soft().is_cancelled();
            async move { if stopping { Err("stopping".to_owned()) } else { Ok(()) } }
        })
        .warning("lake", move || match (warehouse.is_away(), store.is_stuck()) {
            (true, _) => Some("the lake cannot be reached; figures are those of before, with their age".to_owned()),
            (false, true) => Some(format!("the lake takes nothing; {} rows wait in memory", store.waiting())),
            (false, false) => None,
        })
        .warning("models", move || {
            let runs = runner.runs();
            let bad: Vec<&str> = runs.iter().filter(|(_, run)| !run.is_good()).map(|(name, _)| &**name).collect();
            (!bad.is_empty())
                .then(|| format!("a test found something, or the table could not be made: {}", bad.join(", ")))
        })
        .warning("feeds", move || {
            let now = ambient.now();
            let limit = i64::try_from(BEHIND.as_millis()).unwrap_or(i64::MAX);
            let behind = |at: Option<_>| at.is_none_or(|at| now.since_ms(at) > limit);
            let silent = feeds.all().into_iter().filter(|(_, state)| behind(state.answered_at));
            let names: Vec<String> = silent
                .map(|(name, state)| {
                    format!("{name}: {}", state.trouble.map(|trouble| trouble.words).unwrap_or_default())
                })
                .collect();
            (!names.is_empty()).then(|| names.join("; "))
        })
}
