//! The board as its clients meet it, on both engines.

mod accounts;
mod assigning;
pub(crate) mod board;
mod forgetting;
mod intake;
mod pasted;
mod plans;
mod reassigning;
mod searching;
mod stepping;
mod walking;
