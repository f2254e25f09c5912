//! Looking at tickets: search, one of them, its history and the proofs of its delivery. Nothing here changes a ticket; text to
//! find older ones by is added at start.

mod detail;
mod fold_stored;
mod history;
mod routes;
mod search;

pub use detail::{Detail, InFull};
pub use fold_stored::fold_stored;
pub use history::{Entry, LastActor, last_actors};
pub use routes::routes;
pub(crate) use routes::{answer_as_seen, events, find, list, proof_kinds, read_filter, visible};
pub use search::{Filter, search};
