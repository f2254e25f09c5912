//! Counting page views in memory: a handful of numbers for each hour, kind of device and origin.
//!
//! What is in here and not yet in the database is lost when the process is killed: seconds of it, and counters only. It stays
//! small whatever comes: of the words of links so many count in an hour, and the rest is some other site.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use belgrano_wire::timestamp::UnixMillis;
use serde::Serialize;
use utoipa::ToSchema;

use crate::arrival::{Arrival, Device, Origin, Placed};

/// Words of links that count in one hour.
pub(super) const WORDS_AN_HOUR: usize = 50;
const HOUR_MS: i64 = 3600 * 1000;

/// What was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Counts {
    /// Views that another site, or nobody, led to.
    #[serde(rename = "visitas")]
    pub visits: i64,
    /// Views of the home page.
    #[serde(rename = "inicio")]
    pub home: i64,
    /// Views of a product.
    #[serde(rename = "producto")]
    pub product: i64,
    /// Views of the cart.
    #[serde(rename = "carrito")]
    pub cart: i64,
    /// Views of the checkout.
    pub checkout: i64,
    /// Orders that a request placed.
    #[serde(rename = "pedidos")]
    pub orders: i64,
}

/// A page that is a step of the funnel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Home,
    Product,
    Cart,
    Checkout,
}

/// Whose counters: the first millisecond of an hour, the kind of device, the origin.
pub(super) type Key = (UnixMillis, Device, Origin);
pub(super) type Counted = BTreeMap<Key, Counts>;

/// What this process has counted and not written down yet. Cheap to clone; every clone counts into the same.
#[derive(Clone, Debug, Default)]
pub struct Funnel(Arc<Mutex<Counted>>);

impl Funnel {
    /// A page was viewed, at a time.
    pub(super) fn view(&self, arrival: &Arrival, step: Option<Step>, begins: bool, now: UnixMillis) {
        let Some(device) = arrival.device else { return };
        let one = |counts| i64::from(counts);
        let counts = Counts {
            visits: one(begins),
            home: one(step == Some(Step::Home)),
            product: one(step == Some(Step::Product)),
            cart: one(step == Some(Step::Cart)),
            checkout: one(step == Some(Step::Checkout)),
            orders: 0,
        };
        if counts != Counts::default() {
            self.add(now, device, &arrival.origin, counts);
        }
    }

    /// Orders were placed: their transaction is committed.
    pub fn placed(&self, orders: &[Placed], now: UnixMillis) {
        for Placed { device, origin } in orders {
            self.add(now, *device, origin, Counts { orders: 1, ..Counts::default() });
        }
    }

    fn add(&self, now: UnixMillis, device: Device, origin: &Origin, counts: Counts) {
        let hour = UnixMillis(now.0.div_euclid(HOUR_MS) * HOUR_MS);
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut words = Words::default();
        let known = counted.keys().filter(|(of, _, _)| *of == hour);
        // Most of the time the counter is there, and nothing has to be looked through.
        let origin = if counted.contains_key(&(hour, device, origin.clone())) {
            origin.clone()
        } else {
            known.for_each(|(_, _, origin)| words.know(origin));
            words.admit(origin)
        };
        counted.entry((hour, device, origin)).or_default().add(counts);
    }

    /// Takes out what is there.
    pub(super) fn take(&self) -> Counted {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts back what could not be written.
    pub(super) fn put_back(&self, taken: Counted) {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, counts) in taken {
            counted.entry(key).or_default().add(counts);
        }
    }
}

impl Counts {
    /// Adds another.
    pub(crate) fn add(&mut self, other: Self) {
        self.visits += other.visits;
        self.home += other.home;
        self.product += other.product;
        self.cart += other.cart;
        self.checkout += other.checkout;
        self.orders += other.orders;
    }
}

/// The words of links that count in an hour.
#[derive(Debug, Default)]
pub(super) struct Words(BTreeSet<Origin>);

impl Words {
    /// This one does already.
    pub(super) fn know(&mut self, origin: &Origin) {
        if !origin.is_kind() {
            self.0.insert(origin.clone());
        }
    }

    /// What `origin` counts as: itself, or another site where there is no more room.
    pub(super) fn admit(&mut self, origin: &Origin) -> Origin {
        if origin.is_kind() || self.0.contains(origin) {
            return origin.clone();
        }
        if self.0.len() >= WORDS_AN_HOUR {
            return Origin::elsewhere();
        }
        self.0.insert(origin.clone());
        origin.clone()
    }
}

#[cfg(test)]
mod tests {
    use belgrano_testing::START;

    use super::{Arrival, Device, Funnel, Origin, Step, WORDS_AN_HOUR};

    fn by(word: &str) -> Arrival {
        Arrival { device: Some(Device::Phone), origin: Origin::of_link(word).expect("a word") }
    }

    #[test]
    fn a_flood_of_words_is_one_counter() {
        let funnel = Funnel::default();
        for word in 0..20_000 {
            funnel.view(&by(&format!("w{word}")), Some(Step::Home), true, START);
        }
        let counted = funnel.take();
        assert_eq!(counted.len(), WORDS_AN_HOUR + 1);
        let rest = counted.iter().find(|((_, _, origin), _)| *origin == Origin::elsewhere()).expect("the rest").1;
        assert_eq!(rest.visits, 20_000 - i64::try_from(WORDS_AN_HOUR).expect("small"));
        assert!(funnel.take().is_empty());
    }

    #[test]
    fn each_hour_is_counted_by_itself_and_nothing_is_nothing() {
        let funnel = Funnel::default();
        funnel.view(&by("diario"), Some(Step::Cart), false, START);
        funnel.view(&by("diario"), None, false, START);
        funnel.view(&by("diario"), None, true, START.plus_ms(super::HOUR_MS));
        let counted = funnel.take();
        let counts: Vec<(i64, i64)> = counted.values().map(|counts| (counts.cart, counts.visits)).collect();
        assert_eq!(counts, [(1, 0), (0, 1)]);
        assert!(counted.keys().all(|(hour, _, _)| hour.0 % super::HOUR_MS == 0));
        funnel.put_back(counted.clone());
        funnel.view(&by("diario"), Some(Step::Cart), false, START);
        assert_eq!(funnel.take().values().map(|counts| counts.cart).collect::<Vec<_>>(), [2, 0]);
    }
}
