//! How much one account may order: what the checkout holds every order to.

use std::time::Duration;

use belgrano_wire::money::Money;

/// How much one account may order.
#[derive(Clone, Copy, Debug)]
pub struct OrderLimits {
    /// Orders of a customer that are under way; 0: any number.
    pub open: i64,
    /// Pieces of one product in an order of a customer.
    pub quantity: i64,
    /// How old an account is that is not new any more.
    pub new_for: Duration,
    /// What the orders under way of a new one may cost together; zero: anything.
    pub new_total: Money,
}

impl OrderLimits {
    /// No limits: for what the operator does.
    pub const NONE: Self = Self { open: 0, quantity: i64::MAX, new_for: Duration::ZERO, new_total: Money::ZERO };
}
