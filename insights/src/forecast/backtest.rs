//! Which model to believe, and how far: each one foretells stretches of the past from what came before them.
//!
//! Every other stretch, counted back from the last, is for choosing a model; the rest is for judging the choice, and a model that
//! does worse there than "the same again" is not believed. Where that are too few days to tell a good model from a lucky one, it is
//! the middle one of all that they say. Whether the bands are as wide as they should be is asked of each stretch
//! with bands made of the errors on all others.

use std::panic::resume_unwind;

use super::candidates::Candidate;
use super::course::{Course, Mark};
use super::measures::{Measures, Told, weighted};
use crate::math::{mean, median, real, whole};

/// Stretches that are looked for, at least.
const FOLDS: usize = 4;
/// Stretches that are looked at, at most.
const MOST_FOLDS: usize = 12;
/// Steps that have to come before the first of them.
const LEAST: usize = 20;
/// Values that have to be foretold to choose by, and again to judge by.
const TELLING: usize = 20;
/// Errors to calibrate by, at least; of fewer, the widest band is as wide as the largest of them and half as much again.
const ERRORS: usize = 20;

/// A value and between which values it will be, in eight and in nineteen of twenty cases.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Band {
    /// The most likely value.
    pub value: f64,
    /// Lower end of the band of 80 %.
    pub lower_80: f64,
    /// Upper end of it.
    pub upper_80: f64,
    /// Lower end of the band of 95 %.
    pub lower_95: f64,
    /// Upper end of it.
    pub upper_95: f64,
}

impl Band {
    /// Of each pair of members what `both` makes of it.
    pub(super) fn zip(self, other: Self, both: impl Fn(f64, f64) -> f64) -> Self {
        Self {
            value: both(self.value, other.value),
            lower_80: both(self.lower_80, other.lower_80),
            upper_80: both(self.upper_80, other.upper_80),
            lower_95: both(self.lower_95, other.lower_95),
            upper_95: both(self.upper_95, other.upper_95),
        }
    }
}

/// What the coming steps will bring, and why one may believe it.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Of each coming step.
    pub bands: Vec<Band>,
    /// The name of the model that was chosen.
    pub model: &'static str,
    /// How well it did; `None` without a stretch to judge it by.
    pub measures: Option<Measures>,
    /// How far off each was on the stretches by which one was chosen.
    pub candidates: Vec<(&'static str, f64)>,
    /// What the chosen one said of stretches of the past.
    pub tried: Tried,
}

/// What the chosen model said of stretches of the past, and what they brought.
#[derive(Clone, Debug, PartialEq)]
pub struct Tried {
    folds: Vec<Vec<Told>>,
    /// Errors are shares of a value, or of this where it is less.
    floor: f64,
    /// Steps of a stretch.
    length: usize,
}

impl Tried {
    /// The band of the sum of `steps` coming steps, the last of which is `last`: as far off as sums of as many were. Where stretches
    /// are shorter, those of whole stretches say; their shares are the larger ones, for errors even out.
    pub(super) fn band_of_sum(&self, value: f64, steps: usize, last: usize) -> Band {
        let size = steps.min(self.length).max(1);
        let sum = |told: &[Told]| Told {
            step: told.last().map_or(0, |told| told.step),
            expected: told.iter().map(|told| told.expected).sum(),
            actual: told.iter().map(|told| told.actual).sum(),
        };
        let sums: Vec<Told> =
            self.folds.iter().flat_map(|fold| fold.chunks_exact(size.min(fold.len().max(1)))).map(sum).collect();
        Errors::of(&sums, self.floor * real(size), self.length).band(value, last)
    }
}

/// What a model said of each stretch, the last stretch first.
struct Trial {
    candidate: Candidate,
    folds: Vec<Vec<Told>>,
}

