//! Passwords that are among the first that anybody tries: refused when somebody chooses one.
//!
//! Not a list of thousands: a few dozen words that people take, in whatever case and with whatever digits and signs around them and
//! letters replaced, runs along the alphabet or the keyboard, and one thing repeated. Beside them, what the account's own address
//! says. What must never happen here: a password in a log line or an error.

use belgrano_wire::search;

use super::known_password::Owner;

/// What people take here and elsewhere, and what a shop and its board are called. In lower case, without accents.
const WORDS: [&str; 88] = [
    "password",
    "passwort",
    "passw",
    "contrasena",
    "contrasenia",
    "clave",
    "claves",
    "miclave",
    "secreto",
    "secreta",
    "secret",
    "qwerty",
    "asdfgh",
    "zxcvbn",
    "admin",
    "administrador",
    "administracion",
    "administrator",
    "root",
    "usuario",
    "user",
    "test",
    "prueba",
    "demo",
    "cliente",
    "comerciante",
    "repartidor",
    "flota",
    "invitado",
    "guest",
    "welcome",
    "bienvenido",
    "bienvenida",
    "letmein",
    "changeme",
    "cambiame",
    "login",
    "master",
    "access",
    "iloveyou",
    "teamo",
    "tequiero",
    "amor",
    "amigo",
    "amigos",
    "familia",
    "princesa",
    "hola",
    "holamundo",
    "dragon",
    "monkey",
    "shadow",
    "sunshine",
    "football",
    "futbol",
    "baseball",
    "superman",
    "batman",
    "pokemon",
    "naruto",
    "starwars",
    "argentina",
    "buenosaires",
    "boca",
    "bocajuniors",
    "river",
    "riverplate",
    "racing",
    "independiente",
    "sanlorenzo",
    "messi",
    "maradona",
    "campeones",
    "belgrano",
    "belgranoahorro",
    "belgranotickets",
    "ahorro",
    "tickets",
    "enero",
    "verano",
    "invierno",
    "primavera",
    "otono",
    "computer",
    "internet",
    "michael",
    "jordan",
    "estrella",
];
/// Rows of a keyboard, the alphabet and the digits: runs along them, either way.
const RUNS: [&str; 6] =
    ["abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn7ujm"];
/// A part of a run that is shorter says nothing.
const RUN_CHARS: usize = 4;

/// Whether `password` is one of the first that anybody tries.
#[must_use]
pub fn is_common(password: &str) -> bool {
    let plain = plain(password);
    let letters: String = plain.chars().filter(char::is_ascii_alphanumeric).collect();
    let bare = letters.trim_matches(|c: char| c.is_ascii_digit());
    let meant: String = letters.chars().map(meant).collect();
    let meant = meant.trim_matches(|c: char| c.is_ascii_digit());
    is_repeated(&plain)
        || is_made_of_runs(&letters)
        || [bare, meant].into_iter().any(is_one_of_ours)
        // Digits alone: a date, a telephone, an identity card.
        || (bare.is_empty() && letters.len() <= 10)
}

/// Whether `password` is little more than what `owner` is called.
#[must_use]
pub fn is_own(password: &str, owner: &Owner) -> bool {
    let letters: String = plain(password).chars().filter(|c| c.is_alphanumeric()).collect();
    let bare = letters.trim_matches(|c: char| c.is_ascii_digit());
    owner.gives_away(password)
        || owner.is_called(&password.trim().to_lowercase())
        || owner.is_called(&letters)
        || (!bare.is_empty() && owner.is_called(bare))
}

/// One word, or the same word again.
fn is_one_of_ours(word: &str) -> bool {
    WORDS.iter().any(|known| {
        let rest = word.strip_prefix(known);
        rest.is_some_and(|rest| rest.is_empty() || rest == *known)
    })
}

/// In lower case and without accents.
fn plain(password: &str) -> String {
    search::fold(password)
}

/// The letter that a sign stands for.
fn meant(c: char) -> char {
    match c {
        '0' => 'o',
        '1' => 'i',
        '3' => 'e',
        '4' => 'a',
        '5' => 's',
        '7' => 't',
        other => other,
    }
}

/// The same character, or the same few, again and again.
fn is_repeated(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    (1..=chars.len() / 2).take(4).any(|period| chars.iter().zip(&chars[period..]).all(|(one, next)| one == next))
}

/// Nothing but parts of runs.
fn is_made_of_runs(text: &str) -> bool {
    let backwards: Vec<String> = RUNS.iter().map(|run| run.chars().rev().collect()).collect();
    let runs: Vec<&str> = RUNS.iter().copied().chain(backwards.iter().map(String::as_str)).collect();
    let mut rest = text;
    while !rest.is_empty() {
        let longest = (RUN_CHARS..=rest.len()).rev().find(|len| runs.iter().any(|run| run.contains(&rest[..*len])));
        let Some(len) = longest else { return rest.len() < RUN_CHARS && rest.len() < text.len() };
        rest = &rest[len..];
    }
    !text.is_empty()
}

#[cfg(test)]
mod tests {
    use super::{is_common, is_own};
    use crate::auth::known_password::Owner;

    #[test]
    fn the_first_that_anybody_tries() {
        for common in [
            "password",
            "Password1",
            "P4ssw0rd!",
            "contraseña",
            "Contraseña123",
            "CONTRASEÑA2025!",
            "12345678",
            "123456789012",
            "87654321",
            "qwertyuiop",
            "qwerty123",
            "Qwerty12345",
            "1qaz2wsx",
            "abcdefgh",
            "abcd1234",
            "asdfghjkl",
            "11111111",
            "aaaaaaaaaaaa",
            "abcabcabc",
            "admin1234",
            "Admin.2026",
            "administrador1",
            "belgrano123",
            "Belgrano2026!",
            "argentina",
            "Argentina2022",
            "bocajuniors12",
            "riverriver",
            "messi1010",
            "iloveyou1",
            "19871224",
            "4758-3321",
            "secreto123",
            "claveclave",
            "admin123",
            "flota12345",
            "contrase\u{6e}\u{303}a99",
        ] {
            assert!(is_common(common), "{common}");
        }
        for fine in [
            "correcto caballo",
            "una clave larga",
            "una clave de prueba",
            "jacaranda lila",
            "reparto1234",
            "una clave",
            "otra clave",
            "mi perro come pan",
            "ñandú azul 7",
            "x7#kQ!29zm",
            "una-clave-larga-de-prueba",
            "belgrano y cabildo 2040",
        ] {
            assert!(!is_common(fine), "{fine}");
        }
    }

    #[test]
    fn what_the_address_says() {
        let owner = Owner::new(&["ana.diaz@example.com"]);
        for own in
            ["ana.diaz@example.com", "ANA.DIAZ@EXAMPLE.COM", "anadiaz2025", "ana.diaz99", "AnaDiaz!", "1anadiaz1"]
        {
            assert!(is_own(own, &owner), "{own}");
        }
        for fine in ["correcto caballo", "ana come manzanas", "example.com"] {
            assert!(!is_own(fine, &owner), "{fine}");
        }
    }
}
