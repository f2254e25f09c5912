//! Refusals as `PostgreSQL`'s clients know them: a code of five signs and words.

use belgrano_shared::texts::Language;
use pgwire::error::{ErrorInfo, PgWireError};

use crate::api::query_words;
use crate::guard::{About, Refused};

/// An error with its SQLSTATE.
pub(super) fn error(code: &str, words: impl Into<String>) -> PgWireError {
    PgWireError::UserError(Box::new(ErrorInfo::new("ERROR".to_owned(), code.to_owned(), words.into())))
}

/// One that ends the connection.
pub(super) fn fatal(code: &str, words: &str) -> PgWireError {
    PgWireError::UserError(Box::new(ErrorInfo::new("FATAL".to_owned(), code.to_owned(), words.to_owned())))
}

/// Why the guard gave no answer to `sql`.
pub(super) fn refused(refused: Refused, sql: &str) -> PgWireError {
    let code = code(&refused, sql);
    error(code, query_words(refused).to(Language::Spanish))
}

fn code(refused: &Refused, sql: &str) -> &'static str {
    let about = match refused {
        // query_canceled, as for a statement_timeout
        Refused::Deadline => return "57014",
        Refused::TooLarge => return "53200",
        Refused::TooDeep => return "54001",
        Refused::Busy | Refused::Full => return "53400",
        Refused::NotStarted => return "58000",
        Refused::Wrong(wrong) => wrong.about,
    };
    match about {
        About::Syntax => "42601",
        About::Statement if super::known::writes(sql) => "25006",
        About::Statement | About::Engine => "0A000",
        About::Table => "42P01",
        About::Column => "42703",
        About::Function => "42883",
        About::Division => "22012",
        About::Range => "22003",
        About::Value => "22P02",
        About::Columns | About::Answer => "54000",
        About::Memory => "53200",
        About::Data => "58030",
        About::Other => "42000",
    }
}
