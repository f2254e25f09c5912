//! Beside the relay: gauges that need a query, and the end of what was delivered long ago.

use std::time::Duration;

use belgrano_wire::timestamp::UnixMillis;
use tokio_util::sync::CancellationToken;

use super::task::Relay;
use crate::outbox;

/// How often the backlog is counted.
const COUNT_EVERY: Duration = Duration::from_secs(5);
/// Counts between two prunings: ten minutes.
const PRUNE_EVERY: u32 = 120;

impl Relay {
    /// Counts the backlog and prunes, until `stop`. A task of its own, because a slow query must not hold a delivery up.
    pub fn housekeeping(&self, stop: CancellationToken) -> impl Future<Output = ()> + Send + 'static {
        let (parts, metrics, retention) = (self.parts.clone(), self.metrics.clone(), self.settings.retention);
        let beyond = outbox::BringBack::beyond(&self.settings);
        async move {
            let work = async {
                for round in (0..PRUNE_EVERY).cycle() {
                    let now = parts.ambient.now();
                    match outbox::summary(&parts.db).await {
                        Ok(summary) => metrics.backlog(&summary, now),
                        Err(error) => tracing::warn!(error = %error, "the backlog could not be counted"),
                    }
                    if let Err(error) = outbox::bring_back(&parts.db, &parts.writer, beyond, now).await {
                        tracing::warn!(error = %error, "messages that wait too long could not be brought back");
                    }
                    if round == 0
                        && let Err(error) = outbox::prune(&parts.writer, before(now, retention)).await
                    {
                        tracing::warn!(error = %error, "old messages could not be removed");
                    }
                    tokio::time::sleep(COUNT_EVERY).await;
                }
            };
            stop.run_until_cancelled(work).await;
        }
    }
}

fn before(now: UnixMillis, retention: Duration) -> UnixMillis {
    now.plus_ms(-i64::try_from(retention.as_millis()).unwrap_or(i64::MAX))
}
