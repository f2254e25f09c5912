//! Looking at tickets: search, one of them, its history and the proofs of its delivery. Nothing here changes a ticket; text to
//! find older ones by is added at start.

mod detail;
mod fold_stored;
mod history;
mod routes;
mod search;

pub use detail::Detail;
pub use fold_stored::fold_stored;
pub use history::{Entry, LastActor, history, last_actors};
pub use routes::routes;
pub(crate) use routes::{Tickets, answer_as_seen, find, list_for, proof_kinds, read_filter, visible};
pub use search::{Filter, search};
