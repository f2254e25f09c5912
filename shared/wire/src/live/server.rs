//! What the server says on the live feed.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::timestamp::UnixMillis;
use crate::vocabulary::vocabulary;
use crate::{OrderNumber, TicketView};

vocabulary! {
    /// What happened to a ticket.
    EventKind {
        /// It was taken in.
        Created = "ticket.created";
        /// A driver was given it.
        Assigned = "ticket.assigned";
        /// It went back to the pool.
        Unassigned = "ticket.unassigned";
        /// It took a step of its life.
        Status = "ticket.status";
        /// Something else about it changed.
        Updated = "ticket.updated";
        /// This reader may no longer see it. The frame carries no more of it than is needed to drop it.
        Left = "ticket.left";
    }
}

/// What the server says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum ServerFrame {
    /// First on every connection.
    Welcome {
        /// Names the database's life; cursors of another epoch mean nothing.
        epoch: String,
        /// The newest event so far.
        seq: i64,
        /// Seconds between the server's pings.
        heartbeat_s: u64,
    },
    /// Everything the reader may see, as of `seq`.
    Snapshot {
        /// The newest event that is in it.
        seq: i64,
        /// The tickets.
        tickets: Vec<TicketView>,
    },
    /// One committed change.
    Event {
        /// Its place in the one order of all changes.
        seq: i64,
        /// What happened.
        kind: EventKind,
        /// When it was recorded.
        at: UnixMillis,
        /// The ticket afterwards.
        ticket: EventTicket,
    },
    /// Where a driver is. Not an event: it has no `seq`, and only the latest matters.
    Position {
        /// Whose.
        #[serde(rename = "repartidor_id")]
        driver_id: i64,
        /// Latitude, degrees.
        lat: f64,
        /// Longitude, degrees.
        lng: f64,
        /// When the driver was there.
        at: UnixMillis,
    },
    /// Are you there? Answer with a pong within ten seconds.
    Ping,
    /// The server is about to close.
    Bye {
        /// Why, in Spanish.
        reason: String,
        /// How long to wait before coming back, in milliseconds; spread out over the clients.
        retry_after_ms: u64,
    },
}

impl ServerFrame {
    /// [`ServerFrame::Ping`] as the text of one frame: it is always the same.
    pub const PING: &str = r#"{"type":"ping"}"#;

    /// As the text of one frame.
    #[must_use]
    pub fn to_text(&self) -> String {
        // Strings, numbers and lists into memory: there is nothing here that can fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// The ticket of an event: whole, or no more than its name when the reader may no longer see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum EventTicket {
    /// The ticket as this reader may see it.
    Whole(Box<TicketView>),
    /// With [`EventKind::Left`].
    Left(LeftTicket),
}

impl EventTicket {
    /// The order's number.
    #[must_use]
    pub fn number(&self) -> &OrderNumber {
        match self {
            Self::Whole(ticket) => &ticket.number,
            Self::Left(ticket) => &ticket.number,
        }
    }
}

/// What is left of a ticket for a reader who may no longer see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftTicket {
    /// The board's own number of it.
    pub ticket_id: i64,
    /// The order's number.
    #[serde(rename = "numero")]
    pub number: OrderNumber,
    /// How many times it has changed.
    pub version: i64,
}

/// The text of an event frame around `ticket_json`, which must be a JSON object (a [`TicketView`] or a
/// [`LeftTicket`], serialised).
#[must_use]
pub fn event_frame(seq: i64, kind: EventKind, at: UnixMillis, ticket_json: &str) -> String {
    let mut text = String::with_capacity(ticket_json.len() + 128);
    // Neither a kind nor a time has a character that JSON escapes. Writing to a string cannot fail.
    let at = at.to_rfc3339();
    let _ = write!(text, r#"{{"type":"event","seq":{seq},"kind":"{kind}","at":"{at}","ticket":{ticket_json}}}"#);
    text
}

/// The text of a snapshot frame around tickets that are JSON objects already.
#[must_use]
pub fn snapshot_frame<'a>(seq: i64, tickets_json: impl IntoIterator<Item = &'a str>) -> String {
    let mut text = String::new();
    let _ = write!(text, r#"{{"type":"snapshot","seq":{seq},"tickets":["#);
    for (index, ticket) in tickets_json.into_iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push_str(ticket);
    }
    text.push_str("]}");
    text
}
