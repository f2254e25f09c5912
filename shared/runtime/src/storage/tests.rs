//! Servers as they are found: behind a pooler, read-only, frozen, replaced.

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};

use super::{Migrations, OpenError, StorageSettings, is_unavailable, open};
use crate::testing::{Pooler, TestDatabase};
use crate::{execute, fetch_scalar};

fn migrations() -> Migrations {
    Migrations {
        sqlite: sqlx::migrate!("../../migrations/shop/sqlite"),
        postgres: sqlx::migrate!("../../migrations/shop/postgres"),
    }
}

#[tokio::test]
async fn a_frozen_writer_does_not_stop_the_others() {
    const LOCK: &str = "UPDATE counters SET order_id = order_id WHERE id = 1";
    let database = TestDatabase::postgres();
    let db = database.open(&migrations()).await;
    let mut frozen = db.begin().await.expect("a transaction");
    for (limit, expected) in [
        ("SELECT current_setting('lock_timeout')", "5s"),
        ("SELECT current_setting('idle_in_transaction_session_timeout')", "10s"),
        ("SELECT current_setting('statement_timeout')", "15s"),
    ] {
        assert_eq!(fetch_scalar!(one, frozen, String, limit).expect("a setting"), expected);
    }
    execute!(frozen, LOCK).expect("the lock");
    let mut other = db.begin().await.expect("a transaction");
    execute!(other, "SET LOCAL lock_timeout = '50ms'").expect("a shorter limit");
    let error = execute!(other, LOCK).expect_err("it is taken");
    assert!(is_unavailable(&error), "{error}");
    drop(other);
    execute!(frozen, "SET LOCAL idle_in_transaction_session_timeout = '50ms'").expect("a shorter limit");
    let mut other = db.begin().await.expect("a transaction");
    execute!(other, LOCK).expect("the frozen one lost its lock");
    other.commit().await.expect("a commit");
    let error = execute!(frozen, LOCK).expect_err("its transaction is over");
    assert!(is_unavailable(&error), "{error}");
    drop(frozen);
    db.close().await;
    database.remove().await;
}

/// What a service does all day, from several sides at once, so that sessions really move from one client to the other.
async fn work(settings: &StorageSettings, times: i64) {
    let db = open(settings, &migrations()).await.expect("opens");
    let write = async {
        for beat in 0..times {
            let mut session = db.begin().await.expect("a transaction");
            let limit = fetch_scalar!(one, session, String, "SELECT current_setting('lock_timeout')").expect("a limit");
            assert_eq!(limit, "5s");
            execute!(session, "UPDATE counters SET order_id = $1 WHERE id = 1", beat).expect("a write");
            session.commit().await.expect("a commit");
        }
    };
    let read = || async {
        for _ in 0..times {
            let mut session = db.read().await.expect("a connection");
            let schema = fetch_scalar!(one, session, String, "SELECT current_schema()::text").expect("a schema");
            assert!(schema.starts_with("test_"), "{schema}");
            execute!(session, "UPDATE counters SET order_id = 1 WHERE id = 1").expect_err("readers do not write");
            drop(session);
            let mut session = db.snapshot().await.expect("a snapshot");
            fetch_scalar!(one, session, i64, "SELECT order_id FROM counters WHERE id = $1", 1_i64).expect("a row");
        }
    };
    Box::pin(futures_util::future::join4(write, read(), read(), read())).await;
    db.ping().await.expect("well");
    let mut session = db.read().await.expect("a connection");
    let last = fetch_scalar!(one, session, i64, "SELECT order_id FROM counters").expect("a row");
    assert_eq!(last, times - 1);
    drop(session);
    db.close().await;
}

async fn works_behind(pool_mode: &str, drops: &str) {
    let database = TestDatabase::postgres();
    let direct = database.open(&migrations()).await;
    database.execute(&direct, "UPDATE counters SET outbox_id = 77 WHERE id = 1").await;
    // In session mode each of our connections keeps one; in transaction mode they have to share.
    let sessions = if pool_mode == "session" { 24 } else { 4 };
    let pooler = Pooler::start(pool_mode, sessions, drops).await;
    let settings = database.behind(&pooler);
    // Twice, one after the other and side by side: what one leaves in a session, the next one finds.
    Box::pin(work(&settings, 20)).await;
    futures_util::future::join(open_and_close(&settings), open_and_close(&settings)).await;
    let mut session = direct.read().await.expect("a connection");
    let kept = fetch_scalar!(one, session, i64, "SELECT outbox_id FROM counters").expect("a row");
    assert_eq!(kept, 77, "the same database as without a pooler");
    let (options, _) = database.server().expect("a server");
    let mut server = options.connect().await.expect("the server answers");
    let strays =
        "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename IN ('orders', '_sqlx_migrations')";
    let strays: i64 = sqlx::query_scalar(strays).fetch_one(&mut server).await.expect("a count");
    assert_eq!(strays, 0, "nothing came up in public");
    drop(session);
    direct.close().await;
    database.remove().await;
}

