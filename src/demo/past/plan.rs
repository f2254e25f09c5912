//! The year day by day: who wants what, and when; what the shop does meanwhile. Pure, and the same for the same seed and moment.
//!
//! Nothing here knows what is on the shelf: whether somebody gets what it wants is seen when the year is
//! [told](super::shop) to the shop.

use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::zone::LocalDay;
use shop::merchants::{DueDate, RunHour, Series};
use shop::visits::{Arrival, Device, Origin};

use super::super::dice::Dice;
use super::super::places::{BARRIOS, NOTES};
use super::baskets::{basket, large};
use super::calendar::Kind;
use super::course::{Course, MINUTE_MS, Trouble, minutes, promised, run};
use super::goods::PRICES;
use super::names::BUSINESSES;
use super::people::{Person, door, merchant_at, people, weighed};
use super::ratings::{Rated, rate};
use super::story::{DAYS, DESERTED, Day, Event, LATE, SPIKE, STORM, days};

/// How people pay, of a hundred.
const PAYMENTS: [(usize, &str); 3] = [(46, "efectivo"), (33, "tarjeta"), (21, "transferencia")];
/// Where whoever orders came from, of a hundred: words of `utm_source`, and kinds of site.
pub const ORIGINS: [(usize, &str); 6] =
    [(44, "directo"), (22, "buscador"), (17, "red-social"), (9, "boletin"), (5, "instagram"), (3, "otro-sitio")];
/// Of a hundred orders, those that go somewhere else than home.
const ELSEWHERE: usize = 8;
/// Packages are ordered before the shop opens, and taken out when it does, so long after.
const TAKEN_OUT_MS: i64 = 2 * HOUR_MS;
/// When the shop is opened and shut: goods are taken in, and what was looked at is counted.
const MORNING_HOUR: i64 = 8;
const EVENING_HOUR: i64 = 24;
const HOUR_MS: i64 = 60 * MINUTE_MS;

/// All that is told.
pub struct Plan {
    /// When the shop was made.
    pub begins: UnixMillis,
    /// Until when it is told.
    pub now: UnixMillis,
    pub people: Vec<Person>,
    /// In the order of time.
    pub acts: Vec<Act>,
}

/// Something that happened.
pub struct Act {
    pub at: UnixMillis,
    pub what: What,
}

pub enum What {
    /// Somebody (a place among the people) makes an account.
    Register(usize),
    /// A business (its place) has something sent again and again from now on.
    MakePackage(usize),
    /// What it is sent is due.
    RunPackage { business: usize, course: Course },
    /// Somebody wants to order.
    Order(Box<Wish>),
    /// A product has another price from now on, in pesos.
    Price(i64, i64),
    /// Goods are ordered and taken in.
    Morning(Day),
    /// What was looked at is counted.
    Evening(Day),
}

/// What somebody wants.
pub struct Wish {
    pub person: usize,
    pub basket: Vec<(i64, i64)>,
    /// The barrio (its place), the door, and how that is written.
    pub barrio: usize,
    pub door: (f64, f64),
    pub street: String,
    pub notes: &'static str,
    pub payment: &'static str,
    pub arrival: Arrival,
    /// Whether everybody orders then.
    pub rush: bool,
    pub course: Course,
    /// What is said of it later.
    pub rated: Option<Rated>,
}

/// The year that ends `now`.
pub fn plan(dice: &Dice, now: UnixMillis) -> Plan {
    let year: Vec<LocalDay> = LocalDay::last(DAYS, now).collect();
    let begins = year.first().map_or(now, |day| day.begins);
    let days = days(&year);
    let people = people(dice, &days);
    let mut planner = Planner { dice, now, people: &people, crowd: Vec::new(), acts: Vec::new() };
    for (place, person) in people.iter().enumerate() {
        planner.add(person.since, What::Register(place));
    }
    for day in &days {
        planner.day(day);
    }
    planner.packages(&days);
    for place in 0..LATE {
        let at = now.plus_ms(-(17 + 2 * place) * MINUTE_MS);
        planner.order(at, days.last(), Some(Course::Waiting));
    }
    let mut acts = planner.acts;
    acts.sort_by_key(|act| act.at);
    Plan { begins, now, people, acts }
}

struct Planner<'a> {
    dice: &'a Dice,
    now: UnixMillis,
    people: &'a [Person],
    /// Who may order on a day: how often those up to each order together, and its place among the people.
    crowd: Vec<(f64, usize)>,
    acts: Vec<Act>,
}

