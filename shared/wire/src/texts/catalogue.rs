//! The catalogues, in the binary: Fluent files, one folder per language with the same files in each.

use std::sync::{LazyLock, OnceLock};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

use super::{Language, Message};

macro_rules! files {
    ($language:literal) => {
        files!($language: "common", "problems", "wire", "kept", "shop", "catalog-admin", "stock", "board", "driver", "notices", "outbox", "merchant", "visits", "reviews", "security", "second-factor", "script")
    };
    ($language:literal: $($name:literal),+) => {
        &[$(include_str!(concat!("../../../texts/", $language, "/", $name, ".ftl"))),+]
    };
}

/// The texts of one language.
#[expect(missing_debug_implementations, reason = "a bundle has none, and nobody prints a dictionary")]
pub struct Catalogue {
    #[cfg(test)]
    files: &'static [&'static str],
    /// Each key with what stands behind it on its line, in the order of the keys.
    lines: Vec<(&'static str, &'static str)>,
    bundle: FluentBundle<FluentResource>,
}

static SPANISH: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::load(Language::Spanish, files!("es-AR")));
static ENGLISH: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::load(Language::English, files!("en")));

/// The Fluent file of a service that keeps its texts to itself, by language.
pub type OwnTexts = fn(Language) -> &'static str;

static OWN: OnceLock<OwnTexts> = OnceLock::new();

/// Adds the texts of a service that keeps them to itself: once, before anything is said.
pub fn add_texts(of: OwnTexts) {
    let _ = OWN.set(of);
}

impl Catalogue {
    /// The texts of `language`.
    #[must_use]
    pub fn of(language: Language) -> &'static Self {
        match language {
            Language::Spanish => &SPANISH,
            Language::English => &ENGLISH,
        }
    }

    fn load(language: Language, files: &'static [&'static str]) -> Self {
        let tag: LanguageIdentifier = language.tag().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![tag]);
        // Marks around arguments help where writing directions mix, and break whoever compares texts.
        bundle.set_use_isolating(false);
        let own = OWN.get().map(|of| of(language));
        for file in files.iter().chain(&own) {
            // What cannot be read is left out; the tests below say which.
            let resource = FluentResource::try_new((*file).to_owned()).unwrap_or_else(|(readable, _)| readable);
            let _ = bundle.add_resource(resource);
        }
        let mut lines: Vec<_> = files.iter().copied().chain(own).flat_map(lines).collect();
        lines.sort_unstable_by_key(|(key, _)| *key);
        Self {
            #[cfg(test)]
            files,
            lines,
            bundle,
        }
    }

    /// The text called `key`, if there is one.
    #[must_use]
    pub fn text(&self, key: &str, arguments: &FluentArgs<'_>) -> Option<String> {
        let pattern = self.bundle.get_message(key)?.value()?;
        Some(self.bundle.format_pattern(pattern, Some(arguments), &mut Vec::new()).into_owned())
    }

    /// The texts whose key begins with `prefix`, their variables left as `{$name}`.
    pub fn beginning_with<'a>(&'a self, prefix: &str) -> impl Iterator<Item = (&'a str, String)> + use<'a> {
        let nothing = FluentArgs::new();
        self.lines_of(prefix).iter().map(move |(key, _)| (*key, self.text(key, &nothing).unwrap_or_default()))
    }

    /// The message that reads `text`, with what its variables must have been, among those whose key begins with `prefix`.
    /// Of several the one that leaves least to its variables. A text that chooses between forms is not recognized.
    pub(super) fn recognize(&self, text: &str, prefix: &str) -> Option<Message> {
        let patterns = self.lines_of(prefix).iter();
        let read = patterns.filter_map(|&(key, pattern)| {
            let (fixed, variables) = read_by(pattern.trim(), text)?;
            let message = variables.into_iter().fold(Message::new(key), |said, (name, value)| {
                match self.recognize(value, prefix) {
                    Some(inner) => said.with(name, inner),
                    None => said.with(name, value),
                }
            });
            Some((fixed, message))
        });
        read.max_by_key(|(fixed, _)| *fixed).map(|(_, message)| message)
    }

    /// The lines whose keys begin with `prefix`.
    fn lines_of(&self, prefix: &str) -> &[(&'static str, &'static str)] {
        let begin = self.lines.partition_point(|(key, _)| *key < prefix);
        let from = &self.lines[begin..];
        &from[..from.partition_point(|(key, _)| key.starts_with(prefix))]
    }
}

/// Each key of a file with what stands behind it on its line.
fn lines(file: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    file.lines().filter_map(|line| {
        let (key, text) = line.split_once(" =")?;
        key.starts_with(|first: char| first.is_ascii_lowercase()).then_some((key, text))
    })
}

