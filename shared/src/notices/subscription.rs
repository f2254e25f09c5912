//! Browsers that want to be told: who subscribes, and who does not any more.
//!
//! A subscription belongs to an account and to the session it was made in, and the database ends it with that session: a
//! log-out, a changed password and a closed account need no thought here.

use std::convert::Infallible;

use super::NoticeUnit;
use super::push::BrowserKeys;
use crate::auth::session::TokenHash;
use crate::execute;
use crate::problem::Problem;
use crate::texts::{Language, Message};
use crate::writer::{Command, Failure};

/// Tell this browser from now on. The same browser again is the same subscription, with what is new about it.
#[derive(Clone, Debug)]
pub struct Subscribe {
    /// Whose it is.
    pub account_id: i64,
    /// The session it ends with.
    pub session: TokenHash,
    /// Where its push service takes messages; judged already.
    pub endpoint: String,
    /// Who may read them.
    pub keys: BrowserKeys,
    /// What its user reads.
    pub language: Language,
    /// The endpoint that this one is instead of.
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
const UPSERT: &str = "INSERT INTO push_subscriptions (account_id, session_hash, endpoint, public_key, auth, language, updated_at) \
     SELECT $1, token_hash, $3, $4, $5, $6, $7 FROM sessions WHERE token_hash = $2 \
     ON CONFLICT (endpoint) DO UPDATE SET session_hash = excluded.session_hash, public_key = excluded.public_key, \
     auth = excluded.auth, language = excluded.language, updated_at = excluded.updated_at";
const DELETE: &str = "DELETE FROM push_subscriptions WHERE endpoint = $1 AND account_id = $2";
const DELETE_OLDEST: &str = "DELETE FROM push_subscriptions WHERE account_id = $1 AND id NOT IN \
     (SELECT id FROM push_subscriptions WHERE account_id = $1 ORDER BY updated_at DESC, id DESC LIMIT $2)";

impl<U: NoticeUnit> Command<U> for Subscribe {
    type Output = ();
    type Refusal = SessionOver;

    async fn apply(&self, unit: &mut U) -> Result<(), Failure<SessionOver>> {
        let now = unit.now();
        let session = unit.session();
        let Self { account_id, endpoint, keys, language, most, .. } = self;
        execute!(*session, FORGET_OTHERS, endpoint, account_id)?;
        let (public, auth) = (keys.public_bytes(), keys.auth_bytes());
        let stored = execute!(
            *session,
            UPSERT,
            account_id,
            &self.session[..],
            endpoint,
            &public[..],
            auth,
            language.tag(),
            now
        )?;
        if stored == 0 {
            return Err(Failure::Refused(SessionOver));
        }
        if let Some(replaced) = self.replaces.as_ref().filter(|replaced| *replaced != endpoint) {
            execute!(*session, DELETE, replaced, account_id)?;
        }
        execute!(*session, DELETE_OLDEST, account_id, most)?;
        Ok(())
    }
}

/// Tell this browser nothing any more. That it is told nothing already is as good.
#[derive(Clone, Debug)]
pub struct Unsubscribe {
    /// Whose it is.
    pub account_id: i64,
    /// Its endpoint.
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
