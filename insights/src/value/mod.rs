//! What a customer will bring: how often they will still buy, and for how much.
//!
//! In: of each customer the number of repeat orders, the days from the first to the last, the days since the first, and what a repeat
//! order brought on average. Out: the parameters of two models of buying till one leaves, and by them each customer's orders to come and
//! their value. Sources: Fader, Hardie and Lee (2005), "Counting Your Customers the Easy Way" (BG/NBD); Batislam, Denizel and
//! Filiztekin (2007) (MBG/NBD, where one-time buyers may have left as well); Fader and Hardie (2013), "The Gamma-Gamma Model of
//! Monetary Value". What must never happen here: a value for somebody of whom there is too little data to say so.

mod gamma;
mod search;
mod spend;
mod visits;

pub use spend::Spending;
pub use visits::{Family, Visits};

/// What is known of a customer's buying.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Customer {
    /// Orders after the first, those of one day counting once.
    pub repeats: f64,
    /// From the first order to the last, in units of time.
    pub last: f64,
    /// From the first order to now.
    pub age: f64,
}

/// Of the money of a year from now, per year: what is to come is worth less than what is here.
pub const DISCOUNT: f64 = 0.1;

/// What a customer brings within so many months, discounted month by month; `month` is its length in the model's unit of time.
#[must_use]
pub fn lifetime(visits: &Visits, customer: &Customer, spend: f64, month: f64, months: u8) -> f64 {
    let rate = (1.0 + DISCOUNT).powf(1.0 / 12.0);
    let mut before = 0.0;
    let of_month = |number: u8| {
        let until = visits.expected(customer, f64::from(number) * month);
        let orders = (until - before).max(0.0);
        before = until;
        orders * spend / rate.powi(number.into())
    };
    (1..=months).map(of_month).sum()
}

#[cfg(test)]
pub(crate) mod tests;
