//! The coming weeks and months, from the coming days. Pure.
//!
//! Errors of days even out within a week, though not all of them: so a band of a week is made of how far off the weeks of the backtest
//! were, and not of the bands of its days.

use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};

use super::backtest::{Band, Tried};
use super::{Prediction, Sum};

/// How fine a forecast is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Step {
    /// Day by day.
    #[default]
    Day,
    /// Weeks, from Monday.
    Week,
    /// Months of the calendar.
    Month,
}

impl Step {
    /// The step of a word of the API.
    #[must_use]
    pub fn read(word: &str) -> Self {
        match word {
            "week" => Self::Week,
            "month" => Self::Month,
            _ => Self::Day,
        }
    }

    /// The first day of the step that `day` is in.
    #[must_use]
    pub fn first(self, day: Date) -> Date {
        match self {
            Self::Day => day,
            Self::Week if day.weekday() == Weekday::Monday => day,
            Self::Week => day.nth_weekday(-1, Weekday::Monday).unwrap_or(day),
            Self::Month => day.first_of_month(),
        }
    }

    /// The last day of the step that begins on `first`.
    fn last(self, first: Date) -> Date {
        match self {
            Self::Day => first,
            Self::Week => first.checked_add(6.days()).unwrap_or(first),
            Self::Month => first.last_of_month(),
        }
    }
}

/// The coming days as weeks or months. The one that has begun has what came in of it so far and what is foretold of the rest; one whose
/// end is not foretold is left out, for it would look like a bad one.
pub(super) fn grouped(days: &[Prediction], sums: &[Sum], step: Step, tried: Option<&Tried>) -> Vec<Prediction> {
    let Some(beginning) = days.first().map(|day| day.day) else { return Vec::new() };
    let mut open = 0;
    let mut grouped = Vec::new();
    for group in days.chunk_by(|one, other| step.first(one.day) == step.first(other.day)) {
        let first = step.first(group[0].day);
        let sold = group.iter().filter(|day| !day.closed).count();
        open += sold;
        if group.last().is_none_or(|day| day.day != step.last(first)) {
            break;
        }
        let so_far: f64 = sums.iter().filter(|sum| (first..beginning).contains(&sum.day)).map(|sum| sum.value).sum();
        let band = match tried {
            Some(tried) if sold > 0 => {
                let value = group.iter().map(|day| day.band.value).sum();
                tried.band_of_sum(value, sold, open - 1)
            }
            // Without a backtest days may all be off the same way.
            _ => group.iter().fold(Band::default(), |all, day| all.zip(day.band, |one, other| one + other)),
        };
        let band = band.zip(Band::default(), |value, _| (value + so_far).max(0.0));
        grouped.push(Prediction { day: first, band, closed: sold == 0 });
    }
    grouped
}
