//! One line of an order: `productos[i]` on the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::money::Money;

/// One line of an order.
///
/// Deriving `Deserialize` here is for what this program wrote itself (a stored ticket, a live frame); what clients
/// send goes through [`super::OrderMessage::from_json`], which is lenient about types and checks every bound.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderLine {
    /// The product's id in the shop's catalog; a line sent as plain text has none.
    #[serde(rename = "id", default, skip_serializing_if = "Option::is_none")]
    pub product_id: Option<i64>,
    /// What the customer read: `Yerba 1 kg`.
    #[serde(rename = "nombre")]
    pub name: String,
    /// Price of one.
    #[serde(rename = "precio", default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
    /// How many, 1 to 1 000 000.
    #[serde(rename = "cantidad")]
    pub quantity: u32,
    /// Price of the line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subtotal: Option<Money>,
    /// The branch it is picked up at.
    #[serde(rename = "sucursal", default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The business it is bought from.
    #[serde(rename = "negocio", default, skip_serializing_if = "Option::is_none")]
    pub business: Option<String>,
    /// Its category in the catalog.
    #[serde(rename = "categoria", default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
}

impl OrderLine {
    /// The largest quantity of one line.
    pub const MAX_QUANTITY: u32 = 1_000_000;

    /// Reads the old shop's plain text, `Yerba 1 kg x2`. Without a count at the end that could be one, the whole text
    /// is the name and the quantity is 1.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        let text = text.trim();
        let counted = text.rsplit_once(" x").and_then(|(name, count)| {
            let digits_only = count.bytes().all(|byte| byte.is_ascii_digit());
            let quantity = count.parse().ok().filter(|quantity| (1..=Self::MAX_QUANTITY).contains(quantity))?;
            let name = name.trim_end();
            (digits_only && !name.is_empty()).then_some((name, quantity))
        });
        let (name, quantity) = counted.unwrap_or((text, 1));
        Self {
            product_id: None,
            name: name.to_owned(),
            price: None,
            quantity,
            subtotal: None,
            branch: None,
            business: None,
            category: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::OrderLine;

    #[test]
    fn reads_lines_of_plain_text() {
        let cases = [
            ("Yerba 1 kg x2", "Yerba 1 kg", 2),
            ("Pack x6 x3", "Pack x6", 3),
            ("Pan", "Pan", 1),
            ("Pan x0", "Pan x0", 1),
            ("Pan x+2", "Pan x+2", 1),
            ("Pan x99999999999", "Pan x99999999999", 1),
            (" x2", "x2", 1),
        ];
        for (text, name, quantity) in cases {
            let line = OrderLine::from_text(text);
            assert_eq!((line.name.as_str(), line.quantity), (name, quantity), "{text}");
        }
    }
}
