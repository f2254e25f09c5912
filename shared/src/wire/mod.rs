//! The wire: every shape the two services, the deployed clients and the browsers exchange.
//!
//! English in the code, Spanish in the JSON; the renaming happens here and nowhere else. What comes from outside is
//! parsed into types that cannot be wrong ([`OrderMessage`], [`OrderNumber`], [`TicketState`]); what goes out is plain
//! `serde`. What must never happen here: storage, a rule of the shop or of the board, a panic for bytes from outside.

mod client_time;
mod fingerprint;
pub mod limits;
pub mod live;
pub mod order_line;
pub mod order_message;
pub mod order_number;
mod order_parts;
#[cfg(test)]
mod order_properties;
mod order_raw;
mod order_reading;
#[cfg(test)]
mod order_tests;
pub mod payment_method;
pub mod position;
mod said;
pub mod ticket_state;
pub mod ticket_view;
pub mod vocabulary;

pub use client_time::{ClientMoment, ClientTime, Judged};
pub use live::{ClientFrame, CloseCode, EventKind, ServerFrame};
pub use order_line::OrderLine;
pub use order_message::{MessageError, OrderMessage};
pub use order_number::OrderNumber;
pub use payment_method::PaymentMethod;
pub use position::Position;
pub use ticket_state::{CustomerKind, Priority, TicketState};
pub use ticket_view::{IntakeReply, TicketView};
pub use vocabulary::UnknownWord;
