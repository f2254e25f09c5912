//! Password hashes of the programs that this one replaces: verified until the first log-in, which replaces them.
//!
//! The old shop keeps `salt$hex` (or bare `hex`), SHA-256 of the password followed by the salt. The old board keeps what
//! werkzeug writes, `scrypt:N:r:p$salt$hex` and `pbkdf2:sha256:rounds$salt$hex`. None of them begins with the `$` of a PHC
//! string. What must never happen here: a cost that whoever wrote the old database chose without a bound.

use pbkdf2::pbkdf2_hmac;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::hex::hex;

/// Ten times what werkzeug has ever asked for.
const MAX_ROUNDS: u32 = 10_000_000;
/// Log₂ of four times werkzeug's N: 128 MiB.
const MAX_LOG_N: u32 = 17;
const MAX_R: u32 = 8;
const MAX_P: u32 = 4;

/// A hash of the old pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OldHash<'a> {
    method: Method,
    salt: &'a str,
    hex: &'a str,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Method {
    Sha256,
    Pbkdf2 { rounds: u32 },
    Scrypt { log_n: u8, r: u32, p: u32 },
}

impl<'a> OldHash<'a> {
    /// Reads a stored hash; `None` when it is of another kind or costs more than any of theirs.
    #[must_use]
    pub fn parse(stored: &'a str) -> Option<Self> {
        let (head, hex) = stored.rsplit_once('$').unwrap_or(("", stored));
        let (method, salt) = match head.split_once('$') {
            Some((method, salt)) => (Method::parse(method)?, salt),
            None => (Method::Sha256, head),
        };
        let whole = hex.len() == 2 * method.length() && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        whole.then_some(Self { method, salt, hex })
    }

    /// Whether `password` is the one it was made of. As slow as whoever made it wanted: not for an async thread.
    #[must_use]
    pub fn verify(&self, password: &str) -> bool {
        let (password, salt) = (password.as_bytes(), self.salt.as_bytes());
        let mut derived = vec![0; self.method.length()];
        match self.method {
            Method::Sha256 => {
                derived.copy_from_slice(&Sha256::new().chain_update(password).chain_update(salt).finalize());
            }
            Method::Pbkdf2 { rounds } => pbkdf2_hmac::<Sha256>(password, salt, rounds, &mut derived),
            Method::Scrypt { log_n, r, p } => {
                let Ok(params) = scrypt::Params::new(log_n, r, p) else { return false };
                if scrypt::scrypt(password, salt, &params, &mut derived).is_err() {
                    return false;
                }
            }
        }
        hex(&derived).as_bytes().ct_eq(self.hex.to_ascii_lowercase().as_bytes()).into()
    }
}

impl Method {
    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(':');
        let method = match words.next()? {
            "pbkdf2" if words.next() == Some("sha256") => Self::Pbkdf2 { rounds: within(words.next()?, MAX_ROUNDS)? },
            "scrypt" => {
                let n = within(words.next()?, 1 << MAX_LOG_N)?;
                let (r, p) = (within(words.next()?, MAX_R)?, within(words.next()?, MAX_P)?);
                Self::Scrypt { log_n: u8::try_from(n.ilog2()).ok().filter(|_| n.is_power_of_two())?, r, p }
            }
            _ => return None,
        };
        words.next().is_none().then_some(method)
    }

    /// Bytes of the hash.
    fn length(&self) -> usize {
        match self {
            Self::Sha256 | Self::Pbkdf2 { .. } => 32,
            Self::Scrypt { .. } => 64,
        }
    }
}

fn within(text: &str, max: u32) -> Option<u32> {
    text.parse().ok().filter(|number| (1..=max).contains(number))
}

#[cfg(test)]
mod tests {
    use super::OldHash;

    /// Made with Python's `hashlib` from «correcto caballo».
    const HASHES: [&str; 4] = [
        "0123abcd$ef0b7cc10de7f7aa40f7159b8529d42725cf3f21c7aa1e9046bd15b61cfd8b8d",
        "0d30356dba5f9f9c2436e48492c0ca459d7c50845c158e4f6375d77ab4c83319",
        "pbkdf2:sha256:1000$sal$000f15f39bb2d94386664e56a38f2425280b4ef14a6a3f05b46556ae479358ab",
        "scrypt:16:8:1$sal$61be5f4fb83ca1e389eb994dda38452a444f897dbc2c9255f34191db4a93fd00\
         826d241401c677ee2e260847c8a5008f33f27ee74bf0d842e9a7d97d54508add",
    ];

    #[test]
    fn each_kind_opens_with_its_password_only() {
        for stored in HASHES {
            let hash = OldHash::parse(stored).expect("one of theirs");
            assert!(hash.verify("correcto caballo"), "{stored}");
            assert!(!hash.verify("correcto caballO"), "{stored}");
        }
    }

    #[test]
    fn nothing_else_is_one() {
        let digest = &HASHES[1];
        for wrong in ["", "x", "!", "$argon2id$v=19$m=64,t=1,p=1$c2Fs$aGFzaA", "sal$0123", "md5$sal$0123"] {
            assert_eq!(OldHash::parse(wrong), None, "{wrong}");
        }
        for method in ["pbkdf2:sha1:1000", "pbkdf2:sha256:0", "pbkdf2:sha256:99999999", "pbkdf2:sha256", "scrypt:16:8"]
        {
            assert_eq!(OldHash::parse(&format!("{method}$sal${digest}")), None, "{method}");
        }
        for method in ["scrypt:17:8:1", "scrypt:1048576:8:1", "scrypt:16:800:1", "scrypt:16:8:1:1"] {
            assert_eq!(OldHash::parse(&format!("{method}$sal${digest}{digest}")), None, "{method}");
        }
    }
}
