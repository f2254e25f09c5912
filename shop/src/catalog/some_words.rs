//! What some words of a query find: any of them counts, the more the better.

use std::sync::Arc;

use belgrano_wire::search::{fold, telephone};

use super::meant::{Meant, Near};
use super::search::telling;

/// How well a product fits: words in what it is called, words anywhere, and words exactly as they were typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    found: usize,
    called: usize,
    exact: usize,
}

/// A query, ready to be compared with many products.
pub(super) struct SomeWords {
    words: Vec<(String, Meant)>,
    telephone: Option<String>,
}

impl SomeWords {
    pub(super) fn new(query: &str) -> Self {
        let folded = fold(query);
        let words = telling(&folded).map(|word| (word.to_owned(), Meant::new(word))).collect();
        Self { words, telephone: telephone(query) }
    }

    /// How well `search` fits, sold at `places`; `None` where no word does.
    pub(super) fn rank(&self, search: &str, places: &[Arc<str>]) -> Option<Rank> {
        let mut rank = Rank { found: 0, called: 0, exact: 0 };
        for (word, meant) in &self.words {
            let exact = search.split(' ').any(|of| begins(of, word));
            let called = exact || meant.fits(search, Near::Words) && word.chars().count() > 2;
            let there = places.iter().any(|place| place.split(' ').any(|of| of == word));
            rank.exact += usize::from(exact);
            rank.called += usize::from(called);
            rank.found += usize::from(called || there);
        }
        if let Some(digits) = &self.telephone {
            rank.found += usize::from(places.iter().any(|place| place.replace(' ', "").contains(digits.as_str())));
        }
        (rank.found > 0).then_some(rank)
    }
}

/// Whether a word is begun; of two letters the whole of it.
fn begins(of: &str, word: &str) -> bool {
    if word.chars().count() > 2 { of.starts_with(word) } else { of == word }
}

#[cfg(test)]
mod tests {
    use super::SomeWords;

    #[test]
    fn any_word_counts_and_more_count_more() {
        let ranked = |query: &str, search: &str, places: &[&str]| {
            let places: Vec<_> = places.iter().map(|place| (*place).into()).collect();
            SomeWords::new(query).rank(search, &places)
        };
        let milk = "leche entera 1 l lacteos la tienda";
        let both = "leche la serenisima 1 l lacteos";
        assert!(ranked("leche la serenísima", both, &[]) > ranked("leche la serenísima", milk, &[]));
        assert!(ranked("leche la serenísima", milk, &[]).is_some());
        assert!(ranked("leche la serenísima", "aceite de la casa", &[]).is_none(), "an empty word alone");
        assert!(ranked("la", milk, &[]).is_none());
        assert!(ranked("lecje serenísima", milk, &[]).is_some(), "with a slip");
        let there = ["sucursal corrientes 5400 villa crespo 4855 0101"];
        assert!(ranked("villa crespo", milk, &there) > ranked("villa crespo", milk, &["villa urquiza"]));
        assert!(ranked("48550101", milk, &there).is_some() && ranked("48550102", milk, &there).is_none());
        assert!(ranked("villa", milk, &["villanueva"]).is_none());
    }
}
