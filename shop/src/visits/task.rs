//! Writing down what was counted, now and then.

use std::time::Duration;

use super::add::AddCounts;
use crate::app::App;

/// What a kill may lose at most.
const EVERY: Duration = Duration::from_secs(10);

/// Writes down what was counted, until the soft stop. What the last requests count is written by `flush`, when they are answered.
pub async fn run(app: App) {
    let soft = app.life.soft().clone();
    let rounds = async {
        loop {
            tokio::time::sleep(EVERY).await;
            flush(&app).await;
        }
    };
    soft.run_until_cancelled(rounds).await;
}

/// Writes down what was counted. What cannot be written is kept for the next time.
pub(crate) async fn flush(app: &App) {
    let counted = app.funnel.take();
    if counted.is_empty() {
        return;
    }
    if let Err(error) = app.writer.submit(AddCounts(counted.clone())).await {
        tracing::warn!(%error, "page views are not written down; it is tried again");
        app.funnel.put_back(counted);
    }
}
