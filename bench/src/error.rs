//! One error for the whole tool: a sentence for whoever runs it.
//!
//! Nothing here is recovered from by kind. What a measurement counts (a refused order, a lost
//! connection) is data and never becomes an `Error`; what is left can only be printed.

use std::fmt::{self, Display};

/// Why the tool gives up.
#[derive(Debug)]
pub struct Error(String);

/// `Result` with this crate's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error that says `what`.
    pub fn new(what: impl Display) -> Self {
        Self(what.to_string())
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

impl From<std::io::Error> for Error {
    fn from(e: std::io::Error) -> Self {
        Self::new(e)
    }
}

impl From<serde_json::Error> for Error {
    fn from(e: serde_json::Error) -> Self {
        Self::new(format_args!("JSON: {e}"))
    }
}

impl From<tokio::task::JoinError> for Error {
    fn from(e: tokio::task::JoinError) -> Self {
        Self::new(format_args!("a task of the generator failed: {e}"))
    }
}

/// Says what was being done when something failed.
pub trait Context<T> {
    /// Puts `what: ` before the error, or turns a missing value into the error `what`.
    fn context(self, what: impl Display) -> Result<T>;
}

impl<T, E: Display> Context<T> for std::result::Result<T, E> {
    fn context(self, what: impl Display) -> Result<T> {
        self.map_err(|e| Error::new(format_args!("{what}: {e}")))
    }
}

impl<T> Context<T> for Option<T> {
    fn context(self, what: impl Display) -> Result<T> {
        self.ok_or_else(|| Error::new(what))
    }
}