impl Trial {
    fn of(candidate: Candidate, course: &Course, firsts: &[usize], length: usize) -> Option<Self> {
        let fold = |first: &usize| {
            let ahead = *first..first + length;
            let expected = candidate.predict(&course.until(*first), &course.marks[ahead.clone()])?;
            let told = expected.into_iter().zip(&course.values[ahead]).enumerate();
            let told = told.filter_map(|(step, (expected, actual))| Some(Told { step, expected, actual: (*actual)? }));
            Some(told.collect())
        };
        Some(Self { candidate, folds: firsts.iter().map(fold).collect::<Option<_>>()? })
    }

    /// The middle one of what all but the first said.
    fn middle(trials: &[Self]) -> Option<Self> {
        let others = trials.get(1..).filter(|others| others.len() + 1 == Candidate::ALL.len())?;
        let first = others.first()?;
        let told = |fold: usize, place: usize, told: &Told| {
            let said: Vec<f64> = others.iter().map(|other| other.folds[fold][place].expected).collect();
            Told { expected: median(&said), ..*told }
        };
        let fold = |(fold, days): (usize, &Vec<Told>)| {
            days.iter().enumerate().map(|(place, day)| told(fold, place, day)).collect()
        };
        Some(Self { candidate: Candidate::Middle, folds: first.folds.iter().enumerate().map(fold).collect() })
    }

    /// Stretches by which one is chosen.
    fn choosing(&self) -> Vec<Told> {
        self.folds.iter().skip(1).step_by(2).flatten().copied().collect()
    }

    /// Stretches by which the choice is judged.
    fn judging(&self) -> Vec<Told> {
        self.folds.iter().step_by(2).flatten().copied().collect()
    }

    /// How far off it was on the stretches by which one is chosen.
    fn error(&self) -> f64 {
        weighted(&self.choosing())
    }

    /// Of each stretch: its days, and how many of them are within the bands that the errors on all others make.
    fn covered(&self, level: f64, floor: f64, length: usize) -> Vec<(usize, usize)> {
        let judged = |place: usize| {
            let others = self.folds.iter().enumerate().filter(|(other, _)| *other != place);
            let others: Vec<Told> = others.flat_map(|(_, told)| told.iter().copied()).collect();
            let errors = Errors::of(&others, floor, length);
            let within =
                |told: &&Told| (told.actual - told.expected).abs() <= errors.reach(told.expected, told.step, level);
            (self.folds[place].len(), self.folds[place].iter().filter(within).count())
        };
        (0..self.folds.len()).map(judged).collect()
    }
}

/// Errors, each as a share of what usual errors of such a value are.
struct Errors {
    sorted: Vec<f64>,
    floor: f64,
    /// Steps of the stretches that were tried.
    steps: usize,
    /// With which power of the distance errors grow.
    growth: f64,
}

impl Errors {
    fn of(told: &[Told], floor: f64, steps: usize) -> Self {
        let mut errors = Self { sorted: Vec::new(), floor, steps, growth: 0.0 };
        let share = |told: &Told| (told.actual - told.expected).abs() / errors.scale(told.expected, 0);
        let mean_of = |late: bool| {
            let half = told.iter().filter(|told| (2 * told.step >= steps) == late);
            mean(&half.map(share).collect::<Vec<_>>())
        };
        // The middles of the two halves of a stretch are one and three quarters of it away.
        let growth = if steps >= 4 { (mean_of(true) / mean_of(false)).ln() / 3.0_f64.ln() } else { 0.25 };
        let mut sorted: Vec<f64> = told.iter().map(share).collect();
        sorted.sort_by(f64::total_cmp);
        errors.growth = if growth.is_finite() { growth.clamp(0.0, 0.5) } else { 0.25 };
        errors.sorted = sorted;
        errors
    }

    /// Errors grow with the value, and beyond the stretches that were tried as they grew within them.
    fn scale(&self, value: f64, step: usize) -> f64 {
        let beyond = (real(step + 1) / real(self.steps.max(1))).max(1.0).powf(self.growth);
        value.max(self.floor).max(f64::MIN_POSITIVE) * beyond
    }

