//! Every text that people read, from one catalogue per language in `shared/texts`.
//!
//! Code names a text by its key and gives it what varies; the language is known where a page is made. Prices, dates and
//! ages are written here too, because they read differently in each language. What must never happen here: a page that
//! fails because a text is missing (a test does), or a text that depends on anything but its arguments.

mod catalogue;
mod field_error;
mod format;
mod language;
mod message;
#[cfg(test)]
mod spanish_tests;

pub use catalogue::{Catalogue, OwnTexts, add_texts};
pub use field_error::FieldError;
pub use language::{LANGUAGE_COOKIE, Language};
pub use message::{AnyOf, Argument, Message, Said, Text, Value};
