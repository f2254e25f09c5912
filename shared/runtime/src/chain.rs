//! An error with its causes, for a line of an operator's terminal or log.

use std::error::Error;

/// An error with all its causes, on one line. A cause that what is before it has said already is left out.
#[must_use]
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !text.contains(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::chain;

    #[derive(Debug, thiserror::Error)]
    #[error("{text}")]
    struct Link {
        text: &'static str,
        source: Option<Box<Link>>,
    }

    #[test]
    fn says_every_cause_once() {
        let link = |text, source: Option<Link>| Link { text, source: source.map(Box::new) };
        let error = link("DATA_DIR: cannot write: no room", Some(link("no room", Some(link("disk full", None)))));
        assert_eq!(chain(&error), "DATA_DIR: cannot write: no room: disk full");
    }
}
