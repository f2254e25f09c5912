//! What an answer says of the order it was sent for. Pure.
//!
//! Both boards confirm with `"exito": true` and the order's `numero`; the rest of their shapes differs. The old one also
//! repeats the products, so an answer may be longer than what is read of it: what is cut off behind these two does not
//! matter.

use std::borrow::Cow;
use std::fmt;

use belgrano_wire::OrderNumber;
use serde::Deserializer as _;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

/// What the body of an answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receipt {
    /// The board has this order.
    Confirmed,
    /// A board speaks, and of something else.
    Other,
    /// Nothing that a board would say.
    Foreign,
}

impl Receipt {
    /// Reads the body of an answer to a message of the order `number`.
    #[must_use]
    pub fn read(body: &[u8], number: &OrderNumber) -> Self {
        let mut members = Members::default();
        // An error ends the reading; what was read before it counts.
        let _ = serde_json::Deserializer::from_slice(body).deserialize_map(&mut members);
        match (members.number, members.success) {
            (None, None) => Self::Foreign,
            (Some(Value::String(said)), Some(Value::Bool(true))) if said == number.as_str() => Self::Confirmed,
            _ => Self::Other,
        }
    }
}

#[derive(Default)]
struct Members {
    number: Option<Value>,
    success: Option<Value>,
}

impl<'de> Visitor<'de> for &mut Members {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Cow<'_, str>>()? {
            match &*key {
                "numero" => self.number = Some(map.next_value()?),
                "exito" => self.success = Some(map.next_value()?),
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use belgrano_wire::OrderNumber;

    use super::Receipt;

    #[test]
    fn only_the_board_confirms_and_only_this_order() {
        let number = OrderNumber::parse("BA-1").expect("a number");
        let old = r#"{"estado":"pendiente","exito":true,"idempotent":true,"numero":"BA-1","productos":[{"nombre":"Yer"#;
        for (body, receipt) in [
            (r#"{"exito":true,"ticket_id":12,"numero":"BA-1"}"#, Receipt::Confirmed),
            (old, Receipt::Confirmed),
            (r#"{"exito":true,"numero":"BA-2"}"#, Receipt::Other),
            (r#"{"exito":false,"numero":"BA-1"}"#, Receipt::Other),
            (r#"{"exito":"true","numero":"BA-1"}"#, Receipt::Other),
            (r#"{"numero":"BA-1"}"#, Receipt::Other),
            (r#"{"exito":true}"#, Receipt::Other),
            (r#"{"pedido":{"exito":true,"numero":"BA-1"}}"#, Receipt::Foreign),
            (r#"["exito","numero","BA-1"]"#, Receipt::Foreign),
            ("<html>BA-1</html>", Receipt::Foreign),
            ("OK", Receipt::Foreign),
            ("", Receipt::Foreign),
        ] {
            assert_eq!(Receipt::read(body.as_bytes(), &number), receipt, "{body}");
        }
    }
}
