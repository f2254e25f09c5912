//! Where the drivers are, as the board last said: the latest of each, in memory only.
//!
//! The board tells the shop of every driver. What must never happen here: a position handed to anybody but whoever waits for an
//! order which that driver is bringing at this moment, and only of the way there: from where it set out.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::{Position, TicketState};
use tokio::sync::watch;

use super::steps::{Step, since};
use crate::unit::Order;

/// Where a driver was, and when.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fix {
    /// Where.
    pub position: Position,
    /// When.
    pub at: UnixMillis,
}

/// Who was somewhere so long before setting out set out from there, as `driver.js` has it.
const SETTING_OUT_MS: i64 = 2 * 60 * 1000;

type Latest = HashMap<i64, watch::Sender<Option<Fix>>>;

/// The latest position of each driver this process has heard of.
#[derive(Clone, Debug, Default)]
pub struct Whereabouts(Arc<Mutex<Latest>>);

impl Whereabouts {
    /// A driver moved. An older position than the one that is known says nothing, unless that one is from after `now`: the clock
    /// was set back since.
    pub fn moved(&self, driver_id: i64, fix: Fix, now: UnixMillis) {
        self.with(driver_id, |latest| {
            latest.send_if_modified(|known| {
                let newer = known.is_none_or(|known| known.at < fix.at || known.at > now);
                if newer {
                    *known = Some(fix);
                }
                newer
            });
        });
    }

    /// Where a driver is, now and from now on.
    #[must_use]
    pub fn follow(&self, driver_id: i64) -> watch::Receiver<Option<Fix>> {
        self.with(driver_id, |latest| latest.subscribe())
    }

    fn with<T>(&self, driver_id: i64, run: impl FnOnce(&mut watch::Sender<Option<Fix>>) -> T) -> T {
        let mut latest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        run(latest.entry(driver_id).or_insert_with(|| watch::channel(None).0))
    }
}

/// Who brings an order at this moment, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Carrier {
    pub(crate) driver_id: i64,
    pub(crate) since: UnixMillis,
}

impl Carrier {
    /// Of an order that is on its way; nobody else's whereabouts are the customer's business.
    pub(crate) fn of(order: &Order, steps: &[Step]) -> Option<Self> {
        let driver_id = order.driver_id.filter(|_| order.state == TicketState::OnTheWay)?;
        Some(Self { driver_id, since: since(steps, TicketState::OnTheWay)? })
    }

    /// What of the driver's whereabouts may be shown. What came just before it set out is where it set out from: a phone that
    /// lies still has nothing newer to say.
    ///
    /// When it set out is not after `now`: where it seems to be, the clock was set back since.
    pub(crate) fn shows(self, fix: Option<Fix>, now: UnixMillis) -> Option<Fix> {
        fix.filter(|fix| self.since.min(now).since_ms(fix.at) <= SETTING_OUT_MS)
    }
}

#[cfg(test)]
mod tests {
    use belgrano_wire::Position;
    use belgrano_wire::timestamp::UnixMillis;

    use super::{Carrier, Fix, SETTING_OUT_MS, Whereabouts};

    #[test]
    fn the_latest_of_a_driver_counts_and_nothing_from_long_before_it_set_out() {
        let fix = |at| Fix { position: Position::new(-34.56, -58.45).expect("a place"), at: UnixMillis(at) };
        let whereabouts = Whereabouts::default();
        let now = UnixMillis(1_000_000);
        whereabouts.moved(3, fix(20), now);
        whereabouts.moved(3, fix(10), now);
        let latest = *whereabouts.follow(3).borrow();
        assert_eq!(latest.map(|fix| fix.at.0), Some(20), "an older one came late");
        assert_eq!(*whereabouts.follow(4).borrow(), None);
        let carrier = |since| Carrier { driver_id: 3, since: UnixMillis(since) };
        assert_eq!(carrier(20 + SETTING_OUT_MS).shows(latest, now), latest, "where it set out from");
        assert_eq!(carrier(21 + SETTING_OUT_MS).shows(latest, now), None);
        let now = UnixMillis(15);
        assert_eq!(carrier(21 + SETTING_OUT_MS).shows(latest, now), latest, "it set out before the clock was set back");
        whereabouts.moved(3, fix(12), now);
        assert_eq!(whereabouts.follow(3).borrow().map(|fix| fix.at.0), Some(12), "so was it there");
    }
}
