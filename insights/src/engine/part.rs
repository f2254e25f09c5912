//! Of which sources a question is. Our own rows come all day; those of an import lie in the lake as it left them.
//!
//! A question of one source is planned over names that have that source's rows alone, so that neither is worked out for the
//! other, and an answer about an import holds until it is imported anew.

use datafusion::common::ScalarValue;

use crate::lake::feeds::OWN;

/// Which sources a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Our own marketplace and imports alike.
    All,
    /// Of our own marketplace alone.
    Own,
    /// Imports alone: their answers hold until the next file comes.
    Imports,
}

/// What every table of a question is narrowed to that is of the source `$1` alone.
const OF_ONE: &str = "source = $1";

impl Part {
    /// Which part a source is of.
    pub(super) fn of(source: Option<&str>) -> Self {
        match source {
            None => Self::All,
            Some(OWN) => Self::Own,
            Some(_) => Self::Imports,
        }
    }
}

/// The one source that a question of ours is about; `None` when it may be about any.
pub(super) fn source<'a>(sql: &str, values: &'a [ScalarValue]) -> Option<&'a str> {
    match values.first() {
        Some(ScalarValue::Utf8(Some(source))) if sql.contains(OF_ONE) => Some(source),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Part, source};

    #[test]
    fn a_question_is_of_the_source_that_it_names() {
        let values = ["retail".into(), "otra".into()];
        let of = |sql: &str| Part::of(source(sql, &values));
        assert_eq!(of("SELECT 1 FROM gold_sales s WHERE s.source = $1"), Part::Imports);
        assert_eq!(of("SELECT 1 FROM gold_sales s WHERE s.country = $1"), Part::All);
        assert_eq!(Part::of(source("source = $1", &["belgrano".into()])), Part::Own);
        assert_eq!(Part::of(source("source = $1", &[])), Part::All);
    }
}