impl Planner<'_> {
    fn add(&mut self, at: UnixMillis, what: What) {
        if at < self.now {
            self.acts.push(Act { at, what });
        }
    }

    fn day(&mut self, day: &Day) {
        let at = |hour: i64| day.local.begins.plus_ms(hour * HOUR_MS);
        self.add(at(MORNING_HOUR), What::Morning(*day));
        for (product, prices) in &PRICES {
            if let Some((_, price)) = prices.iter().skip(1).find(|(back, _)| *back == day.back) {
                self.add(at(MORNING_HOUR).plus_ms(20 * MINUTE_MS), What::Price(*product, *price));
            }
        }
        self.gather(day);
        let mut left = self.dice.around(day.orders(), day.orders() * 0.06);
        while left > 0.0 {
            let hour = hour(self.dice);
            self.order(day.local.begins.plus_ms(minutes(60.0 * hour)), Some(day), None);
            left -= 1.0;
        }
        if day.event == Some(Event::Spike) {
            self.spike(day);
        }
        self.add(at(EVENING_HOUR).min(self.now).plus_ms(-1), What::Evening(*day));
    }

    /// What is sent again and again, from the day after it was asked for. On a closed day nothing runs: it is ordered on the next.
    fn packages(&mut self, days: &[Day]) {
        for (business, named) in BUSINESSES.iter().enumerate() {
            let first = days.iter().position(|day| day.back == named.since).unwrap_or_default();
            self.add(days[first].local.begins.plus_ms(12 * HOUR_MS), What::MakePackage(business));
            let Some(anchor) = days.get(first + 1).map(|day| DueDate::new(day.local.date)) else { continue };
            let series = Series { frequency: named.package.every, anchor };
            let mut next = Some(anchor);
            while let Some(due_on) = next.filter(|due_on| due_on.at(RunHour::DEFAULT) < self.now) {
                self.package(business, due_on, days);
                next = series.due(due_on, due_on.at(RunHour::DEFAULT), RunHour::DEFAULT).next;
            }
        }
    }

    fn package(&mut self, business: usize, due_on: DueDate, days: &[Day]) {
        let mut at = due_on.at(RunHour::DEFAULT);
        let is_closed = |day: &Day| day.kind == Kind::Closed && (day.local.begins..day.local.ends).contains(&at);
        if let Some(day) = days.iter().find(|day| is_closed(day)) {
            at = day.local.ends.plus_ms(at.since_ms(day.local.begins));
        }
        let course = run(self.dice, at.plus_ms(TAKEN_OUT_MS), Trouble::NONE);
        if course.last().is_none_or(|last| last < self.now) {
            self.add(at, What::RunPackage { business, course });
        }
    }

    /// A company orders for an event.
    fn spike(&mut self, day: &Day) {
        let (business, month) = (&self.people[merchant_at(1)], day.local.date.month());
        for place in 0..SPIKE.orders {
            let minute = 600 + 23 * i64::try_from(place).unwrap_or_default();
            let at = day.local.begins.plus_ms(minute * MINUTE_MS);
            let wish = Wish {
                person: merchant_at(1),
                basket: large(self.dice, month, SPIKE.lines, SPIKE.pieces),
                barrio: business.barrio,
                door: business.home,
                street: business.street.clone(),
                rush: true,
                notes: "Entregar por el portón de proveedores",
                payment: "transferencia",
                arrival: Arrival { device: Some(Device::Desktop), origin: Origin::direct() },
                course: run(self.dice, at, Trouble { failing: 0.0, ..Trouble::NONE }),
                rated: None,
            };
            self.add(at, What::Order(Box::new(wish)));
        }
    }

    fn order(&mut self, at: UnixMillis, day: Option<&Day>, course: Option<Course>) {
        let Some((day, place)) = day.and_then(|day| Some((day, self.who()?))) else { return };
        let (dice, person) = (self.dice, &self.people[place]);
        let (mut barrio, mut home, mut street) = (person.barrio, person.home, person.street.clone());
        if dice.pick(100) < ELSEWHERE {
            barrio = dice.pick(BARRIOS.len());
            (home, street) = door(dice, barrio);
        }
        let rush = is_rush(at, day);
        let course = course.unwrap_or_else(|| run(dice, at, trouble(day, barrio)));
        let late = course.delivered_at().zip(promised(at, rush).to).is_some_and(|(arrived, until)| arrived > until);
        let basket = basket(dice, day.local.date.month());
        let rated = course.delivered_at().and_then(|arrived| rate(dice, arrived, late, &basket));
        let origin = weighed(dice, &ORIGINS, |origin| origin.0).1;
        let wish = Wish {
            person: place,
            basket,
            barrio,
            door: home,
            street,
            notes: NOTES.get(dice.pick(2 * NOTES.len())).copied().unwrap_or_default(),
            payment: weighed(dice, &PAYMENTS, |payment| payment.0).1,
            arrival: Arrival {
                device: Some(person.device),
                origin: Origin::stored(origin).unwrap_or_else(Origin::direct),
            },
            rush,
            rated: rated.filter(|rated| rated.at < self.now),
            course,
        };
        if wish.course.last().is_none_or(|last| last < self.now) {
            self.add(at, What::Order(Box::new(wish)));
        }
    }

    /// Those who have an account on that day and have not left.
    fn gather(&mut self, day: &Day) {
        let mut together = 0.0;
        let here = self.people.iter().enumerate();
        let here = here.filter(|(_, person)| person.since < day.local.begins && person.until_back < day.back);
        self.crowd = here
            .map(|(place, person)| {
                together += person.zeal;
                (together, place)
            })
            .collect();
    }

    /// One of them, by how often each orders.
    fn who(&self) -> Option<usize> {
        let chance = self.dice.fraction() * self.crowd.last()?.0;
        let at = self.crowd.partition_point(|(together, _)| *together <= chance);
        self.crowd.get(at).map(|(_, place)| *place)
    }
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

/// The nights on which everybody orders.
fn is_rush(at: UnixMillis, day: &Day) -> bool {
    matches!(day.weekday(), 4 | 5) && at.since_ms(day.local.begins) > 19 * HOUR_MS
}

fn trouble(day: &Day, barrio: usize) -> Trouble {
    let deserted = (DESERTED.gone..=DESERTED.late_from).contains(&day.back) && BARRIOS[barrio].0 == DESERTED.barrio;
    if day.event == Some(Event::Storm) {
        Trouble { pace: STORM.pace, failing: STORM.failing }
    } else if deserted {
        Trouble { pace: DESERTED.pace, ..Trouble::NONE }
    } else {
        Trouble::NONE
    }
}
