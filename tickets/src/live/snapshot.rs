//! Snapshots: everything a reader may see, as of one event.
//!
//! The state and the end of the log are read in one database snapshot, so the events after its `seq` are exactly what
//! is missing from it. Snapshots are read one at a time, and whoever sees everything and came before a read began is
//! served by it: ten thousand clients that come back at once cost a few reads.

use std::time::Duration;

use belgrano_runtime::fetch;
use belgrano_runtime::storage::{Db, Session};
use belgrano_wire::live::snapshot_frame;
use belgrano_wire::timestamp::UnixMillis;
use tokio::sync::Mutex;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::viewer::View;
use crate::unit::{Ticket, TicketRow, log_head, select_tickets};

/// What of the past a snapshot holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnapshotLimits {
    /// Tickets that have ended are in it for so long after their last change.
    pub ended: Duration,
    /// The most tickets; beyond it the oldest are left out, the ended ones first.
    pub tickets: i64,
}

impl Default for SnapshotLimits {
    fn default() -> Self {
        Self { ended: Duration::from_hours(12), tickets: 20_000 }
    }
}

/// One frame, and the last event that is in it.
#[derive(Clone, Debug)]
pub(super) struct Snapshot {
    pub(super) seq: i64,
    pub(super) frame: Utf8Bytes,
}

/// Reads snapshots, one at a time.
#[derive(Debug)]
pub(super) struct Snapshots {
    limits: SnapshotLimits,
    /// The last one of [`View::All`]. Holding the lock while reading keeps everybody else from reading the same.
    shared: Mutex<Option<Snapshot>>,
}

const OPEN: &str = select_tickets!(
    "WHERE state NOT IN ('entregado', 'devuelto', 'cancelado') AND ($1 = 0 OR driver_id = $1) ORDER BY id DESC LIMIT $2"
);
const ENDED: &str = select_tickets!(
    "WHERE state IN ('entregado', 'devuelto', 'cancelado') AND updated_at >= $1 AND ($2 = 0 OR driver_id = $2) \
     ORDER BY updated_at DESC LIMIT $3"
);

impl Snapshots {
    pub(super) fn new(limits: SnapshotLimits) -> Self {
        Self { limits, shared: Mutex::new(None) }
    }

    /// A snapshot for `view` that is no older than event `at_least`.
    pub(super) async fn take(&self, db: &Db, view: View, now: UnixMillis, at_least: i64) -> sqlx::Result<Snapshot> {
        let mut shared = self.shared.lock().await;
        if view == View::All
            && let Some(snapshot) = &*shared
            && snapshot.seq >= at_least
        {
            return Ok(snapshot.clone());
        }
        let snapshot = self.read(db, view, now).await?;
        if view == View::All {
            *shared = Some(snapshot.clone());
        }
        Ok(snapshot)
    }

    async fn read(&self, db: &Db, view: View, now: UnixMillis) -> sqlx::Result<Snapshot> {
        let mut session = db.snapshot().await?;
        let seq = log_head(&mut session).await?.seq;
        let mut rows = self.rows(&mut session, view, now).await?;
        drop(session);
        // Oldest first, as they came in.
        rows.sort_unstable_by_key(|ticket| ticket.view.ticket_id);
        let views = rows.into_iter().map(|row| match view {
            View::All => row.view,
            View::Driver(_) => row.view.for_driver(),
        });
        let json = views.map(|view| serde_json::to_string(&view)).collect::<Result<Vec<_>, _>>();
        let json = json.map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
        let frame = snapshot_frame(seq, json.iter().map(String::as_str)).into();
        Ok(Snapshot { seq, frame })
    }

    async fn rows(&self, session: &mut Session, view: View, now: UnixMillis) -> sqlx::Result<Vec<Ticket>> {
        let only = match view {
            View::All => 0,
            View::Driver(id) => id,
        };
        let since = now.plus_ms(-i64::try_from(self.limits.ended.as_millis()).unwrap_or(i64::MAX));
        let limit = self.limits.tickets;
        let mut rows = fetch!(all, *session, TicketRow, OPEN, only, limit)?;
        let room = limit - i64::try_from(rows.len()).unwrap_or(limit);
        rows.extend(fetch!(all, *session, TicketRow, ENDED, since, only, room)?);
        if i64::try_from(rows.len()).is_ok_and(|count| count >= limit) {
            tracing::warn!(limit, "more tickets than a snapshot holds: the oldest are left out");
        }
        rows.into_iter().map(Ticket::try_from).collect()
    }
}
