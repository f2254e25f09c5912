//! What insights says and no other service does, in both languages.

use belgrano_wire::texts::{Language, add_texts};

/// Makes the texts known: before anything is said.
pub fn make_known() {
    add_texts(|language| match language {
        Language::Spanish => {
            concat!(
                include_str!("../texts/es-AR/insights.ftl"),
                include_str!("../texts/es-AR/alerts.ftl"),
                include_str!("../texts/es-AR/predictions.ftl")
            )
        }
        Language::English => concat!(
            include_str!("../texts/en/insights.ftl"),
            include_str!("../texts/en/alerts.ftl"),
            include_str!("../texts/en/predictions.ftl")
        ),
    });
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    use belgrano_wire::texts::Language;

    const CRATE: &str = env!("CARGO_MANIFEST_DIR");

    /// The keys of a text file, in their order.
    fn keys(path: &Path) -> Vec<String> {
        let text = std::fs::read_to_string(path).expect("a file of texts");
        let begins = |line: &&str| line.starts_with(|first: char| first.is_ascii_lowercase());
        text.lines().filter(begins).filter_map(|line| Some(line.split_once(" =")?.0.to_owned())).collect()
    }

    /// All files below a folder, but for tests.
    fn files(folder: PathBuf) -> Vec<PathBuf> {
        let (mut found, mut folders) = (Vec::new(), vec![folder]);
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.ends_with("tests") || path.ends_with("tests.rs") {
                    continue;
                }
                if path.is_dir() { folders.push(path) } else { found.push(path) }
            }
        }
        found
    }

    /// The keys in a language, of the shared texts too.
    fn known(language: &str) -> BTreeSet<String> {
        let folders = [format!("{CRATE}/texts/{language}"), format!("{CRATE}/../shared/texts/{language}")];
        let catalogues = folders.into_iter().flat_map(|folder| files(folder.into()));
        // What the API document says is in one language.
        catalogues
            .filter(|path| path.extension().is_some_and(|end| end == "ftl"))
            .flat_map(|path| keys(&path))
            .collect()
    }

    #[test]
    fn every_text_that_is_asked_for_is_there_in_both_languages() {
        let (spanish, english) = (known("es-AR"), known("en"));
        assert_eq!(spanish, english, "both languages say the same");
        for path in ["src", "templates"].iter().flat_map(|folder| files(Path::new(CRATE).join(folder))) {
            let text = std::fs::read_to_string(&path).expect("text");
            // What follows is its own tests.
            let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            for opening in [".t(\"", "Message::new(\""] {
                for key in text.split(opening).skip(1).filter_map(|rest| rest.split('"').next()) {
                    assert!(spanish.contains(key), "{}: there is no text called {key}", path.display());
                }
            }
        }
    }

    #[test]
    fn of_no_day_at_all_there_is_no_mean() {
        super::make_known();
        for (language, one) in
            [(Language::Spanish, "el promedio de un día"), (Language::English, "the mean of one day")]
        {
            let said = |days: i64| language.t("foretold-few").with("days", days).to_string();
            assert!(!said(0).contains('0') && said(1).contains(one) && said(12).contains("12"), "{}", said(0));
        }
    }
}
