//! Insights as a process of its own: other people's SQL, over HTTP and over the wire of `PostgreSQL`, and what it must not do.

mod attacks;
mod console;
mod guard;
mod lineage;
mod scope;
mod stopping;
mod streaming;
mod wire;
mod world;
