//! A street address as people in Buenos Aires write it: whether it says which door, and how a map is asked for it.

use belgrano_wire::search::fold;

const MONTHS: [&str; 12] = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
];
/// What stands before a number that is not the house's: `piso 3`, `C.P. 1426`.
const WITHIN: [&str; 15] = [
    "piso",
    "p",
    "depto",
    "dpto",
    "departamento",
    "dto",
    "timbre",
    "oficina",
    "of",
    "torre",
    "local",
    "cp",
    "cuerpo",
    "uf",
    "c",
];
/// Words that say where without a number: nobody has numbered that street, or two of them meet there.
const SAYS_WHERE: [&str; 10] = ["sn", "esquina", "esq", "y", "e", "entre", "manzana", "mz", "lote", "altura"];

/// Whether an address says which door: a house number, `s/n`, a kilometre, a block and plot, or a corner. A street alone does
/// not, also where its name has a number (`25 de Mayo`, `Calle 12`), nor does one with a floor or a postal code.
#[must_use]
pub fn has_door(text: &str) -> bool {
    // `3.º` is a floor, and `Nº` is no word.
    let text = fold(&text.replace('&', " y ").replace(['º', '°', 'ª'], " o "));
    let words: Vec<&str> = text.split(' ').collect();
    let named = words.iter().any(|word| word.chars().any(char::is_alphabetic));
    named && (says_where(&words) || (0..words.len()).any(|at| is_house_number(&words, at)))
}

fn says_where(words: &[&str]) -> bool {
    let inside = |at: usize| at > 0 && at + 1 < words.len();
    words.iter().enumerate().any(|(at, word)| match *word {
        "y" | "e" => inside(at),
        "n" => at > 0 && words[at - 1] == "s",
        "numero" | "nro" => at > 0 && words[at - 1] == "sin",
        other => SAYS_WHERE.contains(&other) && words.len() > 1,
    })
}

fn is_house_number(words: &[&str], at: usize) -> bool {
    let word = words[at];
    let digits: String = word.chars().skip_while(|c| c.is_alphabetic()).take_while(char::is_ascii_digit).collect();
    if digits.trim_start_matches('0').is_empty() {
        return false;
    }
    let before = at.checked_sub(1).map(|before| words[before]);
    let after = |step: usize| words.get(at + step).copied().unwrap_or_default();
    // A street named for a day, and perhaps for its year: `9 de Julio`, `15 de Noviembre de 1889`.
    let is_day = after(1) == "de" && (MONTHS.contains(&after(2)) || after(2) == "setiembre");
    let is_year = before == Some("de") && at >= 2 && (MONTHS.contains(&words[at - 2]) || words[at - 2] == "setiembre");
    let is_street = before == Some("calle") && at == 1;
    let letters = word.chars().take_while(|c| c.is_alphabetic()).count();
    let is_postcode = letters == 1 && digits.len() == 4;
    // In the name of a street it is no part of a house: `Lisandro de la Torre 1171`.
    let named = at >= 2 && matches!(words[at - 2], "de" | "del" | "la" | "el");
    let is_within = before.is_some_and(|before| WITHIN.contains(&before) && !named)
        || before.is_some_and(|before| matches!(before, "postal"))
        || (digits.len() < 3 && matches!(after(1), "piso" | "o" | "a"));
    !(is_day || is_year || is_street || is_postcode || is_within)
}

/// The parts between commas, as whoever names a barrio at the end of an address writes it.
pub fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', '(', ')']).map(str::trim).filter(|part| !part.is_empty())
}

/// The city of the addresses, and its country, unless the operator says another (`ADDRESS_CITY`).
pub const CITY: &str = "Ciudad Autónoma de Buenos Aires, Argentina";

/// What a map is asked for: the pin where there is one, else street, barrio and `city`, whose parts are separated by commas. A
/// part that the address names already is not said twice.
#[must_use]
pub fn map_query(address: &str, barrio: Option<&str>, city: &str, pin: Option<(f64, f64)>) -> String {
    if let Some((lat, lng)) = pin {
        return format!("{lat},{lng}");
    }
    let mut said: Vec<&str> = Vec::new();
    let address = address.trim();
    let known = |said: &[&str], part: &str| said.iter().any(|said| parts(said).any(|said| fold(said) == fold(part)));
    for part in [address, barrio.unwrap_or_default().trim()].into_iter().chain(parts(city)) {
        if !part.is_empty() && !known(&said, part) {
            said.push(part);
        }
    }
    said.join(", ")
}

#[cfg(test)]
mod tests {
    use super::{CITY, has_door, map_query};

    #[test]
    fn a_door_is_a_number_or_what_stands_for_one() {
        for says in [
            "Av. Cabildo 2040",
            "Cabildo 2040 2.º B",
            "Cabildo 2040, piso 3",
            "Cabildo2040",
            "25 de Mayo 1200",
            "Calle 12 345",
            "11 de Septiembre 1888",
            "Ruta 8 km 5",
            "km 5",
            "Camino real s/n",
            "Pasaje Roma S/N",
            "Zuviría sin número",
            "Manzana 3 Lote 4",
            "Mz C casa D",
            "Cabildo y Juramento",
            "Cabildo & Juramento",
            "Uriarte esquina Honduras",
            "Córdoba entre Billinghurst y Bulnes",
            "O'Higgins 2077",
            "Juramento 1º 1700",
            "Av. 9 de Julio 100, piso 2",
            "Conde 0850",
            "Cabildo al 2000",
            "Cabildo N° 2040",
            "Mendoza <1>",
            "Avda. Lisandro de la Torre 278",
        ] {
            assert!(has_door(says), "{says}");
        }
        for bare in [
            "Cabildo",
            "Av. Cabildo",
            "",
            " ",
            "25 de Mayo",
            "Av. 9 de Julio",
            "11 de Septiembre",
            "3 de Febrero, Belgrano",
            "15 de Noviembre de 1889",
            "Calle 12",
            "Cabildo, piso 3",
            "Cabildo piso 3 depto 2",
            "Cabildo, C1426AAB",
            "Cabildo, CP 1426",
            "2040",
            "Av. Cabildo, timbre 2",
            "Cabildo 0",
            "y",
            "Cabildo y",
            "Calle falsa",
            "Cabildo 3.º B",
            "Cabildo, 2°",
            "Cabildo, torre 2",
        ] {
            assert!(!has_door(bare), "{bare}");
        }
    }

    #[test]
    fn a_map_is_asked_for_the_whole_address() {
        let asked = |address, barrio| map_query(address, barrio, CITY, None);
        assert_eq!(map_query("Cabildo 2040", None, CITY, Some((-34.5, -58.4))), "-34.5,-58.4");
        assert_eq!(asked(" Cabildo 2040 ", Some("Belgrano")), format!("Cabildo 2040, Belgrano, {CITY}"));
        assert_eq!(asked("Cabildo 2040, belgrano", Some("Belgrano")), format!("Cabildo 2040, belgrano, {CITY}"));
        assert_eq!(asked("Cabildo 2040, Argentina", None), "Cabildo 2040, Argentina, Ciudad Autónoma de Buenos Aires");
        let elsewhere = map_query("Mitre 300", Some("Centro"), "Rosario, Santa Fe, Argentina", None);
        assert_eq!(elsewhere, "Mitre 300, Centro, Rosario, Santa Fe, Argentina");
    }
}
