//! Argentine telephone numbers as people write them, made into what a telephone and `WhatsApp` can call.
//!
//! A mobile is written with a 15 before its number, or with a 9 after the country; from abroad, and on `WhatsApp`, it is always
//! `+54 9`, area and number (ENACOM's numbering plan). A number with neither is a landline: it is called, and no more. What is
//! no number of the plan stays as it was written.

/// The area of Buenos Aires, which people leave out.
const HOME: &str = "11";
const COUNTRY: &str = "54";
/// Numbers that are called as they are, from within the country only.
const SERVICES: [&str; 4] = ["0800", "0810", "0600", "0822"];
/// Digits of area and number together.
const NATIONAL: usize = 10;

/// A number that can be called.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Number {
    /// What a telephone dials: digits, after a plus where the country is in it.
    dialled: String,
    /// Whether `WhatsApp` can be asked for it.
    writes: bool,
}

/// What goes after `tel:`.
#[must_use]
pub fn tel(text: &str) -> String {
    read(text).dialled
}

/// What goes after `https://wa.me/`: of a mobile, and of a number abroad. Nothing for a landline.
#[must_use]
pub fn whatsapp(text: &str) -> Option<String> {
    let number = read(text);
    number.writes.then(|| number.dialled.trim_start_matches('+').to_owned())
}

fn read(text: &str) -> Number {
    let text = first_of(text);
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let plain = |dialled: &str| Number { dialled: dialled.to_owned(), writes: false };
    let (abroad, rest) = match digits.strip_prefix("00") {
        Some(rest) => (true, rest),
        None => (text.trim_start().trim_start_matches('(').starts_with('+'), digits.as_str()),
    };
    if abroad {
        return match rest.strip_prefix(COUNTRY) {
            Some(national) => argentine(national).unwrap_or_else(|| plain(&format!("+{rest}"))),
            None => Number { dialled: format!("+{rest}"), writes: rest.len() >= 8 },
        };
    }
    if SERVICES.iter().any(|service| digits.starts_with(service)) {
        return plain(&digits);
    }
    let without_country = digits.strip_prefix(COUNTRY).filter(|rest| rest.len() >= NATIONAL);
    without_country.and_then(argentine).or_else(|| argentine(&digits)).unwrap_or_else(|| plain(&digits))
}

/// The first of several numbers, without an extension.
fn first_of(text: &str) -> &str {
    let mut digits = 0;
    let end = text.char_indices().find(|(_, c)| {
        digits += usize::from(c.is_ascii_digit());
        digits >= 6 && (c.is_alphabetic() || matches!(c, '/' | ',' | ';' | '#'))
    });
    end.map_or(text, |(end, _)| &text[..end])
}

/// A number as it is written within the country.
fn argentine(written: &str) -> Option<Number> {
    let trunk = written.strip_prefix('0').unwrap_or(written);
    let (nine, rest) = match trunk.strip_prefix('9') {
        Some(rest) if rest.len() >= NATIONAL => (true, rest.strip_prefix('0').unwrap_or(rest)),
        _ => (false, trunk),
    };
    let (fifteen, national) = without_fifteen(rest);
    let national = if national.len() == NATIONAL - HOME.len() { format!("{HOME}{national}") } else { national };
    if national.len() != NATIONAL || national.starts_with('0') {
        return None;
    }
    let mobile = nine || fifteen;
    let dialled = format!("+{COUNTRY}{}{national}", if mobile { "9" } else { "" });
    Some(Number { dialled, writes: mobile })
}

/// Takes the 15 of a mobile out, which stands first or after an area of two, three or four digits.
fn without_fifteen(written: &str) -> (bool, String) {
    let after = |area: usize| written.get(area..).and_then(|rest| rest.strip_prefix("15"));
    if written.len() == NATIONAL
        && let Some(number) = after(0)
    {
        return (true, number.to_owned());
    }
    if written.len() == NATIONAL + 2 {
        let areas: &[usize] = if written.starts_with(HOME) { &[2] } else { &[3, 4] };
        if let Some((area, number)) = areas.iter().find_map(|area| Some((*area, after(*area)?))) {
            return (true, format!("{}{number}", &written[..area]));
        }
    }
    (false, written.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{tel, whatsapp};

    #[test]
    fn every_spelling_of_a_mobile_is_one_number() {
        for written in [
            "15 5555 4444",
            "15-5555-4444",
            "1555554444",
            "15.5555.4444",
            "(15) 5555-4444",
            "11 15 5555 4444",
            "011 15 5555-4444",
            "(011) 15-5555-4444",
            "0111555554444",
            "+54 9 11 5555 4444",
            "+5491155554444",
            "54 9 11 5555 4444",
            "5491155554444",
            "9 11 5555 4444",
            "+54 11 15 5555 4444",
            "+54 (11) 15-5555-4444",
            "0054 9 11 5555 4444",
            "+54 9 011 5555-4444",
            "549 11 5555.4444",
            "15 5555 4444 (Ana)",
            "15 5555 4444 / 4781-0000",
            "+54 9 11 15 5555 4444",
        ] {
            assert_eq!(
                (tel(written).as_str(), whatsapp(written).as_deref()),
                ("+5491155554444", Some("5491155554444")),
                "{written}"
            );
        }
        assert_eq!(whatsapp("0221 15 555-4444").as_deref(), Some("5492215554444"), "La Plata");
        assert_eq!(whatsapp("02954 15 55-4444").as_deref(), Some("5492954554444"), "Santa Rosa");
    }

    #[test]
    fn a_landline_is_called_and_no_more() {
        for (written, dialled) in [
            ("4781-0000", "+541147810000"),
            ("011 4781 0000", "+541147810000"),
            ("(011) 4781-0000", "+541147810000"),
            ("+54 11 5555 0101", "+541155550101"),
            ("11 5555 0101", "+541155550101"),
            ("54 11 4781 0000", "+541147810000"),
            ("0221 421-0000", "+542214210000"),
            ("4781-0000 int. 23", "+541147810000"),
            ("4781-0000 / 15 5555 4444", "+541147810000"),
            ("0800 555 4444", "08005554444"),
            ("0810-555-4444", "08105554444"),
            ("103", "103"),
            ("", ""),
            ("no tengo", ""),
            ("12345", "12345"),
        ] {
            assert_eq!((tel(written).as_str(), whatsapp(written)), (dialled, None), "{written}");
        }
        assert_eq!(whatsapp("+598 99 123 456").as_deref(), Some("59899123456"), "Uruguay");
        assert_eq!(tel("+598 99 123 456"), "+59899123456");
    }
}
