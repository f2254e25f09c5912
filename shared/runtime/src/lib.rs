//! What stands around any service: storage on two engines, the writer, HTTP, who may, settings, life and death of a process,
//! sockets, mail, the change feed, logs and numbers.
//!
//! A service puts its commands, queries and handlers into it. It knows the wire ([`belgrano_wire`]) and nothing above: not
//! what a page looks like (the edge is given what makes pages of refusals), not who is told of what, and no table but those
//! that it keeps itself. What must never happen here: a rule of the shop or of the board.

pub mod auth;
mod chain;
pub mod changes;
pub mod config;
pub mod http;
pub mod idempotency;
pub mod lifecycle;
pub mod mailer;
pub mod passage;
mod private_file;
pub mod problem;
pub mod retry;
pub mod security;
pub mod sockets;
pub mod storage;
pub mod takeover;
pub mod telemetry;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod tls;
pub mod writer;

pub use chain::chain;
