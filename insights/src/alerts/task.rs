//! The round of measuring: one instance at a time, off the path of requests, on a clock that nobody sets.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use belgrano_runtime::config::Env;
use belgrano_runtime::writer::WriteError;

use super::measure::measure;
use super::{Judge, Reading, rule};
use crate::app::App;
use crate::lease::{GiveBack, Hold};

/// The lease of whoever measures.
pub(super) const LEASE: &str = "alerts";

/// What an operator may choose about alerts.
#[derive(Clone, Copy, Debug)]
pub struct AlertSettings {
    /// Time between two rounds of measuring.
    pub every: Duration,
}

/// Reads what operators may say of alerts.
pub(crate) fn settings(env: &mut Env) -> AlertSettings {
    let seconds: u64 = env.number("ALERTS_EVERY", 30, 5..=3600, "seconds between two looks at what alerts are about");
    AlertSettings { every: Duration::from_secs(seconds) }
}

/// Starts the task that measures; it stops with the life of insights, and gives its lease back.
pub(crate) fn spawn(app: &App) {
    let (app, life) = (app.clone(), app.life.clone());
    life.spawn_critical("alerts", async move {
        let soft = app.life.soft().clone();
        let mut ticks = tokio::time::interval(app.settings.alerts.every);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while soft.run_until_cancelled(ticks.tick()).await.is_some() {
            if let Some(Err(error)) = soft.run_until_cancelled(round(&app)).await {
                tracing::warn!(error = belgrano_runtime::chain(&error), "alerts were not looked at; trying again");
            }
        }
        if let Err(error) = app.writer.submit(GiveBack(hold(&app))).await {
            tracing::debug!(%error, "the lease of alerts runs out by itself");
        }
    });
}

fn hold(app: &App) -> Hold {
    Hold { name: LEASE, by: Arc::clone(&app.instance) }
}

/// Measures what every rule is about and takes it into account, if this instance is the one that does. Says whether it was.
pub(super) async fn round(app: &App) -> Result<bool, RoundError> {
    if !app.writer.submit(hold(app)).await? {
        return Ok(false);
    }
    let rules = rule::all(&mut app.db.read().await?).await?;
    let mut readings: Vec<(i64, Reading)> = Vec::new();
    for rule in rules.iter().filter(|rule| rule.enabled) {
        match Box::pin(measure(app, rule)).await {
            Ok(reading) => readings.extend(reading.map(|reading| (rule.id, reading))),
            Err(trouble) => {
                tracing::warn!(rule = rule.id, kind = rule.kind.as_str(), trouble = %trouble, "could not be measured");
            }
        }
    }
    Ok(app.writer.submit(Judge { holder: Arc::clone(&app.instance), readings }).await?)
}

/// Why a round could not be made.
#[derive(Debug, thiserror::Error)]
pub(super) enum RoundError {
    /// The database cannot be read.
    #[error("cannot read the rules")]
    Read(#[from] sqlx::Error),
    /// It cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError<Infallible>),
}
