//! How far the broker is with each feed: kept in the small database, changed by whoever holds the lease.

use std::convert::Infallible;
use std::sync::Arc;

use belgrano_runtime::storage::Db;
use belgrano_runtime::writer::{Command, Failure};
use belgrano_runtime::{execute, fetch};
use belgrano_wire::timestamp::UnixMillis;

use crate::lease::is_held;
use crate::unit::InsightsUnit;

/// A place in a feed: the broker has everything up to it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct Place {
    /// The life of the feed's database.
    pub(super) epoch: String,
    /// The last change of it.
    pub(super) seq: i64,
}

/// How far the broker is with a feed, for people to see.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct Progress {
    /// `shop` or `board`.
    pub(crate) feed: String,
    /// The life of the feed's database; `None`: the broker has nothing of it yet.
    pub(crate) epoch: Option<String>,
    /// The last change that it has acknowledged.
    pub(crate) seq: i64,
    /// When it last had everything that there was.
    pub(crate) current_at: Option<UnixMillis>,
    /// Why it does not go on.
    pub(crate) trouble: Option<String>,
}

/// Where `target` is in `feed`; `None`: it has nothing of it yet.
pub(super) async fn place(db: &Db, target: &str, feed: &str) -> sqlx::Result<Option<Place>> {
    const FIND: &str = "SELECT epoch, seq FROM stream_cursors WHERE target = $1 AND feed = $2 AND epoch IS NOT NULL";
    fetch!(optional, db.read().await?, Place, FIND, target, feed)
}

/// How far `target` is with every feed.
pub(super) async fn progress(db: &Db, target: &str) -> sqlx::Result<Vec<Progress>> {
    const FIND: &str =
        "SELECT feed, epoch, seq, current_at, trouble FROM stream_cursors WHERE target = $1 ORDER BY feed DESC";
    fetch!(all, db.read().await?, Progress, FIND, target)
}

/// Whose cursor, and the lease that allows to change it.
#[derive(Clone, Debug)]
pub(super) struct Cursor {
    /// The lease, and who holds it.
    pub(super) lease: (&'static str, Arc<str>),
    /// Which broker.
    pub(super) target: Arc<str>,
    /// Which feed.
    pub(super) feed: &'static str,
}

/// Move the place: the broker has everything up to it.
#[derive(Clone, Debug)]
pub(super) struct Move {
    /// Which.
    pub(super) cursor: Cursor,
    /// Where to.
    pub(super) to: Place,
    /// Whether that is everything there is.
    pub(super) current: bool,
}

impl Command<InsightsUnit> for Move {
    /// Whether the lease was still held; otherwise nothing was changed.
    type Output = bool;
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut InsightsUnit) -> Result<bool, Failure<Infallible>> {
        const MOVE: &str = "INSERT INTO stream_cursors (target, feed, epoch, seq, moved_at, current_at) \
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (target, feed) DO UPDATE SET epoch = excluded.epoch, \
             seq = excluded.seq, moved_at = excluded.moved_at, \
             current_at = COALESCE(excluded.current_at, stream_cursors.current_at), trouble = NULL";
        let Cursor { lease: (lease, by), target, feed } = &self.cursor;
        if !is_held(unit, lease, by).await? {
            return Ok(false);
        }
        let (now, Place { epoch, seq }) = (unit.now(), &self.to);
        let current_at = self.current.then_some(now);
        execute!(*unit.session(), MOVE, &**target, *feed, epoch, seq, now, current_at)?;
        Ok(true)
    }
}

/// Note why the broker does not go on.
#[derive(Clone, Debug)]
pub(super) struct Complain {
    /// Of which.
    pub(super) cursor: Cursor,
    /// A sentence for an operator.
    pub(super) trouble: String,
}

impl Command<InsightsUnit> for Complain {
    type Output = ();
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut InsightsUnit) -> Result<(), Failure<Infallible>> {
        const NOTE: &str = "INSERT INTO stream_cursors (target, feed, trouble) VALUES ($1, $2, $3) \
             ON CONFLICT (target, feed) DO UPDATE SET trouble = excluded.trouble";
        let Cursor { lease: (lease, by), target, feed } = &self.cursor;
        if is_held(unit, lease, by).await? {
            execute!(*unit.session(), NOTE, &**target, *feed, &self.trouble)?;
        }
        Ok(())
    }
}
