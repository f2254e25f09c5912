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

    /// What a writer ends the statement with that takes its turn (in its `RETURNING`): from there on it waits for no row
    /// longer than this. Other writers wait for their turn, so whoever has a row then is a stranger, who may keep it for as
    /// long as they like.
    #[must_use]
    pub fn own_turn(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => ", set_config('lock_timeout', '10ms', true)",
        }
    }

    /// What goes with [`Engine::own_turn`] where triggers mark changes: the time of the batch, which is in the column `clock`, for
    /// its transaction. SQLite's triggers read the column.
    #[must_use]
    pub fn own_time(self, clock: &str) -> String {
        match self {
            Self::Sqlite => String::new(),
            Self::Postgres => format!(", set_config('belgrano.now', CAST({clock} AS TEXT), true)"),
        }
    }

    /// The text under `key` in the JSON object that a text column holds; NULL where there is none.
    #[must_use]
    pub fn json_text(self, column: &str, key: &str) -> String {
        match self {
            Self::Sqlite => format!("({column} ->> '{key}')"),
            Self::Postgres => format!("({column}::json ->> '{key}')"),
        }
    }

    /// What a writer says before it reads a table as a whole on purpose, in its transaction: its limits and its dislike of
    /// that are for orders.
    #[must_use]
    pub fn before_reading_all(self) -> &'static [&'static str] {
        match self {
            Self::Sqlite => &[],
            Self::Postgres => &["SET LOCAL enable_seqscan = on", "SET LOCAL statement_timeout = 0"],
        }
    }
}
