//! The feed: the shop follows the board's live events as a client and applies them to its orders.
//!
//! In: the frames of one socket. Out: [`Apply`](crate::orders::Apply) commands, and a cursor that moves with them. A cut, a
//! restart of either side or a frame that comes twice changes nothing: the shop goes on from its cursor and a ticket's
//! version says what is new. Each instance of the shop follows for itself, so that its own watchers hear of every change.
//! A snapshot leaves out what ended long ago, so after one the shop asks for those of its open orders that are not in it.
//! The old board has no feed and calls back instead; this task then only looks now and then whether that has changed.

mod client;
mod follow;
mod late;
mod open_orders;

pub use client::{FeedError, FeedSettings, try_credentials};
pub use follow::follow;
