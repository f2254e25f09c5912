//! Intake: an order from the shop becomes exactly one ticket, and the shop may call it off again, or have its customer forgotten.
//!
//! The hot path of the board: one check of a signature, one parse, one command. What must never happen here: a query of
//! its own per order, or an order from somebody who did not show who they are.

mod cancel;
mod forget;
mod gate;
mod lookup;
mod receive;
mod routes;

pub use cancel::{CancelOrder, CancelRefusal};
pub use forget::{ForgetCustomer, Forgotten};
pub use gate::{Admitted, IntakeGate, Purpose};
pub use receive::{IntakeRefusal, Receive, new_ticket};
pub use routes::routes;
