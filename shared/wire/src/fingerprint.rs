//! What makes two messages the same order.
//!
//! The hash runs over the typed values, not over bytes of JSON, so every dialect of the same order comes out equal.
//! Each value is written with its length or in a fixed width, and an absent one differs from an empty one, so no two
//! different orders feed the hash the same bytes.

use sha2::{Digest, Sha256};

use super::{OrderLine, OrderMessage, Position};
use crate::money::Money;

/// Raise it when the canonical form changes: fingerprints are stored.
const FORM: u8 = 1;

pub(super) fn of(order: &OrderMessage) -> [u8; 32] {
    // Collected first: one call over some hundred bytes is faster than the hasher's bookkeeping per field.
    let mut canon = Canon(Vec::with_capacity(512));
    canon.0.push(FORM);
    canon.text(order.number.as_str());
    canon.text(&order.customer_name);
    canon.option(order.customer_address.as_deref(), Canon::text);
    canon.option(order.customer_phone.as_deref(), Canon::text);
    canon.option(order.customer_email.as_deref(), Canon::text);
    canon.size(order.lines.len());
    for line in &order.lines {
        canon.line(line);
    }
    canon.money(order.total);
    canon.option(order.payment_method.as_ref(), |canon, method| canon.text(method.as_str()));
    canon.option(order.instructions.as_deref(), Canon::text);
    canon.text(order.priority.as_str());
    canon.text(order.customer_kind.as_str());
    canon.option(order.origin.as_deref(), Canon::text);
    canon.option(order.neighbourhood.as_deref(), Canon::text);
    canon.option(order.position, Canon::position);
    Sha256::digest(&canon.0).into()
}

struct Canon(Vec<u8>);

impl Canon {
    fn size(&mut self, size: usize) {
        self.0.extend_from_slice(&(size as u64).to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.size(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }

    fn money(&mut self, money: Money) {
        self.0.extend_from_slice(&money.cents().to_le_bytes());
    }

    fn position(&mut self, position: Position) {
        // Already rounded and without a negative zero, so equal places have equal bits.
        self.0.extend_from_slice(&position.lat().to_bits().to_le_bytes());
        self.0.extend_from_slice(&position.lng().to_bits().to_le_bytes());
    }

    fn option<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.0.push(u8::from(value.is_some()));
        if let Some(value) = value {
            write(self, value);
        }
    }

    fn line(&mut self, line: &OrderLine) {
        self.option(line.product_id, |canon, id| canon.0.extend_from_slice(&id.to_le_bytes()));
        self.text(&line.name);
        self.option(line.price, Self::money);
        self.0.extend_from_slice(&line.quantity.to_le_bytes());
        self.option(line.subtotal, Self::money);
        self.option(line.branch.as_deref(), Self::text);
        self.option(line.business.as_deref(), Self::text);
        self.option(line.category.as_deref(), Self::text);
    }
}
