//! What both services speak: wire types, storage, the writer, authentication, retry, problems,
//! telemetry and configuration.
//!
//! Nothing here knows an order's price or a ticket's driver: a rule of the shop or of the board lives
//! in its own crate. What must never happen here: a dependency on `shop` or `tickets`.

pub mod address;
pub mod ambient;
pub mod auth;
mod chain;
pub mod changes;
pub mod config;
pub mod free_text;
pub mod hex;
pub mod http;
pub mod idempotency;
pub mod lifecycle;
pub mod mailer;
pub mod map;
pub mod money;
pub mod notices;
pub mod pages;
pub mod passage;
pub mod phone;
pub mod picture;
pub mod pin;
mod private_file;
pub mod problem;
pub mod retry;
pub mod search;
pub mod security;
pub mod seen;
pub mod signature;
pub mod sockets;
pub mod spreadsheet;
pub mod steady;
pub mod storage;
pub mod takeover;
pub mod telemetry;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod texts;
pub mod timestamp;
pub mod tls;
pub mod wire;
pub mod writer;
pub mod zone;

pub use chain::chain;
