//! Hashes of passwords: Argon2id, as PHC strings.
//!
//! A hash is meant to be slow and large, so it runs off the async threads, few at a time; a flood of log-ins is
//! refused instead of taking the process down. An account that does not exist costs as much as one that does.

use std::num::NonZero;
use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use base64::prelude::{BASE64_STANDARD_NO_PAD, Engine};
use belgrano_wire::ambient::Ambient;
use belgrano_wire::free_text;
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

use super::new_password::MAX_CHARS;
pub use super::new_password::NewPassword;
use super::old_password::{OldHash, WrappedHash};
use crate::config::{Env, Secret};
use crate::problem::Problem;

/// Stored where there is no password to log in with. Whatever else begins with it says why there is none.
pub const NO_PASSWORD: &str = "!";
/// Stored where the password was one that others know, and was taken away.
pub const KNOWN_PASSWORD: &str = "!known";
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// The cost of a hash and how many may run. The defaults are OWASP's for Argon2id.
#[derive(Clone, Copy, Debug)]
pub struct PasswordSettings {
    /// Memory of one hash.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// How many hashes may be computed at the same time; each takes a core and its memory.
    pub parallel: usize,
    /// Requests that may wait for their turn; those beyond are refused.
    pub waiting: usize,
}

impl Default for PasswordSettings {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        Self { memory_kib: 19_456, passes: 2, parallel: cores, waiting: 64 }
    }
}

impl PasswordSettings {
    /// Reads the limits.
    pub fn from_env(env: &mut Env) -> Self {
        let Self { memory_kib, passes, parallel, waiting } = Self::default();
        Self {
            memory_kib: env.number("ARGON2_MEMORY_KIB", memory_kib, 8..=1 << 20, "memory of one password hash"),
            passes: env.number("ARGON2_PASSES", passes, 1..=16, "passes of one password hash"),
            // Not the default of this machine's cores: the table must read the same everywhere.
            parallel: match env.number("ARGON2_PARALLEL", 0, 0..=1024, "password hashes at once; 0: as many as cores") {
                0 => parallel,
                set => set,
            },
            waiting: env.number("ARGON2_WAITING", waiting, 0..=100_000, "log-ins that may wait; more are refused"),
        }
    }
}

/// Why there is no answer about a password.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Too many are waiting.
    #[error("too many passwords are being checked")]
    Overloaded,
    /// The stored hash is not a PHC string, or the parameters are out of range.
    #[error("the password hash cannot be used: {0}")]
    Hash(argon2::password_hash::Error),
    /// The hashing thread died.
    #[error("the hashing thread died")]
    Thread(#[from] tokio::task::JoinError),
}

impl From<PasswordError> for Problem {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Overloaded => Self::unavailable(RETRY_AFTER),
            PasswordError::Hash(_) | PasswordError::Thread(_) => Self::internal(&error),
        }
    }
}

/// Hashes and verifies. Cheap to clone; every clone has the same limits.
#[derive(Clone, Debug)]
pub struct Passwords {
    params: Params,
    running: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
    parallel: usize,
    /// The hash of a password nobody knows, compared with where there is no account.
    nobody: Arc<str>,
    ambient: Ambient,
}

impl Passwords {
    /// Also makes what to compare with where there is no account. It only has to cost the same, so it is no password's hash
    /// but random bytes in the shape of one: a start does not pay for it.
    pub fn new(settings: PasswordSettings, ambient: &Ambient) -> Result<Self, PasswordError> {
        let params = Params::new(settings.memory_kib, settings.passes, 1, None)
            .map_err(|error| PasswordError::Hash(error.into()))?;
        let [salt, output] =
            [&ambient.bytes::<16>()[..], &ambient.bytes::<32>()[..]].map(|b| BASE64_STANDARD_NO_PAD.encode(b));
        let nobody = format!("$argon2id$v=19$m={},t={},p=1${salt}${output}", settings.memory_kib, settings.passes);
        Ok(Self {
            params,
            running: Arc::new(Semaphore::new(settings.parallel)),
            admitted: Arc::new(Semaphore::new(settings.parallel + settings.waiting)),
            parallel: settings.parallel,
            nobody: nobody.into(),
            ambient: ambient.clone(),
        })
    }

