//! Many rows in one statement, and many keys in one `IN`, on both engines alike.
//!
//! The number of rows shapes the SQL text, and each text is prepared once and kept. So rows are cut into a few sizes: 45
//! rows are 32 + 13. Every statement is a trip to the engine, so few cuts matter as much as few texts; a list of keys is
//! filled up with its last one instead, and is one statement.
//!
//! The places of a many-row statement have no numbers on SQLite: its driver asks for the name of each place before it binds
//! it, and SQLite finds a name by reading all that come before. With 800 numbered places that was a quarter of all the time.

use std::fmt::Write;

use super::dialect::Engine;

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

/// `head` that ends in `VALUES`, then `($1,$2),($3,$4)…` for all rows, then `tail`: `INSERT INTO t (a, b) VALUES` with an
/// `ON CONFLICT` or a `RETURNING`, or `UPDATE t SET … FROM (VALUES` with what closes it. Neither `head` nor
/// `tail` has places of its own.
#[must_use]
pub fn values_sql(engine: Engine, head: &'static str, columns: usize, rows: usize, tail: &'static str) -> String {
    let mut sql = String::with_capacity(head.len() + tail.len() + rows * columns * 6);
    sql.push_str(head);
    for row in 0..rows {
        for column in 0..columns {
            sql.push_str(match (row, column) {
                (0, 0) => " (",
                (_, 0) => "),(",
                _ => ",",
            });
            push_place(&mut sql, engine, row * columns + column + 1);
        }
    }
    sql.push_str(") ");
    sql.push_str(tail);
    sql
}

/// `SELECT … WHERE k IN ($1,$2,…)` plus `tail`; `keys` parameters, and none in `head` and `tail`.
#[must_use]
pub fn select_in_sql(engine: Engine, head: &'static str, keys: usize, tail: &'static str) -> String {
    let mut sql = String::with_capacity(head.len() + tail.len() + keys * 6);
    sql.push_str(head);
    for key in 0..keys {
        sql.push_str(if key == 0 { " (" } else { "," });
        push_place(&mut sql, engine, key + 1);
    }
    sql.push_str(") ");
    sql.push_str(tail);
    sql
}

fn push_place(sql: &mut String, engine: Engine, number: usize) {
    match engine {
        Engine::Sqlite => sql.push('?'),
        // Writing to a string cannot fail.
        Engine::Postgres => drop(write!(sql, "${number}")),
    }
}

/// Runs a statement over a list of rows, and says how many rows of the table it changed. What [`execute!`](crate::execute!) is
/// to one row, in as few statements as [`batches`] cuts the list into.
///
/// Inserts: `execute_rows!(session, "INSERT INTO t (a, b) VALUES", 2, rows, |q, row| q.bind(row.a).bind(row.b))`, with a tail
/// before the closure for an upsert: `…, rows, "ON CONFLICT DO NOTHING", |q, row| …`.
///
/// Updates and deletes join the list, whose columns are called `column1`, `column2`, … on both engines:
/// `execute_rows!(session, "UPDATE t SET a = v.column2 FROM (VALUES", 2, rows, ") AS v WHERE t.id = v.column1", |q, row| …)`.
#[macro_export]
macro_rules! execute_rows {
    ($session:expr, $head:expr, $columns:expr, $rows:expr, |$query:ident, $row:ident| $bind:expr) => {
        $crate::execute_rows!($session, $head, $columns, $rows, "", |$query, $row| $bind)
    };
    ($session:expr, $head:expr, $columns:expr, $rows:expr, $tail:expr, |$query:ident, $row:ident| $bind:expr) => {{
        let mut changed = 0;
        let engine = $session.engine();
        for chunk in $crate::storage::batches($rows) {
            let sql = $crate::storage::values_sql(engine, $head, $columns, chunk.len(), $tail);
            changed += $crate::on!($session, |c| {
                let mut $query = sqlx::query(sqlx::AssertSqlSafe(sql));
                for $row in chunk {
                    $query = $bind;
                }
                $query.execute(c).await.map(|done| done.rows_affected())
            })?;
        }
        changed
    }};
}

/// Runs a many-row statement that returns rows (`UPDATE … FROM (VALUES` with a tail that ends in `RETURNING`):
/// `fetch_rows!(session, Type, HEAD, 2, rows, TAIL, |q, row| q.bind(row.a).bind(row.b))`.
#[macro_export]
macro_rules! fetch_rows {
    ($session:expr, $type:ty, $head:expr, $columns:expr, $rows:expr, $tail:expr, |$query:ident, $row:ident| $bind:expr) => {{
        let mut found: Vec<$type> = Vec::new();
        let engine = $session.engine();
        for chunk in $crate::storage::batches($rows) {
            let sql = $crate::storage::values_sql(engine, $head, $columns, chunk.len(), $tail);
            found.extend($crate::on!($session, |c| {
                let mut $query = sqlx::query_as::<_, $type>(sqlx::AssertSqlSafe(sql));
                for $row in chunk {
                    $query = $bind;
                }
                $query.fetch_all(c).await
            })?);
        }
        found
    }};
}

/// Fetches the rows whose key is among `keys`: `fetch_in!(session, Type, "SELECT … WHERE k IN", &keys, "")`.
#[macro_export]
macro_rules! fetch_in {
    ($session:expr, $row:ty, $head:expr, $keys:expr, $tail:expr) => {{
        let mut found: Vec<$row> = Vec::new();
        let engine = $session.engine();
        for chunk in $keys.chunks($crate::storage::MAX_ROWS) {
            let places = chunk.len().next_power_of_two();
            let sql = $crate::storage::select_in_sql(engine, $head, places, $tail);
            found.extend($crate::on!($session, |c| {
                let mut query = sqlx::query_as::<_, $row>(sqlx::AssertSqlSafe(sql));
                // The same key twice finds its row once.
                for key in chunk.iter().chain(chunk.last().into_iter().cycle()).take(places) {
                    query = query.bind(key);
                }
                query.fetch_all(c).await
            })?);
        }
        found
    }};
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
