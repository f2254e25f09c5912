//! One text from outside as it is meant: the same letters as the same characters, and nothing in it that nobody sees.
//!
//! Two texts that look alike have to be the same account, the same telephone and the same product. So everything that comes
//! in goes through [`clean`] before anything judges it, and what is a number, a code or an address through [`plain`] too.
//! Both change nothing the second time, and nothing in plain ASCII.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_properties::{GeneralCategory, UnicodeEmoji, UnicodeGeneralCategory};

const ZERO_WIDTH_NON_JOINER: char = '\u{200c}';
const ZERO_WIDTH_JOINER: char = '\u{200d}';
const KEYCAP: char = '\u{20e3}';
const BLACK_FLAG: char = '\u{1f3f4}';

/// `text` in Unicode's form NFC, with ordinary blanks, and without the marks that have no shape: those of writing direction,
/// of zero width, soft hyphens, byte order marks and fillers. Joiners and variation selectors stay where they shape
/// what stands before them (emoji, and the scripts that need them). A text of nothing but such marks becomes one blank, so
/// that "something that cannot be seen" and "nothing" can be told apart.
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || !needs_cleaning(text) {
        return Cow::Borrowed(text);
    }
    let mut cleaned = pass(text);
    // A mark that went may have been what another one shaped: each pass takes something away or is the last.
    loop {
        let next = pass(&cleaned);
        if next == cleaned {
            break;
        }
        cleaned = next;
    }
    if cleaned.is_empty() { Cow::Borrowed(" ") } else { Cow::Owned(cleaned) }
}

fn pass(text: &str) -> String {
    let composed: Vec<char> = text.nfc().collect();
    let mut kept: Vec<char> = Vec::with_capacity(composed.len());
    for (at, &c) in composed.iter().enumerate() {
        match kind(c) {
            Kind::Plain => kept.push(c),
            Kind::Blank => kept.push(' '),
            Kind::LineEnd => kept.push('\n'),
            Kind::Unseen => {}
            Kind::Shaping => {
                let next = composed[at + 1..].iter().copied().find(|next| kind(*next) != Kind::Unseen);
                if shapes(c, kept.last().copied(), next) {
                    kept.push(c);
                }
            }
        }
    }
    kept.into_iter().nfc().collect()
}

/// What [`clean`] gives, with every dash as `-`, every decimal digit as an ASCII one and full-width forms as the characters
/// they stand for: for a telephone, a CUIT, a PIN, a code, an order's number, an e-mail address.
#[must_use]
pub fn plain(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let plain = clean(text).chars().map(plain_char).collect::<String>();
    // What a full-width character stood apart from may join the plain one.
    Cow::Owned(clean(&plain).into_owned())
}

/// Whether there is anything in `text` that a person sees, and not only accents without a letter.
#[must_use]
pub fn is_visible(text: &str) -> bool {
    let seen = |c: char| !c.is_whitespace() && !c.is_control() && !is_combining_mark(c) && kind(c) == Kind::Plain;
    text.chars().any(seen)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Blank,
    LineEnd,
    /// It has no shape and changes none.
    Unseen,
    /// It has no shape, and may change that of what stands beside it.
    Shaping,
}

fn kind(c: char) -> Kind {
    match c {
        '\0'..='\u{9f}' => Kind::Plain,
        '\u{2028}' | '\u{2029}' => Kind::LineEnd,
        // The empty pattern of Braille and the fillers of Hangul are letters to Unicode, and blanks to the eye.
        '\u{2800}' | '\u{3164}' | '\u{ffa0}' => Kind::Blank,
        '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}' => Kind::Unseen,
        ZERO_WIDTH_NON_JOINER
        | ZERO_WIDTH_JOINER
        | '\u{180b}'..='\u{180d}'
        | '\u{180f}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{e0020}'..='\u{e007f}'
        | '\u{e0100}'..='\u{e01ef}' => Kind::Shaping,
        // Arabic and Egyptian signs that enclose what follows are drawn, though they are "format" to Unicode.
        '\u{600}'..='\u{605}'
        | '\u{6dd}'
        | '\u{70f}'
        | '\u{890}'
        | '\u{891}'
        | '\u{8e2}'
        | '\u{110bd}'
        | '\u{110cd}'
        | '\u{13430}'..='\u{1345f}' => Kind::Plain,
        _ => match c.general_category() {
            GeneralCategory::Format => Kind::Unseen,
            GeneralCategory::SpaceSeparator => Kind::Blank,
            _ => Kind::Plain,
        },
    }
}

