//! Opening a database: connect, migrate under a lock, hand out the pools.

use std::fs::File;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::future::BoxFuture;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};

use super::presence::FileIdentity;
use super::{Db, postgres};
use crate::config::transport::{self, Transport};
use crate::private_file::keep_private;

/// Which database, and how much of it.
#[derive(Clone, Debug)]
pub struct StorageSettings {
    /// Where it is.
    pub target: Target,
    /// Connections that read.
    pub readers: u32,
    /// How long to wait for a free connection, and for another process's lock.
    pub wait: Duration,
}

/// Where a database is.
#[derive(Clone)]
pub enum Target {
    /// A file, made when missing.
    Sqlite(PathBuf),
    /// A server. Each service has its own schema, so that both can share one database.
    Postgres {
        /// How to reach it.
        options: Box<PgConnectOptions>,
        /// The service's schema, made when missing.
        schema: String,
    },
}

impl Target {
    /// A Postgres database by its URL.
    pub fn postgres(url: &str, schema: &str) -> sqlx::Result<Self> {
        Ok(Self::Postgres { options: Box::new(url.parse()?), schema: schema.to_owned() })
    }

    /// How the way to it is protected; `None` for a file.
    #[must_use]
    pub fn protected(&self) -> Option<Transport> {
        match self {
            Self::Sqlite(_) => None,
            // What would not be allowed has been refused already.
            Self::Postgres { options, .. } => {
                transport::postgres(options.as_ref().clone(), true).map(|(_, protected)| protected)
            }
        }
    }

    fn place(&self) -> Place {
        match self {
            Self::Sqlite(path) => Place { setting: "DATA_DIR", name: path.display().to_string() },
            Self::Postgres { options, schema } => {
                let (host, port) = (options.get_host(), options.get_port());
                let name = format!("{host}:{port}/{} (schema {schema})", options.get_database().unwrap_or_default());
                Place { setting: "DATABASE_URL", name }
            }
        }
    }
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => f.debug_tuple("Sqlite").field(path).finish(),
            // The URL holds the password.
            Self::Postgres { schema, .. } => f.debug_struct("Postgres").field("schema", schema).finish_non_exhaustive(),
        }
    }
}

/// The same migrations for each engine, with equal names.
#[derive(Debug)]
pub struct Migrations {
    /// For SQLite.
    pub sqlite: Migrator,
    /// For Postgres.
    pub postgres: Migrator,
}

