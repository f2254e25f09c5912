//! The shop as a whole: opens the storage, starts what runs beside the requests, and serves.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use belgrano_notices::DeliveryError;
use belgrano_runtime::auth::api_key::KeyGuard;
use belgrano_runtime::auth::examine::ExamineError;
use belgrano_runtime::auth::gate::Gate;
use belgrano_runtime::auth::password::PasswordError;
use belgrano_runtime::auth::second_factor::{self, ResealError, SecondFactors};
use belgrano_runtime::auth::session_end::SessionEnds;
use belgrano_runtime::changes::{ChangeFeed, Peers};
use belgrano_runtime::config::SecretError;
use belgrano_runtime::http::health::Health;
use belgrano_runtime::http::serve;
use belgrano_runtime::lifecycle::Lifecycle;
use belgrano_runtime::passage::Door;
use belgrano_runtime::security::SecurityLog;
use belgrano_runtime::sockets::Sockets;
use belgrano_runtime::storage::{self, OpenError};
use belgrano_runtime::telemetry::Metrics;
use belgrano_runtime::writer::{WriteError, Writer};
use belgrano_wire::ambient::Ambient;
use belgrano_wire::zone::OtherZone;
use tokio::sync::Notify;

use crate::accounts::{self, AccountLimits, FirstAdminError, Role};
use crate::app::{App, Listeners, Parts, announcer};
use crate::catalog::{self, ImportError};
use crate::orders::{Arrivals, OrderWatch, Whereabouts};
use crate::relay::{self, RelayError, RelayStatus};
use crate::settings::ShopSettings;
use crate::unit::{Handoff, ShopContext};
use crate::visits::Funnel;
use crate::{feed, housekeeping, merchants, notices, orders, router, schema, visits};

/// The cookie of the shop's sessions.
pub(crate) const SESSION_COOKIE: &str = "belgrano_shop";

/// A shop that serves. Drop it before waiting for the end of its life: the writer waits for every [`App`].
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub addr: SocketAddr,
    /// What its handlers see.
    pub app: App,
}

