//! A classifier of words: which words stand in good reviews and which in bad ones, and how often it would have been right.
//!
//! Naive Bayes over the words that a text has (each once), with one added to every count. Its accuracy is of texts that it was not
//! trained on: each fifth of them is judged by what the others teach. No chance is in it, so the same reviews give the same answer.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use utoipa::ToSchema;

use super::share;
use crate::api::kpis::two;

/// Reviews with words that are needed.
pub(super) const LEAST: usize = 200;
/// Good and bad reviews that are needed of each before words are learned.
const LEAST_OF_EACH: usize = 20;
/// Parts of which one at a time is judged by the others.
const PARTS: usize = 5;
/// Reviews that a word has to stand in.
const LEAST_WITH_WORD: usize = 5;
/// How many times as likely a word has to be.
const TELLING: f64 = 1.2;
/// Words that are listed of each kind.
const LISTED: usize = 15;

/// A text, and whether it is of a good review.
pub(super) type Rated = (String, bool);

/// A word that tells.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct WordView {
    pub(crate) word: String,
    /// Reviews that it stands in.
    pub(crate) reviews: i64,
    /// How many times as likely it is in a review of this kind as in one of the other.
    pub(crate) times: f64,
}

/// What a classifier has learnt of words.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WordsView {
    /// Reviews with words that it was trained on: of four or five stars, and of one or two.
    pub(crate) trained_on: i64,
    /// Percent of them that it judges rightly when it has not seen them.
    pub(crate) accuracy: Option<f64>,
    /// Percent that whoever always says the more frequent kind judges rightly.
    pub(crate) baseline: Option<f64>,
    /// The mean of how many good ones and how many bad ones it judges rightly, percent.
    pub(crate) balanced_accuracy: Option<f64>,
    /// Words of good reviews, those that tell most first.
    pub(crate) positive: Vec<WordView>,
    /// Words of bad reviews.
    pub(crate) negative: Vec<WordView>,
}

/// Why there is no classifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unable {
    /// Fewer than 200 reviews with words.
    TooFew,
    /// Nearly all are of one kind.
    OneSided,
}

/// Trains a classifier.
pub(super) fn train(texts: &[Rated]) -> Result<WordsView, Unable> {
    if texts.len() < LEAST {
        return Err(Unable::TooFew);
    }
    let good = texts.iter().filter(|(_, good)| *good).count();
    if good.min(texts.len() - good) < LEAST_OF_EACH {
        return Err(Unable::OneSided);
    }
    let texts: Vec<(BTreeSet<String>, bool)> = texts.iter().map(|(text, good)| (words(text), *good)).collect();
    let (right_good, right_bad) = judged(&texts);
    let bad = texts.len() - good;
    let (good_share, bad_share) = (percent(right_good, good), percent(right_bad, bad));
    let all = Counts::of(texts.iter());
    Ok(WordsView {
        trained_on: count(texts.len()),
        accuracy: percent(right_good + right_bad, texts.len()),
        baseline: percent(good.max(bad), texts.len()),
        balanced_accuracy: good_share.zip(bad_share).map(|(good, bad)| two(f64::midpoint(good, bad))),
        positive: all.telling(true),
        negative: all.telling(false),
    })
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn percent(part: usize, whole: usize) -> Option<f64> {
    share(count(part), count(whole))
}

/// The words of a text in small letters, each once; no numbers and no single letters.
fn words(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_alphabetic()).filter(|word| word.chars().nth(1).is_some());
    words.map(str::to_lowercase).collect()
}

/// How many good texts and how many bad ones are judged rightly by what the others teach.
fn judged(texts: &[(BTreeSet<String>, bool)]) -> (usize, usize) {
    let (mut right_good, mut right_bad) = (0, 0);
    for part in 0..PARTS {
        let others = texts.iter().enumerate().filter(|(at, _)| at % PARTS != part).map(|(_, text)| text);
        let taught = Counts::of(others);
        for (words, good) in texts.iter().skip(part).step_by(PARTS) {
            let right = taught.is_good(words) == *good;
            right_good += usize::from(right && *good);
            right_bad += usize::from(right && !*good);
        }
    }
    (right_good, right_bad)
}

/// In how many good and bad texts each word stands, and how many of each there are.
#[derive(Default)]
struct Counts<'a> {
    words: BTreeMap<&'a str, [u32; 2]>,
    texts: [u32; 2],
}

