//! Insights: what the marketplace learns from its own orders.
//!
//! In: the change feeds of the shop and of the board, and files. Out: tables that anybody may read, and answers over HTTP that
//! are at most seconds old. What must never happen here: reading another service's tables, or anything that an order waits for.

pub mod access;
mod api;
pub mod app;
pub mod engine;
pub mod guard;
pub mod imports;
pub mod ingest;
pub mod lake;
pub mod models;
pub mod pg;
mod router;
pub mod service;
pub mod settings;
#[cfg(test)]
mod tests;
pub mod texts;
