//! The feed as a reader meets it.

mod copies;
mod reading;
