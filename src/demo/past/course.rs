//! What went before the demo: two weeks of orders that ended, so that reports have something to report, and a few that are late
//! already. Pure, and the same for the same seed.
//!
//! As a neighbourhood orders: more towards the weekend, at lunch and at dinner, and a little more each week.

use belgrano_shared::timestamp::UnixMillis;
use belgrano_shared::wire::{OrderMessage, OrderNumber};
use belgrano_shared::zone::LocalDay;
use serde_json::json;

use super::dice::Dice;
use super::places::{BARRIOS, CUSTOMERS, DRIVERS, FAILURES, NOTES, PRODUCTS};

/// Days, today included: as many as a report looks at.
const DAYS: i64 = 14;
const MINUTE_MS: i64 = 60_000;
/// Orders of a day, from Monday on.
const ORDERS: [f64; 7] = [58.0, 62.0, 66.0, 74.0, 98.0, 108.0, 84.0];
/// Orders that wait when the demo begins, too long already.
const LATE: i64 = 5;

/// An order of the past.
#[derive(Debug)]
pub struct Past {
    pub message: OrderMessage,
    pub course: Course,
}

/// What became of it.
#[derive(Debug, PartialEq)]
pub enum Course {
    /// Nobody took it yet.
    Waiting,
    /// It was called off before anybody took it.
    Cancelled { at: UnixMillis },
    /// A driver (its place among them) took it.
    Taken { driver: usize, assigned_at: UnixMillis, started_at: UnixMillis, ended_at: UnixMillis, end: End },
}

/// How a driver's way ended.
#[derive(Debug, PartialEq)]
pub enum End {
    Delivered,
    /// And was brought back for this reason.
    Failed(&'static str),
}

/// All of it, the oldest first; nothing has happened after `now`.
pub fn past(dice: &Dice, now: UnixMillis) -> Vec<Past> {
    let days = (1..).zip(LocalDay::last(DAYS, now));
    let mut all: Vec<Past> = days.flat_map(|(place, day)| of_day(dice, day, place)).collect();
    all.retain(|order| order.last() < now);
    all.extend((0..LATE).map(|place| order(dice, now.plus_ms(-(17 + 2 * place) * MINUTE_MS), Some(Course::Waiting))));
    all.sort_by_key(|order| order.message.created_at);
    all
}

/// A day, which is the `place`-th that is told.
fn of_day(dice: &Dice, day: LocalDay, place: u8) -> Vec<Past> {
    let weekday = day.date.weekday().to_monday_zero_offset();
    let usual = usize::try_from(weekday).map_or(0.0, |weekday| ORDERS[weekday]);
    let growth = 1.0 + 0.01 * f64::from(place);
    let midnight = day.begins;
    let mut orders = Vec::new();
    let mut left = dice.around(usual * growth, usual * 0.06);
    while left > 0.0 {
        orders.push(order(dice, midnight.plus_ms(minutes(60.0 * hour(dice))), None));
        left -= 1.0;
    }
    orders
}

/// When people are hungry.
fn hour(dice: &Dice) -> f64 {
    let hour = match dice.pick(100) {
        0..40 => dice.around(12.9, 0.8),
        40..85 => dice.around(20.8, 0.9),
        _ => 9.0 + 13.5 * dice.fraction(),
    };
    hour.clamp(9.0, 23.2)
}

fn order(dice: &Dice, created_at: UnixMillis, course: Option<Course>) -> Past {
    let course = course.unwrap_or_else(|| run(dice, created_at));
    Past { message: message(dice, created_at), course }
}

fn run(dice: &Dice, created_at: UnixMillis) -> Course {
    if dice.pick(100) < 4 {
        return Course::Cancelled { at: created_at.plus_ms(minutes(0.5 + dice.wait(2.0))) };
    }
    let driver = dice.pick(DRIVERS.len());
    // Some are quicker than others, and everybody is slower at night and at the end of the week.
    let pace = if driver % 4 == 1 { 1.25 } else { 0.9 };
    let assigned_at = created_at.plus_ms(minutes(0.2 + dice.wait(0.8)));
    let started_at = assigned_at.plus_ms(minutes(1.0 + pace * dice.wait(1.5)));
    let ended_at = started_at.plus_ms(minutes(3.5 + pace * dice.around(4.5, 1.5).max(1.0) + dice.wait(1.6)));
    let end = if dice.pick(100) < 4 { End::Failed(failure(dice)) } else { End::Delivered };
    Course::Taken { driver, assigned_at, started_at, ended_at, end }
}

/// The first of them happen most.
fn failure(dice: &Dice) -> &'static str {
    let place = dice.pick(FAILURES.len()).min(dice.pick(FAILURES.len()));
    FAILURES[place]
}

