//! Why a ticket is not changed, by whichever room: one enum, one match into a problem.

use std::time::Duration;

use belgrano_shared::problem::{FieldError, Problem};
use belgrano_shared::wire::{OrderNumber, TicketState};

use super::{IllegalStep, ProofKind};

/// Why a ticket is not changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TicketRefusal {
    /// There is no such ticket, or it is none of the asker's business.
    NotFound(OrderNumber),
    /// The state machine says no.
    Illegal(IllegalStep),
    /// `If-Match` named another version than this one.
    Stale(i64),
    /// The step happened before the ticket was there, or in the future.
    Occurred(&'static str),
    /// A delivery without what proves it.
    ProofMissing(ProofKind),
    /// The PIN is not this ticket's.
    PinWrong,
    /// The tries at the PIN are used up, for as long as this.
    PinTries(Duration),
    /// There is no such driver, or its account is disabled.
    NoSuchDriver(i64),
    /// No driver is on shift with room left.
    NobodyFree,
    /// Nothing can be edited once it is over.
    Closed(TicketState),
    /// The last change cannot be taken back, and why.
    NotUndoable(&'static str),
}

impl From<IllegalStep> for TicketRefusal {
    fn from(illegal: IllegalStep) -> Self {
        Self::Illegal(illegal)
    }
}

impl From<TicketRefusal> for Problem {
    fn from(refusal: TicketRefusal) -> Self {
        match refusal {
            TicketRefusal::NotFound(number) => Self::not_found(format!("No hay ningún ticket {number}.")),
            TicketRefusal::Illegal(illegal) => illegal_step(&illegal),
            TicketRefusal::Stale(version) => {
                Self::stale(format!("El ticket ya va por la versión {version}.")).with("version", version)
            }
            TicketRefusal::Occurred(message) => Self::invalid_field("ocurrido", message),
            TicketRefusal::ProofMissing(kind) => Self::invalid(vec![FieldError::new(kind.as_str(), missing(kind))]),
            TicketRefusal::PinWrong => Self::invalid_field("pin", "no es el PIN de este pedido"),
            TicketRefusal::PinTries(again_in) => Self::too_many_requests(again_in),
            TicketRefusal::NoSuchDriver(id) => {
                Self::invalid_field("repartidor_id", format!("no hay ningún repartidor activo con id {id}"))
            }
            TicketRefusal::NobodyFree => {
                Self::conflict("sin-repartidores", "No hay ningún repartidor en turno con lugar para este ticket.")
            }
            TicketRefusal::Closed(state) => {
                Self::conflict("ticket-cerrado", format!("El ticket está {state}: ya no se puede cambiar."))
            }
            TicketRefusal::NotUndoable(why) => Self::conflict("no-se-puede-deshacer", why),
        }
    }
}

const fn missing(kind: ProofKind) -> &'static str {
    match kind {
        ProofKind::Pin => "hace falta el PIN que tiene el cliente",
        ProofKind::Photo => "hace falta una foto de la entrega",
        ProofKind::Signature => "hace falta la firma del cliente",
    }
}

fn illegal_step(illegal: &IllegalStep) -> Problem {
    let legal: Vec<&str> = illegal.legal.iter().map(|state| state.as_str()).collect();
    let way_on = match legal.as_slice() {
        [] => "no queda ningún paso".to_owned(),
        some => format!("los pasos posibles son: {}", some.join(", ")),
    };
    Problem::conflict("paso-ilegal", format!("Un ticket {} no puede pasar a {}; {way_on}.", illegal.from, illegal.to))
        .with("estado", illegal.from.as_str())
        .with("legales", legal)
}