/// Reads `text` as one that `pattern` (`van hasta { $max } palabras`) made: how many of its bytes are the pattern's own, and
/// what stands in the place of each variable.
fn read_by<'t>(pattern: &'static str, text: &'t str) -> Option<(usize, Vec<(&'static str, &'t str)>)> {
    let (opening, mut pattern) = pattern.split_once("{ $").unwrap_or((pattern, ""));
    let mut fixed = opening.len();
    let mut rest = text.strip_prefix(opening)?;
    let mut variables = Vec::new();
    while !pattern.is_empty() {
        let (name, behind) = pattern.split_once(" }")?;
        let (literal, next) = behind.split_once("{ $").unwrap_or((behind, ""));
        let end = if next.is_empty() { rest.strip_suffix(literal)?.len() } else { rest.find(literal)? };
        if end == 0 {
            return None;
        }
        variables.push((name, &rest[..end]));
        rest = &rest[end + literal.len()..];
        fixed += literal.len();
        pattern = next;
    }
    (!text.is_empty() && rest.is_empty()).then_some((fixed, variables))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::Path;

    use fluent_bundle::FluentResource;

    use super::{Catalogue, Language, Message};

    /// Each key with the variables its text mentions.
    fn entries(language: Language) -> BTreeMap<String, BTreeSet<String>> {
        let mut entries = BTreeMap::new();
        let mut key = String::new();
        for line in Catalogue::of(language).files.iter().flat_map(|file| file.lines()) {
            if let Some((name, _)) = line.split_once(" =")
                && line.starts_with(|first: char| first.is_ascii_lowercase())
            {
                name.clone_into(&mut key);
                assert!(entries.insert(key.clone(), BTreeSet::new()).is_none(), "{language:?}: {key} twice");
            }
            let ident = |rest: &str| rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            if !line.starts_with('#') {
                entries.entry(key.clone()).or_default().extend(line.split('$').skip(1).map(ident));
            }
        }
        entries
    }

    /// Every file of templates, code and modules.
    fn sources() -> Vec<(String, String)> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut found = Vec::new();
        let mut folders: Vec<_> = ["shared/wire", "shared/runtime", "shared/web", "shared/notices", "shop", "tickets"]
            .iter()
            .flat_map(|crate_| ["src", "templates", "static"].map(|folder| root.join(crate_).join(folder)))
            .collect();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).into_iter().flatten() {
                let path = entry.expect("an entry").path();
                let kind = path.extension().and_then(|kind| kind.to_str()).unwrap_or_default();
                if path.is_dir() && !["vendor", "node_modules", "tests"].iter().any(|skip| path.ends_with(skip)) {
                    folders.push(path);
                } else if ["rs", "html", "js"].contains(&kind) && !path.to_string_lossy().ends_with(".test.js") {
                    let text = std::fs::read_to_string(&path).expect("text");
                    // What documentation gives as an example is not asked for.
                    let text = text.lines().filter(|line| !line.trim_start().starts_with("//"));
                    let text = text.collect::<Vec<_>>().join("\n");
                    found.push((path.display().to_string(), text));
                }
            }
        }
        found
    }

    #[test]
    fn a_text_says_which_it_is_and_what_its_variables_were() {
        let again = |key: Message| Catalogue::of(Language::Spanish).recognize(&key.to_string(), "error-") == Some(key);
        assert!(again(Message::new("error-missing")));
        assert!(again(Message::new("error-length").with("from", "1").with("to", "80")));
        assert!(again(Message::new("error-range").with("from", "1").with("to", "80")));
        assert!(again(Message::new("error-unknown-word").with("known", "baja, normal")));
        let nothing = |text| Catalogue::of(Language::Spanish).recognize(text, "error-").is_none();
        assert!(nothing("") && nothing("quién sabe") && nothing("va de  a 3"));
    }

    #[test]
    fn every_file_can_be_read() {
        for language in Language::ALL {
            for file in Catalogue::of(language).files {
                let read = FluentResource::try_new((*file).to_owned());
                assert!(read.is_ok(), "{language:?}: {:?}", read.err().map(|(_, mistakes)| mistakes));
            }
        }
    }

    #[test]
    fn both_languages_say_the_same() {
        let (spanish, english) = (entries(Language::Spanish), entries(Language::English));
        let keys = |entries: &BTreeMap<String, _>| entries.keys().cloned().collect::<BTreeSet<_>>();
        let (ours, theirs) = (keys(&spanish), keys(&english));
        let differ: Vec<_> = ours.symmetric_difference(&theirs).collect();
        assert!(differ.is_empty(), "in one language only: {differ:?}");
        for (key, variables) in &spanish {
            assert_eq!(variables, &english[key], "the variables of {key}");
        }
    }

    /// What can be asked for by key: `.t("…")` in templates, code and modules, `Message::new("…")` in code.
    #[test]
    fn every_text_asked_for_exists_and_every_text_is_asked_for() {
        let (known, sources) = (entries(Language::Spanish), sources());
        for (path, text) in &sources {
            for opening in [".t(\"", " t(\"", "(t(\"", "Message::new(\""] {
                for key in text.split(opening).skip(1).filter_map(|rest| rest.split('"').next()) {
                    assert!(known.contains_key(key), "{path}: there is no text called {key}");
                }
            }
        }
        let unused: Vec<&String> = known.keys().filter(|key| !key.is_empty()).collect();
        let unused: Vec<_> = unused
            .into_iter()
            .filter(|key| {
                let quoted = format!("\"{key}\"");
                !sources.iter().any(|(_, text)| text.contains(&quoted))
            })
            .collect();
        assert!(unused.is_empty(), "nobody asks for {unused:?}");
    }
}
