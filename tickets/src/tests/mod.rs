//! The board as its clients meet it, on both engines.

mod accounts;
mod assigning;
pub(crate) mod board;
mod choosing;
mod clock;
mod erasing;
mod forgetting;
mod instances;
mod intake;
mod keeping;
mod keys;
mod passwords;
mod pasted;
mod plans;
mod promising;
mod proofs;
mod reassigning;
mod searching;
mod second_factor;
mod security;
mod stepping;
mod undoing;
mod unreadable;
mod upgrading;
mod walking;
mod zone;
