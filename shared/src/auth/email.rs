//! An address to log in with and to write to.

use std::fmt;

use serde::{Deserialize, Deserializer};

use crate::texts::Message;
use crate::wire::limits;

/// An e-mail address: trimmed, lower case, with something on both sides of its one `@`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

impl Email {
    /// Reads an address. Whether mail arrives there only a mail can tell, so the rule is short.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        let (local, domain) = text.split_once('@')?;
        let plain = |part: &str| {
            let good = |c: char| !c.is_whitespace() && !c.is_control() && !"@<>,;:\"()[]\\".contains(c);
            !part.is_empty() && !part.starts_with('.') && !part.ends_with('.') && part.chars().all(good)
        };
        (text.len() <= limits::EMAIL && plain(local) && plain(domain)).then_some(Self(text))
    }

    /// An address that only this system knows: nothing is mailed to it.
    #[must_use]
    pub fn local(name: &str) -> Self {
        Self(format!("{name}@belgrano.local"))
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Personal data does not get into a log by accident.
impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(***)")
    }
}

impl<'de> Deserialize<'de> for Email {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?)
            .ok_or_else(|| serde::de::Error::custom(Message::new("error-email")))
    }
}

#[cfg(test)]
mod tests {
    use super::Email;

    #[test]
    fn table() {
        for (text, expected) in [
            (" Ana.Diaz@Example.COM ", Some("ana.diaz@example.com")),
            ("admin@belgrano.local", Some("admin@belgrano.local")),
            ("ñandú@correo.ar", Some("ñandú@correo.ar")),
            ("ana", None),
            ("@example.com", None),
            ("ana@", None),
            ("ana@@example.com", None),
            ("ana maria@example.com", None),
            ("Ana <ana@example.com>", None),
            ("ana@example.com\r\nBcc: x", None),
            ("ana@example.com.", None),
        ] {
            assert_eq!(Email::parse(text).as_ref().map(Email::as_str), expected, "{text:?}");
        }
        assert_eq!(Email::parse(&format!("{}@example.com", "a".repeat(250))), None);
    }
}
