//! What both services stand on: storage, the writer, authentication, retry, problems,
//! telemetry and configuration.
//!
//! Nothing here knows an order's price or a ticket's driver: a rule of the shop or of the board lives
//! in its own crate. What must never happen here: a dependency on `shop` or `tickets`.

pub mod address;
pub mod auth;
mod chain;
pub mod changes;
pub mod config;
pub mod http;
pub mod idempotency;
pub mod lifecycle;
pub mod mailer;
pub mod map;
pub mod notices;
pub mod pages;
pub mod passage;
pub mod phone;
pub mod picture;
mod private_file;
pub mod problem;
pub mod retry;
pub mod seen;
pub mod sockets;
pub mod spreadsheet;
pub mod storage;
pub mod takeover;
pub mod telemetry;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod tls;
pub mod writer;

pub use chain::chain;
