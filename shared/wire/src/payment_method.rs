//! How an order is paid. An open vocabulary: clients that are deployed send more than we know.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::texts::Message;

/// How an order is paid: `efectivo`, `tarjeta`, `transferencia`, or whatever else a client says.
///
/// Nothing here depends on which it is (the driver reads it), so an unknown one is kept, not refused.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(value_type = String, max_length = 50, examples("efectivo"))]
pub struct PaymentMethod(Box<str>);

/// Text that is too long or empty. Its text is Spanish: it is shown to people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", Message::from(*self))]
pub struct InvalidPaymentMethod;

impl From<InvalidPaymentMethod> for Message {
    fn from(InvalidPaymentMethod: InvalidPaymentMethod) -> Self {
        Self::new("error-payment-method").with("max", PaymentMethod::MAX_CHARS)
    }
}

impl PaymentMethod {
    /// The longest, in characters.
    pub const MAX_CHARS: usize = 50;
    /// Cash, on delivery.
    pub const CASH: &'static str = "efectivo";
    /// Debit or credit card.
    pub const CARD: &'static str = "tarjeta";
    /// Bank transfer.
    pub const TRANSFER: &'static str = "transferencia";

    /// Reads one, without the blanks around it.
    pub fn parse(text: &str) -> Result<Self, InvalidPaymentMethod> {
        let text = text.trim();
        let sized = !text.is_empty() && text.chars().take(Self::MAX_CHARS + 1).count() <= Self::MAX_CHARS;
        if sized && !text.chars().any(char::is_control) { Ok(Self(text.into())) } else { Err(InvalidPaymentMethod) }
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PaymentMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl TryFrom<String> for PaymentMethod {
    type Error = InvalidPaymentMethod;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}
