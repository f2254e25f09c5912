//! A fresh database for one test: a file in a directory that goes away, or a schema of its own on a real server.

use std::time::Duration;

use sqlx::{ConnectOptions, Connection, PgConnection};
use tempfile::TempDir;

use crate::ambient::Ambient;
use crate::storage::{Db, Migrations, StorageSettings, Target, open};

/// The variable that names the server.
const URL_VARIABLE: &str = "TEST_DATABASE_URL";

/// An empty database of one engine. Opened several times, it is one database with several instances of a service.
#[derive(Debug)]
pub struct TestDatabase {
    target: Target,
    /// Removed when dropped.
    _folder: Option<TempDir>,
}

impl TestDatabase {
    /// A file in a directory of its own.
    #[must_use]
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary directory");
        Self { target: Target::Sqlite(folder.path().join("test.db")), _folder: Some(folder) }
    }

    /// A schema of its own on the server of `TEST_DATABASE_URL`. Without that variable the test fails.
    #[must_use]
    pub fn postgres() -> Self {
        let Ok(url) = std::env::var(URL_VARIABLE) else {
            panic!("{URL_VARIABLE} is not set: run the tests with scripts/test, which starts a PostgreSQL for them");
        };
        let schema = format!("test_{}", Ambient::system().uuid().simple());
        // The URL holds a password, so the error is not shown.
        let Ok(target) = Target::postgres(&url, &schema) else { panic!("{URL_VARIABLE} is not a PostgreSQL URL") };
        Self { target, _folder: None }
    }

    /// What opens it, for a test that starts a whole service.
    #[must_use]
    pub fn settings(&self) -> StorageSettings {
        StorageSettings { target: self.target.clone(), readers: 4, wait: Duration::from_secs(20) }
    }

    /// Opens it, migrated.
    pub async fn open(&self, migrations: &Migrations) -> Db {
        open(&self.settings(), migrations).await.expect("the database opens")
    }

    /// Writes past the writer, to arrange what no command would do. Returns how many rows changed.
    pub async fn execute(&self, db: &Db, sql: &'static str) -> u64 {
        let mut session = db.begin().await.expect("a transaction");
        let changed = crate::execute!(session, sql).expect("a statement that works");
        session.commit().await.expect("a commit");
        changed
    }

    /// Drops the schema. A test that failed leaves its own behind, to be looked at if the server is kept.
    pub async fn remove(self) {
        let Target::Postgres { options, schema } = self.target else { return };
        let mut connection: PgConnection = options.connect().await.expect("the server answers");
        let drop = format!("DROP SCHEMA IF EXISTS {schema} CASCADE");
        sqlx::query(sqlx::AssertSqlSafe(drop)).execute(&mut connection).await.expect("the schema is ours");
        connection.close().await.expect("the server answers");
    }
}
