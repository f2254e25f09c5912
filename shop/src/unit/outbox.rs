//! Messages to the board, written in the transaction that causes them.

use belgrano_shared::execute_rows;
use belgrano_shared::storage::Session;
use belgrano_shared::timestamp::UnixMillis;
use belgrano_shared::wire::OrderNumber;

use super::ShopUnit;

/// What a message asks the board to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageKind {
    /// Make a ticket of the order.
    OrderCreated,
    /// Cancel the order's ticket.
    OrderCancelled,
}

impl MessageKind {
    /// As the outbox stores it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OrderCreated => "order.created",
            Self::OrderCancelled => "order.cancelled",
        }
    }
}

impl TryFrom<String> for MessageKind {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        [Self::OrderCreated, Self::OrderCancelled].into_iter().find(|kind| kind.as_str() == text).ok_or(text)
    }
}

/// A message to be delivered.
#[derive(Clone, Debug)]
pub struct OutboxMessage {
    /// The order it is about; messages of one order stay in order.
    pub order_number: OrderNumber,
    /// What it asks for.
    pub kind: MessageKind,
    /// The JSON body, fixed when it was written.
    pub payload: String,
    /// `traceparent` of the request that caused it.
    pub trace: String,
}

#[derive(Debug)]
struct Row {
    id: i64,
    message: OutboxMessage,
    created_at: UnixMillis,
}

const INSERT: &str =
    "INSERT INTO outbox (id, order_number, kind, payload, trace, state, created_at, next_attempt_at) VALUES";

#[derive(Debug, Default)]
pub(super) struct Outbox {
    fresh: Vec<Row>,
}

impl Outbox {
    pub(super) async fn flush(&mut self, session: &mut Session) -> sqlx::Result<()> {
        execute_rows!(*session, INSERT, 8, &self.fresh, |query, row| {
            query
                .bind(row.id)
                .bind(row.message.order_number.as_str())
                .bind(row.message.kind.as_str())
                .bind(&row.message.payload)
                .bind(&row.message.trace)
                .bind("pendiente")
                .bind(row.created_at)
                .bind(row.created_at)
        });
        self.fresh.clear();
        Ok(())
    }
}

impl ShopUnit {
    /// Puts a message into the outbox; the commit wakes the relay.
    pub fn send(&mut self, message: OutboxMessage) {
        let id = self.next_outbox_id();
        self.outbox.fresh.push(Row { id, message, created_at: self.now });
        self.committed.outbox = true;
        self.changes += 1;
    }
}
