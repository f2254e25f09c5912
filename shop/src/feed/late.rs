//! Reports on orders that somebody holds (a person in `psql`): they are applied later, and keep no other order waiting.
//!
//! While some are late the cursor stays where it was, so that a process that ends meanwhile is told again. What must never
//! happen here: a cursor beyond a report that was not applied.

use std::time::Duration;

use belgrano_runtime::writer::AtOnce;
use futures_util::future::{BoxFuture, join_all};
use futures_util::stream::{FuturesUnordered, StreamExt};

use super::client::FeedError;
use super::follow::{Ended, ended, store};
use crate::app::App;
use crate::orders::{Apply, Report};

/// Between two tries, each of which waits for a while by itself.
const REST: Duration = Duration::from_millis(250);

/// What is not applied yet.
pub(super) struct Late {
    trying: FuturesUnordered<BoxFuture<'static, Result<(), Ended>>>,
    /// Where the feed stands: the life of the board's database and its last `seq`.
    pub(super) reached: Option<(String, i64)>,
}

impl Late {
    pub(super) fn new() -> Self {
        Self { trying: FuturesUnordered::new(), reached: None }
    }

    /// Where the cursor may go.
    pub(super) fn cursor(&self) -> Option<(String, i64)> {
        self.reached.clone().filter(|_| self.trying.is_empty())
    }

    /// Waits for news, and meanwhile for those that are late; after the last of them the cursor catches up.
    pub(super) async fn meanwhile<T>(
        &mut self,
        app: &App,
        news: impl Future<Output = Result<T, FeedError>>,
    ) -> Result<T, Ended> {
        let mut news = std::pin::pin!(news);
        loop {
            tokio::select! {
                news = &mut news => return Ok(news?),
                Some(applied) = self.trying.next() => {
                    applied?;
                    if let Some(cursor) = self.cursor() {
                        store(app, Apply { reports: Vec::new(), cursor: Some(cursor), another_life: false }).await?;
                    }
                }
            }
        }
    }

    /// Applies what can be applied now; the rest is late.
    pub(super) async fn store(&mut self, app: &App, apply: Apply) -> Result<(), Ended> {
        let reports = apply.reports.clone();
        match app.writer.submit(AtOnce(apply)).await {
            Err(error) if error.is_held() => {}
            result => return ended(result),
        }
        let each = reports.into_iter().map(async |report| {
            let alone = Apply { reports: vec![report.clone()], cursor: None, another_life: false };
            (report, app.writer.submit(AtOnce(alone)).await)
        });
        for (report, result) in join_all(each).await {
            match result {
                Err(error) if error.is_held() => {
                    tracing::warn!(order = %report.number, "somebody holds this order: what the board says of it waits");
                    self.trying.push(Box::pin(apply_late(app.clone(), report)));
                }
                result => ended(result)?,
            }
        }
        Ok(())
    }
}

async fn apply_late(app: App, report: Report) -> Result<(), Ended> {
    loop {
        let alone = Apply { reports: vec![report.clone()], cursor: None, another_life: false };
        match app.writer.submit(alone).await {
            Err(error) if error.is_held() => tokio::time::sleep(REST).await,
            result => return ended(result),
        }
    }
}
