//! Tries at a ticket's PIN, counted where a restart and another instance find them.

use std::time::Duration;

use belgrano_runtime::storage::Session;
use belgrano_runtime::{execute, fetch};
use belgrano_wire::timestamp::UnixMillis;

use crate::unit::BoardUnit;

/// With four digits, five tries in a quarter of an hour leave a guesser a chance of one in 2000.
const TRIES: i64 = 5;
const PERIOD_MS: i64 = 15 * 60 * 1000;

#[derive(Clone, Copy, sqlx::FromRow)]
struct Row {
    tries: i64,
    since: UnixMillis,
}

const FIND: &str = "SELECT tries, since FROM pin_tries WHERE ticket_id = $1 AND user_id = $2";
const STORE: &str = "INSERT INTO pin_tries (ticket_id, user_id, tries, since) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (ticket_id, user_id) DO UPDATE SET tries = excluded.tries, since = excluded.since";

/// Counts a try of `user_id` at the PIN of a ticket. When the tries are used up it counts nothing and says how long that holds.
pub(super) async fn count_try(
    unit: &mut BoardUnit,
    ticket_id: i64,
    user_id: i64,
) -> sqlx::Result<Result<(), Duration>> {
    let now = unit.now();
    let row = fetch!(optional, *unit.reader(), Row, FIND, ticket_id, user_id)?;
    let (tries, since) = match row.filter(|row| now.since_ms(row.since) < PERIOD_MS) {
        None => (0, now),
        // By a clock that was set back since: the period begins now, or it would last for as long as that.
        Some(row) => (row.tries, row.since.min(now)),
    };
    if row.is_some_and(|row| row.since > now) {
        execute!(*unit.session(), STORE, ticket_id, user_id, tries, since)?;
    }
    if tries >= TRIES {
        let left_ms = since.plus_ms(PERIOD_MS).since_ms(now);
        return Ok(Err(Duration::from_millis(u64::try_from(left_ms).unwrap_or(0))));
    }
    // The row refers to its ticket, which has to be there first.
    unit.flush().await?;
    execute!(*unit.session(), STORE, ticket_id, user_id, tries + 1, since)?;
    Ok(Ok(()))
}

/// Forgets tries that count no more.
pub(crate) async fn prune(session: &mut Session, now: UnixMillis) -> sqlx::Result<u64> {
    execute!(*session, "DELETE FROM pin_tries WHERE since <= $1", now.plus_ms(-PERIOD_MS))
}
