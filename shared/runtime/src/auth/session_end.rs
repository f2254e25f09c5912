//! Sessions that ended before their time, told to every instance.
//!
//! Whoever ends one leaves a row in `session_ends`, in the same transaction; every instance looks for new rows every
//! `SESSION_POLL` seconds, forgets what it has in memory of them and ends their sockets. Writers take turns, so ids follow the order of
//! commits. What must never happen here: an end that an instance passes over.

use std::sync::Arc;
use std::time::Duration;

use belgrano_wire::timestamp::UnixMillis;
use tokio_util::sync::CancellationToken;

use super::session::TokenHash;
use crate::storage::{Db, Session};
use crate::{execute, execute_rows, fetch, fetch_scalar};

/// How long an end is kept: an instance that did not look for longer believes nothing from before.
const KEPT_MS: i64 = 24 * 3600 * 1000;

/// A session that ended, or all of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionEnd {
    /// Whose it was.
    pub account_id: i64,
    /// Hash of its token; `None`: all of the account.
    pub session: Option<TokenHash>,
}

/// Tells the other instances, with the commit.
pub async fn store(session: &mut Session, ends: &[SessionEnd], now: UnixMillis) -> sqlx::Result<()> {
    const HEAD: &str = "INSERT INTO session_ends (account_id, token_hash, at) VALUES";
    execute_rows!(*session, HEAD, 3, ends, |query, end| {
        query.bind(end.account_id).bind(end.session.as_ref().map(|token| token.to_vec())).bind(now)
    });
    Ok(())
}

/// Forgets those that everybody has heard of. Says how many.
pub async fn prune(session: &mut Session, now: UnixMillis) -> sqlx::Result<u64> {
    execute!(*session, "DELETE FROM session_ends WHERE at < $1", now.plus_ms(-KEPT_MS))
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    account_id: i64,
    token_hash: Option<Vec<u8>>,
}

/// What an instance has heard of. Clones are the same.
#[derive(Clone, Debug)]
pub struct SessionEnds {
    db: Db,
    heard: Arc<tokio::sync::Mutex<i64>>,
}

impl SessionEnds {
    /// Begins to listen. Before anybody's session is remembered: what ended until now never was.
    pub async fn listen(db: &Db) -> sqlx::Result<Self> {
        const LAST: &str = "SELECT COALESCE(MAX(id), 0) FROM session_ends";
        let mut session = db.read().await?;
        let last = fetch_scalar!(one, session, i64, LAST)?;
        Ok(Self { db: db.clone(), heard: Arc::new(tokio::sync::Mutex::new(last)) })
    }

    /// Tells `heed` of each that ended since the last look, of this instance too.
    pub async fn look(&self, heed: &(impl Fn(SessionEnd) + Sync)) -> sqlx::Result<()> {
        const NEWS: &str = "SELECT id, account_id, token_hash FROM session_ends WHERE id > $1 ORDER BY id";
        let mut heard = self.heard.lock().await;
        let mut session = self.db.read().await?;
        let news = fetch!(all, session, Row, NEWS, *heard)?;
        drop(session);
        for Row { id, account_id, token_hash } in news {
            heed(SessionEnd { account_id, session: token_hash.and_then(|hash| TokenHash::try_from(hash).ok()) });
            *heard = id;
        }
        Ok(())
    }

    /// Looks every `poll` until `stop`.
    pub async fn follow(self, poll: Duration, stop: CancellationToken, heed: impl Fn(SessionEnd) + Sync) {
        let rounds = async {
            let mut failing = false;
            loop {
                tokio::time::sleep(poll).await;
                let looked = self.look(&heed).await;
                if let Err(error) = &looked
                    && !failing
                {
                    tracing::warn!(%error, "cannot look for sessions that other instances ended");
                }
                failing = looked.is_err();
            }
        };
        let _: Option<()> = stop.run_until_cancelled(rounds).await;
    }
}
