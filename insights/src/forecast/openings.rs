//! On which days a shop is open: learned from the days it sold on, and from the calendar.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::calendar::Calendar;
use super::course::{Course, Mark};
use super::{Sum, after};
use crate::math::real;

/// A weekday is closed on which less than this share of days sold anything.
const SELDOM: f64 = 0.1;
/// So many days without a sale in a row are a break, such as the one at the year's end.
const BREAK: usize = 5;
/// Of a shop that sells on fewer of its open days, days without a sale are zeros and no break.
const BUSY: f64 = 0.85;

/// On which days a shop is open.
#[derive(Clone, Debug)]
pub struct Openings {
    calendar: Calendar,
    /// From Monday.
    weekdays: [bool; 7],
    closed_holidays: BTreeSet<&'static str>,
    open_holidays: BTreeSet<&'static str>,
    /// Month and day of the breaks, which come again each year.
    breaks: BTreeSet<(i8, i8)>,
}

/// The days from the first sum to `last`, each with its sum; those without one brought nothing.
pub(super) fn every_day(sums: &[Sum], last: Date) -> Vec<Sum> {
    let by_day: BTreeMap<Date, f64> = sums.iter().map(|sum| (sum.day, sum.value)).collect();
    let Some(first) = by_day.keys().next().copied() else { return Vec::new() };
    let days = std::iter::successors(Some(first), |day| day.tomorrow().ok()).take_while(|day| *day <= last);
    days.map(|day| Sum { day, value: by_day.get(&day).copied().unwrap_or(0.0) }).collect()
}

fn of_weekday(day: Date) -> usize {
    usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or(0)
}

impl Openings {
    /// Learns from every day of a stretch.
    #[must_use]
    pub fn learn(past: &[Sum], calendar: Calendar) -> Self {
        let mut seen = [(0, 0); 7];
        // What was long ago may have changed.
        for sum in past.iter().rev().take(26 * 7) {
            let (days, sold) = &mut seen[of_weekday(sum.day)];
            *days += 1;
            *sold += usize::from(is_sale(sum));
        }
        let weekdays = seen.map(|(days, sold)| days < 3 || real(sold) >= SELDOM * real(days));
        // A shop that sells now and then on any day is closed on none.
        let weekdays = if weekdays.contains(&true) { weekdays } else { [true; 7] };
        let nothing = BTreeSet::new;
        let mut learned =
            Self { calendar, weekdays, closed_holidays: nothing(), open_holidays: nothing(), breaks: BTreeSet::new() };
        for sum in past {
            if let Some(name) = calendar.holiday(sum.day).filter(|_| learned.weekdays[of_weekday(sum.day)]) {
                let list = if is_sale(sum) { &mut learned.open_holidays } else { &mut learned.closed_holidays };
                list.insert(name);
            }
        }
        learned.closed_holidays = &learned.closed_holidays - &learned.open_holidays;
        learned.breaks = learned.find_breaks(past);
        learned
    }

    fn find_breaks(&self, past: &[Sum]) -> BTreeSet<(i8, i8)> {
        let mut found = BTreeSet::new();
        let mut outside = (0, 0);
        for run in past.chunk_by(|one, other| is_sale(one) == is_sale(other)) {
            if run.first().is_some_and(|sum| !is_sale(sum)) && run.len() >= BREAK {
                found.extend(run.iter().map(|sum| (sum.day.month(), sum.day.day())));
            } else {
                let open = run.iter().filter(|sum| self.weekdays[of_weekday(sum.day)]);
                outside = open.fold(outside, |(days, sold), sum| (days + 1, sold + usize::from(is_sale(sum))));
            }
        }
        if real(outside.1) >= BUSY * real(outside.0) { found } else { BTreeSet::new() }
    }

    /// Whether the shop is open on a day, as far as one can know.
    #[must_use]
    pub fn is_open(&self, day: Date) -> bool {
        let closed_on = |name| {
            let unseen = !self.open_holidays.contains(name) && self.closed_holidays.len() > self.open_holidays.len();
            self.closed_holidays.contains(name) || unseen
        };
        self.weekdays[of_weekday(day)]
            && !self.breaks.contains(&(day.month(), day.day()))
            && !self.calendar.holiday(day).is_some_and(closed_on)
    }

    /// What a model may know of a day.
    #[must_use]
    pub fn mark(&self, day: Date) -> Mark {
        let slot = self.weekdays[..of_weekday(day)].iter().filter(|open| **open).count();
        let year = f64::from(day.day_of_year()) / 365.25;
        Mark { slot, year: Some(year), holiday: self.calendar.holiday(day).is_some(), eve: self.is_eve(day) }
    }

    fn is_eve(&self, day: Date) -> bool {
        let next = after(day, 1);
        self.weekdays[of_weekday(next)] && self.calendar.holiday(next).is_some()
    }

    /// The days as a model sees them: those of open weekdays, without a value where the shop was closed all the same.
    #[must_use]
    pub fn course(&self, past: &[Sum]) -> Course {
        let kept = past.iter().filter(|sum| self.weekdays[of_weekday(sum.day)]);
        let kept = kept.map(|sum| {
            let closed = !is_sale(sum) && !self.is_open(sum.day);
            (self.mark(sum.day), (!closed).then_some(sum.value))
        });
        let (marks, values) = kept.unzip();
        let period = self.weekdays.iter().filter(|open| **open).count();
        Course { period, marks, values }
    }
}

fn is_sale(sum: &Sum) -> bool {
    sum.value != 0.0
}
