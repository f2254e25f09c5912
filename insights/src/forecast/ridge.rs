//! A ridge regression on a trend that may bend, slots, the time of year and holidays.

use std::f64::consts::TAU;

use nalgebra::{DMatrix, DVector};

use super::course::{Course, Mark};
use crate::math::{mean, real};

/// Places where the trend may bend, at most.
const BENDS: usize = 8;
/// How strongly a bend is held back, against a slot.
const STIFF: f64 = 3.0;
/// Steps of a course of days that make a year of rhythm worth learning.
const YEAR: f64 = 0.9;
/// Waves within a year.
const WAVES: u8 = 3;

/// What the columns of a course are.
struct Columns {
    steps: usize,
    period: usize,
    bends: Vec<f64>,
    waves: u8,
    holidays: bool,
}

impl Columns {
    fn of(past: &Course) -> Self {
        let steps = past.values.len();
        let count = BENDS.min(steps / (3 * past.period.max(1)));
        // None in the last fifth, where noise would pass for a bend.
        let bends = (1..=count).map(|place| 0.8 * real(place) / real(count + 1)).collect();
        let dated = past.marks.first().is_some_and(|mark| mark.year.is_some());
        let whole_year = real(steps) >= YEAR * 365.25 * real(past.period) / 7.0;
        let holidays = past.marks.iter().zip(&past.values).filter(|(mark, value)| mark.holiday && value.is_some());
        Self {
            steps,
            period: past.period,
            bends,
            waves: if dated && whole_year { WAVES } else { 0 },
            holidays: holidays.count() >= 2,
        }
    }

    /// One row, at a time that is 1 at the end of what is known; with how strongly each column is held back.
    fn row(&self, mark: &Mark, time: f64) -> Vec<f64> {
        let mut row = vec![time];
        row.extend(self.bends.iter().map(|bend| (time - bend).max(0.0)));
        row.extend((0..self.period).map(|slot| f64::from(u8::from(mark.slot == slot))));
        for wave in 1..=self.waves {
            let angle = TAU * f64::from(wave) * mark.year.unwrap_or(0.0);
            row.extend([angle.sin(), angle.cos()]);
        }
        if self.holidays {
            row.extend([mark.holiday, mark.eve].map(|is| f64::from(u8::from(is))));
        }
        row
    }

    fn held_back(&self, column: usize) -> f64 {
        if (1..=self.bends.len()).contains(&column) { STIFF } else { 1.0 }
    }

    /// The time of a coming step. The trend fades, since no business grows for ever as it did last month.
    fn coming(&self, step: usize) -> f64 {
        let fade = 1.0 - 1.0 / (4.0 * real(self.period.max(1)));
        let steps = (1.0 - fade.powf(real(step + 1))) / (1.0 - fade) * fade;
        (real(self.steps - 1) + steps) / real(self.steps)
    }
}

/// What the coming steps will bring; `None` of fewer than three periods.
pub(super) fn predict(past: &Course, ahead: &[Mark]) -> Option<Vec<f64>> {
    if past.values.len() < 3 * past.period {
        return None;
    }
    let columns = Columns::of(past);
    let known = past.values.iter().enumerate().filter_map(|(step, value)| Some((step, (*value)?)));
    let (steps, values): (Vec<usize>, Vec<f64>) = known.unzip();
    let middle = mean(&values);
    let rows = steps.iter().map(|step| columns.row(&past.marks[*step], real(*step) / real(columns.steps)));
    let rows: Vec<Vec<f64>> = rows.collect();
    let width = rows.first()?.len();
    let design = DMatrix::from_row_iterator(rows.len(), width, rows.iter().flatten().copied());
    let wanted = DVector::from_iterator(values.len(), values.iter().map(|value| value - middle));
    let mut normal = design.transpose() * &design;
    for column in 0..width {
        normal[(column, column)] += columns.held_back(column);
    }
    let weights = normal.cholesky()?.solve(&(design.transpose() * wanted));
    let value = |(step, mark): (usize, &Mark)| {
        let row = columns.row(mark, columns.coming(step));
        middle + row.iter().zip(weights.iter()).map(|(value, weight)| value * weight).sum::<f64>()
    };
    Some(ahead.iter().enumerate().map(value).collect())
}
