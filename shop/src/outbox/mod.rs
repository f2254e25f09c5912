//! The durable queue of messages to the board: what may be taken, how it ended, and what people do about it.
//!
//! A message is written in the transaction of the order that causes it ([`crate::unit::ShopUnit::send`]). From there on
//! every change is a command of this module: [`Claim`] hands messages to a relay under a lease (new ones mostly go by the
//! [`Handoff`] instead), [`Settle`] takes its
//! verdicts back, [`BringBack`] mends what a clock that was set back has put off, [`Replay`], [`ReplayDead`] and [`Discard`]
//! are for people, [`Prune`] is housekeeping. What must never
//! happen here: a later message of an order taken before an earlier one is delivered or discarded, or a verdict accepted
//! from a relay whose lease is over.

pub mod api;
#[cfg(test)]
mod api_tests;
mod bring_back;
mod claim;
mod manage;
mod message;
mod prune;
mod queries;
mod settle;
#[cfg(test)]
mod tests;

pub use bring_back::{BringBack, bring_back, was_set_back};
pub use claim::{Claim, Claims, EndLeases};
pub(crate) use manage::fields;
pub use manage::{Discard, DiscardRefusal, Replay, ReplayDead, ReplayFilter, ReplayRefusal, replay_dead};
pub use message::{AttemptView, MessageDetail, MessageState, MessageView};
pub use prune::{Prune, prune};
pub use queries::{Failure, Page, Summary, last_failures, list, show, summary};
pub use settle::{Attempt, Charge, Forgive, Settle, Settlement, Verdict};

pub use crate::unit::{Claimed, Handoff};
