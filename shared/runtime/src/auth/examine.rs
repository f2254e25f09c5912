//! Passwords that an older version took over as they came, examined one account after the other.
//!
//! One that others know is taken away; a hash of the old pair is wrapped in one of Argon2id. Each account is marked when it is
//! done, so a restart goes on where it was. Which accounts there are, and how they are stored, each service says.

use std::convert::Infallible;

use super::known_password::Owner;
use super::password::{KNOWN_PASSWORD, PasswordError, Passwords};
use crate::fetch_scalar;
use crate::storage::Db;
use crate::writer::WriteError;

/// An account whose password was not examined yet.
#[derive(Debug)]
pub struct Unexamined {
    /// Which account.
    pub id: i64,
    /// Its stored password.
    pub stored: String,
    /// What it is called.
    pub owner: Owner,
}

/// What becomes of a stored password.
#[derive(Clone, PartialEq, Eq)]
pub enum Examined {
    /// Others know it: the account gets none.
    Known,
    /// Nobody else is known to have it, and its hash is of Argon2id already: nothing changes.
    Stays,
    /// Nobody else is known to have it; its old hash is stored within this one of Argon2id.
    Wrapped(String),
}

impl std::fmt::Debug for Examined {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Known => "Known",
            Self::Stays => "Stays",
            Self::Wrapped(_) => "Wrapped(***)",
        })
    }
}

/// Stores what became of a password, unless there is another by now. Each service applies it to its own accounts.
#[derive(Debug)]
pub struct StoreExamined {
    /// Which account.
    pub id: i64,
    /// The password that was examined.
    pub stored: String,
    /// What became of it.
    pub examined: Examined,
}

impl StoreExamined {
    /// What is stored in its place.
    #[must_use]
    pub fn hash(&self) -> &str {
        match &self.examined {
            Examined::Known => KNOWN_PASSWORD,
            Examined::Stays => &self.stored,
            Examined::Wrapped(wrapped) => wrapped,
        }
    }
}

impl Unexamined {
    /// What has to be stored of it.
    pub async fn examine(self, passwords: &Passwords) -> Result<StoreExamined, ExamineError> {
        let Self { id, stored, owner } = self;
        let examined = passwords.examine(&stored, &owner).await?;
        told(id, &examined);
        Ok(StoreExamined { id, stored, examined })
    }
}

/// Tells the operator which account lost its password, and no word of it.
pub fn told(id: i64, examined: &Examined) {
    if *examined == Examined::Known {
        tracing::warn!(account = id, "its password was one that others know and was taken away: set another");
    }
}

/// Why an account could not be examined. It is tried again.
#[derive(Debug, thiserror::Error)]
pub enum ExamineError {
    /// No hash could be made.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// It could not be read.
    #[error("the accounts could not be read: {0}")]
    Read(#[from] sqlx::Error),
    /// It could not be stored.
    #[error(transparent)]
    Write(#[from] WriteError<Infallible>),
}

/// What an operator has to know of the accounts' passwords.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswordReport {
    /// Accounts that are not examined yet.
    pub unexamined: i64,
    /// Those whose password was taken away, and that have no other yet.
    pub taken_away: Vec<i64>,
}

impl PasswordReport {
    /// Reads it: `unexamined` counts those accounts, `taken` lists the ids of those that have the password it is given.
    pub async fn read(db: &Db, unexamined: &'static str, taken: &'static str) -> sqlx::Result<Self> {
        let mut session = db.read().await?;
        let unexamined = fetch_scalar!(one, session, i64, unexamined)?;
        Ok(Self { unexamined, taken_away: fetch_scalar!(all, session, i64, taken, KNOWN_PASSWORD)? })
    }
}
