//! How much one account may order: so that nobody empties the shelves with a few requests and no intention to pay.

use std::time::Duration;

use belgrano_runtime::config::Env;
use belgrano_runtime::problem::FieldError;
use belgrano_wire::CustomerKind;
use belgrano_wire::money::Money;
use belgrano_wire::texts::Message;
use belgrano_wire::timestamp::UnixMillis;

use super::CheckoutRefusal;
use crate::basket::Basket;
use crate::unit::{Customer, OrderLimits, OrderLine};

/// A merchant has so many times as many orders under way.
const MERCHANTS: i64 = 5;
const CENTS: i64 = 100;
const DAY: u64 = 24 * 3600;

impl OrderLimits {
    /// Reads the limits.
    pub fn from_env(env: &mut Env) -> Self {
        let open = "orders of one account that are under way; of a merchant five times as many; 0: any number";
        let quantity = "pieces of one product in an order of a customer; a merchant may order 10000";
        let days = "days for which an account is new";
        let total = "what the orders under way of a new account may cost together, in pesos; 0: anything";
        Self {
            open: env.number("ORDERS_OPEN", 20, 0..=1_000_000, open),
            quantity: env.number("ORDER_QUANTITY", 100, 1..=Basket::MAX_QUANTITY, quantity),
            new_for: Duration::from_secs(DAY * env.number("NEW_ACCOUNT_DAYS", 7, 0..=3650, days)),
            new_total: Money::from_cents(CENTS * env.number("NEW_ACCOUNT_TOTAL", 1_000_000, 0..=1_000_000_000, total))
                .unwrap_or(Money::ZERO),
        }
    }

    /// Whether `customer` may order `lines` for `total` beside what it has under way.
    pub(super) fn check(
        &self,
        customer: &Customer,
        lines: &[OrderLine],
        total: Money,
        now: UnixMillis,
    ) -> Result<(), CheckoutRefusal> {
        let merchant = customer.kind() == CustomerKind::Merchant;
        let most = if merchant { self.open.saturating_mul(MERCHANTS) } else { self.open };
        if most > 0 && customer.open_orders >= most {
            return Err(CheckoutRefusal::TooManyOpen(most));
        }
        let quantity = if merchant { Basket::MAX_QUANTITY } else { self.quantity };
        let too_many = lines.iter().filter(|line| line.quantity > quantity).map(|line| {
            let message = Message::new("error-range").with("from", 1).with("to", quantity);
            FieldError::new(format!("items[{}].cantidad", line.position), message)
        });
        let too_many: Vec<FieldError> = too_many.collect();
        if !too_many.is_empty() {
            return Err(CheckoutRefusal::Unsellable(too_many));
        }
        let new_for_ms = i64::try_from(self.new_for.as_millis()).unwrap_or(i64::MAX);
        let is_new = now.since_ms(customer.created_at) < new_for_ms;
        let together = customer.open_total.saturating_add(total.cents());
        if is_new && self.new_total > Money::ZERO && together > self.new_total.cents() {
            return Err(CheckoutRefusal::NewAccount(self.new_total));
        }
        Ok(())
    }
}
