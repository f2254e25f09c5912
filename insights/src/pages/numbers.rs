//! Figures as each language writes them: `1.234,5` and `1,234.5`.

use belgrano_wire::texts::Language;
use jiff::civil::Date;

use crate::api::Days;

/// A number with so many decimals, its thousands apart.
pub(crate) fn number(language: Language, value: f64, decimals: usize) -> String {
    let (thousands, point) = if language == Language::Spanish { ('.', ',') } else { (',', '.') };
    let plain = format!("{:.decimals$}", value.abs());
    let (whole, part) = plain.split_once('.').unwrap_or((&plain, ""));
    let mut text = String::with_capacity(plain.len() + 4);
    // What rounds to nothing has no sign.
    if value < 0.0 && plain.bytes().any(|digit| (b'1'..=b'9').contains(&digit)) {
        text.push('\u{2212}');
    }
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(thousands);
        }
        text.push(digit);
    }
    if !part.is_empty() {
        text.push(point);
        text.push_str(part);
    }
    text
}

/// A count, with the separators of the language.
pub(super) fn count(language: Language, value: i64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "what is counted here is far below 2^53")]
    number(language, value as f64, 0)
}

/// A day: `21/11/2026` and `21 Nov 2026`.
pub(crate) fn day(language: Language, day: Date) -> String {
    day.strftime(if language == Language::Spanish { "%d/%m/%Y" } else { "%-d %b %Y" }).to_string()
}

/// A stretch of days; one day is itself.
pub(super) fn days(language: Language, days: Days) -> String {
    if days.from == days.to {
        return day(language, days.from);
    }
    let text = language.t("insights-days").with("first", day(language, days.from));
    text.with("last", day(language, days.to)).to_string()
}

/// An amount in a currency: pesos by their sign where one reads Spanish. No line ends between the sign and the number.
pub(crate) fn amount(language: Language, value: f64, currency: &str) -> String {
    let sign = if currency == "ARS" && language == Language::Spanish { "$" } else { currency };
    format!("{sign}\u{a0}{}", number(language, value, 2))
}

/// A share in percent, with one decimal. No line ends before its sign.
pub(crate) fn percent(language: Language, value: f64) -> String {
    format!("{}\u{a0}%", number(language, value, 1))
}

#[cfg(test)]
mod tests {
    use belgrano_wire::texts::Language::{English, Spanish};

    use super::{amount, count, number, percent};

    #[test]
    fn a_figure_reads_as_its_language_writes_it() {
        assert_eq!(amount(Spanish, 1_234_567.5, "ARS"), "$\u{a0}1.234.567,50");
        assert_eq!(amount(English, 1_234_567.5, "ARS"), "ARS\u{a0}1,234,567.50");
        assert_eq!(amount(Spanish, -12.0, "GBP"), "GBP\u{a0}\u{2212}12,00");
        assert_eq!((count(Spanish, 0), count(English, -1000)), ("0".to_owned(), "\u{2212}1,000".to_owned()));
        assert_eq!(percent(Spanish, 12.34), "12,3\u{a0}%");
        assert_eq!((number(Spanish, -0.001, 1), number(English, 99.95, 1)), ("0,0".to_owned(), "100.0".to_owned()));
    }
}