    /// How many hashes may be computed at the same time.
    pub(super) fn parallel(&self) -> usize {
        self.parallel
    }

    /// The PHC string to store.
    pub async fn hash(&self, password: &NewPassword) -> Result<String, PasswordError> {
        let (params, salt, password) = (self.params.clone(), self.ambient.bytes(), password.clone());
        self.run(move || hash(&params, password.0.expose().as_bytes(), &salt)).await
    }

    /// Whether `password` is the one that `stored` was made of, however it is spelled.
    pub async fn verify(&self, password: &str, stored: &str) -> Result<Option<Spelling>, PasswordError> {
        self.compare(password, stored.into()).await
    }

    /// Takes as long as [`Passwords::verify`]: for a log-in without an account, so that nobody can tell.
    pub async fn verify_dummy(&self, password: &str) -> Result<(), PasswordError> {
        self.compare(password, Arc::clone(&self.nobody)).await.map(drop)
    }

    /// Whether `stored` was made with other parameters than today's: hash again after a successful log-in.
    #[must_use]
    pub fn is_outdated(&self, stored: &str) -> bool {
        let params = PasswordHash::new(stored).ok().and_then(|hash| Params::try_from(&hash).ok());
        params.is_none_or(|stored| (stored.m_cost(), stored.t_cost()) != (self.params.m_cost(), self.params.t_cost()))
    }

    /// The hash to store of a password that has just opened its account, which may be shorter than today's rule wants.
    pub(super) async fn hash_proven(&self, password: &str) -> Result<String, PasswordError> {
        self.hash(&NewPassword(Secret::new(free_text::clean(password)))).await
    }

    /// A password of other letters than ASCII's is tried in up to three spellings, against an account and against none alike.
    async fn compare(&self, password: &str, stored: Arc<str>) -> Result<Option<Spelling>, PasswordError> {
        let spellings = spellings(password);
        let nobody = Arc::clone(&self.nobody);
        self.run(move || {
            for (spelling, password) in spellings {
                // Some of the old hashes cost next to nothing: a wrong password takes as long as where there is no account.
                let fits =
                    opens(&password, &stored)? || (OldHash::parse(&stored).is_some() && fits(&password, &nobody)?);
                if fits {
                    return Ok(Some(spelling));
                }
            }
            Ok(None)
        })
        .await
    }