/// Whether the shaping mark `mark` does anything between `before` (as kept) and `next`.
fn shapes(mark: char, before: Option<char>, next: Option<char>) -> bool {
    let Some(before) = before else { return false };
    match mark {
        ZERO_WIDTH_NON_JOINER => is_joining(before) && next.is_some_and(is_joining),
        ZERO_WIDTH_JOINER => {
            let joins = |c: char| is_joining(c) || is_pictograph(c) || ('\u{fe00}'..='\u{fe0f}').contains(&c);
            joins(before) && next.is_some_and(joins)
        }
        '\u{180b}'..='\u{180d}' | '\u{180f}' => ('\u{1820}'..='\u{18aa}').contains(&before),
        '\u{e0020}'..='\u{e007f}' => before == BLACK_FLAG || ('\u{e0020}'..='\u{e007e}').contains(&before),
        '\u{fe0e}' | '\u{fe0f}' if next == Some(KEYCAP) => before.is_ascii_digit() || matches!(before, '#' | '*'),
        '\u{fe00}'..='\u{fe0f}' => is_pictograph(before) || is_ideograph(before),
        _ => is_ideograph(before),
    }
}

/// An emoji, or a symbol that may be drawn as one. The digits, which Unicode counts among them, are not.
fn is_pictograph(c: char) -> bool {
    !c.is_ascii() && c.is_emoji_char()
}

fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3134f}')
}

/// A character of a script whose letters join, or whose ligatures a joiner makes and breaks.
fn is_joining(c: char) -> bool {
    matches!(c,
        '\u{620}'..='\u{65f}' | '\u{66e}'..='\u{6d3}' | '\u{6fa}'..='\u{6ff}' | '\u{710}'..='\u{74f}'
        | '\u{750}'..='\u{77f}' | '\u{7ca}'..='\u{7f5}' | '\u{8a0}'..='\u{8e1}' | '\u{8e3}'..='\u{963}'
        | '\u{970}'..='\u{9e3}' | '\u{9f0}'..='\u{dff}' | '\u{1000}'..='\u{103f}' | '\u{1780}'..='\u{17b3}'
        | '\u{17b6}'..='\u{17d3}' | '\u{1820}'..='\u{18aa}' | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
}

/// Whether [`clean`] would change `text`. Nearly no text is.
fn needs_cleaning(text: &str) -> bool {
    let quick = unicode_normalization::is_nfc_quick(text.chars());
    quick != unicode_normalization::IsNormalized::Yes || text.chars().any(|c| kind(c) != Kind::Plain)
}

fn plain_char(c: char) -> char {
    match c {
        '\0'..='\u{7f}' => c,
        '\u{2212}' | '\u{2d7}' | '\u{2043}' | '\u{207b}' | '\u{ad}' => '-',
        '\u{3002}' | '\u{ff61}' => '.',
        // The full-width forms stand in the order of ASCII.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => match c.general_category() {
            GeneralCategory::DashPunctuation => '-',
            GeneralCategory::DecimalNumber => ascii_digit(c),
            _ => c,
        },
    }
}

