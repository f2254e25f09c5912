//! The engine: SQL over what is stored and what has just come, as one.
//!
//! In: rows from the feeds, and what the lake holds. Out: answers that are seconds old. What must never happen here: an answer
//! made of two states, or one that reads a file or an address that the query names.

mod answers;
mod catalog;
mod context;
mod fence;
mod fresh;
mod names;
mod needs;
mod visible;
mod warehouse;

pub use answers::{Answer, Answers, QueryError};
pub use catalog::{Catalog, Described, DescribedColumn};
pub use context::Limits;
pub use names::Hot;
pub(crate) use names::MONTH;
pub(crate) use needs::needs;
pub(crate) use warehouse::first_day;
pub use warehouse::{Came, Cold, Session, Warehouse, WarehouseError};
