//! Why a ticket is not changed, by whichever room: one enum, one match into a problem.

use std::time::Duration;

use belgrano_runtime::problem::{FieldError, Problem};
use belgrano_wire::texts::Message;
use belgrano_wire::{OrderNumber, TicketState};

use super::{IllegalStep, NotUndoable, ProofKind};

/// Why a ticket is not changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TicketRefusal {
    /// There is no such ticket, or it is none of the asker's business.
    NotFound(OrderNumber),
    /// The state machine says no.
    Illegal(IllegalStep),
    /// `If-Match` named another version than this one.
    Stale(i64),
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
    /// The last change cannot be taken back.
    NotUndoable(NotUndoable),
}

impl From<IllegalStep> for TicketRefusal {
    fn from(illegal: IllegalStep) -> Self {
        Self::Illegal(illegal)
    }
}

impl From<TicketRefusal> for Problem {
    fn from(refusal: TicketRefusal) -> Self {
        match refusal {
            TicketRefusal::NotFound(number) => {
                Self::not_found(Message::new("refusal-no-ticket").with("number", number))
            }
            TicketRefusal::Illegal(illegal) => illegal_step(&illegal),
            TicketRefusal::Stale(version) => {
                Self::stale(Message::new("refusal-stale").with("version", version)).with("version", version)
            }
            TicketRefusal::ProofMissing(kind) => {
                Self::invalid(vec![FieldError::new(kind.as_str(), Message::new(missing(kind)))])
            }
            TicketRefusal::PinWrong => Self::invalid_field("pin", Message::new("error-pin")),
            TicketRefusal::PinTries(again_in) => {
                let minutes = again_in.as_secs().div_ceil(60);
                let said = Message::new("error-pin-tries").with("minutes", i64::try_from(minutes).unwrap_or(i64::MAX));
                Self::too_many_requests(again_in).about(vec![FieldError::new("pin", said)])
            }
            TicketRefusal::NoSuchDriver(id) => {
                Self::invalid_field("repartidor_id", Message::new("error-no-driver").with("id", id.to_string()))
            }
            TicketRefusal::NobodyFree => Self::conflict("sin-repartidores", Message::new("refusal-nobody-free")),
            TicketRefusal::Closed(state) => {
                Self::conflict("ticket-cerrado", Message::new("refusal-closed").with("state", state))
            }
            TicketRefusal::NotUndoable(why) => Self::conflict("no-se-puede-deshacer", Message::new(why.text())),
        }
    }
}

/// The key of what to say.
const fn missing(kind: ProofKind) -> &'static str {
    match kind {
        ProofKind::Pin => "error-needs-pin",
        ProofKind::Photo => "error-needs-photo",
        ProofKind::Signature => "error-needs-signature",
    }
}

fn illegal_step(illegal: &IllegalStep) -> Problem {
    let legal: Vec<&str> = illegal.legal.iter().map(|state| state.as_str()).collect();
    let key = if legal.is_empty() { "refusal-step-last" } else { "refusal-step" };
    let said = Message::new(key).with("from", illegal.from).with("to", illegal.to);
    let said = if legal.is_empty() { said } else { said.with("legal", illegal.legal.as_slice()) };
    Problem::conflict("paso-ilegal", said).with("estado", illegal.from.as_str()).with("legales", legal)
}