    /// How far a value may be off in so many cases: the error that many of the known ones do not exceed, counting the one to come.
    fn reach(&self, value: f64, step: usize, level: f64) -> f64 {
        let count = self.sorted.len();
        let place = whole((level * real(count + 1)).ceil()).max(1);
        let widest = self.sorted.last().copied().unwrap_or(1.0);
        let share = match self.sorted.get(place - 1) {
            Some(share) => *share,
            None if count < ERRORS => 1.5 * widest,
            None => widest,
        };
        share * self.scale(value, step)
    }

    fn band(&self, value: f64, step: usize) -> Band {
        let (near, far) = (self.reach(value, step, 0.8), self.reach(value, step, 0.95));
        Band {
            value,
            lower_80: (value - near).max(0.0),
            upper_80: value + near,
            lower_95: (value - far).max(0.0),
            upper_95: value + far,
        }
    }
}

/// First steps of the stretches, the last first, and how long they are.
fn folds(steps: usize, ahead: usize) -> (Vec<usize>, usize) {
    let before = LEAST.max(steps / 3);
    let room = steps.saturating_sub(before);
    let length = (room / FOLDS).min(ahead).max(1);
    let count = (room / length).min(MOST_FOLDS);
    ((1..=count).map(|fold| steps - fold * length).collect(), length)
}

fn choose(trials: &[Trial]) -> Option<&Trial> {
    let naive = trials.iter().find(|trial| trial.candidate == Candidate::SeasonalNaive)?;
    let middle = trials.iter().find(|trial| trial.candidate == Candidate::Middle);
    if naive.choosing().len().min(naive.judging().len()) < TELLING {
        return Some(middle.unwrap_or(naive));
    }
    let best = trials.iter().fold(naive, |best, other| if other.error() < best.error() { other } else { best });
    let good = weighted(&best.judging()) <= weighted(&naive.judging());
    Some(if good { best } else { naive })
}

/// What each model said of the stretches, side by side: each takes its time, and none needs another.
fn try_all(course: &Course, firsts: &[usize], length: usize) -> Vec<Trial> {
    std::thread::scope(|scope| {
        let trials = Candidate::ALL.map(|candidate| scope.spawn(move || Trial::of(candidate, course, firsts, length)));
        let trials = trials.into_iter().map(|trial| trial.join().unwrap_or_else(|panic| resume_unwind(panic)));
        trials.flatten().collect()
    })
}

/// What the coming steps will bring; `None` where nothing is known.
#[must_use]
pub fn outcome(course: &Course, ahead: &[Mark]) -> Option<Outcome> {
    let (firsts, length) = folds(course.values.len(), ahead.len());
    let mut trials = try_all(course, &firsts, length);
    trials.extend(Trial::middle(&trials));
    let chosen = choose(&trials)?;
    let values = chosen.candidate.predict(course, ahead)?;

    let known: Vec<f64> = course.values.iter().flatten().copied().collect();
    let floor = 0.25 * mean(&known).abs();
    let judging = chosen.judging();
    let measures = (!judging.is_empty()).then(|| Measures::of(&judging, |level| chosen.covered(level, floor, length)));
    // What is still to come may use every error that is known.
    let errors = Errors::of(&chosen.folds.concat(), floor, length);
    let bands = values.into_iter().enumerate().map(|(step, value)| errors.band(value, step)).collect();
    let candidates = trials.iter().map(|trial| (trial.candidate.name(), trial.error())).collect();
    let tried = Tried { folds: chosen.folds.clone(), floor, length };
    Some(Outcome { bands, model: chosen.candidate.name(), measures, candidates, tried })
}

#[cfg(test)]
mod tests {
    use super::{Candidate, Told, Trial};

    #[test]
    fn a_stretch_is_judged_by_the_errors_on_all_others() {
        let stretch = |off: f64| (0..10).map(|step| Told { step, expected: 100.0, actual: 100.0 + off }).collect();
        let folds = vec![stretch(5.0), stretch(-5.0), stretch(40.0), stretch(5.0)];
        let trial = Trial { candidate: Candidate::Ridge, folds };
        // Bands made of the others do not hold the strange one; those of the rest are as wide as it makes them.
        assert_eq!(trial.covered(0.95, 10.0, 10), [(10, 10), (10, 10), (10, 0), (10, 10)]);
    }
}
