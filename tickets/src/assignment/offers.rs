//! Offers that nobody answers return to the pool.
//!
//! The deadline is a column of the ticket, so it survives a restart. One task sleeps until the earliest and hands in a
//! command; on several instances each does, the writer's lock lets one after the other through, and the second finds
//! nothing left to do.

use std::convert::Infallible;
use std::time::Duration;

use belgrano_shared::fetch_scalar;
use belgrano_shared::timestamp::UnixMillis;
use belgrano_shared::wire::{OrderNumber, TicketState};
use belgrano_shared::writer::{Command, Failure};
use prometheus_client::metrics::counter::Counter;
use tokio_util::sync::CancellationToken;

use super::assign::record;
use crate::app::App;
use crate::progress::Step;
use crate::unit::{Actor, BoardUnit};

/// Looked at no less often than this: another instance may have made an offer that nobody here heard of.
const BACKSTOP: Duration = Duration::from_secs(10);
/// Offers in one transaction; there is another one right after.
const AT_ONCE: i64 = 200;

/// Return to the pool what nobody accepted in time.
#[derive(Debug)]
pub struct ExpireOffers;

impl Command<BoardUnit> for ExpireOffers {
    /// How many returned.
    type Output = u64;
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut BoardUnit) -> Result<u64, Failure<Infallible>> {
        const DUE: &str = "SELECT number FROM tickets WHERE offer_expires_at <= $1 ORDER BY offer_expires_at LIMIT $2";
        let now = unit.now();
        unit.flush().await?;
        let mut expired = 0;
        for number in fetch_scalar!(all, *unit.reader(), String, DUE, now, AT_ONCE)? {
            let number = OrderNumber::try_from(number).map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
            let Some(ticket) = unit.ticket(&number).await?.cloned() else { continue };
            let due = ticket.view.offer_expires_at.is_some_and(|at| at <= now);
            if due && ticket.view.state == TicketState::Assigned {
                match record(unit, &ticket, &Step::Release, "oferta vencida", Actor::System) {
                    Ok(_) => expired += 1,
                    // An assigned ticket can always be released; if not, it keeps its driver.
                    Err(Failure::Refused(_)) => {}
                    Err(Failure::Broke(error)) => return Err(Failure::Broke(error)),
                }
            }
        }
        Ok(expired)
    }
}

/// Expires offers until the soft stop.
pub(super) async fn sweep(app: App, soft: CancellationToken) {
    let counter = Counter::<u64>::default();
    let expired = app.metrics.register("offers_expired", "Offers that no driver accepted in time", counter);
    while !soft.is_cancelled() {
        let wait = until_next(&app).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "cannot read the next deadline of an offer");
            BACKSTOP
        });
        tokio::select! {
            () = soft.cancelled() => break,
            // Another offer may be due earlier.
            () = app.signals.offered.notified() => continue,
            () = tokio::time::sleep(wait.min(BACKSTOP)) => {}
        }
        if wait > BACKSTOP {
            continue;
        }
        match app.writer.submit(ExpireOffers).await {
            Ok(0) => {}
            Ok(count) => {
                expired.inc_by(count);
                tracing::warn!(count, "offers expired: their tickets wait for another driver");
            }
            Err(error) => tracing::warn!(%error, "could not expire offers"),
        }
    }
}

/// How long until the earliest deadline; the backstop when there is none.
async fn until_next(app: &App) -> sqlx::Result<Duration> {
    const NEXT: &str = "SELECT MIN(offer_expires_at) FROM tickets WHERE offer_expires_at IS NOT NULL";
    let mut session = app.db.read().await?;
    let next = fetch_scalar!(one, session, Option<UnixMillis>, NEXT)?;
    let Some(next) = next else { return Ok(BACKSTOP + Duration::from_millis(1)) };
    // One more, so that the deadline has passed when the command looks.
    let wait_ms = next.since_ms(app.ambient.now()).saturating_add(1);
    Ok(Duration::from_millis(u64::try_from(wait_ms).unwrap_or(1).max(1)))
}