async fn open_and_close(settings: &StorageSettings) {
    let db = open(settings, &migrations()).await.expect("opens");
    db.ping().await.expect("well");
    db.close().await;
}

#[tokio::test]
async fn works_behind_a_pooler_that_drops_what_sessions_ask_for() {
    Box::pin(works_behind("session", "options,extra_float_digits")).await;
}

#[tokio::test]
async fn works_behind_a_pooler_that_knows_no_options() {
    Box::pin(works_behind("session", "")).await;
}

#[tokio::test]
async fn works_behind_a_pooler_that_gives_out_transactions() {
    Box::pin(works_behind("transaction", "options")).await;
}

#[tokio::test]
async fn works_behind_a_pooler_that_gives_out_transactions_and_knows_no_options() {
    Box::pin(works_behind("transaction", "")).await;
}

#[tokio::test]
async fn a_pooler_without_transactions_is_refused_with_what_to_do() {
    let database = TestDatabase::postgres();
    let pooler = Pooler::start("statement", 4, "").await;
    let error = open(&database.behind(&pooler), &migrations()).await.expect_err("no transactions");
    assert!(matches!(error, OpenError::NoTransactions(..)), "{error:?}");
    assert!(error.to_string().contains("pool_mode"), "{error}");
    database.remove().await;
}

/// A database of its own, which may be closed to its users.
async fn own_database() -> (TestDatabase, PgConnection, String) {
    let mut database = TestDatabase::postgres();
    let (options, schema) = database.server().expect("a server");
    let name = schema.to_owned();
    let mut server = options.connect().await.expect("the server answers");
    alter(&mut server, format!("CREATE DATABASE {name}")).await;
    database.move_to(&name);
    (database, server, name)
}

async fn alter(server: &mut PgConnection, sql: String) {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(server).await.expect("a statement that works");
}

