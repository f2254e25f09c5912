//! Many rows in one statement, and many keys in one condition, on both engines alike.
//!
//! A statement is written once, around the word `VALUES` (or `IN`), which stands for the list. SQLite is given that many
//! places, Postgres one array for each column ([`columns`](super::columns) says why).
//!
//! On SQLite the number of rows shapes the SQL text, and each text is prepared once and kept. So rows are cut into a few
//! sizes: 45 rows are 32 + 13. Every statement is a trip to the engine, so few cuts matter as much as few texts; a list of
//! keys is filled up with its last one instead, and is one statement. Its places have no numbers: the driver asks for the
//! name of each place before it binds it, and SQLite finds a name by reading all that come before. With 800 numbered places
//! that was a quarter of all the time.

use std::fmt::Write;

/// The most rows one statement carries.
pub const MAX_ROWS: usize = 128;

/// Up to here every number of rows has a text of its own.
const EXACT_ROWS: usize = 16;

/// Cuts `items` into slices of at most 128: powers of two, the largest first, then a rest of at most 16.
pub fn batches<T>(items: &[T]) -> impl Iterator<Item = &[T]> {
    let mut rest = items;
    std::iter::from_fn(move || {
        let len = match rest.len() {
            0 => return None,
            len @ 1..=EXACT_ROWS => len,
            len => (1 << len.ilog2()).min(MAX_ROWS),
        };
        let (head, tail) = rest.split_at(len);
        rest = tail;
        Some(head)
    })
}

/// The most rows one statement carries on Postgres: a year's catalog should not be one message.
pub const MAX_ARRAY: usize = 4096;

/// `head` that ends in `VALUES`, then `(?,?),(?,?)…` for all rows, then `tail`: `INSERT INTO t (a, b) VALUES` with an
/// `ON CONFLICT` or a `RETURNING`, or `UPDATE t SET … FROM (VALUES` with what closes it. Neither `head` nor
/// `tail` has places of its own.
#[must_use]
pub fn values_sql(head: &'static str, columns: usize, rows: usize, tail: &'static str) -> String {
    let mut sql = String::with_capacity(head.len() + tail.len() + rows * (columns * 2 + 2) + 4);
    sql.push_str(head);
    for row in 0..rows {
        for column in 0..columns {
            sql.push_str(match (row, column) {
                (0, 0) => " (?",
                (_, 0) => "),(?",
                _ => ",?",
            });
        }
    }
    sql.push_str(") ");
    sql.push_str(tail);
    sql
}

/// `SELECT … WHERE k IN (?,?,…)` plus `tail`; `keys` parameters, and none in `head` and `tail`.
#[must_use]
pub fn select_in_sql(head: &'static str, keys: usize, tail: &'static str) -> String {
    let mut sql = String::with_capacity(head.len() + tail.len() + keys * 2 + 4);
    sql.push_str(head);
    for key in 0..keys {
        sql.push_str(if key == 0 { " (?" } else { ",?" });
    }
    sql.push_str(") ");
    sql.push_str(tail);
    sql
}

/// What [`values_sql`] says, with the columns as arrays `$1`, `$2`, …
///
/// The first column of a list that is joined (`= v.column1`) or looked in (`IN (VALUES`) is a key of the table, and is said
/// to be one of the list as well, so that the table is entered by an index from whichever side a join begins.
#[must_use]
pub fn arrays_sql(head: &'static str, columns: usize, tail: &'static str) -> String {
    const FIRST: &str = " = v.column1";
    let before = head.strip_suffix("VALUES").unwrap_or(head);
    let mut sql = String::with_capacity(before.len() + tail.len() + columns * 16 + 64);
    sql.push_str(before);
    push_unnest(&mut sql, columns);
    match tail.split_once(FIRST) {
        Some((joins, rest)) => {
            let key = joins.rsplit(' ').next().unwrap_or_default();
            sql.push_str(joins);
            sql.push_str(FIRST);
            push_any(&mut sql, key);
            sql.push_str(rest);
        }
        None => sql.push_str(tail),
    }
    if let Some(looks_in) = before.strip_suffix(" IN (") {
        let key = looks_in.rsplit(" WHERE ").next().and_then(|of| of.rsplit(" AND ").next()).unwrap_or_default();
        push_any(&mut sql, key.trim_start_matches('(').split(',').next().unwrap_or_default());
    }
    sql
}

/// What [`select_in_sql`] says, with the keys as the array `$1`.
#[must_use]
pub fn select_any_sql(head: &'static str, tail: &'static str) -> String {
    format!("{} = ANY($1) {tail}", head.strip_suffix(" IN").unwrap_or(head))
}

fn push_any(sql: &mut String, key: &str) {
    // Writing to a string cannot fail.
    let _ = write!(sql, " AND {key} = ANY($1)");
}

/// The rows of the arrays under the names that a list of `VALUES` has.
fn push_unnest(sql: &mut String, columns: usize) {
    let mut list = |before: &str, name: &str| {
        for column in 1..=columns {
            let _ = write!(sql, "{}{name}{column}", if column == 1 { before } else { "," });
        }
    };
    list("SELECT * FROM unnest(", "$");
    list(") AS list (", "column");
    sql.push_str(") ");
}

