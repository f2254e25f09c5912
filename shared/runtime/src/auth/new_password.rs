//! Passwords that somebody chooses, or that are made: the rule that they satisfy.

use belgrano_wire::ambient::Ambient;
use belgrano_wire::free_text;
use belgrano_wire::texts::Message;
use serde::{Deserialize, Deserializer};

use super::common_password::{is_common, is_own};
use super::known_password::Owner;
use crate::config::Secret;

const MIN_CHARS: usize = 8;
/// Of whoever may do everything.
const ADMIN_CHARS: usize = 10;
/// Also what log-in accepts: a longer one was never stored, and hashing megabytes is an attack.
pub(super) const MAX_CHARS: usize = 128;
/// 100 bits, in letters that cannot be misread.
const RANDOM_CHARS: usize = 20;
const RULE: Message = Message::new("error-password");
const COMMON: Message = Message::new("error-password-common");
const OWN: Message = Message::new("error-password-own");
const ADMIN: Message = Message::new("error-length");

/// A password that satisfies the rule for new ones. In a request's body it refuses itself, in Spanish.
#[derive(Clone, Debug)]
pub struct NewPassword(pub(super) Secret);

impl NewPassword {
    /// 8 to 128 characters, of any kind; length is what protects (NIST SP 800-63B), and that it is not what
    /// everybody tries. It is what [`free_text::clean`] makes of `text`, so that the next keyboard, which may write an `ñ` as one character or as two, gives the same.
    pub fn parse(text: &str) -> Result<Self, Message> {
        let text = free_text::clean(text);
        if !(MIN_CHARS..=MAX_CHARS).contains(&text.chars().count()) {
            return Err(RULE);
        }
        if is_common(&text) { Err(COMMON) } else { Ok(Self(Secret::new(text))) }
    }

    /// What it must not be for the account of `email`: what the address says, and of an administrator one of fewer than ten
    /// characters.
    pub fn fits(&self, email: &str, admin: bool) -> Result<(), Message> {
        let chars = self.0.expose().chars().count();
        if admin && chars < Self::least(admin) {
            return Err(ADMIN.with("from", Self::least(admin)).with("to", MAX_CHARS));
        }
        if is_own(self.0.expose(), &Owner::new(&[email])) { Err(OWN) } else { Ok(()) }
    }

    /// The fewest characters that the rule allows.
    #[must_use]
    pub const fn least(admin: bool) -> usize {
        if admin { ADMIN_CHARS } else { MIN_CHARS }
    }

    /// One that an older version would have taken.
    #[cfg(test)]
    pub(super) fn of_old(text: &str) -> Self {
        Self(Secret::new(text))
    }

    /// One that nobody chose.
    #[must_use]
    pub fn random(ambient: &Ambient) -> Self {
        Self(Secret::new(ambient.code(RANDOM_CHARS)))
    }

    /// The password itself, for whoever has to be told a random one.
    #[must_use]
    pub fn reveal(&self) -> &str {
        self.0.expose()
    }
}

impl<'de> Deserialize<'de> for NewPassword {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::NewPassword;

    #[test]
    fn the_rule_counts_characters() {
        assert!(NewPassword::parse("ñandúñan").is_ok());
        assert!(NewPassword::parse("1234567").is_err());
        assert!(NewPassword::parse(&"x".repeat(129)).is_err());
        let refused = serde_json::from_str::<NewPassword>("\"corta\"").expect_err("too short");
        assert!(refused.to_string().starts_with("tiene que tener entre 8 y 128"), "{refused}");
        assert!(!format!("{:?}", NewPassword::parse("muy secreta")).contains("secreta"));
    }
}
