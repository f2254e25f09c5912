//! No sentence in code: what people read is in the catalogues. Looks through code, templates and modules for Spanish, and
//! names each place that has some.

use std::fmt::Write;
use std::path::Path;

/// Letters that English and the names of things in code do without.
const LETTERS: &str = "áéíóúüñÁÉÍÓÚÜÑ¿¡«»";
/// Words that every Spanish sentence has some of, and no English one or query.
const WORDS: &str =
    " el la los las lo una del para por que hay ya su se esta este ese esa tiene puede falta debe esperaba ";

/// Spanish that is no text for people, with where it is (a file or a folder) and why it may stay: words of the wire and of the
/// databases (which pages say by a key), names, and what only programs read.
const ALLOWED: &[(&str, &str)] = &[
    // The protocol's farewells: programs branch on the code, and no page shows them.
    ("shared/wire/src/live/close_code.rs", ""),
    ("tickets/src/live/protocol.rs", ""),
    ("shop/src/orders/live.rs", ""),
    // Where the addresses of a marketplace are when nobody says otherwise: a map is asked for it in its own language.
    ("shared/web/src/address.rs", "Ciudad Autónoma de Buenos Aires, Argentina"),
    // Words of a ticket's history; its page says them by keys (`did-…`).
    ("", "asignado automáticamente"),
    ("", "reasignado automáticamente"),
    ("", "cancelado por la tienda"),
    // Names, and what the people of the demo write.
    ("shared/wire/src/texts/language.rs", "Español"),
    ("", "Administración"),
    ("src/demo/", ""),
    ("shared/web/templates/style.html", ""),
    // Passwords to be tried.
    ("shared/runtime/src/auth/known_password.rs", ""),
    // An answer to a question of yes or no in a setting.
    ("shared/runtime/src/config/env.rs", "sí"),
];

#[test]
fn no_sentence_is_in_code() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found = String::new();
    let mut used = vec![false; ALLOWED.len()];
    for folder in ["shared/wire", "shared/runtime", "shared/web", "shared/notices", "shop", "tickets", "insights"]
        .map(|part| root.join(part))
        .into_iter()
        .chain([root.clone()])
    {
        for part in ["src", "templates", "static"] {
            look_through(&folder.join(part), &root, &mut found, &mut used);
        }
    }
    let idle: Vec<_> = ALLOWED.iter().zip(used).filter(|(_, used)| !used).map(|(allowed, _)| allowed).collect();
    assert!(idle.is_empty(), "nothing is allowed by these any more: {idle:?}");
    assert!(
        found.is_empty(),
        "Spanish that belongs into shared/texts (or, as a word of the wire, into ALLOWED):\n{found}"
    );
}

fn look_through(folder: &Path, root: &Path, found: &mut String, used: &mut [bool]) {
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() {
            if !["vendor", "tests", "testing", "socket_tests", "node_modules"].contains(&name) {
                look_through(&path, root, found, used);
            }
            continue;
        }
        let Some(texts) = texts_of(name, &path) else { continue };
        let shown = path.strip_prefix(root).expect("below the root").display().to_string();
        for (line, text) in texts {
            let allowed = |&(place, may): &(&str, &str)| shown.starts_with(place) && (may.is_empty() || may == text);
            if !is_spanish(&text) {
                continue;
            }
            let places =
                (0..ALLOWED.len()).filter(|place| allowed(&ALLOWED[*place])).inspect(|place| used[*place] = true);
            if places.count() == 0 {
                let _ = writeln!(found, "  {shown}:{line}: {text}");
            }
        }
    }
}

/// What of a file could be shown to people, with its line; `None` for a file of another kind, and for tests.
fn texts_of(name: &str, path: &Path) -> Option<Vec<(usize, String)>> {
    let kind = name.rsplit_once('.')?.1;
    let ours = match kind {
        "rs" => !["tests.rs", "_properties.rs", "testing.rs"].iter().any(|end| name.ends_with(end)),
        "html" => true,
        "js" => !name.ends_with(".test.js"),
        _ => false,
    };
    let text = ours.then(|| std::fs::read_to_string(path).expect("text"))?;
    Some(match kind {
        "rs" => literals(&text),
        "html" => text.lines().map(without_code).enumerate().map(|(at, line)| (at + 1, line)).collect(),
        _ => {
            let code = |line: &&str| !["//", "*", "/*"].iter().any(|opening| line.trim_start().starts_with(opening));
            let lines = text.lines().enumerate().filter(|(_, line)| code(line));
            lines.map(|(at, line)| (at + 1, line.split(" // ").next().unwrap_or_default().to_owned())).collect()
        }
    })
}

