//! Live: every committed change reaches everyone who may see it, in order, without a gap.
//!
//! In: what the writer committed ([`Hub::publish`]) and, where another process wrote, the log. Out: one socket per
//! client at `GET /ws`. A connection is a cursor over frames that were serialised once. The protocol is a pure state
//! machine; the task of a socket is one `select!`. What must never happen here: an event before its commit, a gap, a
//! duplicate, a slow reader that anybody else notices.

mod budget;
mod catch_up;
mod frames;
mod heartbeat;
mod hub;
#[cfg(test)]
mod hub_tests;
mod log;
mod positions;
mod protocol;
#[cfg(test)]
mod protocol_tests;
mod reader;
mod ring;
mod settings;
mod snapshot;
mod sockets;
mod viewer;

pub use hub::{Behind, Hub, HubLimits};
pub use log::Page;
pub use protocol::{Action, Input, Protocol};
pub use reader::Reader;
pub use ring::RingLimits;
pub use settings::{FrameBudget, Rules};
pub use snapshot::SnapshotLimits;
pub use sockets::{Ending, Seat, SocketLimits, Sockets, TooMany};
pub use viewer::{View, Viewer, ViewerRole};
