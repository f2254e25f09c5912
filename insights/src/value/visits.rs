//! How often customers come back, and whether they still will: BG/NBD and MBG/NBD.

use super::Customer;
use super::gamma::{hypergeometric, ln_gamma};
use super::search::lowest;
use crate::math::{evenly, real};

/// When a customer may leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// After a repeat order: who bought once has certainly not left (BG/NBD).
    AfterRepeats,
    /// After any order, the first too (MBG/NBD).
    AfterAny,
}

/// A model of buying till one leaves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Visits {
    /// When they may leave.
    pub family: Family,
    /// Shape of the gamma distribution of how often customers buy.
    pub r: f64,
    /// Its rate, in units of time.
    pub alpha: f64,
    /// First parameter of the beta distribution of how readily they leave.
    pub a: f64,
    /// Its second.
    pub b: f64,
}

/// Fewer customers, or fewer of them who came back, say nothing of how readily they leave.
const LEAST: usize = 30;
/// Customers that the parameters are found by, at most: an evenly spread part of more.
pub(super) const FITTED: usize = 20_000;

impl Visits {
    /// The model under which `customers` are most likely; `None` of too few, or of too few who came back.
    #[must_use]
    pub fn fit(family: Family, customers: &[Customer]) -> Option<Self> {
        let returned = customers.iter().filter(|customer| customer.repeats > 0.0).count();
        let longest = customers.iter().map(|customer| customer.age).fold(0.0, f64::max);
        if customers.len() < LEAST || returned < LEAST || longest <= 0.0 {
            return None;
        }
        let customers: Vec<Customer> = evenly(customers, FITTED).copied().collect();
        // Equal histories are priced once. In units of the longest history the parameters are of one size.
        let kinds = kinds(&customers, longest);
        let count = real(customers.len());
        let model = |point: &[f64; 4]| {
            let [r, alpha, a, b] = point.map(f64::exp);
            Self { family, r, alpha, a, b }
        };
        let cost = |point: &[f64; 4]| {
            let model = model(point);
            let likely = kinds.iter().map(|(customer, times)| times * model.likelihood(customer)).sum::<f64>();
            // Held back a little, so that what the data does not tell stays finite.
            let far: f64 = point.iter().map(|value| (value.abs() - 6.0).max(0.0).powi(2)).sum();
            -likely / count + far
        };
        // Twice: a simplex that has shrunk too early gets another start.
        let found = lowest(lowest([-1.0, -2.0, 0.0, 1.0], cost), cost);
        let found = model(&found);
        Some(Self { alpha: found.alpha * longest, ..found })
    }

    /// The logarithm of how likely a history is.
    fn likelihood(&self, customer: &Customer) -> f64 {
        let Self { r, alpha, a, b, .. } = *self;
        let Customer { repeats: x, last, age } = *customer;
        let buying = ln_gamma(r + x) - ln_gamma(r) + r * alpha.ln();
        let stayed = -(r + x) * (alpha + age).ln();
        let left = -(r + x) * (alpha + last).ln();
        match self.family {
            Family::AfterRepeats => {
                let leaving = ln_gamma(a + b) + ln_gamma(b + x) - ln_gamma(b) - ln_gamma(a + b + x);
                let left = if x > 0.0 { a.ln() - (b + x - 1.0).ln() + left } else { f64::NEG_INFINITY };
                buying + leaving + sum_of_logarithms(stayed, left)
            }
            Family::AfterAny => {
                let leaving = ln_gamma(a + b) + ln_gamma(b + x + 1.0) - ln_gamma(b) - ln_gamma(a + b + x + 1.0);
                buying + leaving + sum_of_logarithms(stayed, a.ln() - (b + x).ln() + left)
            }
        }
    }

    /// How likely it is that a customer has not left.
    #[must_use]
    pub fn alive(&self, customer: &Customer) -> f64 {
        1.0 / (1.0 + self.odds_of_leaving(customer))
    }

    fn odds_of_leaving(&self, customer: &Customer) -> f64 {
        let Customer { repeats: x, last, age } = *customer;
        let silence = ((self.alpha + age) / (self.alpha + last)).powf(self.r + x);
        match self.family {
            Family::AfterRepeats if x > 0.0 => self.a / (self.b + x - 1.0) * silence,
            Family::AfterRepeats => 0.0,
            Family::AfterAny => self.a / (self.b + x) * silence,
        }
    }

    /// How many orders a customer will make in the next `time`.
    #[must_use]
    pub fn expected(&self, customer: &Customer, time: f64) -> f64 {
        let Self { r, alpha, a, b, .. } = *self;
        let Customer { repeats: x, age, .. } = *customer;
        // The formula divides by a - 1, where it has a limit and no value.
        let a = if (a - 1.0).abs() < 1e-6 { 1.0 + 1e-6 } else { a };
        let share = time / (alpha + age + time);
        let fade = ((alpha + age) / (alpha + age + time)).powf(r + x);
        let (second, chance) = match self.family {
            Family::AfterRepeats => (b + x, a + b + x - 1.0),
            Family::AfterAny => (b + x + 1.0, a + b + x),
        };
        let orders = chance / (a - 1.0) * (1.0 - fade * hypergeometric(r + x, second, chance, share));
        (orders * self.alive(customer)).max(0.0)
    }

    /// How likely it is that a customer makes no order in the next `time`: gone, or not gone and silent.
    #[must_use]
    pub fn silent(&self, customer: &Customer, time: f64) -> f64 {
        let Customer { repeats: x, age, .. } = *customer;
        let silent = ((self.alpha + age) / (self.alpha + age + time)).powf(self.r + x);
        1.0 - self.alive(customer) * (1.0 - silent)
    }
}

/// Different histories, and how many customers have each, in units of the longest.
fn kinds(customers: &[Customer], longest: f64) -> Vec<(Customer, f64)> {
    let mut sorted = customers.to_vec();
    let key = |customer: &Customer| [customer.repeats, customer.last, customer.age];
    sorted.sort_by(|one, other| {
        let orders = key(one).into_iter().zip(key(other)).map(|(one, other)| one.total_cmp(&other));
        orders.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
    });
    let same = sorted.chunk_by(|one, other| one == other);
    let scaled = |one: &Customer| Customer { repeats: one.repeats, last: one.last / longest, age: one.age / longest };
    same.filter_map(|group| Some((scaled(group.first()?), real(group.len())))).collect()
}

/// The logarithm of the sum of two numbers that are given by theirs.
fn sum_of_logarithms(one: f64, other: f64) -> f64 {
    let (high, low) = (one.max(other), one.min(other));
    high + (low - high).exp().ln_1p()
}
