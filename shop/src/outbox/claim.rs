//! A relay takes messages, for as long as its lease.
//!
//! Taking a message moves `next_attempt_at` to the end of the lease, so that one range of one index holds what is due and
//! what a relay that died left behind, and messages that are under way are not in the way of those that wait.

use std::convert::Infallible;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use belgrano_runtime::storage::dialect::Engine;
use belgrano_runtime::writer::{Command, Failure};
use belgrano_runtime::{execute, execute_rows, fetch, fetch_scalar};
use belgrano_wire::OrderNumber;
use belgrano_wire::steady::SteadyMillis;
use belgrano_wire::timestamp::UnixMillis;

use crate::unit::{Claimed, MessageKind, ShopUnit};

/// Take up to `limit` messages that are due, each the first of its order that is not settled.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    /// The most to take.
    pub limit: usize,
    /// How long they are ours.
    pub lease: Duration,
}

/// What a relay was given.
#[derive(Debug)]
pub struct Claims {
    /// The messages, the longest due first.
    pub messages: Vec<Claimed>,
    /// When the next message that is not due yet will be; only looked up when everything due was taken.
    pub next_due: Option<UnixMillis>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    #[sqlx(try_from = "String")]
    order_number: OrderNumber,
    #[sqlx(try_from = "String")]
    kind: MessageKind,
    payload: String,
    trace: String,
    attempts: i64,
    waited_ms: i64,
}

/// `state IN ('pendiente', 'muerto')` is the text of the partial index `outbox_unsettled`: SQLite needs it word for word.
/// `OFFSET 0` keeps Postgres from making a join of it: planned on an empty outbox that join read all of the index for each
/// message, 1.9 s for a hundred of 50,000.
fn due_sql(engine: Engine) -> String {
    format!(
        "SELECT o.id, o.order_number, o.kind, o.payload, o.trace, o.attempts, o.waited_ms FROM outbox o \
         WHERE o.state = 'pendiente' AND o.next_attempt_at <= $1 \
         AND NOT EXISTS (SELECT 1 FROM outbox b WHERE b.order_number = o.order_number AND b.id < o.id \
         AND b.state IN ('pendiente', 'muerto') LIMIT 1 OFFSET 0) ORDER BY o.next_attempt_at, o.id LIMIT $2 {}",
        engine.skip_locked()
    )
}

static DUE_SQLITE: LazyLock<String> = LazyLock::new(|| due_sql(Engine::Sqlite));
static DUE_POSTGRES: LazyLock<String> = LazyLock::new(|| due_sql(Engine::Postgres));

/// What may be taken, on `engine`: the longest due first.
pub(super) fn due_statement(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => &DUE_SQLITE,
        Engine::Postgres => &DUE_POSTGRES,
    }
}

/// A statement of its own: one `UPDATE … WHERE id IN (SELECT …)` leaves it to the planner how many rows to expect, and it
/// reads the whole table.
const TAKE: &str = "UPDATE outbox SET lease_token = v.column2, lease_until = v.column3, next_attempt_at = v.column3 \
     FROM (VALUES";
const TAKE_TAIL: &str = ") AS v WHERE outbox.id = v.column1";
const NEXT_DUE: &str = "SELECT next_attempt_at FROM outbox WHERE state = 'pendiente' AND next_attempt_at > $1 \
     ORDER BY next_attempt_at LIMIT 1";

impl Command<ShopUnit> for Claim {
    type Output = Claims;
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<Claims, Failure<Infallible>> {
        let now = unit.now();
        let lease_until = now.plus_ms(i64::try_from(self.lease.as_millis()).unwrap_or(i64::MAX));
        let held_until = unit.ambient().steady().plus(self.lease);
        let token: Arc<str> = unit.ambient().uuid().simple().to_string().into();
        let limit = i64::try_from(self.limit).unwrap_or(i64::MAX);
        // What the batch has buffered is left for the next claim: the commit wakes the relay again.
        let sql = due_statement(unit.reader().engine());
        let rows = fetch!(all, *unit.reader(), Row, sql, now, limit)?;
        if !rows.is_empty() {
            execute_rows!(*unit.session(), TAKE, 3, &rows, TAKE_TAIL, |query, row| {
                query.bind(row.id).bind(&*token).bind(lease_until)
            });
        }
        let next_due = if rows.len() < self.limit {
            fetch_scalar!(optional, *unit.reader(), UnixMillis, NEXT_DUE, now)?
        } else {
            None
        };
        let messages = rows.into_iter().map(|row| row.claimed(&token, held_until)).collect();
        Ok(Claims { messages, next_due })
    }
}

/// End every lease: for a relay that knows to be the only one, at its start. What is leased then was taken by an earlier life.
#[derive(Clone, Copy, Debug)]
pub struct EndLeases;

const END_LEASES: &str = "UPDATE outbox SET lease_token = NULL, lease_until = NULL, next_attempt_at = $1 \
     WHERE state = 'pendiente' AND lease_token IS NOT NULL";

impl Command<ShopUnit> for EndLeases {
    /// How many messages were leased.
    type Output = u64;
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<u64, Failure<Infallible>> {
        let now = unit.now();
        Ok(execute!(*unit.session(), END_LEASES, now)?)
    }
}

impl Row {
    fn claimed(self, token: &Arc<str>, held_until: SteadyMillis) -> Claimed {
        Claimed {
            id: self.id,
            order_number: self.order_number,
            kind: self.kind,
            payload: self.payload,
            trace: self.trace,
            attempts: u32::try_from(self.attempts).unwrap_or(u32::MAX),
            waited: Duration::from_millis(u64::try_from(self.waited_ms).unwrap_or(0)),
            token: Arc::clone(token),
            held_until,
            place: None,
        }
    }
}
