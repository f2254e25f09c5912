//! Offers that nobody answers return to the pool.
//!
//! The deadline is a column of the ticket, so it survives a restart; a process measures the time that is left on its steady
//! clock from the moment it first sees an offer, so that a clock that is set ends none early and keeps none open. One task
//! sleeps until the earliest and hands in a command; on several instances each does, the writer's lock lets one after the
//! other through, and the second finds nothing left to do.

use std::collections::HashMap;
use std::convert::Infallible;
use std::time::Duration;

use belgrano_runtime::fetch;
use belgrano_runtime::writer::{AtOnce, Command, Failure, WriteError};
use belgrano_wire::steady::SteadyMillis;
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::{OrderNumber, TicketState};
use futures_util::future::join_all;
use prometheus_client::metrics::counter::Counter;
use tokio_util::sync::CancellationToken;

use super::assign::record;
use crate::app::App;
use crate::progress::Step;
use crate::unit::{Action, Actor, BoardUnit};

/// Looked at no less often than this: another instance may have made an offer that nobody here heard of.
const BACKSTOP: Duration = Duration::from_secs(10);
/// Offers in one transaction; there is another one right after.
const AT_ONCE: usize = 200;
/// Offers that are watched; those that end later are seen once these are over.
const WATCHED: i64 = 10_000;

/// An offer as a ticket has it. Made again, it ends at another time.
#[derive(Clone, Debug, PartialEq, Eq, Hash, sqlx::FromRow)]
struct Open {
    #[sqlx(try_from = "String")]
    number: OrderNumber,
    #[sqlx(rename = "offer_expires_at")]
    expires_at: UnixMillis,
}

/// Return to the pool what nobody accepted in time, and what is still offered as it was.
#[derive(Debug)]
struct ExpireOffers(Vec<Open>);

impl Command<BoardUnit> for ExpireOffers {
    /// How many returned.
    type Output = u64;
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut BoardUnit) -> Result<u64, Failure<Infallible>> {
        let mut expired = 0;
        for offer in &self.0 {
            let Some(ticket) = unit.ticket(&offer.number).await?.cloned() else { continue };
            let stands = ticket.view.offer_expires_at == Some(offer.expires_at);
            if stands && ticket.view.state == TicketState::Assigned {
                match record(unit, &ticket, &Step::Release, Action::OfferExpired, Actor::System) {
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

/// The open offers, and when each ends by the clock that nobody sets.
#[derive(Debug, Default)]
pub struct Offers {
    ends: HashMap<Open, SteadyMillis>,
    /// When all that were open were last looked for: what is seen for the first time was made after that.
    looked: Option<SteadyMillis>,
}

impl Offers {
    /// Looks at what is offered, and returns what is over to the pool: how many that were, and how long until the next ends.
    pub async fn round(&mut self, app: &App) -> Result<(u64, Option<Duration>), String> {
        const OPEN: &str = "SELECT number, offer_expires_at FROM tickets WHERE offer_expires_at IS NOT NULL \
             ORDER BY offer_expires_at LIMIT $1";
        let looked = app.ambient.steady();
        let mut session = app.db.read().await.map_err(|error| error.to_string())?;
        let open = fetch!(all, session, Open, OPEN, WATCHED).map_err(|error| error.to_string())?;
        drop(session);
        let (now, steady) = (app.ambient.now(), app.ambient.steady());
        let all = i64::try_from(open.len()).is_ok_and(|seen| seen < WATCHED);
        self.see(open, now, steady, app.settings.offer_timeout_ms());
        self.looked = all.then_some(looked);
        let over: Vec<Open> =
            self.ends.iter().filter(|(_, end)| **end <= steady).map(|(offer, _)| offer.clone()).collect();
        let mut expired = 0;
        for some in over.chunks(AT_ONCE) {
            expired += match app.writer.submit(AtOnce(ExpireOffers(some.to_vec()))).await {
                Err(error) if error.is_held() => expire_each(app, some).await,
                result => result,
            }
            .map_err(|error| error.to_string())?;
        }
        for offer in &over {
            self.ends.remove(offer);
        }
        Ok((expired, self.ends.values().min().map(|end| end.left(steady))))
    }

    /// Keeps what is known of those that are still open. No offer holds longer than `longest_ms`: one that seems to was made by
    /// a clock that was set back since. And one that was not there at the last look is no older than that look: one that
    /// seems to be was made by a clock that was set ahead since, or by one that is behind this.
    fn see(&mut self, open: Vec<Open>, now: UnixMillis, steady: SteadyMillis, longest_ms: i64) {
        let known = std::mem::take(&mut self.ends);
        let longest_ms = longest_ms.max(0);
        let shortest_ms = self.looked.map_or(0, |looked| longest_ms.saturating_sub(steady.since_ms(looked)).max(0));
        let end = |offer: &Open| steady.plus_ms(offer.expires_at.since_ms(now).clamp(shortest_ms, longest_ms));
        self.ends = open
            .into_iter()
            .map(|offer| {
                let end = known.get(&offer).copied().unwrap_or_else(|| end(&offer));
                (offer, end)
            })
            .collect();
    }
}

/// Where somebody holds a ticket: all the others. That one is seen again with the next round.
async fn expire_each(app: &App, offers: &[Open]) -> Result<u64, WriteError<Infallible>> {
    let each = offers.iter().map(|offer| app.writer.submit(AtOnce(ExpireOffers(vec![offer.clone()]))));
    let mut expired = 0;
    for result in join_all(each).await {
        expired += match result {
            Err(error) if error.is_held() => 0,
            result => result?,
        };
    }
    Ok(expired)
}

/// Expires offers until the soft stop.
pub(super) async fn sweep(app: App, soft: CancellationToken) {
    let counter = Counter::<u64>::default();
    let expired = app.metrics.register("offers_expired", "Offers that no driver accepted in time", counter);
    let mut offers = Offers::default();
    while !soft.is_cancelled() {
        let wait = match offers.round(&app).await {
            Ok((count, next)) => {
                if count > 0 {
                    expired.inc_by(count);
                    tracing::warn!(count, "offers expired: their tickets wait for another driver");
                }
                // One more, so that it is over when it is looked at.
                next.map_or(BACKSTOP, |next| (next + Duration::from_millis(1)).min(BACKSTOP))
            }
            Err(error) => {
                tracing::warn!(error, "could not expire offers");
                BACKSTOP
            }
        };
        tokio::select! {
            () = soft.cancelled() => break,
            // Another offer may be due earlier.
            () = app.signals.offered.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}
