//! Insights: what the marketplace learns from its own orders.
//!
//! In: the change feeds of the shop and of the board, and files. Out: tables that anybody may read, and answers over HTTP that
//! are at most seconds old. What must never happen here: reading another service's tables, or anything that an order waits for.

pub mod access;
pub mod accounts;
mod api;
pub mod app;
mod cors;
pub mod engine;
pub mod guard;
mod housekeeping;
pub mod imports;
pub mod ingest;
pub mod lake;
pub mod models;
mod pages;
pub mod pg;
mod router;
mod saved;
pub mod schema;
pub mod service;
pub mod sessions;
pub mod settings;
#[cfg(test)]
mod tests;
pub mod texts;
pub mod unit;
