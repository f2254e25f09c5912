//! Insights: what the marketplace learns from its own orders.
//!
//! In: the change feeds of the shop and of the board, and files. Out: tables that anybody may read, and answers over HTTP that
//! are at most seconds old. What must never happen here: reading another service's tables, or anything that an order waits for.

pub mod access;
pub mod accounts;
pub mod alerts;
pub mod anomalies;
mod api;
pub mod app;
pub mod baskets;
mod capacity;
pub mod churn;
mod cors;
pub mod engine;
pub mod exports;
pub mod forecast;
pub mod guard;
mod housekeeping;
pub mod imports;
pub mod ingest;
pub mod lake;
mod lease;
pub mod math;
pub mod models;
mod pages;
pub mod pg;
mod router;
mod saved;
pub mod schema;
pub mod segments;
pub mod service;
pub mod sessions;
pub mod settings;
pub mod stream;
#[cfg(test)]
mod tests;
pub mod texts;
pub mod training;
pub mod unit;
pub mod value;