/// Runs a statement over a list of rows, and says how many rows of the table it changed. What [`execute!`](crate::execute!) is
/// to one row, in as few statements as the engine takes.
///
/// Inserts: `execute_rows!(session, "INSERT INTO t (a, b) VALUES", 2, rows, |q, row| q.bind(row.a).bind(row.b))`, with a tail
/// before the closure for an upsert: `…, rows, "ON CONFLICT DO NOTHING", |q, row| …`.
///
/// Updates and deletes join the list, whose columns are called `column1`, `column2`, … on both engines, by its first column:
/// `execute_rows!(session, "UPDATE t SET a = v.column2 FROM (VALUES", 2, rows, ") AS v WHERE t.id = v.column1", |q, row| …)`.
#[macro_export]
macro_rules! execute_rows {
    ($session:expr, $head:expr, $columns:expr, $rows:expr, |$query:ident, $row:ident| $bind:expr) => {
        $crate::execute_rows!($session, $head, $columns, $rows, "", |$query, $row| $bind)
    };
    ($session:expr, $head:expr, $columns:expr, $rows:expr, $tail:expr, |$query:ident, $row:ident| $bind:expr) => {{
        let mut changed = 0;
        $crate::each_list!(
            $session,
            $head,
            $columns,
            $rows,
            $tail,
            |$query, $row| $bind,
            |connection, sql, arguments, keep| {
                let done = sqlx::query_with(sql, arguments).persistent(keep).execute(connection).await;
                done.map(|done| changed += done.rows_affected())
            }
        );
        changed
    }};
}

/// Runs a many-row statement that returns rows (`UPDATE … FROM (VALUES` with a tail that ends in `RETURNING`):
/// `fetch_rows!(session, Type, HEAD, 2, rows, TAIL, |q, row| q.bind(row.a).bind(row.b))`.
#[macro_export]
macro_rules! fetch_rows {
    ($session:expr, $type:ty, $head:expr, $columns:expr, $rows:expr, $tail:expr, |$query:ident, $row:ident| $bind:expr) => {{
        let mut found: Vec<$type> = Vec::new();
        $crate::each_list!(
            $session,
            $head,
            $columns,
            $rows,
            $tail,
            |$query, $row| $bind,
            |connection, sql, arguments, keep| {
                let rows =
                    sqlx::query_as_with::<_, $type, _>(sql, arguments).persistent(keep).fetch_all(connection).await;
                rows.map(|rows| found.extend(rows))
            }
        );
        found
    }};
}

/// Fetches the rows whose key is among `keys`: `fetch_in!(session, Type, "SELECT … WHERE k IN", &keys, "")`.
#[macro_export]
macro_rules! fetch_in {
    ($session:expr, $row:ty, $head:expr, $keys:expr, $tail:expr) => {{
        let mut found: Vec<$row> = Vec::new();
        match &mut $session {
            $crate::storage::Session::Sqlite(handle) => {
                for chunk in $keys.chunks($crate::storage::MAX_ROWS) {
                    let places = chunk.len().next_power_of_two();
                    let sql = $crate::storage::select_in_sql($head, places, $tail);
                    let mut query = sqlx::query_as::<_, $row>(sqlx::AssertSqlSafe(sql));
                    // The same key twice finds its row once.
                    for key in chunk.iter().chain(chunk.last().into_iter().cycle()).take(places) {
                        query = query.bind(key);
                    }
                    found.extend(query.fetch_all(&mut **handle).await?);
                }
            }
            $crate::storage::Session::Postgres(handle) => {
                for chunk in $keys.chunks($crate::storage::MAX_ARRAY) {
                    let sql = $crate::storage::select_any_sql($head, $tail);
                    let list = chunk.iter().fold($crate::storage::Columns::new(1), |list, key| list.bind(key));
                    let query = sqlx::query_as_with::<_, $row, _>(sqlx::AssertSqlSafe(sql), list.arguments()?);
                    let rows = query.persistent(handle.keeps_statements()).fetch_all(&mut **handle).await;
                    handle.hear(&rows);
                    found.extend(rows?);
                }
            }
        }
        found
    }};
}

/// For each part of a list of rows that is one statement on the engine at hand: its text and its arguments to `$run`.
#[doc(hidden)]
#[macro_export]
macro_rules! each_list {
    ($session:expr, $head:expr, $columns:expr, $rows:expr, $tail:expr, |$query:ident, $row:ident| $bind:expr,
     |$connection:ident, $sql:ident, $arguments:ident, $keep:ident| $run:expr) => {
        match &mut $session {
            $crate::storage::Session::Sqlite(handle) => {
                for chunk in $crate::storage::batches($rows) {
                    let mut $query = $crate::storage::Places::default();
                    for $row in chunk {
                        $query = $bind;
                    }
                    let $sql = sqlx::AssertSqlSafe($crate::storage::values_sql($head, $columns, chunk.len(), $tail));
                    let ($arguments, $keep, $connection) = ($query.arguments()?, true, &mut **handle);
                    $run?;
                }
            }
            $crate::storage::Session::Postgres(handle) => {
                for chunk in $rows.chunks($crate::storage::MAX_ARRAY) {
                    let mut $query = $crate::storage::Columns::new($columns);
                    for $row in chunk {
                        $query = $bind;
                    }
                    let $sql = sqlx::AssertSqlSafe($crate::storage::arrays_sql($head, $columns, $tail));
                    let ($arguments, $keep) = ($query.arguments()?, handle.keeps_statements());
                    let result: sqlx::Result<()> = {
                        let $connection = &mut **handle;
                        $run
                    };
                    handle.hear(&result);
                    result?;
                }
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::batches;

    #[test]
    fn every_row_is_in_one_batch_and_in_order() {
        for count in 0..400 {
            let rows: Vec<usize> = (0..count).collect();
            let batches: Vec<&[usize]> = batches(&rows).collect();
            assert_eq!(batches.concat(), rows);
            assert!(batches.iter().all(|batch| (1..=128).contains(&batch.len())));
            assert!(batches.len() <= count / 128 + 4, "{count} rows in {} statements", batches.len());
        }
    }
}
