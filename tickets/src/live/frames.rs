//! Frames as the hub keeps them: text that is made once and shared by every reader.

use belgrano_shared::timestamp::UnixMillis;
use belgrano_shared::wire::Position;
use belgrano_shared::wire::live::{EventKind, LeftTicket, ServerFrame, event_frame};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::ring::Weight;
use super::viewer::View;
use crate::unit::CommittedEvent;

/// What an entry costs beside its text.
const OVERHEAD_BYTES: usize = 96;

/// One event, as each of those who may see it gets it.
#[derive(Clone, Debug)]
pub(super) struct EventFrames {
    pub(super) driver_id: Option<i64>,
    /// Who carried the ticket until this event, if that is somebody else.
    pub(super) left_driver_id: Option<i64>,
    /// The ticket whole: for admins, for the shop, and for the driver that carries it.
    whole: Utf8Bytes,
    /// For the driver it was taken from; made only when there is one.
    left: Option<Utf8Bytes>,
}

impl EventFrames {
    pub(super) fn of(event: &CommittedEvent) -> Self {
        let left_driver_id = event.previous_driver_id.filter(|previous| event.driver_id != Some(*previous));
        let left = left_driver_id.map(|_| {
            let ticket =
                LeftTicket { ticket_id: event.ticket_id, number: event.number.clone(), version: event.version };
            // Numbers and a short string into memory: there is nothing here that can fail.
            let ticket = serde_json::to_string(&ticket).unwrap_or_default();
            event_frame(event.seq, EventKind::Left, event.at, &ticket).into()
        });
        Self {
            driver_id: event.driver_id,
            left_driver_id,
            whole: event_frame(event.seq, event.kind, event.at, &event.ticket_json).into(),
            left,
        }
    }

    /// The frame for one reader, if the event concerns it.
    pub(super) fn for_view(&self, view: View) -> Option<&Utf8Bytes> {
        match view {
            View::All => Some(&self.whole),
            View::Driver(id) if self.driver_id == Some(id) => Some(&self.whole),
            View::Driver(id) if self.left_driver_id == Some(id) => self.left.as_ref(),
            View::Driver(_) => None,
        }
    }
}

impl Weight for EventFrames {
    fn bytes(&self) -> usize {
        self.whole.len() + self.left.as_ref().map_or(0, |left| left.len()) + OVERHEAD_BYTES
    }
}

impl Weight for Utf8Bytes {
    fn bytes(&self) -> usize {
        self.len() + OVERHEAD_BYTES
    }
}

/// Where a driver is.
pub(super) fn position_frame(driver_id: i64, position: Position, at: UnixMillis) -> Utf8Bytes {
    ServerFrame::Position { driver_id, lat: position.lat(), lng: position.lng(), at }.to_text().into()
}
