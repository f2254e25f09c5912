//! Notices on their way to customers, with a push service whose answer can be flipped.

mod asking;
mod delivering;
mod listing;
mod password;
mod subscribing;
mod telling;
mod world;
