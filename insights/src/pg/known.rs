//! What clients take for granted of `PostgreSQL`, apart from its catalog: settings and transactions, which change nothing here.

use belgrano_wire::texts::Message;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use pgwire::error::PgWireResult;

use super::error::{broken, error, refused};
use super::language;
use crate::guard::{About, Refused, Wrong};

/// What clients are told of the server when they connect, and when they ask (`SHOW`).
pub(super) const PARAMETERS: [(&str, &str); 12] = [
    ("server_version", super::startup::VERSION),
    ("server_encoding", "UTF8"),
    ("client_encoding", "UTF8"),
    ("DateStyle", "ISO, YMD"),
    ("IntervalStyle", "postgres"),
    ("TimeZone", "UTC"),
    ("integer_datetimes", "on"),
    ("standard_conforming_strings", "on"),
    ("is_superuser", "off"),
    ("in_hot_standby", "off"),
    ("default_transaction_read_only", "on"),
    ("search_path", "public"),
];
/// What else they ask for.
const SHOWN: [(&str, &str); 5] = [
    ("transaction_isolation", "read committed"),
    ("transaction_read_only", "on"),
    ("statement_timeout", "0"),
    ("max_identifier_length", "63"),
    ("server_version_num", "150000"),
];

/// An answer that no query is needed for.
#[derive(Debug)]
pub(super) enum Known {
    /// Nothing happened, and that is right.
    Done(&'static str),
    /// A transaction has begun.
    Begun,
    /// It has ended.
    Ended(&'static str),
    /// Rows.
    Rows {
        /// Their columns.
        schema: SchemaRef,
        /// The rows.
        batch: RecordBatch,
    },
}

impl Known {
    /// One row of one text.
    pub(super) fn text(name: &str, value: &str) -> PgWireResult<Self> {
        let column: ArrayRef = Arc::new(StringArray::from(vec![value]));
        let schema = Arc::new(Schema::new(vec![Field::new(name, DataType::Utf8, true)]));
        let batch = RecordBatch::try_new(Arc::clone(&schema), vec![column]);
        Ok(Self::Rows { schema, batch: batch.map_err(|why| broken(&why))? })
    }
}

/// The answer to `sql` where none of our tables is asked about; `None`: it is for the guard.
pub(super) fn answer(sql: &str) -> PgWireResult<Option<Known>> {
    let sql = bare(sql);
    let words: Vec<String> = sql.split_whitespace().map(str::to_lowercase).collect();
    let word = |at: usize| words.get(at).map_or("", String::as_str);
    Ok(Some(match word(0) {
        // Half of its forms cannot be read as SQL of ours.
        "copy" => return Err(refused(Refused::Wrong(Wrong { about: About::Statement, words: String::new() }), sql)),
        "set" => {
            language::is_set(sql);
            Known::Done("SET")
        }
        "reset" => Known::Done("RESET"),
        "discard" => Known::Done("DISCARD ALL"),
        "deallocate" => Known::Done("DEALLOCATE"),
        "unlisten" => Known::Done("UNLISTEN"),
        "savepoint" => Known::Done("SAVEPOINT"),
        "release" => Known::Done("RELEASE"),
        "begin" => Known::Begun,
        "start" if word(1) == "transaction" => Known::Begun,
        "commit" | "end" => Known::Ended("COMMIT"),
        "rollback" if word(1) == "to" => Known::Done("ROLLBACK"),
        "rollback" | "abort" => Known::Ended("ROLLBACK"),
        "show" if !matches!(word(1), "tables" | "columns") => return shown(&words[1..].join(" ")).map(Some),
        _ => return Ok(None),
    }))
}

/// Without a semicolon at its end, and without comments before it.
fn bare(sql: &str) -> &str {
    let mut rest = sql.trim().trim_end_matches(|sign: char| sign == ';' || sign.is_whitespace());
    loop {
        let after = match () {
            () if rest.starts_with("--") => rest.split_once('\n').map_or("", |(_, after)| after),
            () if rest.starts_with("/*") => rest.split_once("*/").map_or("", |(_, after)| after),
            () => return rest,
        };
        rest = after.trim_start();
    }
}

fn shown(name: &str) -> PgWireResult<Known> {
    let name = match name {
        "transaction isolation level" => "transaction_isolation",
        "time zone" => "TimeZone",
        name => name,
    };
    if name.eq_ignore_ascii_case(language::SETTING) {
        return Known::text(language::SETTING, language::locale());
    }
    match setting(name) {
        Some((name, value)) => Known::text(name, value),
        None => Err(error("42704", &Message::new("pg-option").with("name", name))),
    }
}

/// A setting by name, in its own spelling.
pub(super) fn setting(name: &str) -> Option<(&'static str, &'static str)> {
    PARAMETERS.into_iter().chain(SHOWN).find(|(known, _)| known.eq_ignore_ascii_case(name))
}

/// Whether it would write, if anything could be written here.
pub(super) fn writes(sql: &str) -> bool {
    let word = bare(sql).split_whitespace().next().unwrap_or_default().to_lowercase();
    ["insert", "update", "delete", "merge", "truncate", "create", "alter", "drop", "grant", "revoke", "vacuum"]
        .contains(&word.as_str())
}

/// Words that ask what only the catalog of `PostgreSQL` knows.
const OF_CATALOG: [&str; 7] = [
    "version",
    "current_schema",
    "current_schemas",
    "current_database",
    "current_user",
    "session_user",
    "current_setting",
];

/// Whether it asks about the server itself: nothing of ours begins with `pg_`.
pub(super) fn is_about_catalog(sql: &str) -> bool {
    let outside: String = sql.split('\'').step_by(2).collect::<Vec<_>>().join(" ").to_lowercase();
    let mut words = outside.split(|sign: char| !(sign.is_alphanumeric() || sign == '_'));
    bare(&outside).starts_with("select") && words.any(|word| word.starts_with("pg_") || OF_CATALOG.contains(&word))
}
