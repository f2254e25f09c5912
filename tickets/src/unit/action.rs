//! What was done to a ticket: a code in the database, a word for other systems, and whatever a page says of it.

use serde::{Serialize, Serializer};

/// What was done to a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// The shop handed its order in.
    Received,
    /// It came over from the old board.
    TakenOver,
    /// It was offered to a driver by hand.
    Assigned,
    /// It was offered to whoever fits best.
    AssignedByItself,
    /// It was taken from a driver and offered to another, by hand.
    Reassigned,
    /// It was taken from a driver and offered to whoever fits best.
    ReassignedByItself,
    /// It was taken back to the pool.
    Unassigned,
    /// Nobody answered the offer in time.
    OfferExpired,
    /// Its driver took it.
    Accepted,
    /// Its driver gave it back.
    Rejected,
    /// An administrator put it back to the pool, for another try.
    MadePending,
    /// Its driver set out.
    Started,
    /// It was delivered.
    Delivered,
    /// The delivery failed.
    Failed,
    /// It was given back to the merchant.
    Returned,
    /// The board called it off.
    Cancelled,
    /// The shop called it off.
    CancelledByShop,
    /// Its priority or instructions were changed.
    Edited,
    /// The change before was taken back.
    Undone,
    /// Whose order it is was erased: the ticket and its history say nothing of that person any more.
    Forgotten,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 20] = [
        Self::Received,
        Self::TakenOver,
        Self::Assigned,
        Self::AssignedByItself,
        Self::Reassigned,
        Self::ReassignedByItself,
        Self::Unassigned,
        Self::OfferExpired,
        Self::Accepted,
        Self::Rejected,
        Self::MadePending,
        Self::Started,
        Self::Delivered,
        Self::Failed,
        Self::Returned,
        Self::Cancelled,
        Self::CancelledByShop,
        Self::Edited,
        Self::Undone,
        Self::Forgotten,
    ];

    /// As it lies in the database: one may be added, none may change.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::TakenOver => "taken_over",
            Self::Assigned => "assigned",
            Self::AssignedByItself => "assigned_by_itself",
            Self::Reassigned => "reassigned",
            Self::ReassignedByItself => "reassigned_by_itself",
            Self::Unassigned => "unassigned",
            Self::OfferExpired => "offer_expired",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::MadePending => "made_pending",
            Self::Started => "started",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Returned => "returned",
            Self::Cancelled => "cancelled",
            Self::CancelledByShop => "cancelled_by_shop",
            Self::Edited => "edited",
            Self::Undone => "undone",
            Self::Forgotten => "forgotten",
        }
    }

    /// The word that the API and the change feed say: `oferta vencida`. Other systems know it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Received => "recibido",
            Self::TakenOver => "tomado",
            Self::Assigned => "asignado",
            Self::AssignedByItself => "asignado automáticamente",
            Self::Reassigned => "reasignado",
            Self::ReassignedByItself => "reasignado automáticamente",
            Self::Unassigned => "desasignado",
            Self::OfferExpired => "oferta vencida",
            Self::Accepted => "aceptado",
            Self::Rejected => "rechazado",
            Self::MadePending => "vuelto a pendiente",
            Self::Started => "en camino",
            Self::Delivered => "entregado",
            Self::Failed => "fallido",
            Self::Returned => "devuelto",
            Self::Cancelled => "cancelado",
            Self::CancelledByShop => "cancelado por la tienda",
            Self::Edited => "editado",
            Self::Undone => "deshacer",
            Self::Forgotten => "olvidado",
        }
    }

    /// Whether nobody chose the driver by hand.
    #[must_use]
    pub const fn is_by_itself(self) -> bool {
        matches!(self, Self::AssignedByItself | Self::ReassignedByItself)
    }
}

impl TryFrom<String> for Action {
    type Error = String;

    /// Reads a code; also a word, which an instance of the version before stores as long as it is still running.
    fn try_from(stored: String) -> Result<Self, String> {
        let is = |action: &Self| action.code() == stored || action.word() == stored;
        Self::ALL.into_iter().find(is).ok_or(stored)
    }
}

impl Serialize for Action {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::Action;

    #[test]
    fn each_is_read_by_its_code_and_by_the_word_of_before() {
        for action in Action::ALL {
            for stored in [action.code(), action.word()] {
                assert_eq!(Action::try_from(stored.to_owned()), Ok(action));
            }
        }
        assert!(Action::try_from("prueba".to_owned()).is_err());
    }
}