fn message(dice: &Dice, created_at: UnixMillis) -> OrderMessage {
    let (barrio, lat, lng, streets) = dice.one_of(BARRIOS);
    let near = |centre: f64| centre + (dice.fraction() - 0.5) * 0.012;
    let customer = format!("{} {}", dice.one_of(CUSTOMERS).0, dice.one_of(CUSTOMERS).1);
    let mut total = 0;
    let mut lines = Vec::new();
    for _ in 0..=dice.pick(4) {
        let (name, price) = dice.one_of(PRODUCTS);
        let quantity = 1 + i64::from(dice.pick(3) == 0);
        total += price * quantity;
        lines.push(json!({ "nombre": name, "cantidad": quantity, "precio": price, "subtotal": price * quantity }));
    }
    let order = json!({
        "numero": OrderNumber::generate(&dice.ambient_at(created_at)),
        "cliente_nombre": customer, "cliente_telefono": "+54 11 5555 0101",
        "cliente_direccion": format!("{} {}", dice.one_of(streets), 100 + dice.pick(4000)),
        "barrio": barrio, "lat": near(*lat), "lng": near(*lng), "productos": lines, "total": total,
        "metodo_pago": dice.one_of(&["efectivo", "efectivo", "tarjeta", "transferencia"]),
        "indicaciones": NOTES.get(dice.pick(2 * NOTES.len())), "fecha_creacion": created_at,
        "prometido": created_at.plus_ms(minutes(45.0)),
        "prioridad": if dice.pick(12) == 0 { "alta" } else { "normal" }, "origen": "belgrano_ahorro",
    });
    #[expect(clippy::expect_used, reason = "the demo's own words, proved by a test")]
    OrderMessage::from_json(order.to_string().as_bytes()).expect("an order")
}

#[expect(clippy::cast_possible_truncation, reason = "a day has few minutes")]
fn minutes(minutes: f64) -> i64 {
    (minutes * 60_000.0) as i64
}

impl Past {
    /// When it was ordered.
    pub fn created_at(&self) -> UnixMillis {
        self.message.created_at.unwrap_or(UnixMillis(0))
    }

    /// When something happened to it last.
    fn last(&self) -> UnixMillis {
        match self.course {
            Course::Waiting => self.created_at(),
            Course::Cancelled { at } => at,
            Course::Taken { ended_at, .. } => ended_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use belgrano_shared::timestamp::UnixMillis;

    use super::{Course, DAYS, End, LATE, MINUTE_MS, Past, past};
    use crate::demo::dice::Dice;

    fn at(text: &str) -> UnixMillis {
        UnixMillis::parse(text).expect("a time")
    }

    /// A Saturday night.
    const NOW: &str = "2026-11-21T23:30:00-03:00";

    fn made(seed: u64) -> Vec<Past> {
        past(&Dice::new(seed), at(NOW))
    }

    #[test]
    fn the_same_seed_makes_the_same_past() {
        let (one, again, other) = (made(1), made(1), made(2));
        assert_eq!(format!("{one:?}"), format!("{again:?}"));
        assert_ne!(format!("{one:?}"), format!("{other:?}"));
    }

    #[test]
    fn everything_happened_in_its_order_and_before_now() {
        for order in made(3) {
            assert!(
                order.last() < at(NOW) && order.created_at() > at(NOW).plus_ms(-DAYS * 24 * 60 * MINUTE_MS),
                "{order:?}"
            );
            if let Course::Taken { assigned_at, started_at, ended_at, .. } = order.course {
                let times = [order.created_at(), assigned_at, started_at, ended_at];
                assert!(times.is_sorted(), "{times:?}");
            }
        }
        let waiting = made(3).into_iter().filter(|order| order.course == Course::Waiting);
        assert_eq!(i64::try_from(waiting.count()), Ok(LATE));
        let at_dawn = past(&Dice::new(3), at("2026-11-21T05:00:00-03:00"));
        assert!(at_dawn.iter().all(|order| order.last() < at("2026-11-21T05:00:00-03:00")));
    }

    #[test]
    fn weekends_and_meals_are_busy() {
        let all = made(4);
        let local = |order: &Past| order.created_at().local().expect("a time");
        let of =
            |weekday: i8| all.iter().filter(|order| local(order).weekday().to_monday_zero_offset() == weekday).count();
        assert!(of(5) > of(0) * 3 / 2, "Saturday {} and Monday {}", of(5), of(0));
        let at = |wanted: i8| all.iter().filter(|order| local(order).hour() == wanted).count();
        assert!(at(12) > 3 * at(16) && at(20) > 3 * at(17) && at(4) == 0, "{} {} {}", at(12), at(16), at(20));
    }

    #[test]
    fn most_arrive_and_most_of_those_in_time() {
        let all = made(5);
        let took = |order: &Past| match &order.course {
            Course::Taken { ended_at, end: End::Delivered, .. } => Some(ended_at.since_ms(order.created_at())),
            _ => None,
        };
        let took: Vec<i64> = all.iter().filter_map(took).collect();
        assert!(all.len() > 900 && took.len() * 100 > all.len() * 88, "{} of {}", took.len(), all.len());
        let in_time = took.iter().filter(|ms| **ms <= 15 * MINUTE_MS).count();
        assert!((75..97).contains(&(in_time * 100 / took.len())), "{in_time} of {}", took.len());
    }
}
