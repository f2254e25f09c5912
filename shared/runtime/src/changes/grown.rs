//! New rows of a table that grows with every order: they are marked when somebody reads, and not when they are written.
//!
//! All marks of an order but those of its products would be theirs, and what happens to an order before anybody reads needs none
//! either. Ids grow in the order of commits, so whoever reads sees that the highest is beyond the last that was marked, and has the
//! writer mark all in between by one statement, in its turn. A trigger marks a row at once whose id is not beyond that, and on
//! Postgres one that was written by somebody who had not the turn.

use std::convert::Infallible;

use super::strays::FeedUnit;
use crate::storage::Session;
use crate::storage::dialect::Engine;
use crate::writer::{AtOnce, Command, Failure, WriteError, Writer};
use crate::{execute, fetch_scalar};

/// The statements for a table that grows; [`growing!`](crate::growing) makes them.
#[derive(Debug)]
pub struct Growing {
    /// 1 when it has a row that is not marked, else 0.
    pub any: &'static str,
    /// The highest id of the first `$1` rows that are not marked.
    pub last: &'static str,
    /// Marks those up to the id `$1`, on SQLite.
    pub mark_sqlite: &'static str,
    /// The same on Postgres.
    pub mark_postgres: &'static str,
    /// Notes that those up to the id `$1` are marked.
    pub told: &'static str,
}

/// The statements for a table that grows: its kind of thing in the feed, its name, its id, the time of a row, and the column of
/// `counters` with the last id that is marked.
#[macro_export]
macro_rules! growing {
    ($entity:literal, $table:literal, $id:literal, $at:literal, $told:literal) => {
        $crate::changes::Growing {
            any: concat!(
                "SELECT COUNT(*) FROM (SELECT 1 FROM ",
                $table,
                " WHERE ",
                $id,
                " > (SELECT ",
                $told,
                " FROM counters WHERE id = 1) LIMIT 1) AS grown"
            ),
            last: concat!(
                "SELECT MAX(place) FROM (SELECT ",
                $id,
                " AS place FROM ",
                $table,
                " WHERE ",
                $id,
                " > (SELECT ",
                $told,
                " FROM counters WHERE id = 1) ORDER BY ",
                $id,
                " LIMIT $1) AS grown"
            ),
            mark_sqlite: concat!(
                "INSERT INTO changes (entity, key, seq, at) SELECT '",
                $entity,
                "', CAST(grown.",
                $id,
                " AS TEXT), \
                 counters.change_seq + ROW_NUMBER() OVER (ORDER BY grown.",
                $id,
                "), grown.",
                $at,
                " FROM ",
                $table,
                " AS grown, counters WHERE counters.id = 1 AND grown.",
                $id,
                " > counters.",
                $told,
                " AND grown.",
                $id,
                " <= $1 ON CONFLICT (entity, key) DO UPDATE SET seq = excluded.seq, at = excluded.at"
            ),
            mark_postgres: concat!(
                "INSERT INTO changes (entity, key, seq, at) SELECT '",
                $entity,
                "', CAST(place AS TEXT), nextval('change_seq'), at \
                 FROM (SELECT ",
                $id,
                " AS place, ",
                $at,
                " AS at FROM ",
                $table,
                " WHERE ",
                $id,
                " > (SELECT ",
                $told,
                " FROM counters WHERE id = 1) AND ",
                $id,
                " <= $1 ORDER BY ",
                $id,
                ") AS grown \
                 ON CONFLICT (entity, key) DO UPDATE SET seq = excluded.seq, at = excluded.at"
            ),
            told: concat!("UPDATE counters SET ", $told, " = $1 WHERE id = 1"),
        }
    };
}

/// Rows of a table that are marked in one turn, at most: others wait meanwhile.
const AT_MOST: i64 = 10_000;

const NUMBERS: &str =
    "UPDATE counters SET change_seq = MAX(change_seq, COALESCE((SELECT MAX(seq) FROM changes), 0)) WHERE id = 1";

/// Mark what has grown.
#[derive(Debug)]
struct Mark;

impl<U: FeedUnit> Command<U> for Mark {
    type Output = ();
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut U) -> Result<(), Failure<Infallible>> {
        let session = unit.feed_session();
        for growing in U::GROWING {
            let Some(last) = fetch_scalar!(one, *session, Option<i64>, growing.last, AT_MOST)? else { continue };
            match session.engine() {
                Engine::Sqlite => {
                    execute!(*session, growing.mark_sqlite, last)?;
                    execute!(*session, NUMBERS)?;
                }
                Engine::Postgres => {
                    execute!(*session, growing.mark_postgres, last)?;
                }
            }
            execute!(*session, growing.told, last)?;
        }
        Ok(())
    }
}

/// Whether anything has grown that is not marked.
pub(super) async fn any<U: FeedUnit>(session: &mut Session) -> sqlx::Result<bool> {
    for growing in U::GROWING {
        if fetch_scalar!(one, *session, i64, growing.any)? > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Marks it, or the first of it where it is much.
pub(super) async fn mark<U: FeedUnit>(writer: &Writer<U>) -> Result<(), WriteError<Infallible>> {
    match writer.submit(AtOnce(Mark)).await {
        // Somebody holds one: the next reader finds it.
        Err(error) if error.is_held() => Ok(()),
        marked => marked,
    }
}
