//! The words of the wire and instants in Spanish, for pages whose texts are not in the catalogues yet: the others ask
//! their layout.

use std::borrow::Borrow;

use crate::texts::Language::Spanish;
use crate::timestamp::UnixMillis;
use crate::wire::{Priority, TicketState};

/// A state as a person says it.
#[must_use]
pub fn state(state: impl Borrow<TicketState>) -> String {
    Spanish.state(state).into()
}

/// A priority as a person says it.
#[must_use]
pub fn priority(priority: impl Borrow<Priority>) -> String {
    Spanish.priority(priority).into()
}

/// A way to pay as a person says it; an unknown one as it is.
#[must_use]
pub fn payment(method: &str) -> String {
    Spanish.payment(method)
}

/// An instant on a clock on the wall in Buenos Aires.
#[must_use]
pub fn moment(at: impl Borrow<UnixMillis>) -> String {
    Spanish.moment(at)
}

/// How long ago that was.
#[must_use]
pub fn age(at: impl Borrow<UnixMillis>, now: impl Borrow<UnixMillis>) -> String {
    Spanish.age(at, now).into()
}

/// `1 producto`, `3 productos`.
#[must_use]
pub fn count(number: impl Borrow<i64>, one: &str, many: &str) -> String {
    let number = *number.borrow();
    format!("{number} {}", if number == 1 { one } else { many })
}
