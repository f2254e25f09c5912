//! One body of queries on two engines.
//!
//! A [`Db`] hands out [`Session`]s: a pooled connection to read on, a read-only snapshot, or the transaction of a
//! writer. Every query is an ordinary function that takes `&mut Session` and runs its one body through
//! [`on!`](crate::on!), so no SQL text and no bind list stands twice. What the engines say differently is in [`dialect`].
//! What must never happen here: a write outside the writer (readers are opened read-only, the engine refuses).

mod columns;
pub mod dialect;
mod error;
mod open;
mod postgres;
mod presence;
mod room;
mod rows;
mod session;
mod suspects;
#[cfg(test)]
mod tests;

pub use columns::{Columns, Places};
pub use error::{is_locked, is_unavailable, is_unstorable_text, require_one};
pub use open::{Migrations, OpenError, Place, StorageSettings, Target, open};
pub use postgres::PgSide;
pub use presence::{FileIdentity, Presence};
pub use rows::{MAX_ARRAY, MAX_ROWS, arrays_sql, batches, select_any_sql, select_in_sql, values_sql};
pub use session::{Db, Handle, PgHandle, Session};
