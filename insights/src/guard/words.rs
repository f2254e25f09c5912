//! What is wrong with a query, in words for whoever wrote it: the engine's own, without where in its source they are from.

use datafusion::error::DataFusionError;
use serde::{Deserialize, Serialize};

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum About {
    /// It cannot be read as SQL.
    Syntax,
    /// It is not one `SELECT`.
    Statement,
    /// There is no such table, or it is not shown to whoever asks.
    Table,
    /// There is no such column.
    Column,
    /// There is no such function, or none that may be called.
    Function,
    /// It divides by zero.
    Division,
    /// A number is out of its range.
    Range,
    /// A value is not what it is taken for.
    Value,
    /// It has more columns than an answer may have.
    Columns,
    /// It needs more memory than it may have.
    Memory,
    /// Its answer is larger than it may be.
    Answer,
    /// The data cannot be read at present.
    Data,
    /// The engine cannot answer it.
    Engine,
    /// Anything else.
    Other,
}

/// Why a query has no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wrong {
    /// What is wrong.
    pub about: About,
    /// The name or the part it is about, or the engine's words.
    pub words: String,
}

impl Wrong {
    /// Without further words.
    pub(super) fn plain(about: About) -> Self {
        Self { about, words: String::new() }
    }
}

/// Longest words about a query, in bytes.
const LONGEST: usize = 600;

impl From<&DataFusionError> for Wrong {
    fn from(error: &DataFusionError) -> Self {
        let root = error.find_root();
        match root {
            DataFusionError::ResourcesExhausted(_) => return Self::plain(About::Memory),
            DataFusionError::Internal(_)
            | DataFusionError::ExecutionJoin(_)
            | DataFusionError::Configuration(_)
            | DataFusionError::Substrait(_)
            | DataFusionError::Ffi(_) => return Self::plain(About::Engine),
            DataFusionError::IoError(_) | DataFusionError::ObjectStore(_) | DataFusionError::ParquetError(_) => {
                return Self::plain(About::Data);
            }
            DataFusionError::External(error) if is_of_data(error.as_ref()) => return Self::plain(About::Data),
            _ => {}
        }
        let said = match root {
            DataFusionError::SQL(error, _) => error.to_string(),
            DataFusionError::SchemaError(error, _) => error.to_string(),
            DataFusionError::ArrowError(error, _) => error.to_string(),
            DataFusionError::External(error) => error.to_string(),
            other => other.message().into_owned(),
        };
        read(root, &said)
    }
}

fn read(error: &DataFusionError, said: &str) -> Wrong {
    if let Some(table) = between(said, "table '", "' not found") {
        let name = table.rsplit('.').next().unwrap_or(table);
        return Wrong { about: About::Table, words: shortened(name) };
    }
    if let Some(function) = between(said, "Invalid function '", "'") {
        return Wrong { about: About::Function, words: shortened(function) };
    }
    if said.contains("memory allocation failed") {
        return Wrong::plain(About::Memory);
    }
    let about = match error {
        DataFusionError::SQL(..) => About::Syntax,
        DataFusionError::SchemaError(..) => About::Column,
        _ if said.contains("table function") || said.contains("Table function") => About::Function,
        _ if said.to_lowercase().contains("divide by zero") => About::Division,
        _ if said.to_lowercase().contains("overflow") => About::Range,
        _ if said.contains("Cannot cast") || said.contains("Cast error") || said.contains("Parser error") => {
            About::Value
        }
        _ if said.contains("DDL not supported") || said.contains("DML not supported") => About::Statement,
        _ if said.contains("Statement not supported") => About::Statement,
        _ => About::Other,
    };
    let words = ["sql parser error: ", "ParserError: ", "Arrow error: ", "Cast error: ", "Parser error: "];
    let bare = words.iter().fold(said, |said, word| said.strip_prefix(word).unwrap_or(said));
    Wrong { about, words: shortened(bare) }
}

/// Whether it is about files and where they are, and not about a value.
fn is_of_data(error: &(dyn std::error::Error + 'static)) -> bool {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.into_iter().any(|error| {
        error.is::<std::io::Error>()
            || error.is::<object_store::Error>()
            || error.is::<deltalake::DeltaTableError>()
            || error.is::<deltalake::parquet::errors::ParquetError>()
    })
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    Some(rest.split_once(after)?.0)
}

/// On one line, and no longer than anybody reads.
fn shortened(words: &str) -> String {
    let mut line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.len() > LONGEST {
        line.truncate(line.floor_char_boundary(LONGEST));
        line.push('…');
    }
    line.trim_end_matches('.').to_owned()
}
