//! Taking over the databases of the programs that this one replaces: reading them, and saying what became of each row.
//!
//! The old pair stores in SQLite, which keeps whatever it was given, whatever the column says; so every value is read as
//! text and parsed. What must never happen here: a write to an old database.

use std::fmt;
use std::path::Path;

use belgrano_wire::free_text::clean;
use belgrano_wire::money::Money;
use belgrano_wire::timestamp::UnixMillis;
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{Connection, Row, SqliteConnection};

use crate::auth::password::PasswordError;
use crate::writer::WriteError;

/// An old database, as it stood when it was opened.
#[derive(Debug)]
pub struct OldDatabase(SqliteConnection);

impl OldDatabase {
    /// Opens a file that has to be there.
    pub async fn open(path: &Path) -> sqlx::Result<Self> {
        let options = SqliteConnectOptions::new().filename(path).create_if_missing(false).read_only(true);
        let mut connection = SqliteConnection::connect_with(&options).await?;
        // One moment for all tables.
        sqlx::query("BEGIN").execute(&mut connection).await?;
        Ok(Self(connection))
    }

    /// Every row of a table, in the order they were made; `None` when there is no such table.
    pub async fn rows(&mut self, table: &'static str) -> sqlx::Result<Option<Vec<OldRow>>> {
        const IS_THERE: &str = "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = $1";
        if sqlx::query_scalar::<_, i64>(IS_THERE).bind(table).fetch_one(&mut self.0).await? == 0 {
            return Ok(None);
        }
        let select = sqlx::AssertSqlSafe(format!("SELECT * FROM \"{table}\" ORDER BY rowid"));
        let rows = sqlx::query(select).fetch_all(&mut self.0).await?;
        Ok(Some(rows.into_iter().map(OldRow).collect()))
    }
}

/// A row of an old database. A value that is missing, null or blank is none.
pub struct OldRow(SqliteRow);

impl fmt::Debug for OldRow {
    // Personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OldRow").finish_non_exhaustive()
    }
}

impl OldRow {
    /// The text of a value as it is meant (see [`clean`]), without the blanks around it.
    #[must_use]
    pub fn text(&self, column: &str) -> Option<String> {
        let text = self.0.try_get_unchecked::<Option<String>, _>(column).ok().flatten()?;
        Some(clean(&text).trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// At most `max` characters that can be shown; empty when there is none. For what nothing depends on.
    #[must_use]
    pub fn words(&self, column: &str, max: usize) -> String {
        let text = self.text(column).unwrap_or_default();
        let text: String = text.chars().filter(|c| !c.is_control() || *c == '\n').take(max).collect();
        text.trim_end().to_owned()
    }

    /// The column as a whole number; `None` when it is missing or reads as something else.
    #[must_use]
    pub fn whole(&self, column: &str) -> Option<i64> {
        self.text(column)?.parse().ok()
    }

    /// An amount, which is not below zero.
    #[must_use]
    pub fn money(&self, column: &str) -> Option<Money> {
        let pesos: f64 = self.text(column)?.parse().ok()?;
        Money::from_pesos(pesos).filter(|money| *money >= Money::ZERO)
    }

    /// A time. Both old programs store UTC without saying so.
    #[must_use]
    pub fn time(&self, column: &str) -> Option<UnixMillis> {
        let text = self.text(column)?;
        UnixMillis::parse(&format!("{text}Z")).or_else(|| UnixMillis::parse(&text))
    }
}

/// What a report says of an account whose password others know.
pub const KNOWN_PASSWORD_REMARK: &str =
    "its password is one that others know (published, usual, or its own name) and was not taken";

/// What became of the rows of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// What they are called, for people.
    pub what: &'static str,
    /// Rows that were made.
    pub made: usize,
    /// Rows that were there already.
    pub known: usize,
}

/// What became of an old database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// A line for each kind.
    pub taken: Vec<Taken>,
    /// Rows that were not taken, or not wholly: which, and why. Without personal data.
    pub refused: Vec<String>,
}

impl Report {
    /// Notes that a row of `what` is there now.
    pub fn take(&mut self, what: &'static str, made: bool) {
        let at = self.taken.iter().position(|taken| taken.what == what).unwrap_or_else(|| {
            self.taken.push(Taken { what, made: 0, known: 0 });
            self.taken.len() - 1
        });
        let count = if made { &mut self.taken[at].made } else { &mut self.taken[at].known };
        *count += 1;
    }

    /// Notes what is wrong with a row.
    pub fn refuse(&mut self, row: impl fmt::Display, why: impl fmt::Display) {
        self.refused.push(format!("{row}: {why}"));
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Taken { what, made, known } in &self.taken {
            writeln!(f, "  {what}: {made} new, {known} known already")?;
        }
        writeln!(f, "  with remarks: {}", self.refused.len())?;
        self.refused.iter().try_for_each(|refused| writeln!(f, "    {refused}"))
    }
}

/// It was only a rehearsal, and this is what would have become of the rows. As a refusal it leaves nothing behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rehearsed(pub Report);

/// An old database that cannot be taken over.
#[derive(Debug, thiserror::Error)]
pub enum TakeoverError {
    /// It cannot be read.
    #[error("cannot be read")]
    Read(#[from] sqlx::Error),
    /// It is something else.
    #[error("has no table `{0}`: not a database of that program")]
    Table(&'static str),
    /// Its passwords cannot be examined.
    #[error("its passwords cannot be examined")]
    Passwords(#[from] PasswordError),
    /// What was read could not be stored.
    #[error("what was read could not be stored: {0}")]
    Write(String),
}

impl TakeoverError {
    /// What the writer made of a takeover: a rehearsal ends well too.
    pub fn settle(written: Result<Report, WriteError<Rehearsed>>) -> Result<Report, Self> {
        match written {
            Ok(report) | Err(WriteError::Refused(Rehearsed(report))) => Ok(report),
            Err(WriteError::Database(error)) => Err(Self::Write(error.to_string())),
            Err(error) => Err(Self::Write(error.to_string())),
        }
    }
}
