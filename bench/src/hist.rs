//! A histogram of latencies in fixed logarithmic buckets: no allocation and no search on the way in.
//!
//! 64 buckets for every doubling, so a quantile is off by 1.6 % at most, from 1 ns to 18 minutes;
//! what is longer counts in the last bucket. The largest value is kept exactly.

/// log2 of the buckets per doubling.
const BITS: u32 = 6;
const SUB: u64 = 1 << BITS;
/// Values from 2^40 ns on share the last bucket.
const TOP: u32 = 40;
const BUCKETS: usize = ((TOP - BITS + 1) as usize) << BITS;

/// Latencies in nanoseconds.
#[derive(Clone)]
pub struct Hist {
    buckets: Vec<u32>,
    count: u64,
    max_ns: u64,
}

impl Default for Hist {
    fn default() -> Self {
        Self { buckets: vec![0; BUCKETS], count: 0, max_ns: 0 }
    }
}

fn bucket(ns: u64) -> usize {
    if ns < SUB {
        return usize::try_from(ns).unwrap_or(0);
    }
    let shift = ns.ilog2() - BITS;
    let index = u64::from(shift) * SUB + (ns >> shift);
    usize::try_from(index).map_or(BUCKETS - 1, |i| i.min(BUCKETS - 1))
}

/// The largest value that falls into bucket `index`.
fn upper(index: usize) -> u64 {
    let index = index as u64;
    if index < SUB {
        return index;
    }
    let shift = index / SUB - 1;
    ((SUB + index % SUB + 1) << shift) - 1
}

impl Hist {
    /// Counts one value.
    pub fn record(&mut self, ns: u64) {
        self.buckets[bucket(ns)] += 1;
        self.count += 1;
        self.max_ns = self.max_ns.max(ns);
    }

    /// Takes in all of `other`.
    pub fn add(&mut self, other: &Self) {
        for (mine, theirs) in self.buckets.iter_mut().zip(&other.buckets) {
            *mine += theirs;
        }
        self.count += other.count;
        self.max_ns = self.max_ns.max(other.max_ns);
    }

    /// How many values were counted.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The largest value.
    pub fn max_ns(&self) -> u64 {
        self.max_ns
    }

    /// The value that `per_mille` thousandths of the values do not exceed; 0 when there are none.
    pub fn quantile_ns(&self, per_mille: u64) -> u64 {
        let rank = (self.count * per_mille).div_ceil(1000).max(1);
        let mut seen = 0;
        for (index, n) in self.buckets.iter().enumerate() {
            seen += u64::from(*n);
            if seen >= rank {
                return upper(index).min(self.max_ns);
            }
        }
        self.max_ns
    }
}

impl FromIterator<u64> for Hist {
    fn from_iter<I: IntoIterator<Item = u64>>(values: I) -> Self {
        let mut hist = Self::default();
        for ns in values {
            hist.record(ns);
        }
        hist
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bucket_ends_where_the_next_begins() {
        for index in 0..BUCKETS - 1 {
            let last = upper(index);
            assert_eq!(bucket(last), index, "{last} ns");
            assert_eq!(bucket(last + 1), index + 1, "{} ns", last + 1);
        }
        assert_eq!(bucket(u64::MAX), BUCKETS - 1);
    }

    #[test]
    fn quantiles_are_within_a_bucket_of_the_truth() {
        let hist: Hist = (1..=100_000_u64).map(|n| n * 1000).collect();
        for (per_mille, truth) in [(500, 50_000_000), (990, 99_000_000)] {
            let got = hist.quantile_ns(per_mille);
            assert!(got >= truth && got <= truth + truth / 60, "{per_mille}: {got}");
        }
        assert_eq!(hist.max_ns(), 100_000_000);
        assert_eq!(hist.quantile_ns(1000), 100_000_000);
    }

    #[test]
    fn two_halves_are_the_whole() {
        let mut left: Hist = (0..500).collect();
        let right: Hist = (500..1000).collect();
        left.add(&right);
        let whole: Hist = (0..1000).collect();
        assert_eq!(left.buckets, whole.buckets);
        assert_eq!((left.count(), left.max_ns()), (1000, 999));
    }

    #[test]
    fn nothing_measured_is_zero() {
        assert_eq!(Hist::default().quantile_ns(990), 0);
    }
}
