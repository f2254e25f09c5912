//! Reading the log of changes: what a reader missed, and what another process committed.
//!
//! The log is contiguous by construction (`seq` is given out under the lock of `counters` and committed with it), and it
//! is only ever pruned from its old end. So a page that does not begin right after the cursor means: too old.

use belgrano_runtime::fetch;
use belgrano_runtime::storage::{Db, Session};
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::{EventKind, OrderNumber, TicketState};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::frames::EventFrames;
use super::viewer::View;
use crate::unit::{Action, CommittedEvent, LogHead, log_head};

/// Events read with one statement.
pub(super) const PAGE_EVENTS: i64 = 256;

/// The ticket's text is only read where it is needed: a driver's page passes over everybody else's.
const PAGE: &str = "SELECT e.seq, e.kind, e.recorded_at, e.ticket_id, t.number, e.version, e.driver_id, e.previous_driver_id, \
     e.action, t.driver_id AS driver_now, t.state AS state_now, \
     CASE WHEN $1 = 0 OR e.driver_id = $1 THEN e.ticket ELSE '' END AS ticket_json \
     FROM events e JOIN tickets t ON t.id = e.ticket_id WHERE e.seq > $2 AND e.seq <= $3 ORDER BY e.seq";

#[derive(sqlx::FromRow)]
struct EventRow {
    seq: i64,
    #[sqlx(try_from = "String")]
    kind: EventKind,
    recorded_at: UnixMillis,
    ticket_id: i64,
    #[sqlx(try_from = "String")]
    number: OrderNumber,
    version: i64,
    driver_id: Option<i64>,
    previous_driver_id: Option<i64>,
    action: String,
    driver_now: Option<i64>,
    #[sqlx(try_from = "String")]
    state_now: TicketState,
    ticket_json: String,
}

impl EventRow {
    /// Whether whoever carried it then has no business with its customer any more: who carries it today decides.
    fn is_gone(&self) -> bool {
        self.state_now.is_final() || self.driver_now != self.driver_id
    }
}

impl From<EventRow> for CommittedEvent {
    fn from(row: EventRow) -> Self {
        Self {
            seq: row.seq,
            kind: row.kind,
            at: row.recorded_at,
            number: row.number,
            ticket_id: row.ticket_id,
            version: row.version,
            driver_id: row.driver_id,
            previous_driver_id: row.previous_driver_id,
            ticket_json: row.ticket_json.into(),
            forgets: row.action == Action::Forgotten.code(),
        }
    }
}

/// A stretch of the log.
#[derive(Debug)]
pub enum Page {
    /// What the reader may see of it, up to and including `last`.
    Frames {
        /// In order.
        frames: Vec<Utf8Bytes>,
        /// Where the next page begins.
        last: i64,
    },
    /// The log does not go back that far.
    Gone,
}

async fn rows(session: &mut Session, view: View, after: i64, upto: i64) -> sqlx::Result<Vec<EventRow>> {
    let only = match view {
        View::All => 0,
        View::Driver(id) => id,
    };
    let upto = upto.min(after.saturating_add(PAGE_EVENTS));
    fetch!(all, *session, EventRow, PAGE, only, after, upto)
}

/// What `view` may see of the events after `after`, a page of them. `head` is an event that exists and lies after `after`.
pub(super) async fn page(db: &Db, view: View, after: i64, head: i64) -> sqlx::Result<Page> {
    let mut session = db.read().await?;
    let events = rows(&mut session, view, after, head).await?;
    drop(session);
    let (Some(first), Some(last)) = (events.first(), events.last()) else { return Ok(Page::Gone) };
    if first.seq != after + 1 {
        return Ok(Page::Gone);
    }
    let last = last.seq;
    let frames = events.into_iter().filter_map(|row| {
        let gone = row.is_gone();
        let frames = EventFrames::of(&row.into());
        let frame = if gone { frames.afterwards(view) } else { frames.for_view(view) };
        frame.cloned()
    });
    Ok(Page::Frames { frames: frames.collect(), last })
}

/// The events after `after` as they were committed, a page of them.
pub(super) async fn committed_after(session: &mut Session, after: i64) -> sqlx::Result<Vec<CommittedEvent>> {
    let rows = rows(session, View::All, after, i64::MAX).await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The end of the log and its last events, `count` at most, of one moment.
pub(super) async fn tail(db: &Db, count: i64) -> sqlx::Result<(LogHead, Vec<CommittedEvent>)> {
    let mut session = db.snapshot().await?;
    let head = log_head(&mut session).await?;
    let mut events = Vec::new();
    let mut after = head.seq.saturating_sub(count).max(0);
    while after < head.seq {
        let page = rows(&mut session, View::All, after, head.seq).await?;
        after = page.last().map_or(after + PAGE_EVENTS, |last| last.seq);
        events.extend(page.into_iter().map(CommittedEvent::from));
    }
    Ok((head, events))
}
