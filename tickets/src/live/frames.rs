//! Frames as the hub keeps them: text that is made once and shared by every reader.

use belgrano_wire::live::{EventKind, LeftTicket, ServerFrame, event_frame};
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::{OrderNumber, Position, TicketView};
use serde_json::Value;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::ring::Weight;
use super::viewer::View;
use crate::unit::{CommittedEvent, forget_in};

/// What an entry costs beside its text.
const OVERHEAD_BYTES: usize = 96;

/// One event, as each of those who may see it gets it.
#[derive(Clone, Debug)]
pub(super) struct EventFrames {
    pub(super) ticket_id: i64,
    pub(super) driver_id: Option<i64>,
    /// Who carried the ticket until this event, if that is somebody else.
    pub(super) left_driver_id: Option<i64>,
    /// The ticket whole: for admins and for the shop.
    whole: Utf8Bytes,
    /// For the driver that carries it; made only when there is one.
    own: Option<Own>,
    /// For the driver it was taken from; made only when there is one.
    left: Option<Utf8Bytes>,
    /// The order whose customer everything told before forgets with it, if it says so.
    pub(super) forgets: Option<OrderNumber>,
}

/// What the driver that carries a ticket is told.
#[derive(Clone, Debug)]
struct Own {
    /// While it does.
    now: Utf8Bytes,
    /// Once it does not any more: without the customer.
    afterwards: Utf8Bytes,
    /// Whether that is from here on.
    over: bool,
}

/// One event in the feed of a driver.
#[derive(Clone, Debug)]
pub(super) struct DriverFrame {
    pub(super) ticket_id: i64,
    pub(super) now: Utf8Bytes,
    /// What `now` becomes when the driver has no business with the ticket any more.
    pub(super) afterwards: Utf8Bytes,
    /// Whether that is so from this event on.
    pub(super) ends: bool,
}

impl EventFrames {
    pub(super) fn of(event: &CommittedEvent) -> Self {
        let left_driver_id = event.previous_driver_id.filter(|previous| event.driver_id != Some(*previous));
        Self {
            ticket_id: event.ticket_id,
            driver_id: event.driver_id,
            left_driver_id,
            whole: event_frame(event.seq, event.kind, event.at, &event.ticket_json).into(),
            own: event.driver_id.map(|_| Own::of(event)),
            left: left_driver_id.map(|_| event_frame(event.seq, EventKind::Left, event.at, &number_of(event)).into()),
            forgets: event.forgets.then(|| event.number.clone()),
        }
    }

    /// Takes the customer of `number` out, if this is of that order.
    pub(super) fn forget(&mut self, ticket_id: i64, number: &OrderNumber) {
        if self.ticket_id == ticket_id {
            self.whole = without_customer(&self.whole, number);
            if let Some(own) = &mut self.own {
                own.now = own.afterwards.clone();
            }
        }
    }

    /// The frame for one reader, if the event concerns it.
    pub(super) fn for_view(&self, view: View) -> Option<&Utf8Bytes> {
        match view {
            View::All => Some(&self.whole),
            View::Driver(id) if self.driver_id == Some(id) => self.own.as_ref().map(|own| &own.now),
            View::Driver(id) if self.left_driver_id == Some(id) => self.left.as_ref(),
            View::Driver(_) => None,
        }
    }

    /// The same for somebody who reads it when the ticket is over, or another driver's.
    pub(super) fn afterwards(&self, view: View) -> Option<&Utf8Bytes> {
        match (view, &self.own) {
            (View::Driver(id), Some(own)) if self.driver_id == Some(id) => Some(&own.afterwards),
            _ => self.for_view(view),
        }
    }

    /// What the feed of a driver keeps of it, if it concerns that driver.
    pub(super) fn for_driver(&self, id: i64) -> Option<DriverFrame> {
        let view = View::Driver(id);
        let (now, afterwards) = (self.for_view(view)?.clone(), self.afterwards(view)?.clone());
        let ends = self.driver_id != Some(id) || self.own.as_ref().is_some_and(|own| own.over);
        Some(DriverFrame { ticket_id: self.ticket_id, now, afterwards, ends })
    }
}

impl DriverFrame {
    /// The same for the frame of a driver.
    pub(super) fn forget(&mut self, ticket_id: i64) {
        if self.ticket_id == ticket_id {
            self.now = self.afterwards.clone();
        }
    }
}

/// A frame as it would be had the order never had a customer.
fn without_customer(frame: &str, number: &OrderNumber) -> Utf8Bytes {
    // What cannot be read cannot be kept in part.
    let mut document: Value = serde_json::from_str(frame).unwrap_or_default();
    forget_in(&mut document, number.as_str());
    document.to_string().into()
}

impl Own {
    fn of(event: &CommittedEvent) -> Self {
        let frame = |json: &str| Utf8Bytes::from(event_frame(event.seq, event.kind, event.at, json));
        let nothing = || frame(&number_of(event));
        // What cannot be read cannot be kept back in part.
        let Ok(ticket) = serde_json::from_str::<TicketView>(&event.ticket_json) else {
            return Self { now: nothing(), afterwards: nothing(), over: false };
        };
        let ticket = ticket.for_driver();
        let over = ticket.state.is_final();
        let told = |ticket: &TicketView| serde_json::to_string(ticket).map_or_else(|_| nothing(), |json| frame(&json));
        let now = told(&ticket);
        let mut ticket = ticket;
        ticket.forget_customer();
        Self { now, afterwards: told(&ticket), over }
    }
}

/// Which ticket, and nothing of it.
fn number_of(event: &CommittedEvent) -> String {
    let ticket = LeftTicket { ticket_id: event.ticket_id, number: event.number.clone(), version: event.version };
    // Numbers and a short string into memory: there is nothing here that can fail.
    serde_json::to_string(&ticket).unwrap_or_default()
}

impl Weight for EventFrames {
    fn bytes(&self) -> usize {
        let own = self.own.as_ref().map_or(0, |own| own.now.len() + own.afterwards.len());
        self.whole.len() + own + self.left.as_ref().map_or(0, |left| left.len()) + OVERHEAD_BYTES
    }
}

impl Weight for DriverFrame {
    fn bytes(&self) -> usize {
        self.now.len() + self.afterwards.len() + OVERHEAD_BYTES
    }
}

/// Where a driver is.
pub(super) fn position_frame(driver_id: i64, position: Position, at: UnixMillis) -> Utf8Bytes {
    ServerFrame::Position { driver_id, lat: position.lat(), lng: position.lng(), at }.to_text().into()
}
