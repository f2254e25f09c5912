//! The feed as a reader meets it.

mod reader;
mod reading;
