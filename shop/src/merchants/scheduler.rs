//! Orders packages when their time has come.
//!
//! Any number of instances may run one: what is due is decided again inside [`RunPackage`], so a scheduler that is late, early
//! or one of many does no harm. The wait is tokio's, the time is the shop's clock, which is asked again after every wait.

use std::time::Duration;

use belgrano_runtime::http::RequestContext;
use belgrano_runtime::{fetch, fetch_scalar};
use belgrano_wire::steady::SetBack;
use belgrano_wire::timestamp::UnixMillis;
use futures_util::future::join_all;

use super::calendar::{DueDate, RunHour};
use super::realign::realign;
use super::run::{Ran, RunPackage};
use crate::app::App;

/// Packages that are submitted together, to share a transaction.
const PAGE: usize = 64;
/// The longest wait: other instances change packages without telling, clocks are put right, and what broke is due again.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

#[derive(Clone, Debug, sqlx::FromRow)]
struct DuePackage {
    id: i64,
    #[sqlx(try_from = "String")]
    next_on: DueDate,
    next_at: UnixMillis,
}

const DUE: &str = "SELECT id, next_on, next_at FROM packages WHERE active AND next_at <= $1 AND (next_at, id) > ($2, $3) \
     ORDER BY next_at, id LIMIT $4";
const NEXT: &str = "SELECT min(next_at) FROM packages WHERE active AND next_at > $1";

/// Orders packages as they come due, until the soft stop.
pub async fn run(app: App) {
    let soft = app.life.soft().clone();
    let rounds = async {
        let mut set_back = SetBack::since(&app.ambient);
        let mut out_of_line = true;
        loop {
            out_of_line |= set_back.look(&app.ambient).is_some();
            if out_of_line {
                match realign(&app, app.settings.merchants.hour).await {
                    Ok(_) => out_of_line = false,
                    Err(error) => tracing::warn!(%error, "packages could not be read; they are tried again"),
                }
            }
            let wait = round(&app, app.settings.merchants.hour).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "packages could not be read; they are tried again");
                LONGEST_WAIT
            });
            tokio::select! {
                () = app.packages_wake.notified() => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
    };
    // A command that is cut off here is committed all the same, or stays due.
    soft.run_until_cancelled(rounds).await;
}

/// Orders what is due, and says how long to wait for what comes next.
pub(super) async fn round(app: &App, hour: RunHour) -> sqlx::Result<Duration> {
    // What comes due while the round is at work counts as next.
    let now = app.ambient.now();
    run_due_at(app, hour, now).await?;
    let mut session = app.db.read().await?;
    let next = fetch_scalar!(one, session, Option<UnixMillis>, NEXT, now)?;
    Ok(next.map_or(LONGEST_WAIT, |next| {
        let wait_ms = u64::try_from(next.since_ms(app.ambient.now())).unwrap_or(0);
        Duration::from_millis(wait_ms).min(LONGEST_WAIT)
    }))
}

/// Orders every package that is due at the clock's now. Returns how many were acted on, in an order or a refusal.
///
/// One that breaks is logged and passed by; it is still due and comes up again the next time.
pub async fn run_due(app: &App, hour: RunHour) -> sqlx::Result<usize> {
    run_due_at(app, hour, app.ambient.now()).await
}

async fn run_due_at(app: &App, hour: RunHour, now: UnixMillis) -> sqlx::Result<usize> {
    let mut acted_on = 0;
    let mut after = (UnixMillis(i64::MIN), 0);
    loop {
        let limit = i64::try_from(PAGE).unwrap_or(i64::MAX);
        let mut session = app.db.read().await?;
        let due = fetch!(all, session, DuePackage, DUE, now, after.0, after.1, limit)?;
        drop(session);
        let ran = join_all(due.iter().map(|package| submit(app, hour, package))).await;
        acted_on += ran.into_iter().filter(|acted| *acted).count();
        match due.last() {
            Some(last) if due.len() == PAGE => after = (last.next_at, last.id),
            _ => return Ok(acted_on),
        }
    }
}

/// Whether the package was acted on.
async fn submit(app: &App, hour: RunHour, package: &DuePackage) -> bool {
    let trace = RequestContext::continue_from(None, &app.ambient).traceparent();
    let command = RunPackage { id: package.id, hour, trace };
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
