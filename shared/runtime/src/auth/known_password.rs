//! Passwords that others know, tried on whatever password comes from elsewhere: a database of the programs that this one
//! replaces, or one of our own that was made of those.
//!
//! Others know what those programs were published with, what everybody chooses, and what an account's own names give away.
//! What must never happen here: one of them in a log line or in a report.

use std::collections::BTreeSet;

use futures_util::{StreamExt, TryStreamExt};

use super::examine::Examined;
use super::old_password::OldHash;
use super::password::{KNOWN_PASSWORD, NO_PASSWORD, PasswordError, Passwords, spellings};
use crate::config::Secret;

/// What the old pair was published with: its first administrator's and its drivers' in its own texts, and what the same hand
/// would have written for the other roles.
const PUBLISHED: [&str; 12] = [
    "admin123",
    "flota123",
    "admin",
    "flota",
    "cliente123",
    "comerciante123",
    "repartidor123",
    "usuario123",
    "belgrano123",
    "tickets123",
    "test123",
    "demo123",
];

/// What everybody chooses, and what a program like those is set up with; the likeliest first.
const USUAL: [&str; 43] = [
    "123456",
    "123456789",
    "12345678",
    "password",
    "1234",
    "12345",
    "qwerty",
    "111111",
    "abc123",
    "contraseña",
    "password123",
    "clave123",
    "admin1234",
    "000000",
    "1234567",
    "1234567890",
    "123123",
    "contrasena",
    "changeme",
    "cambiame",
    "secreto",
    "argentina",
    "654321",
    "87654321",
    "11111111",
    "121212",
    "password1",
    "passw0rd",
    "qwerty123",
    "qwertyuiop",
    "abcd1234",
    "a1b2c3d4",
    "iloveyou",
    "letmein",
    "welcome",
    "welcome1",
    "secret",
    "secret123",
    "secreta",
    "clave",
    "contraseña123",
    "contrasena123",
    "bienvenido",
];
/// How many of them are tried on a slow hash.
const SLOW_USUAL: usize = 14;

/// What programs and their roles are called.
const NAMES: [&str; 16] = [
    "admin",
    "administrador",
    "flota",
    "repartidor",
    "cliente",
    "comerciante",
    "usuario",
    "user",
    "test",
    "demo",
    "root",
    "belgrano",
    "belgranoahorro",
    "belgrano_ahorro",
    "belgranotickets",
    "ahorro",
];

/// What people put behind such a name, and behind their own.
const BEHIND: [&str; 3] = ["", "123", "2025"];
const BEHIND_OWN: [&str; 6] = ["", "123", "1", "1234", "2024", "2025"];
/// Keys that the old pair's documents print. Who deploys one half against the old other half may have no choice for a while.
const PUBLISHED_KEYS: [&str; 3] =
    ["belgrano_ahorro_secret_key_2025", "belgrano_tickets_secret_2025", "belgrano_ahorro_api_key_2025"];

/// Whether a key of a client is one that anybody can read.
#[must_use]
pub fn is_published_key(key: &str) -> bool {
    PUBLISHED_KEYS.contains(&key) || PUBLISHED.contains(&key)
}

/// Words of an account that are looked at; a name of more is no name.
const MAX_WORDS: usize = 8;

/// What an account is called, which its password should not be.
#[derive(Clone, Default)]
pub struct Owner(BTreeSet<String>);

impl std::fmt::Debug for Owner {
    // Personal data.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Owner").finish_non_exhaustive()
    }
}

impl Owner {
    /// Of what is stored with it: its address, its names, its telephone.
    #[must_use]
    pub fn new(texts: &[&str]) -> Self {
        let mut words = BTreeSet::new();
        for text in texts {
            let lower = text.trim().to_lowercase();
            let name = lower.split_once('@').map_or(&*lower, |(local, _)| local);
            let parts = name.split(|c: char| !c.is_alphanumeric()).filter(|part| part.chars().count() > 1);
            let joined = name.chars().filter(|c| c.is_alphanumeric()).collect();
            words.extend(parts.take(MAX_WORDS).map(str::to_owned).chain([joined, name.to_owned(), lower.clone()]));
        }
        words.remove("");
        Self(words)
    }
}

