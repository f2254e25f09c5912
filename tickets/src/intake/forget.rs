//! The customer of an order was erased at the shop: `POST /api/tickets/{numero}/olvidar`.
//!
//! One transaction for each ticket, over every table that holds something of its customer: the ticket with what it is found by,
//! its history, its proofs, tries at its PIN, what was typed as a reason and counted in the reports, and answers that are kept
//! for their keys. The figures stay. Readers of the live feed get the ticket as an ordinary change; what the hub remembers of it
//! forgets the customer with that, on every instance. What must never happen here: a copy left in a table that nobody thought
//! of. The test in `tests/erasing.rs` looks through all of them.

use std::convert::Infallible;

use belgrano_runtime::storage::Session;
use belgrano_runtime::writer::{Command, Failure};
use belgrano_runtime::{execute, execute_rows, fetch};
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::{EventKind, OrderNumber};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::unit::{Action, Actor, BoardUnit, BoardWants, Change, counts, forget_in};

/// Forget the customer of an order. Again is the same, and so is an order that never came.
#[derive(Debug)]
pub struct ForgetCustomer {
    /// Which order.
    pub number: OrderNumber,
}

/// What is left of an order whose customer was forgotten.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Forgotten {
    /// Always true; a refusal has another shape.
    #[serde(rename = "exito")]
    pub success: bool,
    /// The order's number.
    #[serde(rename = "numero")]
    pub number: OrderNumber,
    /// The board's own number of its ticket; null when the order never came.
    pub ticket_id: Option<i64>,
    /// True when there was nothing left to forget; otherwise left out.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub idempotent: bool,
}

impl Command<BoardUnit> for ForgetCustomer {
    type Output = Forgotten;
    type Refusal = Infallible;

    fn wants(&self, wants: &mut BoardWants) {
        wants.tickets.push(self.number.clone());
    }

    async fn apply(&self, unit: &mut BoardUnit) -> Result<Forgotten, Failure<Infallible>> {
        let known = unit.ticket(&self.number).await?.cloned();
        let ticket_id = known.as_ref().map(|ticket| ticket.view.ticket_id);
        let reply = |idempotent| Forgotten { success: true, number: self.number.clone(), ticket_id, idempotent };
        let Some(mut next) = known.filter(|ticket| !ticket.is_forgotten()) else { return Ok(reply(true)) };
        // Of this batch, too: what is stored by now is all there is.
        unit.flush().await?;
        let id = next.view.ticket_id;
        forget_history(unit.session(), id, &self.number).await?;
        forget_answers(unit.session(), &self.number).await?;
        execute!(*unit.session(), "DELETE FROM proofs WHERE ticket_id = $1", id)?;
        execute!(*unit.session(), "DELETE FROM pin_tries WHERE ticket_id = $1", id)?;
        next.forget_customer();
        let change = Change {
            kind: EventKind::Updated,
            action: Action::Forgotten,
            actor: Actor::Shop,
            occurred_at: unit.now(),
            clock_moved_ms: None,
            previous_driver: next.view.driver_id,
        };
        unit.record_forgotten_customer(next, change).await?;
        Ok(reply(false))
    }
}

#[derive(sqlx::FromRow)]
struct Step {
    seq: i64,
    #[sqlx(try_from = "String")]
    action: Action,
    recorded_at: UnixMillis,
    ticket: String,
}

fn parse(text: &str) -> sqlx::Result<Value> {
    serde_json::from_str(text).map_err(|error| sqlx::Error::Decode(Box::new(error)))
}

fn reason_of(ticket: &Value) -> Option<String> {
    ticket.get("motivo")?.as_str().map(str::to_owned)
}

/// The ticket as it was after each change loses its customer; a failure for a reason that was typed is counted without it.
async fn forget_history(session: &mut Session, ticket_id: i64, number: &OrderNumber) -> sqlx::Result<()> {
    const HISTORY: &str = "SELECT seq, action, recorded_at, ticket FROM events WHERE ticket_id = $1";
    const REWRITE: &str = "UPDATE events SET ticket = v.column2 FROM (VALUES";
    const REWRITE_TAIL: &str = ") AS v WHERE events.seq = v.column1";
    let mut rewritten = Vec::new();
    for step in fetch!(all, *session, Step, HISTORY, ticket_id)? {
        let mut ticket = parse(&step.ticket)?;
        let said = reason_of(&ticket);
        forget_in(&mut ticket, number.as_str());
        if step.action == Action::Failed
            && let Some(said) = said.filter(|_| reason_of(&ticket).is_none())
        {
            // It failed for a reason, and that is counted.
            ticket["motivo"] = Value::String(String::new());
            counts::forget_reason(session, step.recorded_at, &said).await?;
        }
        rewritten.push((step.seq, ticket.to_string()));
    }
    execute_rows!(*session, REWRITE, 2, &rewritten, REWRITE_TAIL, |query, row| query.bind(row.0).bind(&row.1));
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Kept {
    scope: String,
    key: String,
    body: String,
}

/// Answers stay, so that what is sent again is not done again; they say nothing of the customer any more.
async fn forget_answers(session: &mut Session, number: &OrderNumber) -> sqlx::Result<()> {
    const KEPT: &str = "SELECT scope, key, body FROM idempotency_keys WHERE body LIKE $1 ESCAPE '\\'";
    const REWRITE: &str = "UPDATE idempotency_keys SET body = $3 WHERE scope = $1 AND key = $2";
    for say in session.engine().before_reading_all() {
        execute!(*session, *say)?;
    }
    for kept in fetch!(all, *session, Kept, KEPT, holding(number.as_str()))? {
        let mut body = parse(&kept.body)?;
        if forget_in(&mut body, number.as_str()) {
            execute!(*session, REWRITE, kept.scope, kept.key, body.to_string())?;
        }
    }
    Ok(())
}

/// A pattern for documents in which this text stands, as JSON writes it, and in which nothing of it is special.
fn holding(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in Value::from(text).to_string().chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}
