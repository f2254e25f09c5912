//! The wire: every shape the two services, the deployed clients and the browsers exchange, and what those are made of: money,
//! time, order numbers, signatures, text as it is meant, and the sentences of a refusal.
//!
//! English in the code, Spanish in the JSON; the renaming happens here and nowhere else. What comes from outside is
//! parsed into types that cannot be wrong ([`OrderMessage`], [`OrderNumber`], [`TicketState`]); what goes out is plain
//! `serde`. A refusal's Spanish goes over the wire, so the catalogues are read here, and all above says its texts by them.
//!
//! It is the lowest floor, and knows none of the others: no storage, no server, no page, no settings. A type may say how a
//! column of a database holds it and how it is read from the head of a request, and no more. What must never happen here: a
//! rule of the shop or of the board, a panic for bytes from outside.

pub mod ambient;
mod client_time;
pub mod cookie;
mod fingerprint;
pub mod free_text;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
pub mod hex;
pub mod limits;
pub mod live;
pub mod money;
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
pub mod pin;
pub mod position;
mod said;
pub mod search;
pub mod signature;
pub mod steady;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod texts;
pub mod ticket_state;
pub mod ticket_view;
pub mod timestamp;
pub mod vocabulary;
pub mod zone;

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