/// Why a database could not be opened. `setting` is the variable that says where it is, `place` where that leads.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Its folder or its lock file cannot be used.
    #[error("DATA_DIR: cannot write {}", path.display())]
    Folder {
        /// What is to be written.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It does not answer.
    #[error("{}: cannot open the database {}", .0.setting, .0.name)]
    Connect(Place, #[source] sqlx::Error),
    /// A later version of this program has been here.
    #[error(
        "{}: the database {} is newer than this program, which does not know its migration {migration}; start the \
         version that wrote it, or a later one", .place.setting, .place.name
    )]
    Newer {
        /// Which database.
        place: Place,
        /// The first it does not know.
        migration: i64,
    },
    /// It takes no writes.
    #[error(
        "{}: the database {} is read-only (a standby, or default_transaction_read_only is on); name one that can be \
         written to", .0.setting, .0.name
    )]
    ReadOnly(Place),
    /// What a session is told does not hold.
    #[error(
        "{}: the database {} was asked for the {what} {asked:?} and has {got:?}; name the server itself, or a pooler that \
         keeps what a transaction sets", .place.setting, .place.name
    )]
    Ignored {
        /// Which database.
        place: Place,
        /// The setting.
        what: &'static str,
        /// What it was to be.
        asked: String,
        /// What it is.
        got: String,
    },
    /// What the service wrote is in another schema than its own.
    #[error(
        "{}: the schema {schema} of the database {} holds what this service wrote when a pooler kept it from its own, which \
         is empty; rename it (ALTER SCHEMA), or drop those tables if nobody needs them", .place.setting, .place.name
    )]
    Elsewhere {
        /// Which database, and which schema was to be used.
        place: Place,
        /// Where it is.
        schema: String,
    },
    /// A pooler that gives out single statements.
    #[error(
        "{}: the pooler before the database {} does not allow transactions; set its mode (pgbouncer: pool_mode) to \
         transaction or session", .0.setting, .0.name
    )]
    NoTransactions(Place, #[source] sqlx::Error),
    /// Its schema cannot be brought up to date.
    #[error("{}: cannot bring the schema of the database {} up to date", .0.setting, .0.name)]
    Migrate(Place, #[source] MigrateError),
}

/// Where a database is, for an operator.
#[derive(Debug)]
pub struct Place {
    /// The variable that says so.
    pub setting: &'static str,
    /// Where it leads; without a password.
    pub name: String,
}

/// What a driver said, before it is known of which database.
pub(super) enum Failed {
    Folder {
        path: PathBuf,
        source: std::io::Error,
    },
    Connect(sqlx::Error),
    ReadOnly,
    Ignored {
        what: &'static str,
        asked: String,
        got: String,
    },
    NoTransactions(sqlx::Error),
    /// The schema that has it.
    Elsewhere(String),
    Migrate(MigrateError),
}

impl From<sqlx::Error> for Failed {
    fn from(error: sqlx::Error) -> Self {
        Self::Connect(error)
    }
}

impl From<MigrateError> for Failed {
    fn from(error: MigrateError) -> Self {
        Self::Migrate(error)
    }
}

impl From<Failed> for sqlx::Error {
    /// For a connection that is opened later, where nobody can be told but the log.
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Connect(error) | Failed::NoTransactions(error) => error,
            Failed::Folder { source, .. } => source.into(),
            Failed::Migrate(error) => error.into(),
            Failed::Elsewhere(schema) => Self::Protocol(format!("what the service wrote is in the schema {schema:?}")),
            Failed::ReadOnly => Self::Protocol("the database is read-only".to_owned()),
            Failed::Ignored { what, asked, got } => {
                Self::Protocol(format!("a session was asked for the {what} {asked:?} and has {got:?}"))
            }
        }
    }
}

impl Failed {
    fn of(self, target: &Target) -> OpenError {
        let place = target.place();
        match self {
            Self::Folder { path, source } => OpenError::Folder { path, source },
            Self::Connect(source) => OpenError::Connect(place, source),
            Self::ReadOnly => OpenError::ReadOnly(place),
            Self::Ignored { what, asked, got } => OpenError::Ignored { place, what, asked, got },
            Self::Elsewhere(schema) => OpenError::Elsewhere { place, schema },
            Self::NoTransactions(source) => OpenError::NoTransactions(place, source),
            Self::Migrate(MigrateError::VersionMissing(migration)) => OpenError::Newer { place, migration },
            Self::Migrate(source) => OpenError::Migrate(place, source),
        }
    }
}

/// Prepared statements a connection keeps: each number of rows is a text of its own, for a dozen tables.
pub(super) const STATEMENTS: usize = 512;

/// Connects, brings the schema up to date and opens the pools. Several processes may do so at once.
pub async fn open(settings: &StorageSettings, migrations: &Migrations) -> Result<Db, OpenError> {
    let opened = match &settings.target {
        Target::Sqlite(path) => open_sqlite(path, settings, &migrations.sqlite).await,
        Target::Postgres { options, schema } => postgres::open(options, schema, settings, &migrations.postgres)
            .await
            .map(|(read, write)| Db::Postgres { read, write }),
    };
    opened.map_err(|failed| failed.of(&settings.target))
}

