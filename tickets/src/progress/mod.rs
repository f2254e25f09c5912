//! Progress: the steps of a ticket's life, who may take them, what proves a delivery, and taking a change back.
//!
//! [`transition`] decides, commands record, handlers parse. Every other room that changes a ticket's state goes through
//! [`transition`] too and refuses with [`TicketRefusal`].

mod edit;
mod if_match;
mod pin_tries;
mod proof;
mod redraw;
mod refusal;
mod routes;
mod sent_at;
mod take_step;
mod transition;
mod undo;

pub use edit::{Edit, check_editable};
pub use if_match::IfMatch;
pub(crate) use pin_tries::prune as forget_pin_tries;
pub use proof::{GivenProofs, ProofKind, Proofs};
pub(crate) use redraw::redraw_proofs;
pub use refusal::TicketRefusal;
pub use routes::routes;
pub(crate) use routes::{EditBody, STEP_BODY_BYTES, StepBody, key_scope, required_reason};
pub use sent_at::SentAt;
pub(crate) use take_step::take;
pub use take_step::{StepOnce, Stepped, TakeStep, check_version};
pub use transition::{As, IllegalStep, Offer, Step, legal, recall, transition};
pub(crate) use undo::before_last;
pub use undo::{NotUndoable, Undo};
