//! Forgetting what has expired: sessions, socket tokens, answers kept for their idempotency keys.
//!
//! One command an hour. On several instances each does it; the second finds nothing.

use std::convert::Infallible;
use std::time::Duration;

use belgrano_shared::execute;
use belgrano_shared::idempotency::Answers;
use belgrano_shared::lifecycle::Lifecycle;
use belgrano_shared::writer::{Command, Failure};

use crate::app::App;
use crate::unit::BoardUnit;

const PERIOD: Duration = Duration::from_hours(1);
/// Longer than any client goes on repeating a request.
const ANSWERS_KEPT_MS: i64 = 3 * 24 * 3600 * 1000;

/// Forget what has expired.
#[derive(Debug)]
pub struct Prune;

impl Command<BoardUnit> for Prune {
    type Output = u64;
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut BoardUnit) -> Result<u64, Failure<Infallible>> {
        let now = unit.now();
        let session = unit.session();
        let mut forgotten = execute!(*session, "DELETE FROM sessions WHERE expires_at <= $1", now)?;
        forgotten += execute!(*session, "DELETE FROM socket_tokens WHERE expires_at <= $1", now)?;
        forgotten += Answers::prune(session, now.plus_ms(-ANSWERS_KEPT_MS)).await?;
        Ok(forgotten)
    }
}

/// Starts the task.
pub fn spawn(app: &App, life: &Lifecycle) {
    let (writer, soft) = (app.writer.clone(), life.soft().clone());
    life.spawn_critical("housekeeping", async move {
        let mut ticks = tokio::time::interval(PERIOD);
        while soft.run_until_cancelled(ticks.tick()).await.is_some() {
            if let Err(error) = writer.submit(Prune).await {
                tracing::warn!(%error, "could not forget what has expired");
            }
        }
    });
}