    /// Whether any of `candidates` opens `stored`, letter by letter. Each takes its turn among the log-ins.
    pub(super) async fn any_opens(&self, candidates: Vec<Secret>, stored: &str) -> Result<bool, PasswordError> {
        let stored: Arc<str> = stored.into();
        for candidate in candidates {
            let stored = Arc::clone(&stored);
            if self.run(move || opens(&candidate, &stored)).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What to store in the place of a hash of the old pair; `None` when it is none.
    pub async fn wrap(&self, stored: &str) -> Result<Option<String>, PasswordError> {
        let Some(old) = OldHash::parse(stored) else { return Ok(None) };
        let (params, salt, digest) = (self.params.clone(), self.ambient.bytes(), old.digest());
        let outer = self.run(move || hash(&params, digest.as_bytes(), &salt)).await?;
        Ok(Some(old.wrapped(&outer)))
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let admitted = Arc::clone(&self.admitted).try_acquire_owned().map_err(|_| PasswordError::Overloaded)?;
        // Never closed, so this is only a wait.
        let running = Arc::clone(&self.running).acquire_owned().await.map_err(|_| PasswordError::Overloaded)?;
        tokio::task::spawn_blocking(move || {
            // Held by the thread: a client that goes away does not stop the hash.
            let _held = (admitted, running);
            work()
        })
        .await?
    }
}

/// How a password has to be spelled to fit its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    /// As new ones are stored.
    Usual,
    /// As an older version hashed what a keyboard happened to send: hash it again.
    Older,
}

/// `typed` as it would be stored today; then, where that is another text, as it was typed and as a keyboard that writes an
/// accent as a character of its own would have sent it. None of a text that nobody could have chosen.
pub(super) fn spellings(typed: &str) -> Vec<(Spelling, Secret)> {
    // No character has more than four bytes or comes apart into more than four, and hashing megabytes is an attack.
    if typed.len() > 16 * MAX_CHARS {
        return Vec::new();
    }
    let meant = free_text::clean(typed);
    if meant.chars().count() > MAX_CHARS {
        return Vec::new();
    }
    let apart: String = meant.nfd().collect();
    let mut spellings = vec![(Spelling::Usual, Secret::new(&*meant))];
    for older in [typed, apart.as_str()] {
        if spellings.iter().all(|(_, known)| known.expose() != older) {
            spellings.push((Spelling::Older, Secret::new(older)));
        }
    }
    spellings
}

/// Whether `password`, letter by letter, is the one that `stored` was made of: by this program, or by one before it.
fn opens(password: &Secret, stored: &str) -> Result<bool, PasswordError> {
    if let Some(old) = OldHash::parse(stored) {
        return Ok(old.verify(password.expose()));
    }
    match WrappedHash::parse(stored) {
        Some(wrapped) => {
            wrapped.digest(password.expose()).map_or(Ok(false), |digest| fits(&Secret::new(digest), wrapped.outer))
        }
        None => fits(password, stored),
    }
}

fn fits(password: &Secret, stored: &str) -> Result<bool, PasswordError> {
    let stored = PasswordHash::new(stored).map_err(|error| PasswordError::Hash(error.into()))?;
    match Argon2::default().verify_password(password.expose().as_bytes(), &stored) {
        Ok(()) => Ok(true),
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(PasswordError::Hash(error)),
    }
}

fn hash(params: &Params, password: &[u8], salt: &[u8; 16]) -> Result<String, PasswordError> {
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    argon2.hash_password_with_salt(password, salt).map(|hash| hash.to_string()).map_err(PasswordError::Hash)
}

#[cfg(test)]
mod tests {
    use belgrano_wire::ambient::Ambient;

    use super::{NewPassword, PasswordError, PasswordSettings, Passwords, Spelling, hash};
    use crate::problem::Problem;

    fn passwords(settings: PasswordSettings) -> Passwords {
        Passwords::new(settings, &Ambient::system()).expect("valid parameters")
    }

    const QUICK: PasswordSettings = PasswordSettings { memory_kib: 64, passes: 1, parallel: 2, waiting: 8 };

    #[tokio::test]
    async fn a_password_is_the_same_from_every_keyboard() {
        let passwords = passwords(QUICK);
        let composed = "contrase\u{f1}a larga";
        let stored = passwords.hash(&NewPassword::parse(composed).expect("long enough")).await.expect("a hash");
        for typed in
            [composed, "contrasen\u{303}a larga", "contrase\u{f1}a\u{a0}larga", "\u{feff}contrase\u{f1}a larga"]
        {
            let fits = passwords.verify(typed, &stored).await.expect("an answer");
            assert_eq!(fits, Some(Spelling::Usual), "{typed:?}");
        }
        // What an older version hashed, letter by letter.
        for old in ["contrasen\u{303}a larga", "contrase\u{f1}a\u{a0}larga", "contrase\u{f1}a\u{200b} larga"] {
            let stored = hash(&passwords.params, old.as_bytes(), &[7; 16]).expect("a hash");
            assert_eq!(passwords.verify(old, &stored).await.expect("an answer"), Some(Spelling::Older), "{old:?}");
            assert_eq!(passwords.verify("contrasena larga", &stored).await.expect("an answer"), None, "{old:?}");
        }
        let apart = hash(&passwords.params, "contrasen\u{303}a larga".as_bytes(), &[7; 16]).expect("a hash");
        assert_eq!(passwords.verify(composed, &apart).await.expect("an answer"), Some(Spelling::Older));
        assert!(
            NewPassword::parse("n\u{303}n\u{303}n\u{303}n\u{303}").is_err(),
            "four letters, however they are written"
        );
    }

