//! Days that brought much more or much less than the same weekday does.

use jiff::civil::Date;

use super::Severity;
use crate::forecast::Sum;
use crate::math::{median, spread};

/// Days of one weekday that have to be known.
const LEAST: usize = 6;
/// Of the same weekday so many before and after are looked at.
const AROUND: usize = 8;
/// A day further than this from them, in standard deviations, is strange.
const FAR: f64 = 4.0;

/// A day that stands out from what was expected of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Strange {
    /// The day.
    pub day: Date,
    /// What it brought.
    pub value: f64,
    /// What such a day usually brings.
    pub usual: f64,
    /// How far off that is, in standard deviations; negative where it brought less.
    pub distance: f64,
    /// How grave that is.
    pub severity: Severity,
}

/// The strange days among days of sale, in order. Days without a sum are closed and not looked at.
#[must_use]
pub fn strange_days(sums: &[Sum]) -> Vec<Strange> {
    let mut found = Vec::new();
    for weekday in 1..=7 {
        let own = sums.iter().filter(|sum| sum.day.weekday().to_monday_one_offset() == weekday);
        let own: Vec<&Sum> = own.collect();
        for (place, sum) in own.iter().enumerate() {
            let (first, end) = (place.saturating_sub(AROUND), (place + AROUND + 1).min(own.len()));
            // A day is not among those it is compared with.
            let others: Vec<f64> = (first..end).filter(|other| *other != place).map(|other| own[other].value).collect();
            let (usual, apart) = (median(&others), spread(&others));
            // Days that hardly vary would make every coin strange.
            let apart = apart.max(0.05 * usual.abs());
            let distance = (sum.value - usual) / apart;
            if others.len() + 1 >= LEAST && apart > 0.0 && distance.abs() >= FAR {
                let severity = Severity::of_distance(distance);
                found.push(Strange { day: sum.day, value: sum.value, usual, distance, severity });
            }
        }
    }
    found.sort_by_key(|strange| strange.day);
    found
}