/// A line of a template without what the templates' language says in it, and without attributes nobody reads.
fn without_code(line: &str) -> String {
    let mut rest = line;
    let mut text = String::new();
    while let Some((before, code)) = rest.split_once('{') {
        text.push_str(before);
        rest = code.split_once('}').map_or("", |(_, after)| after.trim_start_matches('}'));
    }
    text.push_str(rest);
    let mut kept = String::new();
    for (place, part) in text.split('"').enumerate() {
        let read = ["aria-label=", "title=", "placeholder=", "alt=", "content="];
        if place % 2 == 0 || read.iter().any(|attribute| kept.ends_with(attribute)) {
            kept.push_str(part);
        }
    }
    kept
}

fn is_spanish(text: &str) -> bool {
    if text.chars().any(|letter| LETTERS.contains(letter)) {
        return true;
    }
    // Without a blank it is a word of the wire, however many it is made of.
    let mut words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    text.trim().contains(' ') && words.any(|word| WORDS.contains(&format!(" {} ", word.to_lowercase())))
}

/// The string literals of Rust code with their lines, but for those of comments, of `#[cfg(test)]` and of what the documents of
/// the API say (`description = "…"`, `tag = "…"`).
fn literals(code: &str) -> Vec<(usize, String)> {
    let tests = code.match_indices("#[cfg(test)]\n").map(|(at, _)| at).find(|at| {
        let module = code[*at..].lines().nth(1).unwrap_or_default();
        module.contains("mod ") && module.ends_with('{')
    });
    let code = &code[..tests.unwrap_or(code.len())];
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = code[at..].find(['"', '\'', '/']).map(|next| at + next) {
        let rest = &code[next..];
        at = next
            + match rest.as_bytes() {
                [b'/', b'/', ..] => rest.find('\n').unwrap_or(rest.len()),
                [b'/', b'*', ..] => rest.find("*/").map_or(rest.len(), |end| end + 2),
                [b'"', ..] => {
                    let before = &code[..next];
                    let (length, text) = literal(rest, raw_marks(before));
                    if !["description = ", "tag = "].iter().any(|documents| before.ends_with(documents)) {
                        found.push((before.lines().count().max(1), text.to_owned()));
                    }
                    length
                }
                // A character, which may be a quote or a slash; a lifetime ends nowhere.
                [b'\'', b'\\', ..] => rest[2..].find('\'').map_or(1, |end| end + 3),
                [b'\'', ..] if rest.chars().nth(2) == Some('\'') => {
                    rest.char_indices().nth(3).map_or(1, |(end, _)| end)
                }
                _ => 1,
            };
    }
    found
}

/// How many `#` stand between the `r` of a raw string and its quote; `None` for an ordinary one.
fn raw_marks(before: &str) -> Option<usize> {
    let bare = before.trim_end_matches('#');
    let raw = bare.ends_with('r') && !bare[..bare.len() - 1].ends_with(|c: char| c.is_alphanumeric() || c == '_');
    (raw || bare.ends_with("br")).then_some(before.len() - bare.len())
}

/// How long the literal is that `code` begins with, quotes included, and what is between them.
fn literal(code: &str, raw_marks: Option<usize>) -> (usize, &str) {
    let end = if let Some(marks) = raw_marks {
        code[1..].find(&format!("\"{}", "#".repeat(marks))).map(|end| end + 1)
    } else {
        let mut escaped = false;
        code.char_indices().skip(1).find_map(|(place, c)| {
            let ends = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            ends.then_some(place)
        })
    };
    let end = end.unwrap_or(code.len() - 1);
    (end + 1, &code[1..end])
}

#[test]
fn literals_are_found_where_they_are() {
    let code = "// \"no\"\nlet a = \"uno \\\" dos\"; /* \"no\" */\nlet b = r#\"tres \"cuatro\"\"#; let c = '\"';\n\
                fn f<'a>(x: &'a str) { g(\"cinco\", '/') }\n#[doc(description = \"no\")]\n#[cfg(test)]\nmod tests;\n\"seis\"\n#[cfg(test)]\nmod more {\n\"no\" }";
    let expected = [(2, "uno \\\" dos"), (3, "tres \"cuatro\""), (4, "cinco"), (7, "seis")];
    assert_eq!(literals(code), expected.map(|(line, text)| (line, text.to_owned())));
}

#[test]
fn a_sentence_is_told_from_a_word_of_the_wire() {
    for text in ["Falta el dato", "no hay un negocio que se llame así", "sesión", "el total es demasiado grande"] {
        assert!(is_spanish(text), "{text}");
    }
    for text in [
        "en_camino",
        "repartidor_id",
        "no-se-puede-cancelar",
        "SELECT a FROM b WHERE c = $1",
        "there is no such order",
        "motivo",
    ] {
        assert!(!is_spanish(text), "{text}");
    }
    let line = "<p id=\"por-uno\" title=\"dos\">{{ layout.t(\"x\") }} tres {% if a %}cuatro{% endif %}</p>";
    assert_eq!(without_code(line), "<p id= title=dos> tres cuatro</p>");
}
