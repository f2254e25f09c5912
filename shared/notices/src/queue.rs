//! The queue of notices: settled by who has the token, ended, tried again by people, pruned. Taking them is `claim.rs`.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use belgrano_runtime::problem::Problem;
use belgrano_runtime::writer::{Command, Failure};
use belgrano_runtime::{execute, execute_rows, fetch_scalar};
use belgrano_wire::texts::Message;
use belgrano_wire::timestamp::UnixMillis;

use super::{NoticeState, NoticeUnit};

/// Rows that housekeeping removes in one transaction: other changes wait for it.
const CHUNK: i64 = 500;
/// What a notice that is tried again gets at least.
const REPLAYED_MS: i64 = 10 * 60_000;

/// End every lease: for a process that knows to be the only one, at its start. What is leased then was claimed by an earlier
/// life.
#[derive(Clone, Copy, Debug)]
pub struct EndLeases;

const END_LEASES: &str = "UPDATE notices SET lease_token = NULL, next_attempt_at = $1 \
     WHERE state = 'pendiente' AND lease_token IS NOT NULL";

impl<U: NoticeUnit> Command<U> for EndLeases {
    /// How many notices were leased.
    type Output = u64;
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut U) -> Result<u64, Failure<Infallible>> {
        let now = unit.now();
        Ok(execute!(*unit.session(), END_LEASES, now)?)
    }
}

pub(super) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// What becomes of a notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was taken.
    Delivered,
    /// Try again after `wait`.
    Retry {
        /// How long.
        wait: Duration,
        /// Why it was not taken.
        reason: String,
    },
    /// There is nobody left to tell this way. Nobody has to act.
    Gone {
        /// Why, for people.
        reason: String,
    },
    /// To the dead letters.
    Dead {
        /// Why, for people.
        reason: String,
    },
}

/// Accept the verdict on one notice. Where a browser could not be told for good, mail stands in, once for one event.
#[derive(Clone, Debug)]
pub struct Settle {
    /// Which.
    pub id: i64,
    /// The token it was claimed with.
    pub token: Arc<str>,
    /// When the try began.
    pub started_at: UnixMillis,
    /// How it went.
    pub verdict: Verdict,
    /// The subscription that is no more.
    pub gone: Option<i64>,
}

const SETTLE: &str = "UPDATE notices SET state = $3, next_attempt_at = $4, attempts = attempts + 1, \
     first_attempt_at = COALESCE(first_attempt_at, $5), settled_at = $6, reason = $7, lease_token = NULL \
     WHERE id = $1 AND lease_token = $2";
const UNSUBSCRIBE: &str = "DELETE FROM push_subscriptions WHERE id = $1";

impl<U: NoticeUnit> Command<U> for Settle {
    /// Whether the token still fitted; otherwise nothing was changed.
    type Output = bool;
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut U) -> Result<bool, Failure<Infallible>> {
        let now = unit.now();
        let (state, next, reason) = match &self.verdict {
            Verdict::Delivered => (NoticeState::Delivered, now, None),
            Verdict::Retry { wait, reason } => (NoticeState::Pending, now.plus_ms(millis(*wait)), Some(reason)),
            Verdict::Gone { reason } => (NoticeState::Lapsed, now, Some(reason)),
            Verdict::Dead { reason } => (NoticeState::Dead, now, Some(reason)),
        };
        let settled_at = (state != NoticeState::Pending).then_some(now);
        let (id, token) = (self.id, &*self.token);
        let session = unit.session();
        let changed = execute!(*session, SETTLE, id, token, state.as_str(), next, self.started_at, settled_at, reason)?;
        if changed == 0 {
            return Ok(false);
        }
        if let Some(subscription_id) = self.gone {
            execute!(*session, UNSUBSCRIBE, subscription_id)?;
        }
        let failed = matches!(state, NoticeState::Lapsed | NoticeState::Dead);
        if let Some(mail) = U::NOTICES.mail.as_ref().filter(|_| failed) {
            let stands_in = execute!(*session, mail.instead, id, now)?;
            if stands_in > 0 {
                unit.wake();
            }
        }
        Ok(true)
    }
}

/// Send a notice again that died: now, and with time to arrive.
#[derive(Clone, Copy, Debug)]
pub struct Replay {
    /// Which.
    pub id: i64,
}

/// Why a notice is not sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplayRefusal {
    /// There is none with this id.
    NotFound,
    /// It is not dead.
    NotDead,
}

impl From<ReplayRefusal> for Problem {
    fn from(refusal: ReplayRefusal) -> Self {
        match refusal {
            ReplayRefusal::NotFound => Self::not_found(Message::new("refusal-no-notice")),
            ReplayRefusal::NotDead => Self::conflict("aviso-resuelto", Message::new("refusal-notice-settled")),
        }
    }
}

const EXPIRES: &str = "SELECT expires_at FROM notices WHERE id = $1 AND state = 'muerto'";
const REVIVE: &str = "UPDATE notices SET state = 'pendiente', next_attempt_at = $2, expires_at = $3, attempts = 0, \
     first_attempt_at = NULL, settled_at = NULL, reason = NULL WHERE id = $1";

impl<U: NoticeUnit> Command<U> for Replay {
    type Output = ();
    type Refusal = ReplayRefusal;

    async fn apply(&self, unit: &mut U) -> Result<(), Failure<ReplayRefusal>> {
        let now = unit.now();
        let Some(expires_at) = fetch_scalar!(optional, *unit.reader(), UnixMillis, EXPIRES, self.id)? else {
            const EXISTS: &str = "SELECT id FROM notices WHERE id = $1";
            let known = fetch_scalar!(optional, *unit.reader(), i64, EXISTS, self.id)?.is_some();
            return Err(Failure::Refused(if known { ReplayRefusal::NotDead } else { ReplayRefusal::NotFound }));
        };
        execute!(*unit.session(), REVIVE, self.id, now, expires_at.max(now.plus_ms(REPLAYED_MS)))?;
        unit.wake();
        Ok(())
    }
}

/// Remove some of what was settled long ago.
#[derive(Clone, Copy, Debug)]
pub struct Prune {
    /// Settled before this; dead letters before the other.
    pub before: UnixMillis,
    /// Somebody may still look at a dead letter.
    pub dead_before: UnixMillis,
}

/// Looked for first and removed by a list: as one statement, planned on an empty table, it would read all of it.
const OLD: &str = "SELECT id FROM notices WHERE settled_at < $1 AND (state <> 'muerto' OR settled_at < $2) \
     ORDER BY settled_at LIMIT $3";
const REMOVE: &str = "DELETE FROM notices WHERE id IN (VALUES";

impl<U: NoticeUnit> Command<U> for Prune {
    /// How many went.
    type Output = u64;
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut U) -> Result<u64, Failure<Infallible>> {
        let session = unit.session();
        let old = fetch_scalar!(all, *session, i64, OLD, self.before, self.dead_before, CHUNK)?;
        Ok(execute_rows!(*session, REMOVE, 1, &old, ")", |query, id| query.bind(*id)))
    }
}
