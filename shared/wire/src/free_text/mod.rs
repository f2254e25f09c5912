//! What people type and paste: read as it is meant, then judged by how long it may be and which characters it may hold. One
//! rule for every input of both services.
//!
//! Every way in cleans first (see [`clean()`]): documents, queries and forms whole ([`clean_json`], [`clean_query`],
//! [`clean_field`]), files by [`decode_file`], settings and arguments one by one. What must never happen here: a text that
//! passes and that a database, a terminal or the other service then refuses, or two texts that look alike and differ.

mod clean;
mod file;
mod incoming;

use std::fmt;

pub use clean::{clean, is_visible, plain};
pub use file::{NotText, decode as decode_file};
pub use incoming::{KEY_FIELD, clean_field, clean_json, clean_query, is_taken_as_typed};

use crate::texts::Message;

/// Why a text is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidText {
    /// There is nothing to be seen.
    Missing,
    /// It has more characters than this.
    TooLong(usize),
    /// It has control characters.
    Control,
}

impl From<InvalidText> for Message {
    fn from(wrong: InvalidText) -> Self {
        match wrong {
            InvalidText::Missing => Self::new("error-missing"),
            InvalidText::TooLong(max) => Self::new("error-too-long").with("max", max),
            InvalidText::Control => Self::new("error-invisible"),
        }
    }
}

/// In Spanish.
impl fmt::Display for InvalidText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Message::from(*self).fmt(f)
    }
}

/// Whether `c` is a control character other than a tab or the end of a line: Postgres cannot store U+0000, and the others
/// break terminals and logs.
#[must_use]
pub fn is_control(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\r' | '\t')
}

/// Whether `text` has control characters; see [`is_control`].
#[must_use]
pub fn has_control(text: &str) -> bool {
    text.chars().any(is_control)
}

/// `text` without the blanks around it, if it has at most `max_chars` characters and no control characters; empty when nothing
/// of it can be seen.
pub fn check(text: &str, max_chars: usize) -> Result<&str, InvalidText> {
    let text = text.trim();
    // Bytes bound characters from above, so most text is never counted.
    if text.len() > max_chars && text.chars().count() > max_chars {
        Err(InvalidText::TooLong(max_chars))
    } else if has_control(text) {
        Err(InvalidText::Control)
    } else if is_visible(text) {
        Ok(text)
    } else {
        Ok("")
    }
}

/// The same for a text that has to be there.
pub fn required(text: &str, max_chars: usize) -> Result<&str, InvalidText> {
    match check(text, max_chars)? {
        "" => Err(InvalidText::Missing),
        text => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use super::{InvalidText, check, required};

    #[test]
    fn characters_are_counted_and_control_characters_refused() {
        assert_eq!(check("  ñandú\r\n\tdos ", 11), Ok("ñandú\r\n\tdos"));
        assert_eq!((check("  ", 1), required(" \n", 1)), (Ok(""), Err(InvalidText::Missing)));
        assert_eq!(check("ññ", 1), Err(InvalidText::TooLong(1)));
        for text in ["a\0b", "a\u{1b}[31m", "a\u{7f}b", "a\u{85}b"] {
            assert_eq!(check(text, 10), Err(InvalidText::Control), "{text:?}");
        }
    }
}
