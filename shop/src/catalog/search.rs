//! Finding by words: both sides folded, so that `ACEITE` finds `Aceite` and `yerbamate ñandu` finds `Ñandú`.

/// The most words of one search.
pub(super) const MAX_WORDS: usize = 8;

/// Lower case, accents off, anything that is no letter or digit becomes one blank.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase).map(without_accent) {
        if c.is_alphanumeric() {
            folded.push(c);
        } else if !folded.is_empty() && !folded.ends_with(' ') && !is_combining(c) {
            folded.push(' ');
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// The letters of Spanish and its neighbours.
fn without_accent(c: char) -> char {
    match c {
        'á' | 'à' | 'â' | 'ä' | 'ã' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'ö' | 'õ' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ñ' => 'n',
        'ç' => 'c',
        other => other,
    }
}

/// An accent that stands by itself, as a Mac types it.
fn is_combining(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

/// One `LIKE` pattern per word, and patterns that everything fits for the rest; `None` for too many words.
pub(super) fn patterns(query: &str) -> Option<[String; MAX_WORDS]> {
    let folded = fold(query);
    let mut words = folded.split_whitespace();
    // Folded words are letters and digits only, so there is nothing to escape.
    let patterns = std::array::from_fn(|_| words.next().map_or_else(|| "%".to_owned(), |word| format!("%{word}%")));
    words.next().is_none().then_some(patterns)
}

#[cfg(test)]
mod tests {
    use super::{fold, patterns};

    #[test]
    fn folds() {
        assert_eq!(fold("  Aceite de MÁIZ, 1,5 L. "), "aceite de maiz 1 5 l");
        assert_eq!(fold("Ñandú — Güemes"), "nandu guemes");
        assert_eq!(fold("Man\u{303}ana"), "manana");
        assert_eq!(fold("🔥"), "");
    }

    #[test]
    fn a_word_is_a_pattern_that_matches_itself_only() {
        let found = patterns("100% _yerba_").expect("two words");
        assert_eq!(found[..3], ["%100%", "%yerba%", "%"]);
        assert!(patterns("a b c d e f g h").is_some());
        assert!(patterns("a b c d e f g h i").is_none());
    }
}
