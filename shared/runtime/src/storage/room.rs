//! How many connections a service takes of a Postgres server that gives few.
//!
//! Two services share a server. The one that starts first would take all there are and keep them, and the other would never
//! get ready. So each takes at most half.

use sqlx::PgConnection;

/// Connections that write: one that does, and one that may wait to take its place.
pub(super) const WRITERS: u32 = 2;

/// What the server gives to this role in this database, by the smallest of its limits.
const GIVEN: &str = "SELECT LEAST(current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int, \
     (SELECT NULLIF(datconnlimit, -1) FROM pg_database WHERE datname = current_database()), \
     (SELECT NULLIF(rolconnlimit, -1) FROM pg_roles WHERE rolname = current_user))";

/// Connections that may read at once: `asked`, or what half of the server's leaves, which is said in the log.
pub(super) async fn readers(connection: &mut PgConnection, asked: u32) -> sqlx::Result<u32> {
    let given = sqlx::query_scalar::<_, i32>(GIVEN).persistent(false).fetch_one(connection).await?;
    let readers = fitting(given, asked);
    if readers < asked {
        tracing::warn!(
            given,
            "the database gives {given} connections to two services: this one reads with {readers} at once and not with \
             the {asked} of DATABASE_READERS"
        );
    }
    Ok(readers)
}

/// At least one, or nothing could be shown.
fn fitting(given: i32, asked: u32) -> u32 {
    let half = u32::try_from(given).unwrap_or(0) / 2;
    asked.min(half.saturating_sub(WRITERS).max(1))
}

#[cfg(test)]
mod tests {
    use super::fitting;

    #[test]
    fn two_services_fit() {
        assert_eq!(
            [(100, 8), (20, 8), (8, 8), (6, 8), (3, 8), (0, 8), (100, 1000)]
                .map(|(given, asked)| fitting(given, asked)),
            [8, 8, 2, 1, 1, 1, 48]
        );
    }
}
