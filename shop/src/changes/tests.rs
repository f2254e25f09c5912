//! The feed as a reader meets it, and what it promises.

mod copies;
mod growing;
mod reader;
mod reading;
mod restoring;
mod triggers;
mod turns;
mod world;
