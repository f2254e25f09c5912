//! One ticket in full, as its own page and whoever changed it get it.

use belgrano_wire::TicketView;
use serde::Serialize;
use utoipa::ToSchema;

use crate::unit::{AssignmentReason, Ticket};

/// A ticket with what lists leave out.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Detail {
    #[serde(flatten)]
    pub(crate) ticket: TicketView,
    /// Why this driver, when nobody chose by hand.
    #[serde(rename = "asignacion_motivo")]
    #[schema(value_type = Option<String>)]
    assignment_reason: Option<AssignmentReason>,
}

impl From<Ticket> for Detail {
    fn from(Ticket { view, assignment_reason, .. }: Ticket) -> Self {
        Self { ticket: view, assignment_reason }
    }
}
