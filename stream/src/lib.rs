//! Changes of the feeds as CloudEvents, to NATS JetStream or to Kafka.
//!
//! In: changes in the order of their feed ([`Event`]). Out: the same at a broker, each acknowledged by it before the next of its key is
//! sent ([`Page::publish`]). Where the feed was read up to is the caller's to remember, once a page is through. A crate of its own, so
//! that Kafka's C library is tested without the engine of insights.
//!
//! What must never happen here: a change that overtakes an earlier one of its key, or one that counts as published without the
//! broker's word; and no password in any message.

mod broker;
mod event;
#[cfg(feature = "kafka")]
mod kafka;
mod nats;
mod page;
mod persons;
mod target;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;

pub use broker::{Broker, BrokerError, Standing};
pub use event::Event;
pub use page::Page;
pub use persons::Persons;
pub use target::{BadTarget, Target};
