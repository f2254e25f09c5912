//! What a customer's order brings: the Gamma-Gamma model.

use super::gamma::ln_gamma;
use super::search::lowest;
use super::visits::FITTED;
use crate::math::{evenly, mean, real};

/// A model of what orders bring. What few orders say of a customer is drawn towards what all customers say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spending {
    /// Shape of the distribution of a customer's own orders.
    pub p: f64,
    /// Shape of the distribution between customers.
    pub q: f64,
    /// Its scale, in money.
    pub v: f64,
}

/// Fewer customers say nothing.
const LEAST: usize = 30;

impl Spending {
    /// The model under which these customers, given by their number of orders and the mean value of one, are most likely. Means
    /// that are not positive are left out; `None` of too few.
    #[must_use]
    pub fn fit(customers: &[(f64, f64)]) -> Option<Self> {
        let known: Vec<(f64, f64)> = customers.iter().copied().filter(|(x, m)| *x > 0.0 && *m > 0.0).collect();
        if known.len() < LEAST {
            return None;
        }
        let known: Vec<(f64, f64)> = evenly(&known, FITTED).copied().collect();
        // In units of the mean the parameters are of one size whatever the currency.
        let unit = mean(&known.iter().map(|(_, m)| *m).collect::<Vec<_>>());
        let model = |point: &[f64; 3]| {
            let [p, q, v] = point.map(f64::exp);
            Self { p, q, v }
        };
        let cost = |point: &[f64; 3]| {
            let likely = known.iter().map(|(x, m)| model(point).likelihood(*x, *m / unit)).sum::<f64>();
            let far: f64 = point.iter().map(|value| (value.abs() - 6.0).max(0.0).powi(2)).sum();
            -likely / real(known.len()) + far
        };
        let found = model(&lowest(lowest([0.5, 0.5, 0.0], cost), cost));
        Some(Self { v: found.v * unit, ..found })
    }

    fn likelihood(&self, x: f64, m: f64) -> f64 {
        let Self { p, q, v } = *self;
        ln_gamma(p * x + q) - ln_gamma(p * x) - ln_gamma(q) + q * v.ln() + (p * x - 1.0) * m.ln() + p * x * x.ln()
            - (p * x + q) * (x * m + v).ln()
    }

    /// What an order of a customer brings who made `x` of `m` on average. Without one, what an order brings on average; `None` where
    /// that is infinite.
    #[must_use]
    pub fn expected(&self, x: f64, m: f64) -> Option<f64> {
        let Self { p, q, v } = *self;
        if q <= 1.0 {
            return (x > 0.0).then_some(m);
        }
        let own = p * x / (p * x + q - 1.0);
        Some((1.0 - own) * (v * p / (q - 1.0)) + own * m.max(0.0))
    }
}
