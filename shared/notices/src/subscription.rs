//! Browsers that want to be told: who subscribes, and who does not any more.
//!
//! A subscription belongs to an account and to the session it was made in, and the database ends it with that session: a
//! log-out, a changed password and a closed account need no thought here.

use std::convert::Infallible;

use belgrano_runtime::auth::session::TokenHash;
use belgrano_runtime::problem::Problem;
use belgrano_runtime::writer::{Command, Failure};
use belgrano_runtime::{execute, fetch_scalar};
use belgrano_wire::texts::{Language, Message};

use super::NoticeUnit;
use super::push::{BrowserKeys, Endpoint};

/// Tell this browser from now on. The same browser again is the same subscription, with what is new about it.
#[derive(Clone)]
pub struct Subscribe {
    /// Whose it is.
    pub account_id: i64,
    /// The session it ends with.
    pub session: TokenHash,
    /// Where its push service takes messages; judged already.
    pub endpoint: Endpoint,
    /// Who may read them.
    pub keys: BrowserKeys,
    /// What its user reads.
    pub language: Language,
    /// The endpoint that this one is instead of, as it was stored.
    pub replaces: Option<String>,
    /// Browsers of one account; the oldest make room.
    pub most: i64,
}

/// The session ended meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionOver;

impl From<SessionOver> for Problem {
    fn from(SessionOver: SessionOver) -> Self {
        Self::unauthenticated(Message::new("refusal-notices-session"))
    }
}

/// A browser that changes hands takes nothing along: what waits for the one before must not be shown to the next.
const FORGET_OTHERS: &str = "DELETE FROM push_subscriptions WHERE endpoint = $1 AND account_id <> $2";
const IS_ON: &str = "SELECT COUNT(*) FROM sessions WHERE token_hash = $1";
const UPSERT: &str = "INSERT INTO push_subscriptions (account_id, session_hash, endpoint, public_key, auth, language, updated_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (endpoint) DO UPDATE SET session_hash = excluded.session_hash, public_key = excluded.public_key, \
     auth = excluded.auth, language = excluded.language, updated_at = excluded.updated_at";
const DELETE: &str = "DELETE FROM push_subscriptions WHERE endpoint = $1 AND account_id = $2";
const DELETE_OLDEST: &str = "DELETE FROM push_subscriptions WHERE account_id = $1 AND id NOT IN \
     (SELECT id FROM push_subscriptions WHERE account_id = $1 ORDER BY updated_at DESC, id DESC LIMIT $2)";

impl<U: NoticeUnit> Command<U> for Subscribe {
    type Output = ();
    type Refusal = SessionOver;

    async fn apply(&self, unit: &mut U) -> Result<(), Failure<SessionOver>> {
        let now = unit.now();
        let Self { account_id, session: token, endpoint, keys, language, replaces, most } = self;
        if fetch_scalar!(one, *unit.reader(), i64, IS_ON, &token[..])? == 0 {
            return Err(Failure::Refused(SessionOver));
        }
        let (session, endpoint) = (unit.session(), endpoint.as_str());
        let (public, auth) = (keys.public_bytes(), keys.auth_bytes());
        execute!(*session, FORGET_OTHERS, endpoint, account_id)?;
        execute!(*session, UPSERT, account_id, &token[..], endpoint, &public[..], auth, language.tag(), now)?;
        if let Some(replaced) = replaces.as_deref().filter(|replaced| *replaced != endpoint) {
            execute!(*session, DELETE, replaced, account_id)?;
        }
        execute!(*session, DELETE_OLDEST, account_id, most)?;
        Ok(())
    }
}

/// Tell this browser nothing any more. That it is told nothing already is as good.
#[derive(Clone)]
pub struct Unsubscribe {
    /// Whose it is.
    pub account_id: i64,
    /// Its endpoint, as it was stored.
    pub endpoint: String,
}

impl<U: NoticeUnit> Command<U> for Unsubscribe {
    type Output = ();
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut U) -> Result<(), Failure<Infallible>> {
        execute!(*unit.session(), DELETE, &self.endpoint, self.account_id)?;
        Ok(())
    }
}
