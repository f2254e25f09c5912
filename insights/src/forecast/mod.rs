//! What the coming days will bring: revenue or orders of a source, with bands that say how far off that may be.
//!
//! In: sums by day. Out: a value for each coming day, the model that did best on the days that are known, and how well it did.
//! Days on which the shop is closed are no zeros: they are learned from the calendar and left out. What must never happen here:
//! a model that is judged by the days it was chosen or calibrated on, or a forecast of a few days that looks like one of many.

mod backtest;
pub mod calendar;
mod candidates;
mod course;
pub mod demand;
mod measures;
mod openings;
mod ridge;
mod steps;

use jiff::ToSpan as _;
use jiff::civil::Date;

pub use backtest::{Band, Outcome, Tried, outcome};
pub use calendar::Calendar;
pub use candidates::Candidate;
pub use course::{Course, Mark};
pub use measures::Measures;
pub use openings::Openings;
pub use steps::Step;

use crate::math::{mean, quantile};

/// Fewer days than these tell nothing of weekdays or of how far off a model is.
pub const LEAST_DAYS: usize = 28;

/// What one day brought.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sum {
    /// The local day.
    pub day: Date,
    /// Revenue or orders.
    pub value: f64,
}

/// What a coming day will bring, or the week or month that begins on it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction {
    /// The local day.
    pub day: Date,
    /// The most likely value and its bands; nothing at all on a closed day.
    pub band: Band,
    /// Whether the shop is closed on it.
    pub closed: bool,
}

/// The coming days.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Forecast {
    /// Each of them, in order.
    pub predictions: Vec<Prediction>,
    /// The name of the model that was chosen.
    pub model: &'static str,
    /// How well it did on days that it did not know; `None` where there are too few to tell.
    pub measures: Option<Measures>,
    /// How far off each model was on the days by which one was chosen, as a share of what those days brought.
    pub candidates: Vec<(&'static str, f64)>,
    /// Days with a value that were learned from.
    pub days: usize,
}

/// The `ahead` days after `last`, from what the days up to then brought, as fine as `step`. Days without a sum brought nothing.
#[must_use]
pub fn forecast(sums: &[Sum], last: Date, ahead: usize, calendar: Calendar, step: Step) -> Forecast {
    let (days, tried) = day_by_day(sums, last, ahead, calendar);
    if step == Step::Day {
        return days;
    }
    let predictions = steps::grouped(&days.predictions, sums, step, tried.as_ref());
    Forecast { predictions, ..days }
}

fn day_by_day(sums: &[Sum], last: Date, ahead: usize, calendar: Calendar) -> (Forecast, Option<Tried>) {
    let past = openings::every_day(sums, last);
    let coming: Vec<Date> =
        std::iter::successors(last.tomorrow().ok(), |day| day.tomorrow().ok()).take(ahead).collect();
    if past.len() < LEAST_DAYS {
        return (mean_with_range(&past, &coming), None);
    }
    let openings = Openings::learn(&past, calendar);
    let course = openings.course(&past);
    let open: Vec<Date> = coming.iter().copied().filter(|day| openings.is_open(*day)).collect();
    // Closed days have no mark ahead, so that steps ahead are days of sale.
    let marks: Vec<Mark> = open.iter().map(|day| openings.mark(*day)).collect();
    let Some(outcome) = outcome(&course, &marks) else { return (mean_with_range(&past, &coming), None) };
    let mut bands = outcome.bands.iter().copied();
    let predictions = coming.iter().map(|day| {
        let band = if openings.is_open(*day) { bands.next() } else { None };
        Prediction { day: *day, band: band.unwrap_or_default(), closed: band.is_none() }
    });
    let days = course.values.iter().flatten().count();
    let predictions = predictions.collect();
    let Outcome { model, measures, candidates, tried, .. } = outcome;
    (Forecast { predictions, model, measures, candidates, days }, Some(tried))
}

/// Of too few days: their mean, and between which values they lay.
fn mean_with_range(past: &[Sum], coming: &[Date]) -> Forecast {
    let values: Vec<f64> = past.iter().map(|sum| sum.value).collect();
    let at = |share| quantile(&values, share).max(0.0);
    let band = Band {
        value: mean(&values).max(0.0),
        lower_80: at(0.1),
        upper_80: at(0.9),
        lower_95: at(0.0),
        upper_95: at(1.0),
    };
    let predictions = coming.iter().map(|day| Prediction { day: *day, band, closed: false }).collect();
    Forecast { predictions, model: "mean", measures: None, candidates: Vec::new(), days: values.len() }
}

/// The day so many days after another one.
pub(crate) fn after(day: Date, days: i64) -> Date {
    day.checked_add(days.days()).unwrap_or(day)
}

#[cfg(test)]
mod tests;
