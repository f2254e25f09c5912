//! The live feed over real sockets, on both engines.

mod board;
mod client;
mod doors;
mod endings;
mod retention;
mod streams;