impl<'a> Counts<'a> {
    fn of(texts: impl Iterator<Item = &'a (BTreeSet<String>, bool)>) -> Self {
        let mut counts = Self::default();
        for (words, good) in texts {
            let kind = usize::from(*good);
            if let Some(seen) = counts.texts.get_mut(kind) {
                *seen += 1;
            }
            for word in words {
                if let Some(seen) = counts.words.entry(word).or_default().get_mut(kind) {
                    *seen += 1;
                }
            }
        }
        counts
    }

    /// How many times as likely a word is in good texts as in bad ones.
    fn times(&self, [bad, good]: [u32; 2]) -> f64 {
        let likely = |with: u32, all: u32| (f64::from(with) + 1.0) / (f64::from(all) + 2.0);
        likely(good, self.texts[1]) / likely(bad, self.texts[0])
    }

    fn is_good(&self, words: &BTreeSet<String>) -> bool {
        let known = words.iter().filter_map(|word| self.words.get(word.as_str()));
        let before = (f64::from(self.texts[1]) + 1.0) / (f64::from(self.texts[0]) + 1.0);
        before.ln() + known.map(|seen| self.times(*seen).ln()).sum::<f64>() > 0.0
    }

    fn telling(&self, good: bool) -> Vec<WordView> {
        let often = |seen: &[u32; 2]| seen.iter().sum::<u32>() as usize >= LEAST_WITH_WORD;
        let times = |seen: [u32; 2]| if good { self.times(seen) } else { 1.0 / self.times(seen) };
        let told = self.words.iter().filter(|(_, seen)| often(seen)).map(|(word, seen)| (*word, *seen, times(*seen)));
        let mut told: Vec<_> = told.filter(|(_, _, times)| *times > TELLING).collect();
        told.sort_by(|(a, _, one), (b, _, other)| other.total_cmp(one).then(a.cmp(b)));
        told.truncate(LISTED);
        let view = |(word, seen, times): (&str, [u32; 2], f64)| WordView {
            word: word.to_owned(),
            reviews: i64::from(seen.iter().sum::<u32>()),
            times: two(times),
        };
        told.into_iter().map(view).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{LEAST, Rated, Unable, train, words};

    fn reviews(count: usize) -> Vec<Rated> {
        // Every fourth is bad; each has a word of its own and one that says nothing.
        let text = |at: usize| if at.is_multiple_of(4) { "Llegó tarde y frío" } else { "Muy rico, llegó caliente" };
        (0..count).map(|at| (text(at).to_owned(), !at.is_multiple_of(4))).collect()
    }

    #[test]
    fn it_learns_what_good_and_bad_reviews_say() {
        let learnt = train(&reviews(240)).expect("enough of them");
        assert_eq!((learnt.trained_on, learnt.accuracy, learnt.baseline), (240, Some(100.0), Some(75.0)));
        let said = |words: &[super::WordView]| words.iter().map(|word| word.word.clone()).collect::<Vec<_>>();
        assert_eq!(said(&learnt.positive), ["caliente", "muy", "rico"]);
        assert_eq!(said(&learnt.negative), ["frío", "tarde"]);
        // By hand: 180 of 180 good ones and none of 60 bad ones: (181 / 182) / (1 / 62).
        assert_eq!(learnt.positive.first().map(|word| (word.reviews, word.times)), Some((180, 61.66)));
    }

    #[test]
    fn words_that_tell_nothing_are_right_as_often_as_the_more_frequent_kind() {
        let texts: Vec<Rated> = (0..250_u32).map(|at| ("Llegó el pedido".to_owned(), !at.is_multiple_of(4))).collect();
        let learnt = train(&texts).expect("enough of them");
        assert_eq!((learnt.accuracy, learnt.baseline), (Some(74.8), Some(74.8)));
        assert_eq!(learnt.balanced_accuracy, Some(50.0));
        assert!(learnt.positive.is_empty() || learnt.negative.is_empty());
    }

    #[test]
    fn of_few_reviews_or_of_one_kind_nothing_is_learnt() {
        assert_eq!(train(&reviews(LEAST - 1)).expect_err("too few"), Unable::TooFew);
        let good: Vec<Rated> = (0..LEAST).map(|_| ("Muy rico".to_owned(), true)).collect();
        assert_eq!(train(&good).expect_err("one kind"), Unable::OneSided);
    }

    #[test]
    fn a_word_is_letters_in_small() {
        assert_eq!(words("¡RICO! 24 hs, y rico").into_iter().collect::<Vec<_>>(), ["hs", "rico"]);
    }
}
