//! Refusals as `PostgreSQL`'s clients know them: a code of five signs and words.

use belgrano_wire::texts::Message;
use pgwire::error::{ErrorInfo, PgWireError};

use super::language;
use crate::api::query_words;
use crate::guard::{About, Refused};

/// An error with its SQLSTATE.
pub(super) fn error(code: &str, words: &Message) -> PgWireError {
    told("ERROR", code, words.to(language::present()))
}

/// One that ends the connection.
pub(super) fn fatal(code: &str, words: &Message) -> PgWireError {
    told("FATAL", code, words.to(language::present()))
}

/// Something of ours is broken: a library's words, for whoever reports it.
pub(super) fn broken(why: &impl std::error::Error) -> PgWireError {
    told("ERROR", "XX000", why.to_string())
}

fn told(severity: &str, code: &str, words: String) -> PgWireError {
    PgWireError::UserError(Box::new(ErrorInfo::new(severity.to_owned(), code.to_owned(), words)))
}

/// Why the guard gave no answer to `sql`.
pub(super) fn refused(refused: Refused, sql: &str) -> PgWireError {
    let code = code(&refused, sql);
    told("ERROR", code, query_words(refused).to(language::present()))
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
