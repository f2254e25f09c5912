//! The feed as a reader meets it.

mod reading;
