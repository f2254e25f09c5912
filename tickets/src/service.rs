//! The service from settings to a socket that answers.
//!
//! [`assemble`] opens the database, starts the writer and the background tasks and builds the router; [`start`] puts it
//! on a socket. What must never happen here: a socket that accepts before the database is migrated and the log founded.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use axum::Router;
use belgrano_notices::DeliveryError;
use belgrano_runtime::auth::api_key::KeyGuard;
use belgrano_runtime::auth::examine::ExamineError;
use belgrano_runtime::auth::gate::Gate;
use belgrano_runtime::auth::password::PasswordError;
use belgrano_runtime::auth::second_factor::{self, ResealError, SecondFactors};
use belgrano_runtime::auth::session_end::SessionEnds;
use belgrano_runtime::changes::{ChangeFeed, Peers};
use belgrano_runtime::config::SecretError;
use belgrano_runtime::fetch_scalar;
use belgrano_runtime::http::health::Health;
use belgrano_runtime::http::serve::bind;
use belgrano_runtime::lifecycle::Lifecycle;
use belgrano_runtime::passage::Door;
use belgrano_runtime::security::SecurityLog;
use belgrano_runtime::storage::{Db, OpenError, open};
use belgrano_runtime::telemetry::Metrics;
use belgrano_runtime::writer::{WriteError, Writer};
use belgrano_wire::ambient::Ambient;
use belgrano_wire::zone::OtherZone;

use crate::app::{App, Parts, Signals, announcer};
use crate::intake::IntakeGate;
use crate::live::{Hub, Live};
use crate::router::router;
use crate::sessions::SESSION_COOKIE;
use crate::settings::Settings;
use crate::unit::{Found, Recount};
use crate::{assignment, callbacks, housekeeping, live, notices, schema, sessions, tickets, users};

