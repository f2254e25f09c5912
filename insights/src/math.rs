//! Small sums that the predictions share, and dice that fall alike on every machine.
//!
//! What must never happen here: anything that depends on a clock, a thread or the order of a hash map.

/// A count as a real number.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts of rows and days are far below 2^53")]
pub fn real(count: usize) -> f64 {
    count as f64
}

/// The whole part of a number that is not negative; of anything else, zero.
#[must_use]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, as it should")]
pub fn whole(value: f64) -> usize {
    value as usize
}

/// Rounded to so many decimals.
#[must_use]
pub fn rounded(value: f64, decimals: i32) -> f64 {
    let scale = 10_f64.powi(decimals);
    let rounded = (value * scale).round() / scale;
    if rounded.is_finite() { rounded + 0.0 } else { value }
}

/// The mean; of nothing, zero.
#[must_use]
pub fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / real(values.len()) }
}

/// The value below which `share` of them lie, by linear interpolation; of nothing, zero.
#[must_use]
pub fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    let place = share.clamp(0.0, 1.0) * real(last);
    let below = whole(place).min(last);
    let above = (below + 1).min(last);
    sorted[below] + (sorted[above] - sorted[below]) * (place - real(below))
}

/// The middle value; of nothing, zero.
#[must_use]
pub fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}

/// The middle distance from the middle, scaled so that it is the standard deviation of normal values.
#[must_use]
pub fn spread(values: &[f64]) -> f64 {
    let middle = median(values);
    let distances: Vec<f64> = values.iter().map(|value| (value - middle).abs()).collect();
    1.4826 * median(&distances)
}

/// The least and the highest share that is likely (95 %) where `share` of `count` were seen, by Wilson.
#[must_use]
pub fn likely_share(share: f64, count: f64) -> Option<(f64, f64)> {
    const Z: f64 = 1.959_964;
    if count <= 0.0 {
        return None;
    }
    let scale = 1.0 + Z * Z / count;
    let middle = (share + Z * Z / (2.0 * count)) / scale;
    let reach = Z * (share * (1.0 - share) / count + Z * Z / (4.0 * count * count)).sqrt() / scale;
    Some(((middle - reach).max(0.0), (middle + reach).min(1.0)))
}

/// An evenly spread part of rows: all of them, or at most so many.
pub fn evenly<T>(rows: &[T], most: usize) -> impl Iterator<Item = &T> {
    rows.iter().step_by(rows.len().div_ceil(most.max(1)).max(1))
}

/// How well a score tells those of whom something is true: the chance that it is higher for one of them than for another
/// (the area under the ROC curve); equals count half. `None` where all are alike.
#[must_use]
pub fn area_under_curve(scored: &[(f64, bool)]) -> Option<f64> {
    let mut sorted = scored.to_vec();
    sorted.sort_by(|one, other| one.0.total_cmp(&other.0));
    let hits = sorted.iter().filter(|(_, hit)| *hit).count();
    let misses = sorted.len() - hits;
    if hits == 0 || misses == 0 {
        return None;
    }
    let mut ranks = 0.0;
    let mut first = 0;
    for group in sorted.chunk_by(|one, other| one.0.total_cmp(&other.0).is_eq()) {
        let rank = real(2 * first + group.len() + 1) / 2.0;
        ranks += rank * real(group.iter().filter(|(_, hit)| *hit).count());
        first += group.len();
    }
    Some((ranks - real(hits) * real(hits + 1) / 2.0) / (real(hits) * real(misses)))
}

/// Numbers that look random and are the same for the same seed: `SplitMix64`, by Steele, Lea and Flood.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// From a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to and without 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    pub fn share(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number below `end`; 0 when there is none.
    pub fn below(&mut self, end: usize) -> usize {
        whole(self.share() * real(end)).min(end.saturating_sub(1))
    }

    /// So many of the numbers below `end`, each at most once.
    pub fn sample(&mut self, count: usize, end: usize) -> Vec<usize> {
        let mut numbers: Vec<usize> = (0..end).collect();
        for place in 0..count.min(end) {
            let other = place + self.below(end - place);
            numbers.swap(place, other);
        }
        numbers.truncate(count);
        numbers
    }
}

#[cfg(test)]
mod tests {
    use super::{Dice, area_under_curve, likely_share, median, quantile, rounded, spread};

    #[test]
    fn the_dice_fall_as_published() {
        // Of the reference implementation, seed 1234567.
        let mut dice = Dice::new(1_234_567);
        assert_eq!([dice.bits(), dice.bits()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }

    #[test]
    fn quantiles_are_those_of_numpy() {
        let values = [7.0, 1.0, 3.0, 10.0];
        for (found, known) in [(quantile(&values, 0.25), 2.5), (median(&values), 5.0), (quantile(&values, 0.9), 9.1)] {
            assert!((found - known).abs() < 1e-12, "{found} is not {known}");
        }
        assert!((rounded(2.345_678, 2) - 2.35).abs() < 1e-12);
        assert!((spread(&[1.0, 1.0, 2.0, 2.0, 4.0, 6.0, 9.0]) - 1.4826).abs() < 1e-12);
    }

    #[test]
    fn equals_count_half_under_the_curve() {
        // scikit-learn's own example, and the same with two equals.
        let scored = [(0.1, false), (0.4, false), (0.35, true), (0.8, true)];
        assert_eq!(area_under_curve(&scored), Some(0.75));
        assert_eq!(area_under_curve(&[(0.5, true), (0.5, false)]), Some(0.5));
        assert_eq!(area_under_curve(&[(0.5, true)]), None);
    }

    #[test]
    fn a_likely_share_is_wilsons() {
        let (low, high) = likely_share(0.8, 10.0).expect("a range");
        assert!((low - 0.490_2).abs() < 1e-4 && (high - 0.943_3).abs() < 1e-4, "{low} {high}");
    }
}
