//! How what is searched for and what is searched in are compared: folded to the same plain text, here and not in SQL.
//!
//! `LOWER` of SQLite knows ASCII only, and neither engine takes accents off. So what can be found is stored folded beside
//! what is shown, and what somebody types is folded likewise. What must never happen here: a change of [`fold`] without a
//! migration that folds the stored columns anew.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Lower case, accents off, full-width and other shapes of a letter or digit as the plain one, anything that is no letter or
/// digit becomes one blank.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    if text.is_ascii() {
        fold_into(&mut folded, text.chars());
    } else {
        fold_into(&mut folded, text.nfkd().filter(|c| !is_combining_mark(*c)));
    }
    folded.truncate(folded.trim_end().len());
    folded
}

fn fold_into(folded: &mut String, text: impl Iterator<Item = char>) {
    // The small letter of some capitals is a letter and an accent.
    for c in text.flat_map(char::to_lowercase).filter(|c| !is_combining_mark(*c)) {
        if c.is_alphanumeric() {
            folded.push(c);
        } else if !folded.is_empty() && !folded.ends_with(' ') {
            folded.push(' ');
        }
    }
}

/// Whether `query` asks for something that nothing is called: marks, an emoji, a blank, and no letter or digit. No query at
/// all asks for everything.
#[must_use]
pub fn asks_nothing(query: &str) -> bool {
    !query.is_empty() && fold(query).is_empty()
}

/// What a telephone is found by, where that is what somebody types: digits and what stands between them, at least six. Of more
/// than eight the last eight, because country, area, 9 and 15 are written or not. Compare it with a text without its blanks.
#[must_use]
pub fn telephone(query: &str) -> Option<String> {
    let between = |c: char| c.is_ascii_digit() || c.is_whitespace() || matches!(c, '+' | '-' | '.' | '(' | ')' | '/');
    let digits: String = query.chars().filter(char::is_ascii_digit).collect();
    (query.chars().all(between) && digits.len() >= 6).then(|| digits[digits.len().saturating_sub(8)..].to_owned())
}

#[cfg(test)]
mod tests {
    use super::{asks_nothing, fold, telephone};

    #[test]
    fn a_telephone_is_found_by_its_digits() {
        for typed in ["55550101", "5555-0101", "+54 11 5555 0101", "011 15 5555.0101", " (11) 5555 0101"] {
            assert_eq!(telephone(typed).as_deref(), Some("55550101"), "{typed}");
        }
        assert_eq!(telephone("555501").as_deref(), Some("555501"));
        for typed in ["5555", "yerba 500000", "BA-20261121", ""] {
            assert_eq!(telephone(typed), None, "{typed}");
        }
    }

    #[test]
    fn without_a_letter_nothing_is_asked_for() {
        for query in ["%", "_", "%%", "...", "🔥", "'", "\"", "\\", "-", " ", "\u{200b}", "\u{301}", "*", "¿?"] {
            assert!(asks_nothing(query), "{query:?}");
        }
        for query in ["", "a", "5", "ñ", "100%", "_x_"] {
            assert!(!asks_nothing(query), "{query:?}");
        }
    }

    #[test]
    fn folds() {
        assert_eq!(fold("  Aceite de MÁIZ, 1,5 L. "), "aceite de maiz 1 5 l");
        assert_eq!(fold("Ñandú — Güemes"), "nandu guemes");
        assert_eq!(fold("Man\u{303}ana"), "manana");
        assert_eq!(fold("🔥"), "");
    }

    #[test]
    fn the_shapes_of_a_letter_are_one() {
        assert_eq!(fold("ＹＥＲＢＡ　５００"), "yerba 500");
        assert_eq!(fold("N.º 5, 3.ª, 20 m²"), "n o 5 3 a 20 m2");
        assert_eq!(fold("ﬁdeos Dvořák İzmir"), "fideos dvorak izmir");
        assert_eq!(fold("½ kg"), "1 2 kg");
    }
}
