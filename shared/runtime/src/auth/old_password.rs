//! Password hashes of the programs that this one replaces, and how they are kept until their first log-in: as what Argon2id
//! makes of them, so that who reads the database does not guess at the price of an old hash.
//!
//! The old shop keeps `salt$hex` (or bare `hex`), SHA-256 of the password followed by the salt. The old board keeps what
//! werkzeug writes, `scrypt:N:r:p$salt$hex` and `pbkdf2:sha256:rounds$salt$hex`. None of them begins with the `$` of a PHC
//! string. What must never happen here: a cost that whoever wrote the old database chose without a bound.

use std::fmt;

use belgrano_wire::hex::hex;
use pbkdf2::pbkdf2_hmac;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

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
        let derived = self.method.derive(self.salt, password);
        derived.is_some_and(|derived| derived.as_bytes().ct_eq(self.digest().as_bytes()).into())
    }

    /// Whether it takes as long as a hash should: then fewer passwords can be tried on it.
    #[must_use]
    pub fn is_slow(&self) -> bool {
        self.method != Method::Sha256
    }

    /// What an outer hash is made of, in place of the password.
    #[must_use]
    pub fn digest(&self) -> String {
        self.hex.to_ascii_lowercase()
    }

    /// What to store, given the PHC string that Argon2id makes of [`OldHash::digest`].
    #[must_use]
    pub fn wrapped(&self, outer: &str) -> String {
        format!("{WRAPPED}{}${}{outer}", self.method, self.salt)
    }
}

/// How what is wrapped begins; no PHC string and no hash of the old pair does.
const WRAPPED: &str = "old:";
/// How an outer hash begins.
const OUTER: &str = "$argon2id$";

/// A hash of the old pair within one of Argon2id: `old:METHOD$salt$argon2id$…`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedHash<'a> {
    method: Method,
    salt: &'a str,
    /// The PHC string.
    pub outer: &'a str,
}

impl<'a> WrappedHash<'a> {
    /// Reads what [`OldHash::wrapped`] wrote; `None` when it is something else.
    #[must_use]
    pub fn parse(stored: &'a str) -> Option<Self> {
        let stored = stored.strip_prefix(WRAPPED)?;
        let (head, outer) = stored.split_at(stored.rfind(OUTER)?);
        let (method, salt) = head.split_once('$')?;
        let method = if method == SHA256 { Method::Sha256 } else { Method::parse(method)? };
        Some(Self { method, salt, outer })
    }

    /// What the old program would have stored for `password`: what the outer hash has to fit. As slow as its maker wanted.
    #[must_use]
    pub fn digest(&self, password: &str) -> Option<String> {
        self.method.derive(self.salt, password)
    }
}

/// What the old shop's hashes, which do not say what they are, are called when they are wrapped.
const SHA256: &str = "sha256";

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sha256 => f.write_str(SHA256),
            Self::Pbkdf2 { rounds } => write!(f, "pbkdf2:sha256:{rounds}"),
            Self::Scrypt { log_n, r, p } => write!(f, "scrypt:{}:{r}:{p}", 1_u32 << log_n),
        }
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

    /// The digits it makes of `password`; `None` when its library does not take its costs.
    fn derive(&self, salt: &str, password: &str) -> Option<String> {
        let (password, salt) = (password.as_bytes(), salt.as_bytes());
        let mut derived = vec![0; self.length()];
        match *self {
            Self::Sha256 => {
                derived.copy_from_slice(&Sha256::new().chain_update(password).chain_update(salt).finalize());
            }
            Self::Pbkdf2 { rounds } => pbkdf2_hmac::<Sha256>(password, salt, rounds, &mut derived),
            Self::Scrypt { log_n, r, p } => {
                scrypt::scrypt(password, salt, &scrypt::Params::new(log_n, r, p).ok()?, &mut derived).ok()?;
            }
        }
        Some(hex(&derived))
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
    use super::{OldHash, WrappedHash};

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
    fn each_kind_is_wrapped_and_read_again() {
        const OUTER: &str = "$argon2id$v=19$m=64,t=1,p=1$c2Fs$aGFzaA";
        for stored in HASHES {
            let old = OldHash::parse(stored).expect("one of theirs");
            let wrapped = old.wrapped(OUTER);
            assert!(!wrapped.contains(&old.digest()) && OldHash::parse(&wrapped).is_none(), "{wrapped}");
            let read = WrappedHash::parse(&wrapped).expect("ours");
            assert_eq!((read.outer, read.digest("correcto caballo")), (OUTER, Some(old.digest())), "{wrapped}");
            assert_ne!(read.digest("correcto caballO"), Some(old.digest()), "{wrapped}");
        }
        for other in [HASHES[0], OUTER, "", "!", "old:", "old:md5$sal$argon2id$x", "old:sha256$argon2id"] {
            assert_eq!(WrappedHash::parse(other), None, "{other}");
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
