//! A fresh database for one test: a file in a directory that goes away, or a schema of its own on a real server.

use std::time::Duration;

use belgrano_wire::ambient::Ambient;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection};
use tempfile::TempDir;

use super::pooler::Pooler;
use crate::storage::{Db, Migrations, Session, StorageSettings, Target, open};

/// The variable that names the server.
const URL_VARIABLE: &str = "TEST_DATABASE_URL";

/// The server of the tests; without one the test fails.
pub(super) fn server_url() -> String {
    std::env::var(URL_VARIABLE).unwrap_or_else(|_| {
        panic!("{URL_VARIABLE} is not set: run the tests with scripts/test, which starts a PostgreSQL for them")
    })
}

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
        let url = server_url();
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

    /// What opens it by way of `pooler`.
    #[must_use]
    pub fn behind(&self, pooler: &Pooler) -> StorageSettings {
        let mut settings = self.settings();
        if let Target::Postgres { options, .. } = &mut settings.target {
            **options = pooler.before(options);
        }
        settings
    }

    /// The same schema in another database of the server.
    pub fn move_to(&mut self, name: &str) {
        if let Target::Postgres { options, .. } = &mut self.target {
            **options = options.as_ref().clone().database(name);
        }
    }

    /// The server of a Postgres database and the name of the schema in it.
    #[must_use]
    pub fn server(&self) -> Option<(&PgConnectOptions, &str)> {
        match &self.target {
            Target::Sqlite(_) => None,
            Target::Postgres { options, schema } => Some((options, schema)),
        }
    }

    /// Opens it, migrated.
    pub async fn open(&self, migrations: &Migrations) -> Db {
        open(&self.settings(), migrations).await.expect("the database opens")
    }

    /// Writes past the writer, to arrange what no command would do. Returns how many rows changed.
    pub async fn execute(&self, db: &Db, sql: &'static str) -> u64 {
        let mut session = self.begin(db).await;
        let changed = crate::execute!(session, sql).expect("a statement that works");
        session.commit().await.expect("a commit");
        changed
    }

    /// A transaction past the writer, for statements with arguments; commit it.
    pub async fn begin(&self, db: &Db) -> Session {
        db.begin().await.expect("a transaction")
    }

    /// Runs a statement in a transaction and leaves that open, with all that it locked, as a person in `psql` may: until what
    /// is returned is closed.
    pub async fn hold(&self, sql: &'static str) -> PgConnection {
        let (options, schema) = self.server().expect("a server");
        let options = options.clone().options([("search_path", schema)]);
        let mut person = options.connect().await.expect("the server answers");
        let sql = sqlx::AssertSqlSafe(format!("BEGIN; {sql}"));
        sqlx::raw_sql(sql).execute(&mut person).await.expect("a statement that works");
        person
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
