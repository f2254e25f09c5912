//! What the two engines say differently, each difference with a name.

/// A database engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Embedded.
    Sqlite,
    /// Shared.
    Postgres,
}

impl Engine {
    /// As `/health` and the log call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }

    /// What ends a `SELECT` whose rows the same transaction is about to take: rows another writer holds are passed over.
    /// SQLite has one writer at a time and nothing to pass over.
    #[must_use]
    pub fn skip_locked(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => "FOR UPDATE SKIP LOCKED",
        }
    }

    /// The most parameters one statement may carry (SQLite's `SQLITE_MAX_VARIABLE_NUMBER`; Postgres counts in 16 bits).
    #[must_use]
    pub fn max_parameters(self) -> usize {
        match self {
            Self::Sqlite => 32_766,
            Self::Postgres => 65_535,
        }
    }
}
