//! An address to log in with and to write to.

use std::fmt;

use belgrano_wire::free_text;
use belgrano_wire::limits;
use belgrano_wire::texts::Message;
use serde::{Deserialize, Deserializer};

use crate::storage::Session;

/// An e-mail address: as it is meant (see [`free_text::plain`]), trimmed, lower case, with something on both sides of its one
/// `@`. However an address was typed or pasted, it is the same one.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

impl Email {
    /// Reads an address. Whether mail arrives there only a mail can tell, so the rule is short.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        // A lower case letter may compose otherwise than its capital.
        let text = free_text::clean(free_text::plain(text).trim().to_lowercase().trim()).into_owned();
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

/// How a service's table of accounts is asked for addresses that an older version stored as they were typed.
#[derive(Clone, Copy, Debug)]
pub struct StoredEmails {
    /// Ids and addresses of those that are more than ASCII.
    pub select: &'static str,
    /// Sets the address `$1` of the account `$2`, unless another has it.
    pub update: &'static str,
}

impl StoredEmails {
    /// Spells every stored address as [`Email::parse`] does, so that its account is found. Where two accounts have had one
    /// address in two spellings, the one that is spelled as today keeps it; the other is named in the log.
    pub async fn respell(&self, session: &mut Session) -> sqlx::Result<()> {
        // Asked once in a life: no plan of it is worth keeping.
        let unusual: Vec<(i64, String)> =
            crate::on!(*session, |c, _keep| sqlx::query_as(self.select).persistent(false).fetch_all(c).await)?;
        for (id, stored) in unusual {
            let Some(email) = Email::parse(&stored).filter(|email| email.as_str() != stored) else { continue };
            if crate::execute!(*session, self.update, email.as_str(), id)? == 0 {
                tracing::warn!(
                    account = id,
                    "another account has the same address in another spelling: only that one logs in"
                );
            }
        }
        Ok(())
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
            ("n\u{303}andu\u{301}@correo.ar", Some("ñandú@correo.ar")),
            ("N\u{303}ANDÚ@Correo.ar", Some("ñandú@correo.ar")),
            ("\u{feff}ana\u{200b}@exam\u{ad}ple.com\u{202c}", Some("ana@example.com")),
            ("ana‑maría＠example．com\u{a0}", Some("ana-maría@example.com")),
            ("\u{200b}@\u{200b}", None),
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
