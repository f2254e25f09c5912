//! The live feed's frames: JSON text with a `type`, one socket per client at `GET /ws`.
//!
//! The board writes [`ServerFrame`]s and reads [`ClientFrame`]s; the shop, itself a client, does the opposite. A change
//! is sent to thousands of readers, so [`event_frame`] and [`snapshot_frame`] build the text around tickets that are
//! serialised already. What must never happen here: a frame from a client that makes the server allocate much or panic.

mod client;
mod close_code;
mod server;
#[cfg(test)]
mod tests;

pub use client::{BadFrame, ClientFrame, Cursor, LiveToken};
pub use close_code::CloseCode;
pub use server::{EventKind, EventTicket, LeftTicket, ServerFrame, event_frame, snapshot_frame};
