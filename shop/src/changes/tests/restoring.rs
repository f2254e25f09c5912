//! Backing a database up and going back to that, on either engine, without its tools.

use belgrano_runtime::storage::{Db, Session};
use belgrano_runtime::{execute, fetch_scalar};
use belgrano_testing::TestDatabase;
use sqlx::AssertSqlSafe;

use super::world::{Backup, file_of};
use crate::schema::migrations;

/// Tables in the order they were made, which is the one that foreign keys need.
const TABLES: &str = "SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace \
     AND c.relkind = 'r' AND c.relname <> '_sqlx_migrations' ORDER BY c.oid";

async fn run(session: &mut Session, sql: String) {
    execute!(*session, AssertSqlSafe(sql.as_str())).unwrap_or_else(|error| panic!("{sql}: {error}"));
}

pub(super) async fn back_up(database: &TestDatabase, db: &Db) -> Backup {
    let mut session = database.begin(db).await;
    if let Some(file) = file_of(database) {
        session.rollback().await.expect("nothing was done");
        let copy = file.with_extension("backup");
        let _ = std::fs::remove_file(&copy);
        // In WAL mode the file alone is not all of it.
        let mut session = db.read().await.expect("a connection");
        let vacuum = format!("VACUUM INTO '{}'", copy.display());
        execute!(session, AssertSqlSafe(vacuum.as_str())).expect("a copy");
        return Backup::File(copy);
    }
    let schema = format!("{}_copy", database.server().expect("a server").1);
    run(&mut session, format!("DROP SCHEMA IF EXISTS {schema} CASCADE")).await;
    run(&mut session, format!("CREATE SCHEMA {schema}")).await;
    let last = fetch_scalar!(one, session, i64, "SELECT last_value FROM change_seq").expect("a number");
    for table in fetch_scalar!(all, session, String, TABLES).expect("tables") {
        run(&mut session, format!("CREATE TABLE {schema}.{table} AS TABLE {table}")).await;
    }
    session.commit().await.expect("a commit");
    Backup::Schema(schema, last)
}

pub(super) async fn restore(database: &TestDatabase, backup: Backup, life: u32) {
    if let Backup::File(copy) = &backup {
        let file = file_of(database).expect("a file");
        for beside in ["db-wal", "db-shm"] {
            let _ = std::fs::remove_file(file.with_extension(beside));
        }
        std::fs::copy(copy, &file).expect("the copy is there");
    }
    let db = database.open(&migrations()).await;
    let mut session = database.begin(&db).await;
    if let Backup::Schema(schema, last) = backup {
        let tables = fetch_scalar!(all, session, String, TABLES).expect("tables");
        for table in &tables {
            run(&mut session, format!("ALTER TABLE {table} DISABLE TRIGGER USER")).await;
        }
        run(&mut session, format!("TRUNCATE {}", tables.join(", "))).await;
        for table in &tables {
            run(&mut session, format!("INSERT INTO {table} SELECT * FROM {schema}.{table}")).await;
        }
        for table in &tables {
            run(&mut session, format!("ALTER TABLE {table} ENABLE TRIGGER USER")).await;
        }
        run(&mut session, format!("SELECT setval('change_seq', {last})")).await;
    }
    run(&mut session, format!("UPDATE counters SET epoch = 'vida {life}'")).await;
    session.commit().await.expect("a commit");
    db.close().await;
}
