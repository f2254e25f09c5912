//! Forgetting what has expired: sessions, and links that nobody could use any more.
//!
//! Once an hour. On several instances each does it; the second finds nothing.

use std::convert::Infallible;
use std::time::Duration;

use belgrano_runtime::auth::session::shorten;
use belgrano_runtime::execute;
use belgrano_runtime::security;
use belgrano_runtime::writer::{Command, Failure};

use crate::app::App;
use crate::unit::InsightsUnit;

const PERIOD: Duration = Duration::from_hours(1);

/// Forget what has expired.
#[derive(Debug)]
pub(crate) struct Prune {
    /// What a session lasts: none that was opened by a clock that was set back since lasts longer.
    pub(crate) session_lifetime: Duration,
    /// How long the security log goes back.
    pub(crate) log_kept_ms: i64,
}

impl Command<InsightsUnit> for Prune {
    type Output = u64;
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut InsightsUnit) -> Result<u64, Failure<Infallible>> {
        let now = unit.now();
        let session = unit.session();
        let mut forgotten = execute!(*session, "DELETE FROM sessions WHERE expires_at <= $1", now)?;
        shorten(session, now, self.session_lifetime).await?;
        forgotten += execute!(*session, "DELETE FROM used_links WHERE expires_at <= $1", now)?;
        forgotten += security::prune(session, now.plus_ms(-self.log_kept_ms)).await?;
        Ok(forgotten)
    }
}

/// Starts the task that forgets sessions and links that ended.
pub(crate) fn spawn(app: &App) {
    let (app, soft) = (app.clone(), app.life.soft().clone());
    let life = app.life.clone();
    life.spawn_critical("housekeeping", async move {
        let mut ticks = tokio::time::interval(PERIOD);
        while soft.run_until_cancelled(ticks.tick()).await.is_some() {
            let common = &app.settings.common;
            let prune =
                Prune { session_lifetime: common.gate.session_lifetime, log_kept_ms: common.security.kept_ms() };
            if let Err(error) = app.writer.submit(prune).await {
                tracing::warn!(%error, "could not forget what has expired");
            }
        }
    });
}
