//! Intake: an order from the shop becomes exactly one ticket.

mod gate;
mod receive;
mod routes;

pub use gate::IntakeGate;
pub use receive::{IntakeRefusal, Receive};
pub use routes::routes;
