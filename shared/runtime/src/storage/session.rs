//! The handles queries run on, and the macro that runs one body on either engine.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, Postgres, Sqlite, SqliteConnection, SqlitePool, Transaction};

use super::dialect::Engine;
use super::postgres::PgSide;
use super::presence::FileIdentity;
use super::require_one;
use super::suspects::Suspects;

/// A database opened for use: a pool to read from, a pool to write to.
///
/// The write side of SQLite has one connection; there, waiting for it is what keeps writers apart.
#[derive(Clone, Debug)]
pub enum Db {
    /// The embedded engine.
    Sqlite {
        /// Read-only connections.
        read: SqlitePool,
        /// The one connection that writes.
        write: SqlitePool,
        /// Where they were opened.
        file: FileIdentity,
    },
    /// The shared engine.
    Postgres {
        /// Connections whose transactions are read-only.
        read: PgSide,
        /// Connections that write.
        write: PgSide,
    },
}

impl Db {
    /// Which engine this is.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match self {
            Self::Sqlite { .. } => Engine::Sqlite,
            Self::Postgres { .. } => Engine::Postgres,
        }
    }

    /// A connection to read on, one statement at a time.
    pub async fn read(&self) -> sqlx::Result<Session> {
        Ok(match self {
            Self::Sqlite { read, .. } => Session::Sqlite(Handle::Connection(read.acquire().await?)),
            Self::Postgres { read, .. } => Session::Postgres(read.connection().await?),
        })
    }

    /// A transaction that sees one moment in time, however many statements read it.
    pub async fn snapshot(&self) -> sqlx::Result<Session> {
        Ok(match self {
            Self::Sqlite { read, .. } => Session::Sqlite(Handle::Transaction(read.begin().await?)),
            Self::Postgres { read, .. } => {
                Session::Postgres(read.begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?)
            }
        })
    }

    /// A transaction that may write. Only the writer calls this.
    ///
    /// `IMMEDIATE`: a deferred SQLite transaction that upgrades to a write fails with BUSY at once, whatever
    /// `busy_timeout` says.
    pub(crate) async fn begin(&self) -> sqlx::Result<Session> {
        Ok(match self {
            Self::Sqlite { write, file, .. } => {
                file.check()?;
                Session::Sqlite(Handle::Transaction(write.begin_with("BEGIN IMMEDIATE").await?))
            }
            Self::Postgres { write, .. } => Session::Postgres(write.begin("BEGIN").await?),
        })
    }

    /// Whether the database answers, and can be written to: a server that turned read-only, a full disk, a right that was
    /// taken away or a standby that a commit waits for are seen by nothing less than a commit.
    pub async fn ping(&self) -> sqlx::Result<()> {
        let mut session = self.read().await?;
        crate::fetch_scalar!(one, session, i32, "SELECT 1")?;
        drop(session);
        let mut session = self.begin().await?;
        require_one(crate::execute!(session, "UPDATE heartbeat SET beats = beats + 1 WHERE id = 1")?)?;
        session.commit().await
    }

    /// Waits for the connections to come back and closes them. SQLite folds its log into the database file.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { read, write, .. } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres { read, write } => {
                read.close().await;
                write.close().await;
            }
        }
    }
}

/// Where statements run: a pooled connection or a transaction, of either engine.
#[derive(Debug)]
pub enum Session {
    /// On SQLite.
    Sqlite(Handle<Sqlite>),
    /// On Postgres.
    Postgres(PgHandle),
}

impl Session {
    /// Which engine this is.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    /// Commits the transaction (nothing to do on a plain connection).
    pub async fn commit(self) -> sqlx::Result<()> {
        match self {
            Self::Sqlite(Handle::Transaction(tx)) => tx.commit().await,
            Self::Postgres(PgHandle { handle: Handle::Transaction(tx), suspects, .. }) => {
                tx.commit().await.inspect(|()| suspects.hear_commit()).inspect_err(|error| suspects.hear(error))
            }
            Self::Sqlite(Handle::Connection(_)) | Self::Postgres(_) => Ok(()),
        }
    }

    /// Takes back what the transaction did.
    pub async fn rollback(self) -> sqlx::Result<()> {
        match self {
            Self::Sqlite(Handle::Transaction(tx)) => tx.rollback().await,
            Self::Postgres(PgHandle { handle: Handle::Transaction(tx), .. }) => tx.rollback().await,
            Self::Sqlite(Handle::Connection(_)) | Self::Postgres(_) => Ok(()),
        }
    }
}

