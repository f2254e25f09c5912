//! A parameter without a value is one that was left out: a form sends its empty fields too.

use serde::{Deserialize, Deserializer};

/// Text, if there is any.
pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.filter(|text| !text.trim().is_empty()))
}

/// A number, if there is one.
pub(super) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    use serde::de::Error;
    let text = self::text(deserializer)?;
    let number = text.map(|text| text.trim().replace(',', ".").parse::<f64>());
    number.transpose().map_err(|_| D::Error::custom(belgrano_shared::texts::Message::new("error-number")))
}
