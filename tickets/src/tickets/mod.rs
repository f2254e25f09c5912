//! Looking at tickets: search, one of them, its history and the proofs of its delivery. Nothing here changes anything.

mod history;
mod routes;
mod search;

pub use history::Entry;
pub use routes::routes;
pub(crate) use routes::{events, list, visible};
pub use search::{Filter, search};
