//! Finding by words: both sides folded, so that `ACEITE` finds `Aceite` and `yerbamate ñandu` finds `Ñandú`.

use belgrano_wire::search::{asks_nothing, fold};

/// The most words of one search.
pub(super) const MAX_WORDS: usize = 8;

/// Words that are in everything and say nothing: one of them alone finds nothing.
const EMPTY_WORDS: [&str; 20] = [
    "de", "del", "la", "el", "los", "las", "lo", "un", "una", "con", "sin", "para", "por", "en", "y", "o", "a", "al",
    "x", "e",
];

/// The words of a folded query that say something by themselves.
pub(super) fn telling(folded: &str) -> impl Iterator<Item = &str> {
    folded.split_whitespace().filter(|word| !EMPTY_WORDS.contains(word) && word.chars().count() > 1)
}

/// The patterns of the words that say something, and how many of the patterns everything fits. `None` where there are none.
pub(super) fn some_words(query: &str) -> Option<([String; MAX_WORDS], i64)> {
    let folded = fold(query);
    let words: Vec<&str> = telling(&folded).collect();
    let blank = i64::try_from(MAX_WORDS.checked_sub(words.len())?).ok()?;
    let patterns = patterns(&words.join(" "))?;
    (!words.is_empty()).then_some((patterns, blank))
}

/// One `LIKE` pattern per word, and patterns that everything fits for the rest; a query without a word ([`asks_nothing`]) is
/// one that no product fits. `None` for too many words.
pub(super) fn patterns(query: &str) -> Option<[String; MAX_WORDS]> {
    let folded = fold(query);
    let mut words = folded.split_whitespace();
    // Folded words are letters and digits only, so there is nothing to escape.
    let mut patterns: [String; MAX_WORDS] =
        std::array::from_fn(|_| words.next().map_or_else(|| "%".to_owned(), |word| format!("%{word}%")));
    if asks_nothing(query) {
        patterns[0].clear();
    }
    words.next().is_none().then_some(patterns)
}

#[cfg(test)]
mod tests {
    use super::{patterns, some_words};

    #[test]
    fn a_word_is_a_pattern_that_matches_itself_only() {
        let found = patterns("100% _yerba_").expect("two words");
        assert_eq!(found[..3], ["%100%", "%yerba%", "%"]);
        assert_eq!(patterns("").expect("no word")[0], "%");
        assert_eq!(patterns("100%").expect("a word")[1], "%");
        for nothing in ["%", "_", "🔥", " ", "...", "\\"] {
            assert_eq!(patterns(nothing).expect("no word")[0], "", "{nothing:?}");
        }
        assert!(patterns("a b c d e f g h").is_some());
        assert!(patterns("a b c d e f g h i").is_none());
    }

    #[test]
    fn a_word_that_is_everywhere_finds_nothing_alone() {
        let (words, blank) = some_words("Leche la Serenísima").expect("two words");
        assert_eq!((&words[..3], blank), (&["%leche%".to_owned(), "%serenisima%".to_owned(), "%".to_owned()][..], 6));
        assert!(some_words("de la y").is_none() && some_words("").is_none() && some_words("%").is_none());
    }
}
