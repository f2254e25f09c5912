//! How well a model did on days that it did not know.

use crate::math::{likely_share, mean, real};

/// A day that was foretold, and what it brought.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Told {
    pub(super) step: usize,
    pub(super) expected: f64,
    pub(super) actual: f64,
}

/// How far off a model was.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measures {
    /// Mean of the absolute errors as shares of the days' own values, percent; `None` where a day brought nothing or less.
    pub mape: Option<f64>,
    /// The absolute errors over all that the days brought, percent; `None` where that was nothing or less.
    pub wape: Option<f64>,
    /// Root of the mean squared error, in the unit of the values.
    pub rmse: f64,
    /// Share of the variance that is foretold, at most 1; below 0 the mean would have been better. `None` where nothing varied.
    pub r2: Option<f64>,
    /// Share of the days within the band that is to hold 80 % of them, and the shares that are likely.
    pub coverage_80: Option<(f64, f64, f64)>,
    /// The same of the band of 95 %.
    pub coverage_95: Option<(f64, f64, f64)>,
    /// Days it was judged by.
    pub days: usize,
}

/// The absolute errors over all that the days brought; infinite where that was nothing.
pub(super) fn weighted(told: &[Told]) -> f64 {
    let wrong: f64 = told.iter().map(|told| (told.expected - told.actual).abs()).sum();
    let all: f64 = told.iter().map(|told| told.actual).sum();
    if all > 0.0 { wrong / all } else { f64::INFINITY }
}

/// The share of days within a band, with the least and the highest that are likely. Days of one stretch err together, so they count as
/// fewer days where stretches differ more than as many days drawn apart would.
fn coverage(stretches: &[(usize, usize)]) -> Option<(f64, f64, f64)> {
    let tried: Vec<(f64, f64)> =
        stretches.iter().filter(|(days, _)| *days > 0).map(|(days, hits)| (real(*days), real(*hits))).collect();
    let days: f64 = tried.iter().map(|(days, _)| days).sum();
    let hits: f64 = tried.iter().map(|(_, hits)| hits).sum();
    let count = real(tried.len());
    if tried.is_empty() {
        return None;
    }
    let share = hits / days;
    let apart: f64 = tried.iter().map(|(days, hits)| (hits / days - share).powi(2)).sum();
    let apart_from =
        if count > 1.0 && apart > 0.0 { share * (1.0 - share) * count * (count - 1.0) / apart } else { count };
    let (low, high) = likely_share(share, apart_from.clamp(count, days))?;
    Some((share, low, high))
}

impl Measures {
    /// Of these days; `covered` says of each stretch how many days it has and how many of them a band of so much held.
    pub(super) fn of(told: &[Told], covered: impl Fn(f64) -> Vec<(usize, usize)>) -> Self {
        let actual: Vec<f64> = told.iter().map(|told| told.actual).collect();
        let squared: Vec<f64> = told.iter().map(|told| (told.expected - told.actual).powi(2)).collect();
        let middle = mean(&actual);
        let varied = mean(&actual.iter().map(|value| (value - middle).powi(2)).collect::<Vec<_>>());
        let shares: Vec<f64> = told.iter().map(|told| ((told.expected - told.actual) / told.actual).abs()).collect();
        let wape = weighted(told);
        Self {
            mape: (!told.is_empty() && actual.iter().all(|value| *value > 0.0)).then(|| 100.0 * mean(&shares)),
            wape: wape.is_finite().then_some(100.0 * wape),
            rmse: mean(&squared).sqrt(),
            r2: (varied > 0.0).then(|| 1.0 - mean(&squared) / varied),
            coverage_80: coverage(&covered(0.8)),
            coverage_95: coverage(&covered(0.95)),
            days: told.len(),
        }
    }
}
