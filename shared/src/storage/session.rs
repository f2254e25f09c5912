//! The handles queries run on, and the macro that runs one body on either engine.

use std::ops::{Deref, DerefMut};

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, PgPool, Postgres, Sqlite, SqliteConnection, SqlitePool, Transaction};

use super::dialect::Engine;

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
    },
    /// The shared engine.
    Postgres {
        /// Connections whose transactions are read-only.
        read: PgPool,
        /// Connections that write.
        write: PgPool,
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
            Self::Postgres { read, .. } => Session::Postgres(Handle::Connection(read.acquire().await?)),
        })
    }

    /// A transaction that sees one moment in time, however many statements read it.
    pub async fn snapshot(&self) -> sqlx::Result<Session> {
        Ok(match self {
            Self::Sqlite { read, .. } => Session::Sqlite(Handle::Transaction(read.begin().await?)),
            Self::Postgres { read, .. } => {
                let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                Session::Postgres(Handle::Transaction(read.begin_with(begin).await?))
            }
        })
    }

    /// A transaction that may write. Only the writer calls this.
    ///
    /// `IMMEDIATE`: a deferred SQLite transaction that upgrades to a write fails with BUSY at once, whatever
    /// `busy_timeout` says.
    pub(crate) async fn begin(&self) -> sqlx::Result<Session> {
        Ok(match self {
            Self::Sqlite { write, .. } => {
                Session::Sqlite(Handle::Transaction(write.begin_with("BEGIN IMMEDIATE").await?))
            }
            Self::Postgres { write, .. } => Session::Postgres(Handle::Transaction(write.begin().await?)),
        })
    }

    /// Whether the database answers now.
    pub async fn ping(&self) -> sqlx::Result<()> {
        let mut session = self.read().await?;
        crate::on!(session, |c| sqlx::query_scalar::<_, i32>("SELECT 1").fetch_one(c).await)?;
        Ok(())
    }

    /// Waits for the connections to come back and closes them. SQLite folds its log into the database file.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { read, write } => {
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
    Postgres(Handle<Postgres>),
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
            Self::Postgres(Handle::Transaction(tx)) => tx.commit().await,
            Self::Sqlite(Handle::Connection(_)) | Self::Postgres(Handle::Connection(_)) => Ok(()),
        }
    }

    /// Takes back what the transaction did.
    pub async fn rollback(self) -> sqlx::Result<()> {
        match self {
            Self::Sqlite(Handle::Transaction(tx)) => tx.rollback().await,
            Self::Postgres(Handle::Transaction(tx)) => tx.rollback().await,
            Self::Sqlite(Handle::Connection(_)) | Self::Postgres(Handle::Connection(_)) => Ok(()),
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
        match self {
            Self::Connection(connection) => connection,
            Self::Transaction(transaction) => transaction,
        }
    }
}

impl Deref for Handle<Postgres> {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        match self {
            Self::Connection(connection) => connection,
            Self::Transaction(transaction) => transaction,
        }
    }
}

impl DerefMut for Handle<Postgres> {
    fn deref_mut(&mut self) -> &mut PgConnection {
        match self {
            Self::Connection(connection) => connection,
            Self::Transaction(transaction) => transaction,
        }
    }
}

/// Runs one body on whichever engine a [`Session`] is of: `on!(session, |c| sqlx::query(SQL).bind(x).execute(c).await)`.
///
/// The body is compiled once for each engine, so the driver infers its types and nothing generic leaks out.
#[macro_export]
macro_rules! on {
    ($session:expr, |$connection:ident| $body:expr) => {
        match &mut $session {
            $crate::storage::Session::Sqlite(handle) => {
                let $connection: &mut sqlx::SqliteConnection = &mut **handle;
                $body
            }
            $crate::storage::Session::Postgres(handle) => {
                let $connection: &mut sqlx::PgConnection = &mut **handle;
                $body
            }
        }
    };
}

/// Runs a statement that changes rows and says how many: `execute!(session, SQL, a, b, c)`.
#[macro_export]
macro_rules! execute {
    ($session:expr, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::on!($session, |c| sqlx::query($sql)$(.bind($bind))*.execute(c).await.map(|done| done.rows_affected()))
    };
}

/// Fetches rows into a type that derives `sqlx::FromRow`: `fetch!(all | one | optional, session, Type, SQL, a, b)`.
#[macro_export]
macro_rules! fetch {
    (all, $session:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::on!($session, |c| sqlx::query_as::<_, $row>($sql)$(.bind($bind))*.fetch_all(c).await)
    };
    (one, $session:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::on!($session, |c| sqlx::query_as::<_, $row>($sql)$(.bind($bind))*.fetch_one(c).await)
    };
    (optional, $session:expr, $row:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::on!($session, |c| sqlx::query_as::<_, $row>($sql)$(.bind($bind))*.fetch_optional(c).await)
    };
}

/// Fetches single values: `fetch_scalar!(all | one | optional, session, Type, SQL, a, b)`.
#[macro_export]
macro_rules! fetch_scalar {
    (all, $session:expr, $value:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::on!($session, |c| sqlx::query_scalar::<_, $value>($sql)$(.bind($bind))*.fetch_all(c).await)
    };
    (one, $session:expr, $value:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::on!($session, |c| sqlx::query_scalar::<_, $value>($sql)$(.bind($bind))*.fetch_one(c).await)
    };
    (optional, $session:expr, $value:ty, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::on!($session, |c| sqlx::query_scalar::<_, $value>($sql)$(.bind($bind))*.fetch_optional(c).await)
    };
}