/// A pooled connection or a transaction; either way a connection to run statements on.
#[derive(Debug)]
pub enum Handle<DB: sqlx::Database> {
    /// Outside a transaction.
    Connection(PoolConnection<DB>),
    /// Inside one, rolled back when dropped.
    Transaction(Transaction<'static, DB>),
}

impl Deref for Handle<Sqlite> {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        match self {
            Self::Connection(connection) => connection,
            Self::Transaction(transaction) => transaction,
        }
    }
}

impl DerefMut for Handle<Sqlite> {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        // Each statement asks for the connection once.
        #[cfg(any(test, feature = "testing"))]
        crate::testing::count_statement();
        match self {
            Self::Connection(connection) => connection,
            Self::Transaction(transaction) => transaction,
        }
    }
}

/// A connection to Postgres that remembers which pool it is of.
#[derive(Debug)]
pub struct PgHandle {
    handle: Handle<Postgres>,
    keeps_statements: bool,
    suspects: Arc<Suspects>,
}

impl PgHandle {
    pub(super) fn new(handle: Handle<Postgres>, keeps_statements: bool, suspects: Arc<Suspects>) -> Self {
        Self { handle, keeps_statements, suspects }
    }

    #[doc(hidden)]
    #[must_use]
    pub fn keeps_statements(&self) -> bool {
        self.keeps_statements
    }

    /// Looks at how a statement went: some errors mean that its connection is of no use any more.
    #[doc(hidden)]
    pub fn hear<T>(&self, result: &sqlx::Result<T>) {
        if let Err(error) = result {
            self.suspects.hear(error);
        }
    }
}

impl Deref for PgHandle {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        match &self.handle {
            Handle::Connection(connection) => connection,
            Handle::Transaction(transaction) => transaction,
        }
    }
}

impl DerefMut for PgHandle {
    fn deref_mut(&mut self) -> &mut PgConnection {
        #[cfg(any(test, feature = "testing"))]
        crate::testing::count_statement();
        match &mut self.handle {
            Handle::Connection(connection) => connection,
            Handle::Transaction(transaction) => transaction,
        }
    }
}

/// Runs one body on whichever engine a [`Session`] is of:
/// `on!(session, |c, keep| sqlx::query(SQL).persistent(keep).bind(x).execute(c).await)`.
///
/// `keep` says whether statements may be prepared once and kept: behind a pooler the next transaction is in another session.
///
/// The body is compiled once for each engine, so the driver infers its types and nothing generic leaks out.
#[macro_export]
macro_rules! on {
    ($session:expr, |$connection:ident, $keep:ident| $body:expr) => {
        match &mut $session {
            $crate::storage::Session::Sqlite(handle) => {
                let $keep = true;
                let $connection: &mut sqlx::SqliteConnection = &mut **handle;
                $body
            }
            $crate::storage::Session::Postgres(handle) => {
                let $keep = handle.keeps_statements();
                let result = {
                    let $connection: &mut sqlx::PgConnection = &mut **handle;
                    $body
                };
                handle.hear(&result);
                result
            }
        }
    };
}

/// Runs a statement that changes rows and says how many: `execute!(session, SQL, a, b, c)`.
#[macro_export]
macro_rules! execute {
    ($session:expr, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::on!($session, |c, keep| sqlx::query($sql).persistent(keep)$(.bind($bind))*.execute(c).await.map(|done| done.rows_affected()))
    };
}

/// Fetches rows into a type that derives `sqlx::FromRow`: `fetch!(all | one | optional, session, Type, SQL, a, b)`.
#[macro_export]
macro_rules! fetch {
    (all, $session:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::on!($session, |c, keep| sqlx::query_as::<_, $row>($sql).persistent(keep)$(.bind($bind))*.fetch_all(c).await)
    };
    (one, $session:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::on!($session, |c, keep| sqlx::query_as::<_, $row>($sql).persistent(keep)$(.bind($bind))*.fetch_one(c).await)
    };
    (optional, $session:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::on!($session, |c, keep| sqlx::query_as::<_, $row>($sql).persistent(keep)$(.bind($bind))*.fetch_optional(c).await)
    };
}

/// Fetches single values: `fetch_scalar!(all | one | optional, session, Type, SQL, a, b)`.
#[macro_export]
macro_rules! fetch_scalar {
    (all, $session:expr, $value:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::on!($session, |c, keep| sqlx::query_scalar::<_, $value>($sql).persistent(keep)$(.bind($bind))*.fetch_all(c).await)
    };
    (one, $session:expr, $value:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::on!($session, |c, keep| sqlx::query_scalar::<_, $value>($sql).persistent(keep)$(.bind($bind))*.fetch_one(c).await)
    };
    (optional, $session:expr, $value:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::on!($session, |c, keep| sqlx::query_scalar::<_, $value>($sql).persistent(keep)$(.bind($bind))*.fetch_optional(c).await)
    };
}
