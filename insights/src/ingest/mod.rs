//! What comes from the feeds of the shop and the board, into memory and from there into the lake.

mod client;
mod credentials;
mod dato;
mod erased;
mod feeds;
mod fresh;
#[cfg(test)]
mod small;
mod store;
mod tail;
mod translate;

pub use crate::lake::feeds::{BOARD_FEED, OWN, SHOP_FEED};
pub(crate) use client::Client;
pub use client::{Access, FeedError};
pub use credentials::Credentials;
pub(crate) use feeds::{credentials, feeds};
pub use fresh::Fresh;
pub use store::{Flushed, Store, StoreError};
pub use tail::{Cause, Feed, FeedState, FeedStates, Trouble, follow};
pub use translate::{Change, Unreadable, translate};
