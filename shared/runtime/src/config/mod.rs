//! Configuration: environment variables, read once at start, every mistake reported at once.
//!
//! Each variable is named in one place, with its default and its meaning, by the code that reads it; the table in
//! `docs/operations.md` is checked against what was read. What must never happen here: a secret in a message.

mod common;
mod env;
mod generated;
mod secret;
pub mod transport;

pub use common::{Common, FirstAdmin, GENERATED_SECRET, SecretError};
pub(crate) use env::parse_site;
pub use env::{ConfigMistakes, Env, Mistake, Setting, local_url, table};
pub use generated::{GeneratedSecretError, generated_secret};
pub use secret::Secret;
