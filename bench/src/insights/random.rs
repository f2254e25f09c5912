//! Numbers that look drawn and are the same in every run: splitmix64 (Steele, Lea, Flood 2014), and draws from a curve.

/// A sequence that its seed decides.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The sequence of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number of 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// At least 0 and below 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    pub fn share(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A whole number below `end`; 0 when that is 0.
    pub fn below(&mut self, end: u64) -> u64 {
        u64::try_from((u128::from(self.bits()) * u128::from(end)) >> 64).unwrap_or(0)
    }

    /// A whole number below `end` where small ones come more often, the more so the larger `skew` is (1: all alike).
    pub fn skewed(&mut self, end: u64, skew: f64) -> u64 {
        let drawn = crate::report::float(end) * self.share().powf(skew);
        whole(drawn).min(end.saturating_sub(1))
    }

    /// A value of the curve through `points` (share of the values that are smaller, value), straight between two of them.
    pub fn along(&mut self, points: &[(f64, f64)]) -> f64 {
        let share = self.share();
        let pair = points.windows(2).find(|pair| share < pair[1].0);
        pair.map_or_else(
            || points.last().map_or(0.0, |(_, value)| *value),
            |pair| {
                let ((from, low), (to, high)) = (pair[0], pair[1]);
                low + (high - low) * (share - from) / (to - from)
            },
        )
    }

    /// One of `of`, each as likely; `None` of an empty list.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(usize::try_from(self.below(of.len() as u64)).unwrap_or(0))
    }
}

/// Without what stands after the point; 0 for what is negative.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, which is what is wanted")]
pub fn whole(x: f64) -> u64 {
    x as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_says_everything() {
        let draw = |seed| (0..5).map(|_| Random::new(seed).bits()).collect::<Vec<_>>();
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        // The first number of the published sequence of seed 0.
        assert_eq!(Random::new(0).bits(), 0xE220_A839_7B1D_CDAF);
    }

    #[test]
    fn a_curve_is_met_at_its_points() {
        let mut random = Random::new(1);
        let curve = [(0.0, 1.0), (0.5, 2.0), (1.0, 10.0)];
        let mut drawn: Vec<f64> = (0..20_000).map(|_| random.along(&curve)).collect();
        drawn.sort_by(f64::total_cmp);
        assert!((drawn[10_000] - 2.0).abs() < 0.1, "{}", drawn[10_000]);
        assert!(drawn[0] >= 1.0 && drawn[19_999] <= 10.0);
    }

    #[test]
    fn skew_prefers_the_first() {
        let mut random = Random::new(2);
        let low = (0..10_000).filter(|_| random.skewed(100, 2.0) < 25).count();
        assert!((4_500..5_500).contains(&low), "{low}");
        assert!((0..1_000).all(|_| random.below(3) < 3) && random.below(0) == 0 && random.skewed(0, 2.0) == 0);
    }
}
