//! When an order that is placed now is likely to arrive, known beforehand: a checkout asks the database nothing.
//!
//! Every few seconds a task looks at what [`outlook`](super::estimate::outlook) would look at for an order that comes last: how
//! long the last ones took, who waits, and how fast they go. A new order is promised what comes of that, its turn after those
//! that were placed since the last look. That promise is the order's first: what "late" is measured against, here and on the board.
//! What must never happen here: a promise from a look of long ago.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use belgrano_wire::timestamp::UnixMillis;

use super::estimate::{Estimate, Forecast, Outlook, Pace};
use crate::app::App;
use crate::unit::{Promised, Promises};

/// How often somebody looks.
const EVERY: Duration = Duration::from_secs(15);
/// A look that is older says nothing of now.
const STALE_MS: i64 = 2 * 60 * 1000;
/// The pace of an usual hour is counted from two weeks of deliveries, and does not change within these.
const PACE_EVERY: u32 = 40;

/// What is known of arrivals. Cheap to clone; every clone knows the same.
#[derive(Clone, Debug, Default)]
pub struct Arrivals(Arc<Known>);

#[derive(Debug, Default)]
struct Known {
    forecast: Mutex<Option<Forecast>>,
    /// Orders that were placed since.
    placed: AtomicI64,
}

impl Arrivals {
    /// What an order that is placed `now` is promised; `None` where nothing can be promised. Counts it as placed.
    #[must_use]
    pub fn promise(&self, now: UnixMillis) -> Option<Estimate> {
        let before = self.0.placed.fetch_add(1, Ordering::Relaxed);
        let forecast = (*self.0.forecast.lock().unwrap_or_else(PoisonError::into_inner))?;
        let fresh = (0..=STALE_MS).contains(&now.since_ms(forecast.seen_at));
        match forecast.of_the_last(before, now) {
            Outlook::Between(estimate) if fresh => Some(estimate),
            _ => None,
        }
    }

    /// The same, for the unit of work.
    #[must_use]
    pub fn promises(&self) -> Promises {
        let arrivals = self.clone();
        Promises::of(move |now| {
            let promise = arrivals.promise(now);
            Promised { from: promise.map(|range| range.from), to: promise.map(|range| range.to) }
        })
    }

    fn learn(&self, forecast: Option<Forecast>) {
        *self.0.forecast.lock().unwrap_or_else(PoisonError::into_inner) = forecast;
        self.0.placed.store(0, Ordering::Relaxed);
    }
}

/// Looks now and then until the soft stop.
pub async fn watch_arrivals(app: App) {
    let soft = app.life.soft().clone();
    let rounds = async {
        let mut usual = None;
        for round in (0..PACE_EVERY).cycle() {
            if round == 0 {
                usual = None;
            }
            match look(&app, usual).await {
                Ok(pace) => usual = Some(pace),
                Err(error) => {
                    tracing::warn!(%error, "nobody knows when orders are likely to arrive; it is tried again");
                }
            }
            tokio::time::sleep(EVERY).await;
        }
    };
    soft.run_until_cancelled(rounds).await;
}

/// Looks once. Gives the pace of a usual hour, which need not be counted again for a while.
pub(crate) async fn look(app: &App, usual: Option<Pace>) -> sqlx::Result<Pace> {
    let now = app.ambient.now();
    let mut session = app.db.snapshot().await?;
    let usual = match usual {
        Some(pace) => pace,
        None => Pace::usual(&mut session, now).await?,
    };
    app.arrivals.learn(Forecast::look(&mut session, usual, now).await?);
    Ok(usual)
}
