//! Orders packages when their time has come.
//!
//! Any number of instances may run one: what is due is decided again inside [`RunPackage`], so a scheduler that is late, early
//! or one of many does no harm. The wait is tokio's, the time is the shop's clock, which is asked again after every wait.

use belgrano_shared::fetch;
use belgrano_shared::http::RequestContext;
use belgrano_shared::timestamp::UnixMillis;
use futures_util::future::join_all;

use super::calendar::{DueDate, RunHour};
use super::run::{Ran, RunPackage};
use crate::app::App;

/// Packages that are submitted together, to share a transaction.
const PAGE: usize = 64;

#[derive(Clone, Debug, sqlx::FromRow)]
struct DuePackage {
    id: i64,
    #[sqlx(try_from = "String")]
    next_on: DueDate,
    next_at: UnixMillis,
}

const DUE: &str = "SELECT id, next_on, next_at FROM packages WHERE active AND next_at <= $1 AND (next_at, id) > ($2, $3) \
     ORDER BY next_at, id LIMIT $4";
const EARLIEST: &str = "SELECT id, next_on, next_at FROM packages WHERE active ORDER BY next_at, id LIMIT 1";

/// Orders every package that is due at the clock's now. Returns how many were acted on, in an order or a refusal.
///
/// One that breaks is logged and passed by; it is still due and comes up again the next time.
pub async fn run_due(app: &App, hour: RunHour) -> sqlx::Result<usize> {
    let now = app.ambient.now();
    let mut acted_on = 0;
    let mut after = (UnixMillis(i64::MIN), 0);
    loop {
        let limit = i64::try_from(PAGE).unwrap_or(i64::MAX);
        let mut session = app.db.read().await?;
        let due = fetch!(all, session, DuePackage, DUE, now, after.0, after.1, limit)?;
        drop(session);
        for ran in join_all(due.iter().map(|package| submit(app, hour, package))).await {
            acted_on += usize::from(ran);
        }
        match due.last() {
            Some(last) if due.len() == PAGE => after = (last.next_at, last.id),
            _ => return Ok(acted_on),
        }
    }
}

/// Whether the package was acted on.
async fn submit(app: &App, hour: RunHour, package: &DuePackage) -> bool {
    let trace = RequestContext::continue_from(None, &app.ambient).traceparent();
    let command = RunPackage { id: package.id, due_on: package.next_on, hour, trace };
    match app.writer.submit(command).await {
        Ok(Ran::NotDue) => false,
        Ok(Ran::Ordered(number)) => {
            tracing::info!(package = package.id, due_on = %package.next_on, order = %number, "package ordered");
            true
        }
        Ok(Ran::Refused(reason)) => {
            tracing::info!(package = package.id, due_on = %package.next_on, reason, "package refused");
            true
        }
        Err(error) => {
            tracing::warn!(package = package.id, due_on = %package.next_on, %error, "package not run; it stays due");
            false
        }
    }
}
