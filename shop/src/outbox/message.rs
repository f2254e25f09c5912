//! A message of the outbox as people see it, and the states it can be in.

use belgrano_wire::OrderNumber;
use belgrano_wire::timestamp::UnixMillis;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::unit::MessageKind;

/// When a message that waits for a dead one of the same order is due: not before somebody acts.
pub(super) const BLOCKED: UnixMillis = UnixMillis(i64::MAX);

/// Where a message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum MessageState {
    /// To be delivered.
    #[serde(rename = "pendiente")]
    Pending,
    /// The board has it.
    #[serde(rename = "entregado")]
    Delivered,
    /// A dead letter: it waits until somebody acts.
    #[serde(rename = "muerto")]
    Dead,
    /// Not to be delivered: somebody decided so, or the board said that it comes too late. Nobody has to act.
    #[serde(rename = "descartado")]
    Discarded,
}

impl MessageState {
    /// The key of its name.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Pending => "outbox-state-pending",
            Self::Delivered => "outbox-state-delivered",
            Self::Dead => "outbox-state-dead",
            Self::Discarded => "outbox-state-discarded",
        }
    }

    /// As the outbox stores it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pendiente",
            Self::Delivered => "entregado",
            Self::Dead => "muerto",
            Self::Discarded => "descartado",
        }
    }
}

impl TryFrom<String> for MessageState {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        [Self::Pending, Self::Delivered, Self::Dead, Self::Discarded]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or(text)
    }
}

/// A message in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MessageView {
    /// Its id; grows in the order messages were written.
    pub id: i64,
    /// The order it is about.
    #[serde(rename = "numero")]
    pub order_number: OrderNumber,
    /// `order.created`, `order.cancelled` or `customer.forgotten`.
    #[serde(rename = "tipo")]
    #[schema(value_type = String)]
    pub kind: &'static str,
    /// Where it stands.
    #[serde(rename = "estado")]
    pub state: MessageState,
    /// When it was written.
    #[serde(rename = "creado")]
    pub created_at: UnixMillis,
    /// When it is tried next; null when it is settled, or waits for a dead message of the same order.
    #[serde(rename = "proximo_intento")]
    pub next_attempt_at: Option<UnixMillis>,
    /// Tries that count; those while the board was away do not.
    #[serde(rename = "intentos")]
    pub attempts: i64,
    /// The first try that counts.
    #[serde(rename = "primer_intento")]
    pub first_attempt_at: Option<UnixMillis>,
    /// A relay has it now.
    #[serde(rename = "en_curso")]
    pub leased: bool,
    /// When it was delivered, died or was discarded.
    #[serde(rename = "resuelto")]
    pub settled_at: Option<UnixMillis>,
    /// Why it died, was discarded, or was not delivered last time.
    #[serde(rename = "motivo")]
    pub reason: Option<String>,
}

impl MessageView {
    /// Whether somebody can still try it again or give it up.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.state, MessageState::Pending | MessageState::Dead)
    }
}

/// A message with everything there is to know of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MessageDetail {
    /// The message.
    #[serde(flatten)]
    pub message: MessageView,
    /// The body, as it is sent.
    #[serde(rename = "contenido")]
    pub payload: String,
    /// `traceparent` of the request that caused it.
    #[serde(rename = "traza")]
    pub trace: String,
    /// Its tries, the first one first. Of those while the board was away only the last is kept.
    #[serde(rename = "historial")]
    pub history: Vec<AttemptView>,
}

/// One try to deliver a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct AttemptView {
    /// When it began.
    #[serde(rename = "inicio")]
    pub started_at: UnixMillis,
    /// How long it took, in milliseconds.
    #[serde(rename = "duracion_ms")]
    pub duration_ms: i64,
    /// `entregado`, `reintento`, `rechazado`, `tarde` when the board had settled the matter otherwise, or `sin-costo` when it was
    /// away.
    #[serde(rename = "resultado")]
    pub outcome: String,
    /// The HTTP status, when there was an answer.
    #[serde(rename = "http")]
    pub status: Option<i64>,
    /// What kind of failure.
    #[serde(rename = "clase")]
    pub error_class: Option<String>,
    /// The beginning of the answer or the text of the error; null of a delivery, whose answer names the customer.
    #[serde(rename = "extracto")]
    pub excerpt: Option<String>,
}

/// The columns of [`MessageView`].
#[derive(Debug, sqlx::FromRow)]
pub(super) struct MessageRow {
    id: i64,
    #[sqlx(try_from = "String")]
    order_number: OrderNumber,
    #[sqlx(try_from = "String")]
    kind: MessageKind,
    #[sqlx(try_from = "String")]
    state: MessageState,
    created_at: UnixMillis,
    next_attempt_at: UnixMillis,
    attempts: i64,
    first_attempt_at: Option<UnixMillis>,
    lease_until: Option<UnixMillis>,
    settled_at: Option<UnixMillis>,
    reason: Option<String>,
}

impl From<MessageRow> for MessageView {
    fn from(row: MessageRow) -> Self {
        let next =
            (row.state == MessageState::Pending && row.next_attempt_at != BLOCKED).then_some(row.next_attempt_at);
        Self {
            id: row.id,
            order_number: row.order_number,
            kind: row.kind.as_str(),
            state: row.state,
            created_at: row.created_at,
            next_attempt_at: next,
            attempts: row.attempts,
            first_attempt_at: row.first_attempt_at,
            leased: row.lease_until.is_some(),
            settled_at: row.settled_at,
            reason: row.reason,
        }
    }
}
