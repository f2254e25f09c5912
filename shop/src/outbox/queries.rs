//! What the outbox holds, for people and gauges.

use std::collections::HashMap;

use belgrano_runtime::storage::Db;
use belgrano_runtime::{fetch, fetch_in};
use belgrano_wire::timestamp::UnixMillis;

use super::message::MessageRow;
use super::{AttemptView, MessageDetail, MessageState, MessageView};

/// Tries shown of one message.
const MAX_HISTORY: i64 = 1000;

/// One page of a list.
#[derive(Debug)]
pub struct Page {
    /// The messages, the youngest first.
    pub messages: Vec<MessageView>,
    /// The id to go on after; `None` at the end.
    pub cursor: Option<i64>,
}

/// The outbox in three numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Summary {
    /// Messages to be delivered.
    pub pending: i64,
    /// Dead letters.
    pub dead: i64,
    /// When the oldest message to be delivered was written.
    pub oldest: Option<UnixMillis>,
}

/// `SELECT` of the columns of a list; what follows says which rows.
macro_rules! select_messages {
    ($which:literal) => {
        concat!(
            "SELECT id, order_number, kind, state, created_at, next_attempt_at, attempts, first_attempt_at, lease_until, ",
            "settled_at, reason FROM outbox ",
            $which
        )
    };
}

const LIST_ALL: &str = select_messages!("WHERE id < $1 ORDER BY id DESC LIMIT $2");
/// The first condition is the text of the partial index `outbox_state`: SQLite needs it word for word.
const LIST_OF: &str =
    select_messages!("WHERE state <> 'entregado' AND state = $3 AND id < $1 ORDER BY id DESC LIMIT $2");
const LIST_DELIVERED: &str = select_messages!("WHERE state = $3 AND id < $1 ORDER BY id DESC LIMIT $2");
const ONE: &str = select_messages!("WHERE id = $1");
const BODY: &str = "SELECT payload, trace FROM outbox WHERE id = $1";
const HISTORY: &str = "SELECT started_at, duration_ms, outcome, status, error_class, excerpt FROM outbox_attempts \
     WHERE outbox_id = $1 ORDER BY started_at LIMIT $2";
const SUMMARY: &str = "SELECT \
     (SELECT COUNT(*) FROM outbox WHERE state <> 'entregado' AND state = 'pendiente') AS pending, \
     (SELECT COUNT(*) FROM outbox WHERE state <> 'entregado' AND state = 'muerto') AS dead, \
     (SELECT created_at FROM outbox WHERE state <> 'entregado' AND state = 'pendiente' ORDER BY id LIMIT 1) AS oldest";

/// Tries are recorded in no order; the last one of a message is the one that began last.
const FAILURES: &str = "SELECT outbox_id, started_at, error_class, status FROM outbox_attempts \
     WHERE error_class IS NOT NULL AND outbox_id IN";

/// How a try failed.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Failure {
    outbox_id: i64,
    started_at: UnixMillis,
    /// The class of the failure.
    pub error_class: String,
    /// The HTTP status, when there was an answer.
    pub status: Option<i64>,
}

/// The last failure of each of some messages, by the message's id; nothing for one that never failed.
pub async fn last_failures(db: &Db, ids: &[i64]) -> sqlx::Result<HashMap<i64, Failure>> {
    let mut session = db.read().await?;
    let mut failures = fetch_in!(session, Failure, FAILURES, ids, "");
    failures.sort_by_key(|failure| failure.started_at);
    Ok(failures.into_iter().map(|failure| (failure.outbox_id, failure)).collect())
}

/// A page of at most `limit` messages older than `before`, of one state or of all.
pub async fn list(db: &Db, state: Option<MessageState>, before: Option<i64>, limit: usize) -> sqlx::Result<Page> {
    let mut session = db.read().await?;
    let before = before.unwrap_or(i64::MAX);
    // One more than asked for tells whether there is another page.
    let wanted = i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX);
    let mut rows = match state {
        None => fetch!(all, session, MessageRow, LIST_ALL, before, wanted),
        Some(MessageState::Delivered) => {
            fetch!(all, session, MessageRow, LIST_DELIVERED, before, wanted, MessageState::Delivered.as_str())
        }
        Some(state) => fetch!(all, session, MessageRow, LIST_OF, before, wanted, state.as_str()),
    }?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let messages: Vec<MessageView> = rows.into_iter().map(MessageView::from).collect();
    let cursor = messages.last().filter(|_| more).map(|message| message.id);
    Ok(Page { messages, cursor })
}

/// A message with its body and its tries, or `None`.
pub async fn show(db: &Db, id: i64) -> sqlx::Result<Option<MessageDetail>> {
    // One moment: a message that is settled meanwhile must not be shown with half of its tries.
    let mut session = db.snapshot().await?;
    let Some(row) = fetch!(optional, session, MessageRow, ONE, id)? else { return Ok(None) };
    let (payload, trace) = fetch!(one, session, (String, String), BODY, id)?;
    let history = fetch!(all, session, AttemptView, HISTORY, id, MAX_HISTORY)?;
    Ok(Some(MessageDetail { message: row.into(), payload, trace, history }))
}

/// How much waits, how much is dead, since when.
pub async fn summary(db: &Db) -> sqlx::Result<Summary> {
    let mut session = db.read().await?;
    fetch!(one, session, Summary, SUMMARY)
}
