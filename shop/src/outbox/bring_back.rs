//! Messages that wait for a time that the clock has not got: it was set back after it was written.
//!
//! Nothing here is in the way of a claim: both statements look at the far end of the index that holds what is due, where
//! usually nothing is.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use belgrano_runtime::storage::Db;
use belgrano_runtime::writer::{Command, Failure, WriteError, Writer};
use belgrano_runtime::{execute, fetch_scalar};
use belgrano_wire::steady::horizon;
use belgrano_wire::timestamp::UnixMillis;

use super::message::BLOCKED;
use crate::relay::RelaySettings;
use crate::unit::ShopUnit;

/// Make due what was put off to later than this.
#[derive(Clone, Copy, Debug)]
pub struct BringBack {
    /// How far ahead a message that nobody holds may be due; `None`: not at all.
    waiting: Option<Duration>,
    /// How far ahead a lease may end.
    leased: Duration,
}

const BRING_BACK: &str = "UPDATE outbox SET next_attempt_at = $1, lease_token = NULL, lease_until = NULL \
     WHERE state = 'pendiente' AND next_attempt_at > $2 AND next_attempt_at < $4 \
     AND (lease_token IS NULL OR next_attempt_at > $3)";
/// What waits for a dead message waits for people, and not for a time.
const ANY: &str =
    "SELECT id FROM outbox WHERE state = 'pendiente' AND next_attempt_at > $1 AND next_attempt_at < $2 LIMIT 1";

impl BringBack {
    /// The clock was just set back: everything that waits, but for leases of relays that are at work.
    #[must_use]
    pub fn set_back(settings: &RelaySettings) -> Self {
        Self { waiting: None, leased: settings.lease }
    }

    /// What lies further ahead than any message is ever put off.
    #[must_use]
    pub fn beyond(settings: &RelaySettings) -> Self {
        let longest = settings.schedule.max_interval.max(settings.max_retry_after).max(settings.lease);
        Self { waiting: Some(longest), leased: longest }
    }

    /// After this a waiting message is brought back, and after the other a leased one.
    fn horizons(&self, now: UnixMillis) -> (UnixMillis, UnixMillis) {
        (self.waiting.map_or(now, |longest| horizon(now, longest)), horizon(now, self.leased))
    }
}

impl Command<ShopUnit> for BringBack {
    /// How many messages were brought back.
    type Output = u64;
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<u64, Failure<Infallible>> {
        let now = unit.now();
        let (waiting, leased) = self.horizons(now);
        let count = execute!(*unit.session(), BRING_BACK, now, waiting, leased, BLOCKED)?;
        unit.announce().outbox |= count > 0;
        Ok(count)
    }
}

/// Whether the outbox knows of something that happened after `now`: the clock was set back while nobody looked.
pub async fn was_set_back(db: &Db, now: UnixMillis) -> sqlx::Result<bool> {
    const LATER: &str = "SELECT id FROM outbox WHERE id = (SELECT MAX(id) FROM outbox) AND created_at > $1 \
         UNION ALL SELECT o.id FROM outbox o JOIN outbox_attempts a ON a.outbox_id = o.id \
         WHERE o.state = 'pendiente' AND a.started_at > $1 LIMIT 1";
    let mut session = db.read().await?;
    Ok(fetch_scalar!(optional, session, i64, LATER, horizon(now, Duration::ZERO))?.is_some())
}

/// Brings back what there is to bring back; only looks, where there is nothing.
pub async fn bring_back(
    db: &Db,
    writer: &Writer<ShopUnit>,
    which: BringBack,
    now: UnixMillis,
) -> Result<(), WriteError<Infallible>> {
    let (after, _) = which.horizons(now);
    let look = async {
        let mut session = db.read().await?;
        fetch_scalar!(optional, session, i64, ANY, after, BLOCKED)
    };
    if look.await.map_err(|error| WriteError::Database(Arc::new(error)))?.is_none() {
        return Ok(());
    }
    let messages = writer.submit(which).await?;
    if messages > 0 {
        tracing::warn!(messages, "messages waited for a time that the clock has not got");
    }
    Ok(())
}
