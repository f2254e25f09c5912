//! What the fuzz target of catalog files does with an input, and what has to hold whatever it is.
#![expect(clippy::missing_panics_doc, reason = "a panic is what a target reports")]

use belgrano_wire::free_text;

use super::file::File;

/// A catalog in the old pair's format, of any editor and encoding: what is taken has no invisible characters, and what is not
/// says where it stood.
pub fn catalog(input: &[u8]) {
    let Ok(file) = File::parse(input) else { return };
    for entry in &file.products {
        assert!(!free_text::has_control(&entry.slug) && !free_text::has_control(&entry.value.name));
    }
    for entry in &file.offers {
        let _ = entry.value.period();
    }
    for refused in &file.refused {
        assert!(!refused.path.is_empty() && !refused.reason.is_empty(), "a refusal that says nothing");
    }
}

#[cfg(test)]
mod tests {
    use belgrano_testing::try_corpus;

    #[test]
    fn catalogs_of_the_corpus_and_near_it_are_read_or_refused() {
        try_corpus("catalog", super::catalog);
    }
}
