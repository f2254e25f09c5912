//! What is planned: as a shop sells, and nothing before its time.

use belgrano_wire::timestamp::UnixMillis;

use super::super::course::{Course, End, MINUTE_MS};
use super::super::plan::{Plan, What, Wish, plan};
use super::super::story::{DAYS, LATE};
use crate::demo::dice::Dice;

/// The day the made-up year ends on: a Saturday, late in the evening.
const NOW: &str = "2026-11-21T23:30:00-03:00";
const TWO_WEEKS_MS: i64 = 14 * 24 * 60 * MINUTE_MS;

fn at(text: &str) -> UnixMillis {
    UnixMillis::parse(text).expect("a time")
}

fn wishes(plan: &Plan) -> Vec<(UnixMillis, &Wish)> {
    let orders = plan.acts.iter().filter_map(|act| match &act.what {
        What::Order(wish) => Some((act.at, &**wish)),
        _ => None,
    });
    orders.collect()
}

fn of_two_weeks(plan: &Plan) -> Vec<(UnixMillis, &Wish)> {
    wishes(plan).into_iter().filter(|(ordered_at, _)| *ordered_at > at(NOW).plus_ms(-TWO_WEEKS_MS)).collect()
}

/// Every order of a plan in words.
fn told(seed: u64) -> Vec<String> {
    let plan = plan(&Dice::new(seed), at(NOW));
    let said = wishes(&plan).into_iter();
    said.map(|(at, wish)| format!("{at:?} {} {:?} {:?}", wish.person, wish.basket, wish.course)).collect()
}

#[test]
fn the_same_seed_makes_the_same_year() {
    let (one, again, other) = (told(1), told(1), told(2));
    assert!(one == again && one != other);
}

#[test]
fn everything_happened_in_its_order_and_before_now() {
    for now in [NOW, "2026-11-21T05:00:00-03:00"] {
        let plan = plan(&Dice::new(3), at(now));
        let from = at(now).plus_ms(-DAYS * 24 * 60 * MINUTE_MS);
        assert!(plan.acts.is_sorted_by_key(|act| act.at));
        assert!(plan.acts.iter().all(|act| act.at < at(now) && act.at > from));
        for (ordered_at, wish) in wishes(&plan) {
            assert!(wish.course.last().is_none_or(|last| last < at(now) && last > ordered_at), "{:?}", wish.course);
            if let Course::Taken { assigned_at, started_at, ended_at, .. } = wish.course {
                assert!([ordered_at, assigned_at, started_at, ended_at].is_sorted());
            }
        }
        let waiting = wishes(&plan).into_iter().filter(|(_, wish)| wish.course == Course::Waiting);
        assert_eq!(i64::try_from(waiting.count()), Ok(LATE));
    }
}

#[test]
fn weekends_and_meals_are_busy() {
    let plan = plan(&Dice::new(4), at(NOW));
    let all = of_two_weeks(&plan);
    let local = |at: &UnixMillis| at.local().expect("a time");
    let of = |weekday: i8| all.iter().filter(|(at, _)| local(at).weekday().to_monday_zero_offset() == weekday).count();
    assert!(of(5) > of(0) * 3 / 2, "Saturday {} and Monday {}", of(5), of(0));
    let at = |wanted: i8| all.iter().filter(|(at, _)| local(at).hour() == wanted).count();
    assert!(at(12) > 3 * at(16) && at(20) > 3 * at(17) && at(4) == 0, "{} {} {}", at(12), at(16), at(20));
}

#[test]
fn most_arrive_and_most_of_those_in_time() {
    let plan = plan(&Dice::new(5), at(NOW));
    let all = of_two_weeks(&plan);
    let took = |(ordered_at, wish): &(UnixMillis, &Wish)| match wish.course {
        Course::Taken { ended_at, end: End::Delivered, .. } => Some(ended_at.since_ms(*ordered_at)),
        _ => None,
    };
    let took: Vec<i64> = all.iter().filter_map(took).collect();
    assert!(all.len() > 900 && took.len() * 100 > all.len() * 88, "{} of {}", took.len(), all.len());
    let in_time = took.iter().filter(|ms| **ms <= 15 * MINUTE_MS).count();
    assert!((75..97).contains(&(in_time * 100 / took.len())), "{in_time} of {}", took.len());
}
