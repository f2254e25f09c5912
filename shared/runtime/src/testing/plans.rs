//! How Postgres goes about the statements of a writer.

use crate::storage::Db;
use crate::{execute, fetch, fetch_scalar};

#[derive(sqlx::FromRow)]
struct Prepared {
    name: String,
    statement: String,
    places: i32,
}

/// Leaves what the planner knows of `tables` to the test: the server does not analyze them in between.
pub async fn keep_statistics(db: &Db, tables: &[&str]) {
    let mut session = db.begin().await.expect("a transaction");
    for table in tables {
        let keep = sqlx::AssertSqlSafe(format!("ALTER TABLE {table} SET (autovacuum_enabled = off)"));
        execute!(session, keep).expect("the tables are ours");
    }
    session.commit().await.expect("a commit");
}

/// Everything that the writer of `db` has prepared, looked at in the plan that is kept for it: the statements that read one
/// of `tables` as a whole, by a sequential scan or by an index without a condition and without a limit.
///
/// Fails the test when there was next to nothing to look at.
pub async fn table_readers(db: &Db, tables: &[&str]) -> Vec<String> {
    const PREPARED: &str = "SELECT name, statement, cardinality(parameter_types) AS places FROM pg_prepared_statements \
         WHERE statement ~* '^\\s*(select|insert|update|delete|with) '";
    let mut session = db.begin().await.expect("a transaction");
    let prepared = fetch!(all, session, Prepared, PREPARED).expect("what is prepared");
    assert!(prepared.len() > 5, "the writer has prepared {} statements", prepared.len());
    let mut readers = Vec::new();
    for Prepared { name, statement, places } in prepared {
        let nulls = vec!["NULL"; usize::try_from(places).unwrap_or(0)].join(",");
        let arguments = if nulls.is_empty() { String::new() } else { format!("({nulls})") };
        let explain = sqlx::AssertSqlSafe(format!("EXPLAIN (COSTS OFF) EXECUTE \"{name}\"{arguments}"));
        let plan = fetch_scalar!(all, session, String, explain).expect("a plan");
        let found = read_whole(&plan, tables);
        if !found.is_empty() {
            readers.push(format!("{}: {statement}\n{}", found.join(", "), plan.join("\n")));
        }
    }
    readers
}

fn read_whole(plan: &[String], tables: &[&str]) -> Vec<String> {
    let any = |word: &str| plan.iter().any(|line| line.contains(word));
    // A limit on a join does not limit what the join reads.
    let limited = any("Limit") && !any("Join") && !any("Nested Loop") && !any("SubPlan");
    let nodes = plan.iter().enumerate().filter_map(|(at, line)| Some((at, line.split_once(" on ")?)));
    let whole = nodes.filter_map(|(at, (scan, of))| {
        let table = of.split_whitespace().next()?;
        let mut details = plan[at + 1..].iter().take_while(|line| !line.contains("->"));
        let whole = scan.ends_with("Seq Scan")
            || (scan.contains("Index")
                && !scan.contains("Bitmap Index")
                && !scan.contains("Bitmap Heap")
                && !limited
                && !details.any(|line| line.contains("Index Cond:")));
        (whole && tables.contains(&table)).then(|| line_of(scan, table))
    });
    whole.collect()
}

fn line_of(scan: &str, table: &str) -> String {
    format!("{} on {table}", scan.trim_start_matches([' ', '-', '>']))
}