impl Owner {
    /// Whether it is one of its names.
    pub(super) fn is_called(&self, word: &str) -> bool {
        self.0.contains(word)
    }

    /// Whether `typed`, a password that somebody has just shown, is one that others know: all that is known is compared, which
    /// costs nothing here.
    #[must_use]
    pub fn gives_away(&self, typed: &str) -> bool {
        let known = candidates(self, false);
        spellings(typed).iter().any(|(_, typed)| known.iter().any(|known| known.expose() == typed.expose()))
    }
}

/// What to try on a password of `owner` that another program hashed: everything, or the likeliest where each try is `slow`.
fn candidates(owner: &Owner, slow: bool) -> Vec<Secret> {
    let (behind_own, behind) = if slow { (&BEHIND_OWN[..2], &BEHIND[..0]) } else { (&BEHIND_OWN[..], &BEHIND[..]) };
    let own = owner.0.iter().flat_map(|name| behind_own.iter().map(move |behind| format!("{name}{behind}")));
    let own: Vec<String> = published().chain(own).collect();
    let capital: Vec<String> = own.iter().map(|word| capitalised(word)).collect();
    let names = NAMES.iter().flat_map(|name| behind.iter().map(move |behind| format!("{name}{behind}")));
    let usual = USUAL.iter().take(if slow { SLOW_USUAL } else { USUAL.len() }).copied().map(str::to_owned);
    let mut seen = BTreeSet::new();
    own.into_iter()
        .chain(capital)
        .chain(usual)
        .chain(names)
        .filter(|word| seen.insert(word.clone()))
        .map(Secret::new)
        .collect()
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn published() -> impl Iterator<Item = String> {
    PUBLISHED.iter().copied().map(str::to_owned)
}

/// The password of an account of another database, on its way here.
#[derive(Clone)]
pub struct Crossing {
    /// What is stored there, and in the end what is stored here.
    pub hash: String,
    /// Whose it is.
    pub owner: Owner,
}

impl std::fmt::Debug for Crossing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Crossing").finish_non_exhaustive()
    }
}

impl Passwords {
    /// Takes the passwords away that others know; returns which of `all` had one. As many at once as log-ins.
    pub async fn refuse_known(&self, all: &mut [&mut Crossing]) -> Result<Vec<usize>, PasswordError> {
        let tried = futures_util::stream::iter(all.iter().map(|one| self.is_known(&one.hash, &one.owner)));
        let known: Vec<bool> = tried.buffered(self.parallel()).try_collect().await?;
        let known: Vec<usize> = known.iter().enumerate().filter_map(|(at, known)| known.then_some(at)).collect();
        for at in &known {
            KNOWN_PASSWORD.clone_into(&mut all[*at].hash);
        }
        Ok(known)
    }

    /// Wraps what is left of them.
    pub async fn wrap_all(&self, all: &mut [&mut Crossing]) -> Result<(), PasswordError> {
        let wrapped = futures_util::stream::iter(all.iter().map(|one| self.wrap(&one.hash)));
        let wrapped: Vec<Option<String>> = wrapped.buffered(self.parallel()).try_collect().await?;
        for (one, wrapped) in all.iter_mut().zip(wrapped) {
            if let Some(wrapped) = wrapped {
                one.hash = wrapped;
            }
        }
        Ok(())
    }
}

impl Passwords {
    /// Whether others know the password of `owner` that `stored` was made of.
    ///
    /// On a hash of the old pair all that is known is tried, or what is likeliest where it is a slow one, one of our own among
    /// them: somebody who logged in with an older version of this program may have had it made.
    pub async fn is_known(&self, stored: &str, owner: &Owner) -> Result<bool, PasswordError> {
        if stored.starts_with(NO_PASSWORD) {
            return Ok(false);
        }
        let slow = OldHash::parse(stored).is_none_or(|old| old.is_slow());
        match self.any_opens(candidates(owner, slow), stored).await {
            // Nothing opens what is no hash.
            Err(PasswordError::Hash(_)) => Ok(false),
            known => known,
        }
    }