/// Why the service did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The database does not answer.
    #[error("cannot read the board's database")]
    Read(#[from] sqlx::Error),
    /// The first write failed.
    #[error("cannot write to the board's database: {0}")]
    Write(String),
    /// The other service of this process has another zone.
    #[error(transparent)]
    Zone(#[from] OtherZone),
    /// Passwords cannot be hashed with these parameters.
    #[error("ARGON2_MEMORY_KIB, ARGON2_PASSES: cannot hash passwords")]
    Passwords(#[from] PasswordError),
    /// What an older version stored of them.
    #[error("cannot examine the passwords of administrators")]
    Examine(#[from] ExamineError),
    /// The secret shared with the shop cannot be read.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// What a secret that is rotated away sealed.
    #[error(transparent)]
    SecondFactors(#[from] ResealError),
    /// What tells drivers cannot start.
    #[error("cannot send notices")]
    Notices(#[from] DeliveryError),
    /// The port is taken, or not ours to take.
    #[error("HOST, TICKETS_PORT")]
    Bind(#[from] std::io::Error),
}

impl<R: std::fmt::Debug> From<WriteError<R>> for StartError {
    fn from(error: WriteError<R>) -> Self {
        Self::Write(error.to_string())
    }
}

/// Starts everything and listens. Returns the address, with the port the system chose.
pub async fn start(settings: Settings, ambient: &Ambient, life: &Lifecycle) -> Result<SocketAddr, StartError> {
    let serve = settings.common.serve.clone();
    let (app, router) = assemble(settings, ambient, life).await?;
    let bound = bind(serve).await?;
    let address = bound.local_addr()?;
    tracing::info!(%address, "tickets is listening");
    let serving = bound.serve(router, life.clone(), app.metrics.clone());
    life.spawn_critical("http", async move {
        serving.await;
        // What was refused to the last requests.
        app.security.finish(&app.writer).await;
    });
    Ok(address)
}

/// Everything but the socket.
pub async fn assemble(settings: Settings, ambient: &Ambient, life: &Lifecycle) -> Result<(App, Router), StartError> {
    settings.common.zone.settle()?;
    let db = open(&settings.common.storage, &schema::migrations()).await?;
    let metrics = Metrics::new();
    let gate = Gate::new(SESSION_COOKIE, &settings.common, ambient)?;
    let session_ends = SessionEnds::listen(&db).await?;
    let signals = Arc::new(Signals::default());
    let hub_to_be = Arc::new(OnceLock::new());
    let secrets = settings.common.integration_secrets(ambient)?;
    let second_factors =
        SecondFactors::new(users::FACTORS, settings.second_factor, &secrets, &settings.common.public_url);
    let keys = KeyGuard::new(&settings.common.api_keys, ambient);
    let peers = Peers::new(secrets.clone(), keys.clone(), ambient);
    let changes = ChangeFeed::new(settings.common.changes, peers, life);
    let announce = announcer(Arc::clone(&signals), gate.clone(), Arc::clone(&hub_to_be), changes.clone());
    let (writer, task) = Writer::new(db.clone(), ambient.clone(), settings.writer, announce);
    spawn_writer(life, task, db.clone());
    // Before anything reads: an epoch there is from the first moment on.
    writer.submit(Found).await?;
    tickets::fold_stored(&writer).await?;
    users::respell_emails(&writer).await?;
    writer.submit(Recount).await?;
    let hub = Hub::open(&db, &settings.live).await?;
    // Only here is it set.
    let _ = hub_to_be.set(hub.clone());
    hub.know_tickets(count_tickets(&db).await?);
    let vapid = settings.notices.vapid(&settings.common, ambient).map_err(SecretError::from)?;
    let app = App::new(Parts {
        intake: IntakeGate::new(&settings, secrets.clone(), keys.clone(), ambient),
        live: Live::new(hub, &settings.live, life),
        insights: Door::new(settings.insights.clone(), ambient),
        security: SecurityLog::new(secrets.clone(), &metrics, ambient),
        ambient: ambient.clone(),
        settings,
        db,
        writer,
        gate,
        second_factors,
        session_ends,
        keys,
        secrets,
        vapid,
        metrics,
        changes,
        signals,
    });
    users::examine_passwords(&app, Some(users::Role::Admin)).await?;
    users::ensure_admin(&app).await?;
    second_factor::reseal(&app.db, &app.writer, app.second_factors.keys(), &app.ambient).await?;
    assignment::spawn(&app, life);
    sessions::spawn(&app, life);
    let (log, writer) = (app.security.clone(), app.writer.clone());
    life.spawn_critical("security log", log.follow(writer, life.soft().clone()));
    housekeeping::spawn(&app, life);
    live::spawn(&app, life);
    callbacks::spawn(&app, life);
    notices::spawn(&app, life)?;
    let router = router(app.clone(), health(&app, life));
    Ok((app, router))
}

/// The writer ends when the last handler that could submit is gone; then nobody needs the database any more.
fn spawn_writer(life: &Lifecycle, task: impl Future<Output = ()> + Send + 'static, db: Db) {
    life.spawn_critical("writer", async move {
        task.await;
        db.close().await;
    });
}

async fn count_tickets(db: &Db) -> Result<i64, sqlx::Error> {
    let mut session = db.read().await?;
    fetch_scalar!(
        one,
        session,
        i64,
        "SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM report_counts WHERE what = 'estado'"
    )
}

fn health(app: &App, life: &Lifecycle) -> Health {
    let (hub, db, life) = (app.live.hub().clone(), app.db.clone(), life.clone());
    Health::new("tickets", env!("CARGO_PKG_VERSION"), app.db.engine().name(), &app.metrics, &app.ambient)
        .member("total_tickets", move || hub.tickets())
        .check("database", move || {
            let db = db.clone();
            async move { db.ping().await.map_err(|error| error.to_string()) }
        })
        .check("tasks", move || {
            let alive = life.critical_tasks_alive() && !life.soft().is_cancelled();
            async move { if alive { Ok(()) } else { Err("a critical task ended".to_owned()) } }
        })
}
