//! Everybody who ever ordered: the customers that the live demo goes on with, the businesses, and the people of the story.
//!
//! Who they are and how often they order is decided here once; what they order is decided day by day in [`plan`](super::plan).

use belgrano_runtime::auth::email::Email;
use belgrano_wire::search::fold;
use belgrano_wire::timestamp::UnixMillis;
use shop::visits::Device;

use super::super::customers::{email_of, merchant_email};
use super::super::dice::Dice;
use super::super::places::{BARRIOS, CUSTOMERS};
use super::names::{BUSINESSES, Business, FIRST, LAST};
use super::story::{DESERTED, Day, PEOPLE};

/// How often somebody orders beside the others: so many of a hundred people, and how often.
const ZEAL: [(usize, f64); 4] = [(9, 11.0), (22, 3.4), (35, 0.9), (34, 0.16)];
/// Of a hundred people, those who were there when the year began.
const FOUNDERS: usize = 34;
/// Of a hundred people, those who say when they were born.
const SAY_THEIR_AGE: usize = 78;
/// Ages, and how many of a hundred have them.
const AGES: [(usize, i64, usize); 6] =
    [(14, 18, 7), (27, 25, 10), (25, 35, 10), (16, 45, 10), (11, 55, 10), (7, 65, 18)];
/// What people order with, of a hundred.
const DEVICES: [(usize, Device); 3] = [(66, Device::Phone), (29, Device::Desktop), (5, Device::Tablet)];
const HOUR_MS: i64 = 3_600_000;

/// Somebody with an account.
pub struct Person {
    pub first: String,
    pub last: String,
    pub email: Email,
    pub phone: String,
    pub street: String,
    /// A place in the list of barrios.
    pub barrio: usize,
    /// Latitude and longitude of the door.
    pub home: (f64, f64),
    pub birth_year: Option<i64>,
    pub business: Option<&'static Business>,
    /// When the account was made.
    pub since: UnixMillis,
    /// Days before today of the last order, where somebody left.
    pub until_back: i64,
    /// How often it orders beside the others.
    pub zeal: f64,
    pub device: Device,
}

/// All of them: those of the live demo first, then the businesses, then the others.
pub fn people(dice: &Dice, days: &[Day]) -> Vec<Person> {
    let mut people: Vec<Person> = CUSTOMERS.iter().map(|(first, last)| of_the_demo(dice, days, first, last)).collect();
    people.extend(BUSINESSES.iter().enumerate().map(|(place, business)| merchant(dice, days, place, business)));
    for place in 0..PEOPLE {
        people.push(somebody(dice, days, place));
    }
    people
}

/// Where the businesses are among the people.
pub fn merchant_at(business: usize) -> usize {
    CUSTOMERS.len() + business
}

fn of_the_demo(dice: &Dice, days: &[Day], first: &str, last: &str) -> Person {
    let zeal = dice.around(7.0, 2.0).max(2.0);
    Person { email: email_of(first), zeal, ..person(dice, days, (first, last), days.len() - 1) }
}

fn merchant(dice: &Dice, days: &[Day], place: usize, business: &'static Business) -> Person {
    let email = if place == 0 { merchant_email() } else { Email::local(&format!("comercio{place}.demo")) };
    let back = usize::try_from(business.since).unwrap_or_default();
    let person = person(dice, days, (business.first, business.last), back);
    let (home, street) = door(dice, business.barrio);
    // What a business needs comes by package.
    Person {
        email,
        business: Some(business),
        barrio: business.barrio,
        home,
        street,
        zeal: 0.0,
        birth_year: None,
        ..person
    }
}

fn somebody(dice: &Dice, days: &[Day], place: usize) -> Person {
    let (first, last) = (*dice.one_of(&FIRST), *dice.one_of(&LAST));
    let year = days.len() - 1;
    let deserts = place < DESERTED.people;
    // Growth: of those who came since, most came lately.
    let back = if deserts || dice.pick(100) < FOUNDERS { year } else { dice.pick(year).min(dice.pick(year)) };
    let mut person = person(dice, days, (first, last), back);
    person.email = Email::local(&format!("{}.{}{place}.demo", plain(first), plain(last)));
    if deserts {
        let barrio = BARRIOS.iter().position(|barrio| barrio.0 == DESERTED.barrio).unwrap_or_default();
        let (home, street) = door(dice, barrio);
        person = Person { barrio, home, street, zeal: dice.around(8.0, 2.0).max(3.0), ..person };
        person.until_back = DESERTED.gone;
    }
    person
}

/// Without accents and blanks, for an address.
fn plain(name: &str) -> String {
    fold(name).replace(' ', "")
}

fn person(dice: &Dice, days: &[Day], (first, last): (&str, &str), back: usize) -> Person {
    let day = days[days.len() - 1 - back.min(days.len() - 1)].local;
    let barrio = dice.pick(BARRIOS.len());
    let (home, street) = door(dice, barrio);
    let this_year = days.last().map_or(2026, |day| i64::from(day.local.date.year()));
    let (_, youngest, years) = *weighed(dice, &AGES, |age| age.0);
    let age = youngest + i64::try_from(dice.pick(years)).unwrap_or_default();
    Person {
        first: first.to_owned(),
        last: last.to_owned(),
        email: Email::local(""),
        phone: format!("+54 11 5555 {:04}", 300 + dice.pick(9700)),
        street,
        barrio,
        home,
        birth_year: (dice.pick(100) < SAY_THEIR_AGE).then_some(this_year - age),
        business: None,
        since: day.begins.plus_ms(HOUR_MS * (8 + i64::try_from(dice.pick(4)).unwrap_or_default())),
        until_back: -1,
        zeal: weighed(dice, &ZEAL, |zeal| zeal.0).1 * (0.6 + 0.8 * dice.fraction()),
        device: weighed(dice, &DEVICES, |device| device.0).1,
    }
}

/// A door in a barrio: where it is, and how its street and number are written.
pub fn door(dice: &Dice, barrio: usize) -> ((f64, f64), String) {
    let (_, lat, lng, streets) = BARRIOS[barrio % BARRIOS.len()];
    let near = |centre: f64| centre + (dice.fraction() - 0.5) * 0.012;
    ((near(lat), near(lng)), format!("{} {}", dice.one_of(&streets), 100 + dice.pick(4000)))
}

/// One of them, by how many of all it stands for.
pub fn weighed<'a, T>(dice: &Dice, all: &'a [T], weight: impl Fn(&T) -> usize) -> &'a T {
    let mut left = dice.pick(all.iter().map(&weight).sum());
    for one in all {
        match left.checked_sub(weight(one)) {
            Some(rest) => left = rest,
            None => return one,
        }
    }
    &all[0]
}
