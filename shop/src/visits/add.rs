//! Adding what was counted to what is stored: by addition, so any number of processes may count the same hour.

use std::collections::BTreeMap;
use std::convert::Infallible;

use belgrano_runtime::writer::{Command, Failure};
use belgrano_runtime::{execute_rows, fetch_in};
use belgrano_wire::timestamp::UnixMillis;

use super::funnel::{Counted, Counts, Words};
use super::{Device, Origin};
use crate::unit::ShopUnit;

/// Add these counters to the stored ones. The words of links that count in an hour are so many in all: what comes beyond them,
/// from whichever process, is some other site's.
#[derive(Debug)]
pub struct AddCounts(pub(super) Counted);

impl AddCounts {
    /// Counters of hours, each with its first millisecond, the kind of device and the origin.
    #[must_use]
    pub fn of(hours: impl IntoIterator<Item = (UnixMillis, Device, Origin, Counts)>) -> Self {
        let mut counted = Counted::new();
        for (hour, device, origin, counts) in hours {
            counted.entry((hour, device, origin)).or_default().add(counts);
        }
        Self(counted)
    }
}

const WORDS: &str = "SELECT DISTINCT hour, origin FROM funnel WHERE hour IN";
const ADD: &str = "INSERT INTO funnel (hour, device, origin, home, product, cart, checkout, orders, visits) VALUES";
const ADD_TAIL: &str = "ON CONFLICT (hour, device, origin) DO UPDATE SET home = funnel.home + excluded.home, \
     product = funnel.product + excluded.product, cart = funnel.cart + excluded.cart, \
     checkout = funnel.checkout + excluded.checkout, orders = funnel.orders + excluded.orders, \
     visits = funnel.visits + excluded.visits";

impl Command<ShopUnit> for AddCounts {
    /// How many counters it were.
    type Output = usize;
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<usize, Failure<Infallible>> {
        let mut hours: Vec<UnixMillis> = self.0.keys().map(|(hour, _, _)| *hour).collect();
        hours.dedup();
        let session = unit.session();
        let mut words: BTreeMap<UnixMillis, Words> = BTreeMap::new();
        for (hour, origin) in fetch_in!(*session, (UnixMillis, String), WORDS, &hours, "") {
            if let Some(origin) = Origin::stored(&origin) {
                words.entry(hour).or_default().know(&origin);
            }
        }
        // Two words that there is no room for are one counter.
        let mut admitted = Counted::new();
        for ((hour, device, origin), counts) in &self.0 {
            let origin = words.entry(*hour).or_default().admit(origin);
            admitted.entry((*hour, *device, origin)).or_default().add(*counts);
        }
        let rows: Vec<_> = admitted.into_iter().collect();
        execute_rows!(*session, ADD, 9, &rows, ADD_TAIL, |query, row| {
            let ((hour, device, origin), counts) = row;
            let query = query.bind(*hour).bind(device.as_str()).bind(origin.as_str()).bind(counts.home);
            let query = query.bind(counts.product).bind(counts.cart).bind(counts.checkout);
            query.bind(counts.orders).bind(counts.visits)
        });
        Ok(rows.len())
    }
}
