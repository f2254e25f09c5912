//! What is out of the ordinary: orders that are unlike all others, and days unlike other days.
//!
//! In: a few figures of each order, or sums by day. Out: how strange each is, how grave that is, and why. What must never happen here:
//! a judgement by a handful of values, or one that a single wild value makes blind.

mod days;
mod forest;

pub use days::{Strange, strange_days};
pub use forest::Forest;

use crate::math::{median, spread};

/// How grave something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth a look some time.
    Low,
    /// Strange enough to be worth a look.
    Medium,
    /// Worth a look now.
    High,
}

impl Severity {
    /// Of an isolation score, which is about a half for what is like all others.
    #[must_use]
    pub fn of_score(score: f64) -> Self {
        if score >= 0.75 {
            Self::High
        } else if score >= 0.65 {
            Self::Medium
        } else {
            Self::Low
        }
    }

    /// Of a distance from the middle, in standard deviations.
    #[must_use]
    pub fn of_distance(distance: f64) -> Self {
        if distance.abs() >= 8.0 {
            Self::High
        } else if distance.abs() >= 5.0 {
            Self::Medium
        } else {
            Self::Low
        }
    }
}

/// The middle and the spread of each column of many rows.
#[derive(Clone, Debug)]
pub struct Usual<const N: usize>([(f64, f64); N]);

impl<const N: usize> Usual<N> {
    /// Of rows.
    #[must_use]
    pub fn of(rows: &[[f64; N]]) -> Self {
        Self(std::array::from_fn(|column| {
            let values: Vec<f64> = rows.iter().map(|row| row[column]).collect();
            (median(&values), spread(&values))
        }))
    }

    /// How many standard deviations each figure of a row is from the middle of its column.
    #[must_use]
    pub fn distances(&self, row: &[f64; N]) -> [f64; N] {
        std::array::from_fn(|column| {
            let (middle, usual) = self.0[column];
            let distance = row[column] - middle;
            // Where more than half are alike any other value is far.
            if usual > 0.0 {
                distance / usual
            } else if distance.abs() > 0.0 {
                10.0 * distance.signum()
            } else {
                0.0
            }
        })
    }
}

#[cfg(test)]
mod tests;
