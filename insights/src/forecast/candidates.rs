//! The models that compete. Each is given the past and what is known of the coming steps, and says what those will bring.

use augurs_core::{Fit as _, Predict as _};
use augurs_ets::AutoETS;
use augurs_mstl::MSTLModel;

use super::course::{Course, Mark};
use super::ridge;
use crate::math::{mean, median};

/// A model that competes for a series by its backtest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Candidate {
    /// The last value of the same slot again.
    SeasonalNaive,
    /// The mean of the last four of the same slot.
    SeasonalMean,
    /// Trend by exponential smoothing, season by MSTL (`augurs`).
    Mstl,
    /// The same on logarithms: a season that grows with the trend.
    MstlLog,
    /// A ridge regression on trend with changepoints, slots, time of year and holidays.
    Ridge,
    /// The same on logarithms.
    RidgeLog,
    /// The middle one of what all others but the first say.
    Middle,
}

impl Candidate {
    /// All that say something of their own, the simplest first: it wins where others do no better.
    pub const ALL: [Self; 6] =
        [Self::SeasonalNaive, Self::SeasonalMean, Self::Mstl, Self::MstlLog, Self::Ridge, Self::RidgeLog];

    /// As it is called outside.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SeasonalNaive => "seasonal-naive",
            Self::SeasonalMean => "seasonal-mean",
            Self::Mstl => "mstl-ets",
            Self::MstlLog => "mstl-ets-log",
            Self::Ridge => "ridge",
            Self::RidgeLog => "ridge-log",
            Self::Middle => "middle",
        }
    }

    /// What the coming steps will bring, never less than nothing; `None` where the past is too short for this model.
    #[must_use]
    pub fn predict(self, past: &Course, ahead: &[Mark]) -> Option<Vec<f64>> {
        let predicted = match self {
            Self::SeasonalNaive => last_of_slot(past, ahead, 1),
            Self::SeasonalMean => last_of_slot(&past.without_spikes(), ahead, 4),
            Self::Mstl => mstl(&past.without_spikes(), ahead),
            Self::MstlLog => in_logarithms(&past.without_spikes(), |past| mstl(past, ahead)),
            Self::Ridge => ridge::predict(&past.without_spikes(), ahead),
            Self::RidgeLog => in_logarithms(&past.without_spikes(), |past| ridge::predict(past, ahead)),
            Self::Middle => middle(past, ahead),
        }?;
        let good = predicted.len() == ahead.len() && predicted.iter().all(|value| value.is_finite());
        good.then(|| predicted.into_iter().map(|value| value.max(0.0)).collect())
    }
}

fn last_of_slot(past: &Course, ahead: &[Mark], count: usize) -> Option<Vec<f64>> {
    let known = || past.marks.iter().zip(&past.values).rev();
    let of_slot = |slot: usize| {
        let last = known().filter(|(mark, _)| mark.slot == slot).filter_map(|(_, value)| *value);
        let last: Vec<f64> = last.take(count).collect();
        (!last.is_empty()).then(|| mean(&last))
    };
    let any = known().find_map(|(_, value)| *value)?;
    let by_slot: Vec<f64> = (0..past.period).map(|slot| of_slot(slot).unwrap_or(any)).collect();
    Some(ahead.iter().map(|mark| by_slot[mark.slot]).collect())
}

fn middle(past: &Course, ahead: &[Mark]) -> Option<Vec<f64>> {
    let others = Candidate::ALL[1..].iter();
    let said: Vec<Vec<f64>> = others.map(|other| other.predict(past, ahead)).collect::<Option<_>>()?;
    let of_step = |step: usize| median(&said.iter().map(|values| values[step]).collect::<Vec<_>>());
    Some((0..ahead.len()).map(of_step).collect())
}

/// The forecast of the augurs crate. It knows steps alone, so a coming step takes the first forecast of its slot that is not
/// earlier than the step itself.
fn mstl(past: &Course, ahead: &[Mark]) -> Option<Vec<f64>> {
    if past.values.len() < 2 * past.period + 2 || past.period < 2 {
        return None;
    }
    let model = MSTLModel::new(vec![past.period], AutoETS::non_seasonal().into_trend_model());
    let fitted = model.fit(&past.filled()).ok()?;
    // A closed day is no coming step: at most a few periods are skipped by all of them.
    let forecast = fitted.predict(2 * ahead.len() + 4 * past.period, None).ok()?;
    let mut slot = past.marks.last()?.slot;
    let mut points = forecast.point.into_iter();
    let mut take = |wanted: usize| {
        loop {
            let point = points.next()?;
            slot = (slot + 1) % past.period;
            if slot == wanted {
                return Some(point);
            }
        }
    };
    ahead.iter().map(|mark| take(mark.slot)).collect()
}

/// A model of the logarithms. What is next to nothing, or less, counts as a twentieth of the usual.
fn in_logarithms(past: &Course, model: impl Fn(&Course) -> Option<Vec<f64>>) -> Option<Vec<f64>> {
    let positive: Vec<f64> = past.values.iter().flatten().copied().filter(|value| *value > 0.0).collect();
    let least = median(&positive) / 20.0;
    if least <= 0.0 {
        return None;
    }
    let values: Vec<Option<f64>> = past.values.iter().map(|value| value.map(|value| value.max(least).ln())).collect();
    let highest = positive.iter().copied().fold(0.0, f64::max);
    let logarithms = Course { values, ..past.clone() };
    // Exponentials run away: nothing is said beyond three times the highest that ever was.
    Some(model(&logarithms)?.into_iter().map(|value| value.exp().min(3.0 * highest)).collect())
}
