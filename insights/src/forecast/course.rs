//! A course of values as a model sees it: one for each step, in a rhythm that comes again after `period` steps.

use crate::math::{median, spread};

/// What is known of a step, past or coming, beside its value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    /// Place within the period: the weekday among the open ones, or the month.
    pub slot: usize,
    /// How much of its year has gone by, from 0 to 1; `None` where a year is no rhythm of the course.
    pub year: Option<f64>,
    /// A public holiday on which the shop is open.
    pub holiday: bool,
    /// The day before a public holiday.
    pub eve: bool,
}

/// A course of values.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    /// Steps after which a slot comes again.
    pub period: usize,
    /// Of each step.
    pub marks: Vec<Mark>,
    /// Of each step; `None` where the shop was closed.
    pub values: Vec<Option<f64>>,
}

/// Values further than this from those of the same slot around them are a spike.
const SPIKE: f64 = 4.0;
/// So many of them on either side are looked at.
const AROUND: usize = 5;
/// Of fewer nothing is said.
const LEAST: usize = 6;

impl Course {
    /// A course without a calendar: slots follow each other, and every step has a value.
    #[must_use]
    pub fn plain(period: usize, values: &[f64]) -> Self {
        Self {
            period,
            marks: Self::marks_from(period, 0, values.len()),
            values: values.iter().copied().map(Some).collect(),
        }
    }

    /// Marks of steps without a calendar.
    #[must_use]
    pub fn marks_from(period: usize, first: usize, count: usize) -> Vec<Mark> {
        let mark = |step| Mark { slot: step % period.max(1), year: None, holiday: false, eve: false };
        (first..first + count).map(mark).collect()
    }

    /// The first steps of it.
    #[must_use]
    pub fn until(&self, count: usize) -> Self {
        Self { period: self.period, marks: self.marks[..count].to_vec(), values: self.values[..count].to_vec() }
    }

    /// Steps of a slot that have a value, in order.
    fn of_slot(&self, slot: usize) -> Vec<usize> {
        let with_value = |step: &usize| self.marks[*step].slot == slot && self.values[*step].is_some();
        (0..self.values.len()).filter(with_value).collect()
    }

    /// The same with every spike cut to what is still usual, so that one strange order does not bend what is learned.
    #[must_use]
    pub fn without_spikes(&self) -> Self {
        let mut calm = self.clone();
        for slot in 0..self.period {
            let steps = self.of_slot(slot);
            let values: Vec<f64> = steps.iter().filter_map(|step| self.values[*step]).collect();
            for (place, step) in steps.iter().enumerate() {
                let (first, end) = (place.saturating_sub(AROUND), (place + AROUND + 1).min(values.len()));
                let around = &values[first..end];
                let (middle, usual) = (median(around), SPIKE * spread(around));
                if around.len() >= LEAST && usual > 0.0 {
                    calm.values[*step] = Some(values[place].clamp(middle - usual, middle + usual));
                }
            }
        }
        calm
    }

    /// A value for each step: where there is none, the middle of the nearest of the same slot.
    #[must_use]
    pub fn filled(&self) -> Vec<f64> {
        let known: Vec<f64> = self.values.iter().flatten().copied().collect();
        let otherwise = median(&known);
        let slots: Vec<Vec<usize>> = (0..self.period).map(|slot| self.of_slot(slot)).collect();
        let fill = |step: usize| {
            let mut near = slots[self.marks[step].slot].clone();
            near.sort_by_key(|other| other.abs_diff(step));
            let near: Vec<f64> = near.iter().take(3).filter_map(|other| self.values[*other]).collect();
            if near.is_empty() { otherwise } else { median(&near) }
        };
        self.values.iter().enumerate().map(|(step, value)| value.unwrap_or_else(|| fill(step))).collect()
    }
}
