//! Finding by words: both sides folded, so that `ACEITE` finds `Aceite` and `yerbamate ñandu` finds `Ñandú`.

use belgrano_shared::search::{asks_nothing, fold};

/// The most words of one search.
pub(super) const MAX_WORDS: usize = 8;

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
    use super::patterns;

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
}
