//! That an API document is described in one language, and nothing of it left blank.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use belgrano_runtime::http::openapi::{Place, Said, Texts, each_place, said};
use utoipa::openapi::OpenApi;

/// Every place of `english` (a document as the code describes it) has a text in the service's `file`, whose content is `own`, or in the
/// shared one; each says what the code says now; and none is left over.
///
/// What it fails with can be copied into the file, where the English is to be replaced.
pub fn assert_described(mut english: OpenApi, file: &str, own: &'static str) {
    let texts = Texts::new(own);
    let mut wanted: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut used = BTreeSet::new();
    each_place(&mut english, &mut |place, english| {
        let english = english.split_whitespace().collect::<Vec<_>>().join(" ");
        let found = texts.of(place);
        if let Some(said) = found {
            used.insert((said.head, said.part));
        }
        if let Some(line) = asked_for(place, &english, found) {
            wanted.entry(place.head.to_owned()).or_default().push(line);
        }
        None
    });
    let mut problems = String::new();
    for (head, mut lines) in wanted {
        // A head that has its text is named, so that the parts are told of it.
        if lines[0].lines().last().is_some_and(|line| line.starts_with(' ')) {
            lines.insert(0, head);
        }
        let _ = writeln!(problems, "{}", lines.join("\n"));
    }
    assert!(
        problems.is_empty(),
        "these places of the API have no Spanish text, or one of another sentence: put the lines below into {file} (into \
         shared/texts/es-AR/api.txt what is of the shared crate), each in the place of the line that it has there, and say in Spanish \
         what stands behind the sign\n\n{problems}"
    );
    assert_tidy(own, file, &used);
}

/// No text of a file is there twice, or for a place that is not among `used`.
fn assert_tidy(own: &'static str, file: &str, used: &BTreeSet<(&str, &str)>) {
    let mut seen = BTreeSet::new();
    let twice: Vec<_> = said(own).map(|said| (said.head, said.part)).filter(|name| !seen.insert(*name)).collect();
    assert!(twice.is_empty(), "{file} has two texts for each of these places: {twice:#?}");
    let idle: Vec<_> = seen.difference(used).collect();
    assert!(idle.is_empty(), "{file} has texts for places that no document has: {idle:#?}");
}

/// The line that is missing for a place, or is behind the code.
fn asked_for(place: &Place<'_>, english: &str, found: Option<Said>) -> Option<String> {
    let mark = mark(english);
    let indent = if place.part.is_empty() { "" } else { "  " };
    let name = if place.part.is_empty() { place.head } else { &place.part };
    let key = if mark.is_empty() { name.to_owned() } else { format!("{name}#{mark}") };
    let line = |before: &str| Some(format!("{before}{indent}{key} = {english}"));
    let Some(said) = found else {
        return if place.needed || !english.is_empty() { line("") } else { None };
    };
    let own = (said.head, said.part) == (place.head, place.part.as_str());
    // The text for all of a name says at least as much as nothing.
    let fits = said.mark == mark || !own && english.is_empty();
    match (fits, own) {
        (true, _) if english.contains(' ') && said.text == english => {
            line(&format!("# Still English: {}\n", said.text))
        }
        (true, _) => None,
        (false, true) => line(&format!("# Of another sentence: {}\n", said.text)),
        (false, false) => line(""),
    }
}

/// What is kept of an English sentence beside its translation, to see when it changes; nothing of no sentence.
fn mark(english: &str) -> String {
    if english.is_empty() {
        return String::new();
    }
    // FNV-1a of 32 bits, folded: short enough to read past, and the same on every machine.
    let hash = english.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    format!("{:04x}", (hash >> 16) ^ (hash & 0xffff))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use belgrano_runtime::http::openapi::{SHARED, Said, said};
    use serde_json::Value;

    #[test]
    fn every_shared_text_is_in_a_document_in_the_schema_that_it_is_of() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi");
        let documents = ["shop.json", "tickets.json", "insights.json"].map(|name| {
            let document = std::fs::read_to_string(folder.join(name)).expect("a document");
            serde_json::from_str::<Value>(&document).expect("JSON")
        });
        let texts: Vec<Said> = said(SHARED).collect();
        let used = texts.iter().filter(|said| {
            let text = Value::from(said.text).to_string();
            documents.iter().any(|document| match said.head {
                "parameters" | "responses" | "security" => document.to_string().contains(&text),
                schema => document["components"]["schemas"][schema].to_string().contains(&text),
            })
        });
        let used = used.map(|said| (said.head, said.part)).collect();
        super::assert_tidy(SHARED, "shared/texts/es-AR/api.txt", &used);
    }
}
