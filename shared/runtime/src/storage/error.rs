//! Which database errors are the weather and which are bugs.

use sqlx::postgres::PgDatabaseError;

/// Whether the database cannot work at the moment (away, overloaded, disk full, read-only, closed to us), so that the same
/// request may succeed later: a 503, where every other database error is a 500.
#[must_use]
pub fn is_unavailable(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::BeginFailed => true,
        sqlx::Error::Database(error) => match error.try_downcast_ref::<PgDatabaseError>() {
            // Classes 40 rolled back (deadlock), 53 resources (disk full), 55 not in the state for it (a lock that somebody
            // does not let go), 57 operator intervention (a statement that took too long), 58 the system below.
            Some(error) => {
                condemns_postgres(error) || matches!(error.code().get(..2), Some("40" | "53" | "55" | "57" | "58"))
            }
            // The primary code is the low byte: PERM 3, BUSY 5, LOCKED 6, NOMEM 7, READONLY 8, IOERR 10, FULL 13, CANTOPEN 14,
            // PROTOCOL 15 (its own locks).
            None => error
                .code()
                .and_then(|code| code.parse::<u32>().ok())
                .is_some_and(|code| matches!(code & 0xff, 3 | 5 | 6 | 7 | 8 | 10 | 13 | 14 | 15)),
        },
        _ => false,
    }
}

/// Whether an error says that the connection it came from, and those as old, are of no use any more: the server behind them
/// is gone, was demoted, or is another one than it was.
pub(super) fn condemns(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) => true,
        sqlx::Error::Database(error) => error.try_downcast_ref::<PgDatabaseError>().is_some_and(condemns_postgres),
        _ => false,
    }
}

/// Whether what Postgres answered means that the whole connection is of no use any more, by its SQLSTATE:
///
/// - 08: the connection; 28: the password is another now; 57P: the server stops, starts, or its database was dropped;
/// - 25006: it is read-only (a primary that became a standby); 25P03: we were silent for too long within a transaction;
/// - 3D000, 3F000, 42P01: the database, the schema or a table is not there, and every statement of ours names one that was
///   there at the start (dropped, restored half-way, or the right to look into the schema was taken away); 42501: a right;
/// - 26000, 42P05: our prepared statements are not the session's: somebody has come in between;
/// - XX000 that names no routine of the server: a pooler that has no server to give;
/// - 0A000 out of the plan cache: a table has changed its shape under a prepared statement.
fn condemns_postgres(error: &PgDatabaseError) -> bool {
    let code = error.code();
    matches!(code.get(..2), Some("08" | "28"))
        || matches!(code, "25006" | "25P03" | "3D000" | "3F000" | "42P01" | "42501" | "26000" | "42P05")
        || code.starts_with("57P")
        || (code == "XX000" && error.routine().is_none())
        || (code == "0A000" && error.routine() == Some("RevalidateCachedQuery"))
}

/// Whether a lock was not to be had in time (Postgres).
#[must_use]
pub fn is_locked(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(error) = error else { return false };
    error.try_downcast_ref::<PgDatabaseError>().is_some_and(|error| error.code() == "55P03")
}

/// Whether the database refused a text because of what is in it: Postgres stores any Unicode but U+0000.
#[must_use]
pub fn is_unstorable_text(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(error) = error else { return false };
    matches!(error.code().as_deref(), Some("22021" | "22P05"))
}

/// Every write to a row by its id changes exactly that row; anything else is a bug that must not be committed.
pub fn require_one(rows: u64) -> sqlx::Result<()> {
    if rows == 1 { Ok(()) } else { Err(sqlx::Error::Protocol(format!("a write by id changed {rows} rows"))) }
}
