//! What happened in the year before the demo, as data: how busy each day was, and what there is to be found in it.
//!
//! Days are counted back from today, which is 0. Whoever looks for something to show in insights finds it here first.

use belgrano_wire::zone::LocalDay;

use super::calendar::{Kind, kind};

/// Days that are told, today included.
pub const DAYS: i64 = 365;

/// Orders of an ordinary day now, from Monday on.
pub const ORDERS: [f64; 7] = [58.0, 62.0, 66.0, 74.0, 98.0, 108.0, 84.0];
/// How large the shop was a year ago, as a part of what it is now: it has grown since, faster towards the end.
const BEGAN_AT: f64 = 0.32;
/// People who order at some time of the year, beside those of the live demo and the merchants.
pub const PEOPLE: usize = 900;

/// By month, from January on: in summer the city is away, in December it celebrates.
const MONTHS: [f64; 12] = [0.82, 0.9, 1.0, 1.0, 1.02, 1.03, 1.04, 1.0, 1.0, 1.02, 1.0, 1.14];
/// Wages are paid in the first days of a month, and run out towards its end.
const PAYDAYS: (i8, f64) = (6, 1.16);
const LEAN_DAYS: (i8, f64) = (25, 0.93);
/// At home, and the kitchen is open.
const HOLIDAY: f64 = 1.18;
/// The day before one on which nothing is sold.
const EVE: f64 = 1.32;
/// Month, day, and how much busier it is: Friend's Day, the days before the end of the year.
const FEASTS: [(i8, i8, f64); 5] = [(7, 20, 1.35), (12, 22, 1.25), (12, 23, 1.35), (12, 30, 1.2), (2, 14, 1.15)];

/// A storm, and for hours no way to pay: few orders, late ones, and many that came in vain.
pub const STORM: Storm = Storm { back: 73, orders: 0.14, pace: 2.6, failing: 0.22, visits: 6.0 };
/// What a company orders for an event: so many orders of so many lines, each of so many pieces.
pub const SPIKE: Spike = Spike { back: 38, orders: 7, lines: 6, pieces: (16, 36) };
/// A supplier did not deliver a product that sells well; the shelf was empty until it did.
pub const SHORTAGE: Shortage = Shortage { product: 8, from: 118, to: 84 };
/// In one barrio deliveries were late for two weeks, and good customers who live there went away.
pub const DESERTED: Deserted = Deserted { barrio: "Saavedra", people: 40, late_from: 134, gone: 119, pace: 2.3 };
/// Orders that wait when the demo begins, too long already.
pub const LATE: i64 = 5;

/// A day that sank. The Saturday at or before `back`.
pub struct Storm {
    pub back: i64,
    /// Of the orders of such a day.
    pub orders: f64,
    /// How much longer a delivery took.
    pub pace: f64,
    /// Part of the deliveries that failed.
    pub failing: f64,
    /// How many more looked at the shop for each who ordered.
    pub visits: f64,
}

/// A day with a large customer. The Tuesday at or before `back`.
pub struct Spike {
    pub back: i64,
    pub orders: usize,
    pub lines: usize,
    pub pieces: (i64, i64),
}

/// A product that could not be had.
pub struct Shortage {
    pub product: i64,
    /// From when on nothing came in.
    pub from: i64,
    /// And when it came again.
    pub to: i64,
}

/// Customers who left.
pub struct Deserted {
    pub barrio: &'static str,
    pub people: usize,
    pub late_from: i64,
    pub gone: i64,
    pub pace: f64,
}

/// A day of the story.
#[derive(Clone, Copy, Debug)]
pub struct Day {
    pub local: LocalDay,
    /// Days before today.
    pub back: i64,
    pub kind: Kind,
    /// Whether the next one is closed.
    eve: bool,
    /// What of the story happens on it.
    pub event: Option<Event>,
}

/// What makes a day unlike others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    Storm,
    Spike,
}

