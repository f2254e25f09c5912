//! Logging in to an account that has a factor: with a code beside the password, or in a second step after it.
//!
//! Between the steps there is no session: the browser has a token of five minutes and one use, bound to the account and to the
//! password it showed, and the table has its hash. What must never happen here: a second step after the password was changed, or
//! more guesses for one password than are counted.

use std::fmt;
use std::time::Duration;

use belgrano_wire::texts::Message;
use belgrano_wire::timestamp::UnixMillis;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::change::FactorUnit;
use super::rule::STEP_LIFETIME;
use super::seal::FactorKeys;
use super::store::{self, CodeUse};
use crate::auth::change_password::Known;
use crate::auth::session::TokenHash;
use crate::problem::{FieldError, Problem};
use crate::storage::Session;
use crate::{execute, fetch};

/// Wrong codes after which the password has to be shown again.
const TRIES: i64 = 5;

/// A code of an app or a recovery code, as somebody typed it. Never shown by `Debug`.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, example = "123456")]
pub struct Code(pub(super) String);

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(***)")
    }
}

/// What a log-in brings beside the password.
#[derive(Clone, Debug)]
pub enum Second {
    /// Nothing.
    Nothing,
    /// A code of the app, or a recovery code.
    Code(Code),
    /// A code comes later, with the token that has this hash.
    Later(TokenHash),
}

impl Second {
    /// What came as `codigo`; blank is nothing.
    #[must_use]
    pub fn of(code: Option<Code>) -> Self {
        code.filter(|code| !code.0.trim().is_empty()).map_or(Self::Nothing, Self::Code)
    }
}

/// Why the password alone is not enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotYet {
    /// The account has a factor, and no code came.
    CodeNeeded,
    /// The code is wrong, or was used.
    Wrong,
    /// Too many were wrong: no code of the app is looked at for this long.
    Wait(Duration),
    /// The password was shown too long ago, or is another by now.
    Over,
}

impl NotYet {
    /// Why a code did not do, as the security log says it; `None` where no code was given that could be wrong.
    pub(super) fn failure(self) -> Option<&'static str> {
        match self {
            Self::Wrong => Some("codigo"),
            Self::Wait(_) => Some("limite"),
            Self::CodeNeeded | Self::Over => None,
        }
    }

    /// The refusal of a form that asks for a code of somebody who is logged in.
    #[must_use]
    pub fn in_form(self) -> Problem {
        match self {
            Self::Wait(left) => Problem::too_many_requests(left),
            Self::CodeNeeded | Self::Wrong | Self::Over => {
                Problem::invalid_field("codigo", Message::new("error-factor-code"))
            }
        }
    }
}

/// The refusal of a log-in.
impl From<NotYet> for Problem {
    fn from(not_yet: NotYet) -> Self {
        match not_yet {
            NotYet::CodeNeeded => Self::second_factor("falta-codigo", "refusal-factor-needed"),
            NotYet::Wrong => Self::second_factor("codigo-incorrecto", "refusal-factor-wrong")
                .about(vec![FieldError::new("codigo", Message::new("error-factor-code"))]),
            NotYet::Wait(left) => Self::too_many_requests(left),
            NotYet::Over => Self::unauthenticated(Message::new("refusal-factor-over")),
        }
    }
}

/// Whether an account whose password was verified may have a session: where it has a factor, with `second`. In the transaction that
/// opens the session. `password_hash` is what is stored of the password now.
pub async fn pass<U: FactorUnit>(
    unit: &mut U,
    keys: &FactorKeys,
    (account_id, password_hash): (i64, &str),
    second: &Second,
) -> sqlx::Result<Result<(), NotYet>> {
    const INSERT: &str = "INSERT INTO second_steps (token_hash, account_id, password_digest, tries, expires_at) \
         VALUES ($1, $2, $3, 0, $4)";
    if let Second::Code(code) = second {
        return Ok(match store::use_code(unit, keys, account_id, code).await? {
            CodeUse::Right | CodeUse::NoFactor => Ok(()),
            CodeUse::Wrong => Err(NotYet::Wrong),
            CodeUse::Wait(left) => Err(NotYet::Wait(left)),
        });
    }
    if !store::has_factor(unit.reader(), account_id).await? {
        return Ok(Ok(()));
    }
    if let Second::Later(token) = second {
        let expires_at = unit.now().plus_ms(lifetime_ms());
        let digest = digest(password_hash);
        execute!(*unit.session(), INSERT, &token[..], account_id, &digest[..], expires_at)?;
    }
    Ok(Err(NotYet::CodeNeeded))
}

#[derive(sqlx::FromRow)]
struct Step {
    account_id: i64,
    password_digest: Vec<u8>,
    tries: i64,
}

/// Uses a second step up, with a code. Returns whose it is, for a session to be opened in the same transaction.
pub async fn finish<U: FactorUnit>(
    unit: &mut U,
    keys: &FactorKeys,
    token: &TokenHash,
    code: &Code,
) -> sqlx::Result<Result<i64, NotYet>> {
    // One that ends later than any that is begun now was begun by a clock that was set back since.
    const FIND: &str = "SELECT account_id, password_digest, tries FROM second_steps \
         WHERE token_hash = $1 AND expires_at > $2 AND expires_at <= $3";
    const COUNT: &str = "UPDATE second_steps SET tries = tries + 1 WHERE token_hash = $1";
    const DELETE: &str = "DELETE FROM second_steps WHERE token_hash = $1";
    let now = unit.now();
    let step = fetch!(optional, *unit.reader(), Step, FIND, &token[..], now, now.plus_ms(lifetime_ms()))?;
    let Some(Step { account_id, password_digest, tries }) = step else { return Ok(Err(NotYet::Over)) };
    let known = fetch!(optional, *unit.reader(), Known, U::ACCOUNT, account_id)?;
    if known.is_none_or(|known| digest(&known.password_hash)[..] != password_digest[..]) {
        return Ok(Err(NotYet::Over));
    }
    match store::use_code(unit, keys, account_id, code).await? {
        CodeUse::Right => {
            execute!(*unit.session(), DELETE, &token[..])?;
            Ok(Ok(account_id))
        }
        CodeUse::Wrong => {
            let last = tries + 1 >= TRIES;
            execute!(*unit.session(), if last { DELETE } else { COUNT }, &token[..])?;
            Ok(Err(NotYet::Wrong))
        }
        CodeUse::Wait(left) => Ok(Err(NotYet::Wait(left))),
        // Somebody took it away meanwhile: the password is enough, but for a log-in of its own.
        CodeUse::NoFactor => Ok(Err(NotYet::Over)),
    }
}

/// Forgets the second steps that nobody took. Says how many.
pub async fn prune(session: &mut Session, now: UnixMillis) -> sqlx::Result<u64> {
    const PRUNE: &str = "DELETE FROM second_steps WHERE expires_at <= $1 OR expires_at > $2";
    execute!(*session, PRUNE, now, now.plus_ms(lifetime_ms()))
}

fn lifetime_ms() -> i64 {
    i64::try_from(STEP_LIFETIME.as_millis()).unwrap_or(i64::MAX)
}

/// Which password was shown, without its hash.
fn digest(password_hash: &str) -> [u8; 32] {
    Sha256::digest(password_hash).into()
}