async fn end_sessions(server: &mut PgConnection, name: &str) {
    alter(server, format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' AND backend_type = 'client backend'")).await;
}

#[tokio::test]
async fn what_a_database_or_an_address_sets_does_not_count() {
    let (database, mut server, name) = own_database().await;
    let db = database.open(&migrations()).await;
    database.execute(&db, "UPDATE counters SET outbox_id = 77 WHERE id = 1").await;
    db.close().await;
    alter(&mut server, format!("ALTER DATABASE {name} SET search_path = pg_catalog")).await;
    alter(&mut server, format!("ALTER DATABASE {name} SET statement_timeout = '1s'")).await;
    let mut settings = database.settings();
    if let super::Target::Postgres { options, .. } = &mut settings.target {
        **options = options.as_ref().clone().options([("search_path", "nowhere"), ("lock_timeout", "1s")]);
    }
    let db = open(&settings, &migrations()).await.expect("opens");
    let mut session = db.begin().await.expect("a transaction");
    for (asked, expected) in [
        ("SELECT current_setting('statement_timeout')", "15s"),
        ("SELECT current_setting('lock_timeout')", "5s"),
        ("SELECT CAST(outbox_id AS TEXT) FROM counters", "77"),
    ] {
        assert_eq!(fetch_scalar!(one, session, String, asked).expect("a row"), expected);
    }
    drop(session);
    db.close().await;
    alter(&mut server, format!("DROP DATABASE {name} WITH (FORCE)")).await;
}

/// What an earlier version left behind a pooler that dropped its schema.
#[tokio::test]
async fn nothing_new_begins_beside_what_lies_in_another_schema() {
    let (database, mut server, name) = own_database().await;
    let db = database.open(&migrations()).await;
    database.execute(&db, "UPDATE counters SET outbox_id = 77 WHERE id = 1").await;
    db.close().await;
    let (options, schema) = database.server().expect("a server");
    let mut inside = options.connect().await.expect("the server answers");
    alter(&mut inside, format!("DROP SCHEMA public; ALTER SCHEMA {schema} RENAME TO public")).await;
    let error = open(&database.settings(), &migrations()).await.expect_err("it would come up empty");
    assert!(matches!(&error, OpenError::Elsewhere { schema, .. } if schema == "public"), "{error:?}");
    // Nothing was made; as the message says:
    alter(&mut inside, format!("ALTER SCHEMA public RENAME TO {schema}")).await;
    // A stray one beside it does no harm.
    let stray =
        format!("CREATE SCHEMA public; CREATE TABLE public._sqlx_migrations AS TABLE {schema}._sqlx_migrations");
    alter(&mut inside, stray).await;
    let db = database.open(&migrations()).await;
    let mut session = db.read().await.expect("a connection");
    let kept = fetch_scalar!(one, session, i64, "SELECT outbox_id FROM counters").expect("a row");
    assert_eq!(kept, 77);
    drop(session);
    db.close().await;
    inside.close().await.expect("the server answers");
    alter(&mut server, format!("DROP DATABASE {name} WITH (FORCE)")).await;
}

#[tokio::test]
async fn sessions_of_a_server_that_turned_read_only_are_replaced() {
    let (database, mut server, name) = own_database().await;
    let db = database.open(&migrations()).await;
    alter(&mut server, format!("ALTER DATABASE {name} SET default_transaction_read_only = on")).await;
    end_sessions(&mut server, &name).await;
    for _ in 0..3 {
        let error = db.ping().await.expect_err("read-only");
        assert!(is_unavailable(&error), "{error}");
    }
    // Readers of that time as well: they would read what the demoted server knows.
    let pid = "SELECT CAST(pg_backend_pid() AS BIGINT)";
    let mut session = db.read().await.expect("a connection");
    let reader = fetch_scalar!(one, session, i64, pid).expect("a number");
    drop(session);
    // The sessions of before stay as they are: they are those of a demoted server.
    alter(&mut server, format!("ALTER DATABASE {name} RESET default_transaction_read_only")).await;
    db.ping().await.expect("well at once");
    let mut session = db.read().await.expect("a connection");
    assert_ne!(fetch_scalar!(one, session, i64, pid).expect("a number"), reader);
    drop(session);
    let mut session = db.begin().await.expect("a transaction");
    execute!(session, "UPDATE counters SET order_id = 3 WHERE id = 1").expect("a write");
    session.commit().await.expect("a commit");

    alter(&mut server, format!("ALTER DATABASE {name} SET default_transaction_read_only = on")).await;
    let error = open(&database.settings(), &migrations()).await.expect_err("read-only");
    assert!(matches!(error, OpenError::ReadOnly(_)), "{error:?}");
    db.close().await;
    alter(&mut server, format!("DROP DATABASE {name} WITH (FORCE)")).await;
}

#[tokio::test]
async fn whatever_takes_the_database_away_passes_by_itself() {
    let (database, mut server, name) = own_database().await;
    let db = database.open(&migrations()).await;
    let other = format!("{name}_away");
    // Every session is ended; the database is another name's; the schema is; a right is taken away.
    end_sessions(&mut server, &name).await;
    db.ping().await.expect("on new sessions");
    let (options, schema) = database.server().expect("a server");
    let (options, schema) = (options.clone(), schema.to_owned());
    let owner = options.get_username().to_owned();
    let within = |options: PgConnectOptions, sql: String| async move {
        let mut connection = options.connect().await.expect("the server answers");
        alter(&mut connection, sql).await;
        connection.close().await.expect("the server answers");
    };
    for (away, back) in [
        (format!("ALTER SCHEMA {schema} RENAME TO {other}"), format!("ALTER SCHEMA {other} RENAME TO {schema}")),
        (format!("REVOKE USAGE ON SCHEMA {schema} FROM {owner}"), format!("GRANT USAGE ON SCHEMA {schema} TO {owner}")),
        (
            format!("REVOKE UPDATE ON {schema}.heartbeat FROM {owner}"),
            format!("GRANT UPDATE ON {schema}.heartbeat TO {owner}"),
        ),
    ] {
        within(options.clone(), away.clone()).await;
        let error = db.ping().await.expect_err(&away);
        assert!(is_unavailable(&error), "{away}: {error}");
        within(options.clone(), back.clone()).await;
        db.ping().await.unwrap_or_else(|error| panic!("{back}: {error}"));
    }
    // The pool keeps a connection by itself, and a database that is used takes no other name.
    alter(&mut server, format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")).await;
    end_sessions(&mut server, &name).await;
    alter(&mut server, format!("ALTER DATABASE {name} RENAME TO {other}")).await;
    let error = db.ping().await.expect_err("no database");
    assert!(is_unavailable(&error), "{error}");
    alter(&mut server, format!("ALTER DATABASE {other} RENAME TO {name}")).await;
    alter(&mut server, format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")).await;
    db.ping().await.expect("well again");
    db.close().await;
    alter(&mut server, format!("DROP DATABASE {name} WITH (FORCE)")).await;
}

#[tokio::test]
async fn a_file_that_was_taken_away_takes_no_writes() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("data").join("shop.db");
    let target = super::Target::Sqlite(path.clone());
    let settings = StorageSettings { target, readers: 1, wait: std::time::Duration::from_secs(20) };
    let db = open(&settings, &migrations()).await.expect("opens");
    db.ping().await.expect("well");
    let (data, away) = (folder.path().join("data"), folder.path().join("away"));
    std::fs::rename(&data, &away).expect("moved");
    let error = db.begin().await.expect_err("its file is gone");
    assert!(is_unavailable(&error), "{error}");
    std::fs::rename(&away, &data).expect("moved back");
    db.ping().await.expect("well again");
    db.close().await;
}
