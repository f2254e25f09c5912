//! The engine: SQL over what is stored and what has just come, as one.
//!
//! In: rows from the feeds, and what the lake holds. Out: answers that are seconds old. What must never happen here: an answer
//! made of two states, or one that reads a file or an address that the query names.

mod ahead;
mod answers;
mod catalog;
mod cold;
mod context;
mod data;
mod fence;
mod fresh;
mod hot;
mod keys;
mod names;
mod needs;
mod pace;
mod part;
mod reading;
mod rules;
mod scope;
mod session;
mod visible;
mod warehouse;

pub use answers::{Answer, Answers, QueryError, Standing};
pub use catalog::{Catalog, Described, DescribedColumn};
pub use cold::Cold;
pub use context::Limits;
pub use data::{Came, Reach};
pub(crate) use hot::first_day;
pub use hot::{Hot, beyond};
pub(crate) use names::MONTH;
pub(crate) use needs::needs;
pub use pace::Pacing;
pub use part::Part;
pub use reading::Reading;
pub use scope::Scope;
pub use session::Session;
pub use warehouse::{Warehouse, WarehouseError};
