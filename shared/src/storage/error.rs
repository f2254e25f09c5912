//! Which database errors are the weather and which are bugs.

/// Whether the database cannot work at the moment (away, overloaded, disk full), so that the same request may succeed
/// later: a 503, where every other database error is a 500.
#[must_use]
pub fn is_unavailable(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::BeginFailed => true,
        sqlx::Error::Database(error) => {
            let Some(code) = error.code() else { return false };
            // SQLite's primary code is the low byte: BUSY 5, LOCKED 6, READONLY 8, IOERR 10, FULL 13, CANTOPEN 14.
            let sqlite = code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 8 | 10 | 13 | 14));
            // SQLSTATE classes: 08 connection, 40 rolled back (deadlock), 53 resources (disk full), 55 not in the state for
            // it (a lock that another instance does not let go), 57 operator intervention (a statement that took too long).
            // 25P03: we were silent for too long within a transaction.
            let postgres = &*code == "25P03" || matches!(code.get(..2), Some("08" | "40" | "53" | "55" | "57"));
            if error.try_downcast_ref::<sqlx::postgres::PgDatabaseError>().is_some() { postgres } else { sqlite }
        }
        _ => false,
    }
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