    /// What has to become of `stored`, the password of `owner`.
    pub async fn examine(&self, stored: &str, owner: &Owner) -> Result<Examined, PasswordError> {
        if self.is_known(stored, owner).await? {
            return Ok(Examined::Known);
        }
        Ok(self.wrap(stored).await?.map_or(Examined::Stays, Examined::Wrapped))
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::{Owner, candidates, is_published_key};
    use crate::auth::examine::Examined;
    use crate::auth::password::{KNOWN_PASSWORD, NewPassword, PasswordSettings, Passwords, Spelling};
    use belgrano_wire::ambient::Ambient;
    use belgrano_wire::hex::hex;

    fn passwords() -> Passwords {
        let settings = PasswordSettings { memory_kib: 64, passes: 1, parallel: 2, waiting: 8 };
        Passwords::new(settings, &Ambient::system()).expect("valid parameters")
    }

    fn old(password: &str) -> String {
        format!("sal${}", hex(&Sha256::digest(format!("{password}sal"))))
    }

    #[test]
    fn keys_that_documents_print_are_known() {
        assert!(is_published_key("belgrano_tickets_secret_2025") && is_published_key("admin123"));
        assert!(!is_published_key("") && !is_published_key("5c1f0f0e6a2b"));
    }

    #[tokio::test]
    async fn what_others_know_is_found() {
        let owner = Owner::new(&["ana.diaz@example.com", "Ana María", "Díaz", "+54 11 5555-0001"]);
        for known in [
            "admin123",
            "flota123",
            "Admin123",
            "123456",
            "password",
            "contraseña",
            "ana.diaz@example.com",
            "ana.diaz",
            "anadiaz",
            "ana",
            "Díaz",
            "diaz2025",
            "maría123",
            "541155550001",
            "belgrano2025",
            "repartidor123",
            "comerciante",
        ] {
            assert_eq!(passwords().examine(&old(known), &owner).await.expect("an answer"), Examined::Known, "{known}");
        }
        let published = NewPassword::of_old("admin123");
        let today = passwords().hash(&published).await.expect("a hash");
        assert_eq!(passwords().examine(&today, &owner).await.expect("an answer"), Examined::Known);
    }

    #[test]
    fn what_is_shown_is_held_against_all_that_is_known() {
        let owner = Owner::new(&["ana.diaz@example.com", "Ana Díaz"]);
        for known in ["admin123", "bienvenido", "Ana2025", "di\u{301}az123", "repartidor2025", "anadiaz1234"] {
            assert!(owner.gives_away(known), "{known}");
        }
        assert!(!owner.gives_away("correcto caballo") && !owner.gives_away(""));
    }

    #[test]
    fn a_slow_hash_is_tried_with_less() {
        let owner = Owner::new(&["ana.diaz@example.com", "Ana Díaz"]);
        let (all, likeliest) = (candidates(&owner, false).len(), candidates(&owner, true).len());
        assert!(likeliest < 80 && all > 2 * likeliest, "{likeliest} of {all}");
    }

    #[tokio::test]
    async fn the_rest_is_wrapped_and_opens_with_its_password_only() {
        let (passwords, owner) = (passwords(), Owner::new(&["ana@example.com"]));
        let Examined::Wrapped(stored) = passwords.examine(&old("correcto caballo"), &owner).await.expect("an answer")
        else {
            panic!("an old hash is wrapped")
        };
        assert!(stored.contains("$argon2id$") && !stored.contains(&old("correcto caballo")[4..]));
        let opens = async |typed: &str| passwords.verify(typed, &stored).await.expect("an answer");
        assert_eq!(opens("correcto caballo").await, Some(Spelling::Usual));
        assert_eq!((opens("correcto caballO").await, opens(&old("correcto caballo")[4..]).await), (None, None));
        assert!(passwords.is_outdated(&stored), "the next log-in replaces it");
        for stays in [stored.as_str(), KNOWN_PASSWORD, "x", ""] {
            assert_eq!(passwords.examine(stays, &owner).await.expect("an answer"), Examined::Stays, "{stays}");
        }
    }
}