/// Why the shop cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database.
    #[error(transparent)]
    Storage(#[from] OpenError),
    /// The database does not answer.
    #[error("cannot read the shop's database")]
    Read(#[from] sqlx::Error),
    /// The other service of this process has another zone.
    #[error(transparent)]
    Zone(#[from] OtherZone),
    /// The parameters of password hashes.
    #[error("ARGON2_MEMORY_KIB, ARGON2_PASSES: cannot hash passwords")]
    Passwords(#[from] PasswordError),
    /// The secret shared with the board.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The first administrator.
    #[error(transparent)]
    FirstAdmin(#[from] FirstAdminError),
    /// The addresses that an older version stored.
    #[error("cannot spell the addresses of the accounts as this version does")]
    Emails(#[from] WriteError<Infallible>),
    /// What an older version stored of passwords.
    #[error("cannot examine the passwords of administrators")]
    Examine(#[from] ExamineError),
    /// What a secret that is rotated away sealed.
    #[error(transparent)]
    SecondFactors(#[from] ResealError),
    /// The built-in catalog.
    #[error("cannot load the built-in catalog")]
    Catalog(#[from] ImportError),
    /// The relay.
    #[error(transparent)]
    Relay(#[from] RelayError),
    /// What tells people of their orders.
    #[error("cannot prepare the sending of notices")]
    Notices(#[from] DeliveryError),
    /// The port is taken, or not ours to take.
    #[error("HOST, SHOP_PORT")]
    Bind(#[from] std::io::Error),
}

/// Starts the shop: it serves when this returns, and stops with `life`.
pub async fn start(settings: ShopSettings, ambient: Ambient, life: &Lifecycle) -> Result<Running, StartError> {
    let app = prepare(settings, ambient, life).await?;

    // What runs beside the requests: one line each.
    life.spawn_critical("packages", merchants::run(app.clone()));
    life.spawn_critical("session ends", accounts::follow_session_ends(app.clone()));
    let (log, writer) = (app.security.clone(), app.writer.clone());
    life.spawn_critical("security log", log.follow(writer, life.soft().clone()));
    life.spawn_critical("housekeeping", housekeeping::run(app.clone()));
    life.spawn_critical("arrivals", orders::watch_arrivals(app.clone()));
    life.spawn_critical("visits", visits::run(app.clone()));
    life.spawn_critical("feed", feed::follow(app.clone(), app.settings.feed(&app.ambient)?));
    relay::start(&app)?;
    notices::start(&app)?;

    let bound = serve::bind(app.settings.common.serve.clone()).await?;
    let addr = bound.local_addr()?;
    let (serving, last) = (bound.serve(router(&app), life.clone(), app.metrics.clone()), app.clone());
    life.spawn_critical("http", async move {
        serving.await;
        // What the last requests counted, and what was refused to them.
        visits::flush(&last).await;
        last.security.finish(&last.writer).await;
    });
    tracing::info!(%addr, database = app.db.engine().name(), "the shop serves");
    Ok(Running { addr, app })
}

/// A shop that is ready to be asked, with its first administrator and something to sell, but without a socket and without
/// background tasks beside the writer.
pub(crate) async fn prepare(settings: ShopSettings, ambient: Ambient, life: &Lifecycle) -> Result<App, StartError> {
    let app = assemble(settings, ambient, life).await?;
    accounts::respell_emails(&app.writer).await?;
    accounts::examine_passwords(&app, Some(Role::Admin)).await?;
    accounts::ensure_first_admin(&app).await?;
    second_factor::reseal(&app.db, &app.writer, app.second_factors.keys(), &app.ambient).await?;
    catalog::fill_if_empty(&app).await?;
    catalog::fold_stored(&app.writer).await?;
    Ok(app)
}

/// The router of `app`, as it is served.
pub(crate) fn router(app: &App) -> axum::Router {
    router::router(app.clone(), health(app))
}

/// Opens the storage and starts the writer: an [`App`] that works, without a socket and without background tasks.
pub async fn assemble(settings: ShopSettings, ambient: Ambient, life: &Lifecycle) -> Result<App, StartError> {
    settings.common.zone.settle()?;
    let db = storage::open(&settings.common.storage, &schema::migrations()).await?;
    let gate = Gate::new(SESSION_COOKIE, &settings.common, &ambient)?;
    let session_ends = SessionEnds::listen(&db).await?;
    let relay_wake = Arc::new(Notify::new());
    let handoff = Handoff::new(settings.relay.buffer(), settings.relay.lease);
    let packages_wake = Arc::new(Notify::new());
    let watch = OrderWatch::default();
    let sockets = Sockets::new(settings.sockets.limits);
    sockets.end_with(life);
    let notices_wake = Arc::new(Notify::new());
    let funnel = Funnel::default();
    let secrets = settings.common.integration_secrets(&ambient)?;
    let keys = KeyGuard::new(&settings.common.api_keys, &ambient);
    let second_factors =
        SecondFactors::new(accounts::FACTORS, settings.second_factor, &secrets, &settings.common.public_url);
    let peers = Peers::new(secrets.clone(), keys.clone(), &ambient);
    let changes = ChangeFeed::new(settings.common.changes, peers, life);
    let announce = announcer(Listeners {
        relay: Arc::clone(&relay_wake),
        handoff: handoff.clone(),
        packages: Arc::clone(&packages_wake),
        notices: Arc::clone(&notices_wake),
        gate: gate.clone(),
        watch: watch.clone(),
        sockets: sockets.clone(),
        funnel: funnel.clone(),
        ambient: ambient.clone(),
        changes: changes.clone(),
    });
    let arrivals = Arrivals::default();
    let context = ShopContext {
        ambient: ambient.clone(),
        handoff: handoff.clone(),
        promises: arrivals.promises(),
        order_limits: settings.orders,
    };
    let (writer, writing) = Writer::new(db.clone(), context, settings.writer, announce);
    let closing = db.clone();
    life.spawn_critical("writer", async move {
        writing.await;
        // Nobody is left who could read: everyone who reads can also write.
        closing.close().await;
    });
    if !settings.mailer.delivers() {
        tracing::warn!("no SMTP_URL: no mail is sent, so nobody recovers a password by mail or is told by mail");
    }
    let limits = AccountLimits::new(&settings.accounts, &ambient);
    let carts_made = settings.carts.made_limit(&ambient);
    let vapid = settings.notices.vapid(&settings.common, &ambient).map_err(SecretError::from)?;
    let (life, metrics) = (life.clone(), Metrics::new());
    let insights = Door::new(settings.insights.clone(), &ambient);
    let security = SecurityLog::new(secrets.clone(), &metrics, &ambient);
    Ok(App::new(Parts {
        settings,
        ambient,
        life,
        metrics,
        db,
        writer,
        gate,
        second_factors,
        session_ends,
        limits,
        carts_made,
        relay_wake,
        handoff,
        packages_wake,
        notices_wake,
        vapid,
        watch,
        whereabouts: Whereabouts::default(),
        arrivals,
        funnel,
        sockets,
        secrets,
        keys,
        changes,
        security,
        insights,
        relay_status: RelayStatus::default(),
    }))
}

fn health(app: &App) -> Health {
    let (db, tasks, stopping) = (app.db.clone(), app.life.clone(), app.life.clone());
    let relay = app.relay_status.clone();
    Health::new("shop", env!("CARGO_PKG_VERSION"), app.db.engine().name(), &app.metrics, &app.ambient)
        .check("database", move || {
            let db = db.clone();
            async move { db.ping().await.map_err(|error| error.to_string()) }
        })
        .check("tasks", move || {
            let alive = tasks.critical_tasks_alive();
            async move { if alive { Ok(()) } else { Err("a task that matters has ended".to_owned()) } }
        })
        .check("accepting", move || {
            let stopping = stopping.soft().is_cancelled();
            async move { if stopping { Err("stopping".to_owned()) } else { Ok(()) } }
        })
        .warning("relay", move || relay.trouble().map(|trouble| trouble.to_string()))
}
