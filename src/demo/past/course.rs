//! What became of an order: called off, delivered, brought back; when, and by which driver. Pure, and the same for the same seed.

use belgrano_wire::timestamp::UnixMillis;
use shop::unit::Promised;

use super::super::dice::Dice;
use super::super::places::{DRIVERS, FAILURES};

pub const MINUTE_MS: i64 = 60_000;
/// Of a hundred orders, those that are called off.
const CANCELLED: usize = 4;
/// Of the deliveries.
const FAILING: f64 = 0.04;
/// Of a hundred that nobody could be given, those that went out again.
const AGAIN: usize = 35;
/// What customers are promised, in minutes from the order: from when, until when, and until when while everybody orders.
const PROMISED: (f64, f64, f64) = (6.0, 15.0, 18.0);

/// Why people call an order off.
const CALLED_OFF: [&str; 4] =
    ["Me equivoqué de dirección", "Ya no lo necesito", "Lo pedí dos veces", "Va a tardar mucho"];

/// What became of an order.
#[derive(Clone, Debug, PartialEq)]
pub enum Course {
    /// Nobody took it yet.
    Waiting,
    /// It was called off before anybody took it.
    Cancelled { at: UnixMillis, why: &'static str },
    /// A driver (its place among them) took it.
    Taken { driver: usize, assigned_at: UnixMillis, started_at: UnixMillis, ended_at: UnixMillis, end: End },
}

/// How a driver's way ended.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    Delivered,
    /// And was brought back for this reason.
    Returned(&'static str),
    /// And went out again, with success.
    Again {
        why: &'static str,
        delivered_at: UnixMillis,
    },
}

/// What makes deliveries slower and worse than usual.
#[derive(Clone, Copy, Debug)]
pub struct Trouble {
    /// How much longer they take.
    pub pace: f64,
    /// Part of them that fails.
    pub failing: f64,
}

impl Trouble {
    pub const NONE: Self = Self { pace: 1.0, failing: FAILING };
}

/// How it goes with an order.
pub fn run(dice: &Dice, created_at: UnixMillis, trouble: Trouble) -> Course {
    if dice.pick(100) < CANCELLED {
        let at = created_at.plus_ms(minutes(0.5 + dice.wait(2.0)));
        return Course::Cancelled { at, why: dice.one_of::<&str>(&CALLED_OFF) };
    }
    let driver = dice.pick(DRIVERS.len());
    // Some are quicker than others.
    let pace = trouble.pace * if driver % 4 == 1 { 1.25 } else { 0.9 };
    let assigned_at = created_at.plus_ms(minutes(0.2 + dice.wait(0.8)));
    let started_at = assigned_at.plus_ms(minutes(1.0 + pace * dice.wait(1.5)));
    let way = 3.5 + pace * dice.around(4.5, 1.5).max(1.0) + dice.wait(1.6);
    let ended_at = started_at.plus_ms(minutes(way));
    let end = if dice.fraction() < trouble.failing { failed(dice, ended_at) } else { End::Delivered };
    Course::Taken { driver, assigned_at, started_at, ended_at, end }
}

fn failed(dice: &Dice, at: UnixMillis) -> End {
    // The first reasons happen most.
    let why = FAILURES[dice.pick(FAILURES.len()).min(dice.pick(FAILURES.len()))];
    if dice.pick(100) < AGAIN {
        End::Again { why, delivered_at: at.plus_ms(minutes(14.0 + dice.wait(8.0))) }
    } else {
        End::Returned(why)
    }
}

/// What the customer was promised.
pub fn promised(created_at: UnixMillis, rush: bool) -> Promised {
    let (from, to, to_in_rush) = PROMISED;
    let at = |after: f64| Some(created_at.plus_ms(minutes(after)));
    Promised { from: at(from), to: at(if rush { to_in_rush } else { to }) }
}

#[expect(clippy::cast_possible_truncation, reason = "a day has few minutes")]
pub fn minutes(minutes: f64) -> i64 {
    (minutes * 60_000.0) as i64
}

impl Course {
    /// When something happened to it last; `None` while nothing has.
    pub fn last(&self) -> Option<UnixMillis> {
        match self {
            Self::Waiting => None,
            Self::Cancelled { at, .. } => Some(*at),
            Self::Taken { end: End::Again { delivered_at, .. }, .. } => Some(*delivered_at),
            Self::Taken { ended_at, .. } => Some(*ended_at),
        }
    }

    /// When it was delivered.
    pub fn delivered_at(&self) -> Option<UnixMillis> {
        match self {
            Self::Taken { ended_at, end: End::Delivered, .. } => Some(*ended_at),
            Self::Taken { end: End::Again { delivered_at, .. }, .. } => Some(*delivered_at),
            _ => None,
        }
    }
}
