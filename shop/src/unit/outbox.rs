//! Messages to the board, written in the transaction that causes them.

use std::sync::Arc;
use std::time::Duration;

use belgrano_runtime::execute_rows;
use belgrano_runtime::storage::Session;
use belgrano_wire::OrderNumber;
use belgrano_wire::timestamp::UnixMillis;

use super::{Claimed, ShopUnit};

/// What a message asks the board to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageKind {
    /// Make a ticket of the order.
    OrderCreated,
    /// Cancel the order's ticket.
    OrderCancelled,
    /// Forget whose order it was.
    CustomerForgotten,
}

impl MessageKind {
    /// As the outbox stores it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OrderCreated => "order.created",
            Self::OrderCancelled => "order.cancelled",
            Self::CustomerForgotten => "customer.forgotten",
        }
    }
}

impl TryFrom<String> for MessageKind {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let all = [Self::OrderCreated, Self::OrderCancelled, Self::CustomerForgotten];
        all.into_iter().find(|kind| kind.as_str() == text).ok_or(text)
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
    /// Ours already, to be handed to the relay: the token and the end of the lease.
    lease: Option<(Arc<str>, UnixMillis)>,
}

const INSERT: &str = "INSERT INTO outbox (id, order_number, kind, payload, trace, state, created_at, next_attempt_at, \
     lease_token, lease_until) VALUES";

#[derive(Debug, Default)]
pub(super) struct Outbox {
    fresh: Vec<Row>,
    /// One for all that this batch hands over.
    token: Option<Arc<str>>,
}

impl Outbox {
    pub(super) fn take(&mut self) -> Vec<OutboxMessage> {
        self.fresh.drain(..).map(|row| row.message).collect()
    }

    pub(super) async fn flush(&mut self, session: &mut Session) -> sqlx::Result<()> {
        execute_rows!(*session, INSERT, 10, &self.fresh, |query, row| {
            let lease_until = row.lease.as_ref().map(|(_, until)| *until);
            query
                .bind(row.id)
                .bind(row.message.order_number.as_str())
                .bind(row.message.kind.as_str())
                .bind(&row.message.payload)
                .bind(&row.message.trace)
                .bind("pendiente")
                .bind(row.created_at)
                .bind(lease_until.unwrap_or(row.created_at))
                .bind(row.lease.as_ref().map(|(token, _)| &**token))
                .bind(lease_until)
        });
        self.fresh.clear();
        Ok(())
    }
}

impl ShopUnit {
    /// Puts a message into the outbox; the commit hands it to the relay, or wakes it.
    pub fn send(&mut self, message: OutboxMessage) {
        let id = self.next_outbox_id();
        let lease = self.hand_over(id, &message);
        self.committed.outbox |= lease.is_none();
        self.outbox.fresh.push(Row { id, message, created_at: self.now, lease });
        self.changes += 1;
    }

    /// Nothing of an order can come before its creation, so that message may be delivered at once.
    fn hand_over(&mut self, id: i64, message: &OutboxMessage) -> Option<(Arc<str>, UnixMillis)> {
        if message.kind != MessageKind::OrderCreated {
            return None;
        }
        let (place, lease) = self.handoff.reserve()?;
        let lease_until = self.now.plus_ms(i64::try_from(lease.as_millis()).unwrap_or(i64::MAX));
        let new_token = || self.ambient.uuid().simple().to_string().into();
        let token = Arc::clone(self.outbox.token.get_or_insert_with(new_token));
        self.committed.handed.push(Claimed {
            id,
            order_number: message.order_number.clone(),
            kind: message.kind,
            payload: message.payload.clone(),
            trace: message.trace.clone(),
            attempts: 0,
            waited: Duration::ZERO,
            token: Arc::clone(&token),
            held_until: self.ambient.steady().plus(lease),
            place: Some(place),
        });
        Some((token, lease_until))
    }
}