async fn open_sqlite(path: &PathBuf, settings: &StorageSettings, migrator: &Migrator) -> Result<Db, Failed> {
    let folder_error = |source| Failed::Folder { path: path.clone(), source };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(folder_error)?;
    }
    // sqlx takes no lock of its own on SQLite while it migrates.
    let lock = File::create(path.with_extension("lock")).map_err(folder_error)?;
    let lock = tokio::task::spawn_blocking(move || lock.lock().map(|()| lock))
        .await
        .map_err(std::io::Error::other)
        .and_then(|locked| locked)
        .map_err(folder_error)?;

    // Names, addresses and hashes: nobody else's to read. What SQLite puts beside it gets the same mode.
    let opened = File::options().write(true).create(true).truncate(false).mode(0o600).open(path);
    opened.map_err(folder_error)?;
    for beside in ["", "-wal", "-shm"] {
        let mut name = path.clone().into_os_string();
        name.push(beside);
        keep_private(Path::new(&name));
    }
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(settings.wait)
        // A page that many commits change is copied into the database file once a checkpoint: with the default of 4 MB
        // that was every tenth of a second under load, and the commit that pays for it waits.
        .pragma("wal_autocheckpoint", "8192")
        .pragma("journal_size_limit", "67108864")
        .statement_cache_capacity(STATEMENTS)
        .disable_statement_logging();
    let write = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(settings.wait)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .before_acquire(|connection, _| usable(connection))
        .connect_with(options.clone())
        .await?;
    migrator.run(&write).await?;
    drop(lock);

    let read = SqlitePoolOptions::new()
        .max_connections(settings.readers)
        .acquire_timeout(settings.wait)
        .test_before_acquire(false)
        .before_acquire(|connection, _| usable(connection))
        // A reader is a thread and a cache of its own; those of a rush are let go after it.
        .idle_timeout(Duration::from_mins(1))
        .connect_with(options.pragma("cache_size", "-1024").read_only(true))
        .await?;
    let file = FileIdentity::of(path).map_err(folder_error)?;
    Ok(Db::Sqlite { read, write, file })
}

/// Whether a connection that came back can begin a transaction; one that cannot is closed, and another takes its place.
///
/// When a disk is full, SQLite rolls a transaction back by itself. The ROLLBACK that sqlx sends then fails, sqlx goes on
/// believing in the transaction, and every later BEGIN on that connection would be refused for ever.
fn usable(connection: &mut SqliteConnection) -> BoxFuture<'_, sqlx::Result<bool>> {
    Box::pin(std::future::ready(Ok(!connection.is_in_transaction())))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::time::Duration;

    use super::{StorageSettings, Target, open};
    use crate::storage::Migrations;
    use crate::testing::TestDatabase;
    use crate::{execute, fetch_scalar};

    fn migrations() -> Migrations {
        Migrations {
            sqlite: sqlx::migrate!("../../migrations/shop/sqlite"),
            postgres: sqlx::migrate!("../../migrations/shop/postgres"),
        }
    }

    #[tokio::test]
    async fn a_file_is_its_owners_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("shop.db");
        let target = Target::Sqlite(path.clone());
        let settings = StorageSettings { target, readers: 1, wait: Duration::from_secs(20) };
        let db = open(&settings, &migrations()).await.expect("opens");
        for name in ["shop.db", "shop.db-wal", "shop.db-shm"] {
            let mode = path.with_file_name(name).metadata().expect("there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
        db.close().await;
    }

    #[tokio::test]
    async fn a_transaction_the_engine_took_back_does_not_spoil_the_connection() {
        // A conflict resolved like this ends the transaction as a full disk does.
        const TAKEN: &str = "INSERT OR ROLLBACK INTO counters (id, order_id, outbox_id) VALUES (1, 0, 0)";
        let database = TestDatabase::sqlite();
        let db = database.open(&migrations()).await;
        let mut session = db.begin().await.expect("a transaction");
        execute!(session, TAKEN).expect_err("the id is taken");
        drop(session);

        let mut session = db.begin().await.expect("another transaction");
        execute!(session, "UPDATE counters SET order_id = 7 WHERE id = 1").expect("a statement that works");
        session.commit().await.expect("a commit");
        let mut session = db.read().await.expect("a connection");
        let seen = fetch_scalar!(one, session, i64, "SELECT order_id FROM counters").expect("one row");
        assert_eq!(seen, 7);
    }
}