/// The days of the year that ends with today, which is given as the last.
pub fn days(year: &[LocalDay]) -> Vec<Day> {
    let last = i64::try_from(year.len()).unwrap_or_default() - 1;
    let is_closed = |at: usize| year.get(at).is_some_and(|day| kind(*day) == Kind::Closed);
    let each = year.iter().enumerate().zip(0..);
    let mut days: Vec<Day> = each
        .map(|((at, day), place)| Day {
            local: *day,
            back: last - place,
            kind: kind(*day),
            eve: is_closed(at + 1),
            event: None,
        })
        .collect();
    for (event, back, weekday) in [(Event::Storm, STORM.back, 5), (Event::Spike, SPIKE.back, 1)] {
        let is_fit = |day: &&mut Day| day.back >= back && day.weekday() == weekday && day.kind == Kind::Ordinary;
        if let Some(day) = days.iter_mut().rev().find(is_fit) {
            day.event = Some(event);
        }
    }
    days
}

impl Day {
    /// From Monday, which is 0.
    pub fn weekday(&self) -> usize {
        usize::try_from(self.local.date.weekday().to_monday_zero_offset()).unwrap_or_default()
    }

    /// How many orders it has, but for chance.
    pub fn orders(&self) -> f64 {
        if self.kind == Kind::Closed {
            return 0.0;
        }
        ORDERS[self.weekday()] * self.growth() * self.season() * self.feast() * self.weather()
    }

    #[expect(clippy::cast_precision_loss, reason = "a year has few days")]
    fn growth(&self) -> f64 {
        let passed = (DAYS - self.back) as f64 / DAYS as f64;
        BEGAN_AT + (1.08 - BEGAN_AT) * passed * passed
    }

    fn season(&self) -> f64 {
        let (month, of_month) = (usize::try_from(self.local.date.month()).unwrap_or(1), self.local.date.day());
        let wages = match of_month {
            early if early <= PAYDAYS.0 => PAYDAYS.1,
            late if late >= LEAN_DAYS.0 && month != 12 => LEAN_DAYS.1,
            _ => 1.0,
        };
        MONTHS[(month - 1) % 12] * wages
    }

    fn feast(&self) -> f64 {
        let date = (self.local.date.month(), self.local.date.day());
        let named = FEASTS.iter().find(|(month, day, _)| (*month, *day) == date).map_or(1.0, |(_, _, much)| *much);
        let holiday = if self.kind == Kind::Holiday { HOLIDAY } else { 1.0 };
        let eve = if self.eve { EVE } else { 1.0 };
        named.max(holiday).max(eve)
    }

    fn weather(&self) -> f64 {
        if self.event == Some(Event::Storm) { STORM.orders } else { 1.0 }
    }
}

#[cfg(test)]
mod tests {
    use belgrano_wire::timestamp::UnixMillis;
    use belgrano_wire::zone::LocalDay;

    use super::{DAYS, Day, Event, Kind, days};

    fn year() -> Vec<Day> {
        let now = UnixMillis::parse("2026-11-21T23:30:00-03:00").expect("a time");
        days(&LocalDay::last(DAYS, now).collect::<Vec<_>>())
    }

    #[test]
    fn a_year_has_some_thousand_orders_and_grows() {
        let year = year();
        let of = |days: &[Day]| days.iter().map(Day::orders).sum::<f64>();
        assert!((10_000.0..20_000.0).contains(&of(&year)), "{}", of(&year));
        assert!(of(&year[335..]) > 1.8 * of(&year[..30]));
    }

    #[test]
    fn what_happens_once_happens_on_one_day() {
        let year = year();
        for (event, weekday) in [(Event::Storm, 5), (Event::Spike, 1)] {
            let of: Vec<&Day> = year.iter().filter(|day| day.event == Some(event)).collect();
            assert!(of.len() == 1 && of[0].weekday() == weekday && of[0].back > 30, "{of:?}");
        }
        assert!(year.iter().filter(|day| day.kind == Kind::Closed).all(|day| day.orders().abs() < 1e-9));
    }
}
