//! What somebody meant who typed with a slip: `azucr`, `yerva`, `jabones`. Asked only when nothing is called as they typed.
//!
//! Both sides are folded already (`belgrano_wire::search::fold`). Words of letters only, and of four at least, are forgiven: one
//! slip, two from eight letters on. A slip is a letter too many, one missing, another one, or two that changed places.

/// The shortest word that is forgiven anything, in letters.
const FORGIVEN: usize = 4;
/// From here on a word is forgiven twice.
const FORGIVEN_TWICE: usize = 8;
/// A word of more letters is nobody's slip.
const LONGEST: usize = 24;
/// What is left of a plural is not shorter than this.
const SHORTEST_STEM: usize = 3;
/// Room for a word that is compared: as long as one that is forgiven, with two letters more.
const ROOM: usize = LONGEST + 2;

/// How near a product has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Near {
    /// Whole words.
    Words,
    /// Words may have been begun only, as when somebody is still typing.
    Beginnings,
}

/// A query, ready to be compared with many products.
#[derive(Debug)]
pub(super) struct Meant {
    words: Vec<Word>,
}

#[derive(Debug)]
struct Word {
    text: String,
    letters: Vec<char>,
    slips: usize,
    stems: Vec<String>,
}

impl Meant {
    /// A folded query.
    pub(super) fn new(query: &str) -> Self {
        Self { words: query.split_whitespace().map(Word::new).collect() }
    }

    /// Whether a product could be meant by every word.
    pub(super) fn fits(&self, search: &str, near: Near) -> bool {
        self.words.iter().all(|word| word.fits(search, near))
    }
}

impl Word {
    fn new(text: &str) -> Self {
        let letters: Vec<char> = text.chars().collect();
        let slips = match letters.len() {
            count if count > LONGEST => 0,
            _ if !letters.iter().all(|c| c.is_alphabetic()) => 0,
            FORGIVEN_TWICE.. => 2,
            FORGIVEN.. => 1,
            _ => 0,
        };
        let stems = if slips > 0 { stems(text) } else { Vec::new() };
        Self { text: text.to_owned(), letters, slips, stems }
    }

    fn fits(&self, search: &str, near: Near) -> bool {
        search.contains(&self.text) || self.slips > 0 && search.split(' ').any(|word| self.is_meant_by(word, near))
    }

    fn is_meant_by(&self, word: &str, near: Near) -> bool {
        if self.stems.iter().any(|stem| word == stem) {
            return true;
        }
        let most = self.letters.len() + self.slips;
        let mut letters = ['\0'; ROOM + 1];
        let mut length = 0;
        for letter in word.chars().take(most + 1) {
            letters[length] = letter;
            length += 1;
        }
        // Something short is a slip away from everything short.
        if length + self.slips < self.letters.len() || length < SHORTEST_STEM {
            return false;
        }
        match near {
            Near::Words => length <= most && distance(&self.letters, &letters[..length]).0 <= self.slips,
            Near::Beginnings => distance(&self.letters, &letters[..length.min(most)]).1 <= self.slips,
        }
    }
}

/// What a word may be the plural of: `tomates` of `tomate`, `jabones` of `jabon`, `nueces` of `nuez`.
fn stems(word: &str) -> Vec<String> {
    let without = |end: &str| word.strip_suffix(end).filter(|stem| stem.len() >= SHORTEST_STEM);
    let z = without("ces").map(|stem| format!("{stem}z"));
    ["s", "es"].iter().filter_map(|end| without(end)).map(str::to_owned).chain(z).collect()
}

/// How many slips lead from `typed` to `word`, and to the beginning of `word` that is nearest (optimal string alignment). Neither
/// is longer than [`ROOM`].
fn distance(typed: &[char], word: &[char]) -> (usize, usize) {
    let mut before_last = [0; ROOM + 1];
    let mut last: [usize; ROOM + 1] = std::array::from_fn(|column| column);
    for (row, &letter) in typed.iter().enumerate() {
        let mut current = [row + 1; ROOM + 1];
        for (column, &other) in word.iter().enumerate() {
            let swapped = row > 0 && column > 0 && letter == word[column - 1] && typed[row - 1] == other;
            let swap = if swapped { before_last[column - 1] + 1 } else { usize::MAX };
            let replace = last[column] + usize::from(letter != other);
            current[column + 1] = replace.min(last[column + 1] + 1).min(current[column] + 1).min(swap);
        }
        before_last = std::mem::replace(&mut last, current);
    }
    let whole = last[word.len()];
    (whole, last[..word.len()].iter().copied().fold(whole, usize::min))
}

#[cfg(test)]
mod tests {
    use super::{Meant, Near, distance};

    const CATALOG: [&str; 8] = [
        "azucar ledesma 1 kg almacen la esquina",
        "yerba mate 1 kg almacen la esquina",
        "harina 000 1 kg almacen la esquina",
        "huevos blancos por docena frescos granja",
        "jabon en polvo 800 g limpieza",
        "nuez pelada 200 g dietetica",
        "mayonesa 475 g almacen",
        "te en saquitos almacen",
    ];

    fn found(query: &str, near: Near) -> Vec<&'static str> {
        let meant = Meant::new(query);
        let first = |product: &'static str| product.split(' ').next().unwrap_or_default();
        CATALOG.into_iter().filter(|product| meant.fits(product, near)).map(first).collect()
    }

    #[test]
    fn a_slip_is_forgiven() {
        for (typed, meant) in [
            ("azucr", "azucar"),
            ("asucar", "azucar"),
            ("yerva", "yerba"),
            ("yebra", "yerba"),
            ("arina", "harina"),
            ("uevos", "huevos"),
            ("mallonesa", "mayonesa"),
            ("yerva 1 kg", "yerba"),
            ("yerva matte", "yerba"),
        ] {
            assert_eq!(found(typed, Near::Words), [meant], "{typed}");
        }
    }

    #[test]
    fn a_plural_finds_one() {
        for (typed, meant) in [("jabones", "jabon"), ("nueces", "nuez"), ("yerbas", "yerba"), ("harinas", "harina")] {
            assert_eq!(found(typed, Near::Words), [meant], "{typed}");
        }
    }

    #[test]
    fn short_words_and_numbers_mean_what_they_say() {
        for typed in ["tw", "yer 2", "yerva 7", "1000", "azzzcr", "yxrxa", "xarinax"] {
            assert_eq!(found(typed, Near::Words), [""; 0], "{typed}");
        }
        assert_eq!(found("mayomexa", Near::Words), ["mayonesa"], "two from eight letters on");
        assert_eq!(found("maxomexa", Near::Words), [""; 0]);
    }

    #[test]
    fn a_word_may_be_on_its_way() {
        assert_eq!(found("mallo", Near::Words), [""; 0]);
        assert_eq!(found("mauon", Near::Beginnings), ["mayonesa"]);
        assert_eq!(found("azuk", Near::Beginnings), ["azucar"]);
    }

    #[test]
    fn slips_are_counted() {
        let count =
            |typed: &str, word: &str| distance(&typed.chars().collect::<Vec<_>>(), &word.chars().collect::<Vec<_>>());
        assert_eq!(count("", "te"), (2, 0));
        assert_eq!(count("te", ""), (2, 2));
        assert_eq!(count("yerba", "yerba"), (0, 0));
        assert_eq!(count("yebra", "yerba").0, 1, "two letters that changed places");
        assert_eq!(count("azuk", "azucar"), (3, 1));
    }
}
