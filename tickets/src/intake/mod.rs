//! Intake: an order from the shop becomes exactly one ticket.

mod receive;

pub use receive::{IntakeRefusal, Receive, Received};