/// The decimal digits of a script are ten in a row, from zero; rows that touch are counted on.
fn ascii_digit(digit: char) -> char {
    let is_digit =
        |code: &u32| char::from_u32(*code).is_some_and(|c| c.general_category() == GeneralCategory::DecimalNumber);
    let code = u32::from(digit);
    let before = (0..code).rev().take_while(is_digit).count();
    u32::try_from(before % 10).ok().and_then(|value| char::from_digit(value, 10)).unwrap_or(digit)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{clean, is_visible, plain};

    #[test]
    fn what_nobody_sees_goes_and_what_looks_alike_is_the_same() {
        for (pasted, meant) in [
            ("\u{202a}+54 11 5555-0101\u{202c}", "+54 11 5555-0101"),
            ("\u{2068}Ana\u{2069}", "Ana"),
            ("ana\u{200b}@example.com", "ana@example.com"),
            ("\u{feff}Ana", "Ana"),
            ("Bel\u{ad}grano", "Belgrano"),
            ("Ana\u{2060}\u{200e}\u{200f}\u{61c}", "Ana"),
            ("11\u{a0}5555\u{202f}0101\u{2007}7\u{3000}8", "11 5555 0101 7 8"),
            ("man\u{303}ana", "mañana"),
            ("man\u{200b}\u{303}ana", "mañana"),
            ("uno\u{2028}dos", "uno\ndos"),
            ("An\u{200d}a\u{fe0f}\u{200c}", "Ana"),
            ("Ana\u{e0041}\u{e007f}", "Ana"),
            ("\u{2800}Ana\u{3164}", " Ana "),
            ("\u{200b}\u{2060}", " "),
            ("", ""),
        ] {
            assert_eq!(clean(pasted), meant, "{pasted:?}");
        }
    }

    #[test]
    fn what_shapes_a_letter_or_an_emoji_stays() {
        for whole in [
            "👩\u{200d}👩\u{200d}👧",
            "❤\u{fe0f}\u{200d}🔥",
            "1\u{fe0f}\u{20e3}",
            "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
            "می\u{200c}خواهم",
            "क्\u{200d}ष",
            "葛\u{e0100}",
        ] {
            assert_eq!(clean(whole), whole, "{whole:?}");
        }
    }

    #[test]
    fn a_number_is_read_in_whatever_digits_and_dashes() {
        for (typed, meant) in [
            ("４７８０‐１２３４", "4780-1234"),
            ("＋54 （11） 5555．0101", "+54 (11) 5555.0101"),
            ("30−50001091‑2", "30-50001091-2"),
            ("٣٠–٥٠٠٠١٠٩١—٢", "30-50001091-2"),
            ("𝟙𝟚\u{1d7ce}𝟿", "1209"),
            ("ana＠example．com", "ana@example.com"),
        ] {
            assert_eq!(plain(typed), meant, "{typed:?}");
        }
    }

    #[test]
    fn a_name_of_nothing_visible_is_none() {
        for nothing in ["", " \t\n", "\u{200b}", "\u{3164}", "\u{2800}", "\u{301}\u{302}", "\u{fe0f}", "\u{e0041}"] {
            assert!(!is_visible(nothing) && !is_visible(&clean(nothing)), "{nothing:?}");
        }
        assert!(is_visible("ñ") && is_visible("🔥") && is_visible("."));
    }

    /// Characters that stand between others without being seen.
    const UNSEEN: [char; 12] = [
        '\u{ad}', '\u{200b}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202c}', '\u{202e}', '\u{2060}', '\u{2066}',
        '\u{2069}', '\u{feff}', '\u{61c}',
    ];

    fn sprinkled() -> impl Strategy<Value = (String, String)> {
        let letters = prop::collection::vec((any::<char>(), prop::option::of(0..UNSEEN.len())), 1..40);
        letters.prop_map(|letters| {
            let bare = letters.iter().map(|(c, _)| *c).collect();
            let sprinkled = letters.iter().flat_map(|(c, at)| std::iter::once(*c).chain(at.map(|at| UNSEEN[at])));
            (bare, sprinkled.collect())
        })
    }

    proptest! {
        #[test]
        fn twice_is_once(text in "\\PC*|.*|[a-zñ\\u{200b}-\\u{200f}\\u{2190}-\\u{21ff}\\u{300}-\\u{36f}\\u{fe0f}👩-👭क-ह्]*") {
            let once = clean(&text).into_owned();
            prop_assert_eq!(&*clean(&once), &*once);
            let once = plain(&text).into_owned();
            prop_assert_eq!(&*plain(&once), &*once);
        }

        #[test]
        fn plain_ascii_stays(text in "[\\x00-\\x7f]*") {
            prop_assert_eq!(&*clean(&text), &*text);
            prop_assert_eq!(&*plain(&text), &*text);
        }

        #[test]
        fn what_is_sprinkled_in_changes_nothing((bare, sprinkled) in sprinkled()) {
            prop_assert_eq!(clean(&sprinkled), clean(&bare));
            prop_assert_eq!(plain(&sprinkled), plain(&bare));
        }
    }
}