    #[tokio::test]
    async fn a_password_opens_its_own_hash_only() {
        let passwords = passwords(QUICK);
        let new = NewPassword::parse("correcto caballo").expect("long enough");
        let stored = passwords.hash(&new).await.expect("a hash");
        assert!(stored.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{stored}");
        assert_eq!(passwords.verify("correcto caballo", &stored).await.expect("an answer"), Some(Spelling::Usual));
        assert_eq!(passwords.verify("correcto caballo ", &stored).await.expect("an answer"), None);
        assert_eq!(passwords.verify(&"x".repeat(1 << 20), &stored).await.expect("an answer"), None);
        assert_ne!(stored, passwords.hash(&new).await.expect("a hash"), "each has its own salt");
        passwords.verify_dummy("correcto caballo").await.expect("no error");
        assert!(!passwords.is_outdated(&passwords.nobody), "nobody's hash costs what any costs");
        assert!(matches!(passwords.verify("x", "md5:abc").await, Err(PasswordError::Hash(_))));
    }

    #[tokio::test]
    async fn a_long_password_of_any_letters_counts_to_its_end() {
        let passwords = passwords(QUICK);
        for chars in [64, 128] {
            let long: String = "jacarandá lila🦙".chars().cycle().take(chars).collect();
            let stored = passwords.hash(&NewPassword::parse(&long).expect("any letters")).await.expect("a hash");
            assert_eq!(passwords.verify(&long, &stored).await.expect("an answer"), Some(Spelling::Usual), "{chars}");
            let (last, _) = long.char_indices().next_back().expect("a letter");
            assert_eq!(passwords.verify(&long[..last], &stored).await.expect("an answer"), None, "{chars}");
        }
        assert!(NewPassword::parse(&"jacarandá lila🦙".repeat(9)).is_err(), "135 characters");
    }

    #[test]
    fn a_hash_costs_what_owasp_asks_for() {
        let PasswordSettings { memory_kib, passes, .. } = PasswordSettings::default();
        assert!(memory_kib >= 15 * 1024 && passes >= 2, "{memory_kib} KiB, {passes} passes");
    }

    #[tokio::test]
    async fn a_wrong_password_for_an_old_hash_costs_what_nobodys_does() {
        const OLD: &str = "0123abcd$ef0b7cc10de7f7aa40f7159b8529d42725cf3f21c7aa1e9046bd15b61cfd8b8d";
        let passwords = passwords(QUICK);
        assert_eq!(passwords.verify("correcto caballo", OLD).await.expect("an answer"), Some(Spelling::Usual));
        assert_eq!(passwords.verify("otro caballo", OLD).await.expect("an answer"), None);
        let unusable = Passwords { nobody: "x".into(), ..passwords };
        let wrong = unusable.verify("otro caballo", OLD).await;
        assert!(matches!(wrong, Err(PasswordError::Hash(_))), "nobody's hash was not looked at");
    }

    #[tokio::test]
    async fn parameters_of_yesterday_are_seen_and_still_verify() {
        let stored =
            passwords(QUICK).hash(&NewPassword::parse("jacaranda lila").expect("valid")).await.expect("a hash");
        let today = passwords(PasswordSettings { passes: 2, ..QUICK });
        assert_eq!(today.verify("jacaranda lila", &stored).await.expect("an answer"), Some(Spelling::Usual));
        assert!(today.is_outdated(&stored) && !passwords(QUICK).is_outdated(&stored));
    }

    #[tokio::test]
    async fn a_flood_is_refused_with_a_503() {
        let passwords = passwords(PasswordSettings { parallel: 1, waiting: 0, ..QUICK });
        let held = passwords.admitted.clone().try_acquire_owned().expect("free");
        let refused = passwords.verify_dummy("x").await.expect_err("nobody may wait");
        assert_eq!(Problem::from(refused).status().as_u16(), 503);
        drop(held);
        passwords.verify_dummy("x").await.expect("free again");
    }
}
