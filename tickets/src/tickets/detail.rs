//! One ticket in full, as its own page and whoever changed it get it.

use belgrano_runtime::writer::{Command, Failure};
use belgrano_wire::TicketView;
use serde::Serialize;
use utoipa::ToSchema;

use crate::unit::{AssignmentReason, BoardUnit, BoardWants, Ticket};

/// A ticket with what lists leave out.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Detail {
    #[serde(flatten)]
    ticket: TicketView,
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

/// A command that changes a ticket, answered with the ticket in full.
#[derive(Debug)]
pub struct InFull<C>(pub C);

impl<C: Command<BoardUnit, Output = TicketView>> Command<BoardUnit> for InFull<C> {
    type Output = Detail;
    type Refusal = C::Refusal;

    fn wants(&self, wants: &mut BoardWants) {
        self.0.wants(wants);
    }

    async fn apply(&self, unit: &mut BoardUnit) -> Result<Detail, Failure<C::Refusal>> {
        let view = self.0.apply(unit).await?;
        let ticket = unit.ticket(&view.number).await?;
        let assignment_reason = ticket.and_then(|ticket| ticket.assignment_reason.clone());
        Ok(Detail { ticket: view, assignment_reason })
    }
}
