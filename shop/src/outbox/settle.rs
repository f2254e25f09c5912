//! A relay's verdicts on the messages it took, and what it takes back when the board turns out to be away.

use std::collections::HashSet;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use belgrano_runtime::storage::Session;
use belgrano_runtime::writer::{Command, Failure};
use belgrano_runtime::{execute_rows, fetch_rows};
use belgrano_wire::OrderNumber;
use belgrano_wire::timestamp::UnixMillis;

use super::MessageState;
use super::message::BLOCKED;
use crate::unit::ShopUnit;

/// How it went with one message.
#[derive(Clone, Debug)]
pub struct Settlement {
    /// The message.
    pub id: i64,
    /// The order it is about.
    pub order_number: OrderNumber,
    /// The token it was claimed with.
    pub token: Arc<str>,
    /// What becomes of it.
    pub verdict: Verdict,
    /// The try, when there was one.
    pub attempt: Option<Attempt>,
}

/// What becomes of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The board has it.
    Delivered,
    /// Try again after `wait`, which counts against its budget of tries.
    Retry {
        /// How long.
        wait: Duration,
        /// Why it was not delivered.
        reason: String,
    },
    /// Give it back as if nothing had been: it was not started, or the board is away.
    Release {
        /// How long before it may be taken again.
        wait: Duration,
    },
    /// The board had settled the matter otherwise before it came, and nobody has to act.
    TooLate {
        /// Why, for people.
        reason: String,
    },
    /// To the dead letters.
    Dead {
        /// Why, for people.
        reason: String,
    },
}

impl Verdict {
    /// As the record of tries and the metrics call it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Delivered => "entregado",
            Self::Retry { .. } => "reintento",
            Self::Release { .. } => "sin-costo",
            Self::TooLate { .. } => "tarde",
            Self::Dead { .. } => "rechazado",
        }
    }
}

/// One try, for the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// When it began.
    pub started_at: UnixMillis,
    /// How long it took.
    pub took: Duration,
    /// The HTTP status, when there was an answer.
    pub status: Option<u16>,
    /// What kind of failure.
    pub error_class: Option<&'static str>,
    /// The beginning of the answer, or the text of the error.
    pub excerpt: Option<String>,
}

/// Accept the verdicts on many messages at once. Shared, so that a relay can hand them in again when the database failed.
#[derive(Clone, Debug)]
pub struct Settle(pub Arc<[Settlement]>);

const SETTLE: &str = "UPDATE outbox SET state = v.column3, next_attempt_at = v.column4, attempts = attempts + v.column5, \
     waited_ms = waited_ms + v.column6, first_attempt_at = COALESCE(first_attempt_at, v.column7), \
     settled_at = v.column8, reason = v.column9, lease_token = NULL, lease_until = NULL FROM (VALUES";
/// Only a message that is `pendiente` has a token.
const SETTLE_TAIL: &str = ") AS v WHERE outbox.id = v.column1 AND outbox.lease_token = v.column2 RETURNING outbox.id";
const FORGET_FREE: &str = "DELETE FROM outbox_attempts WHERE outcome = 'sin-costo' AND outbox_id IN (VALUES";
const INSERT_ATTEMPTS: &str =
    "INSERT INTO outbox_attempts (outbox_id, started_at, duration_ms, outcome, status, error_class, excerpt) VALUES";

impl Command<ShopUnit> for Settle {
    /// The ids of messages whose token no longer matched: nothing of them was changed.
    type Output = Vec<i64>;
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<Vec<i64>, Failure<Infallible>> {
        let now = unit.now();
        let rows: Vec<Row<'_>> = self.0.iter().map(|settlement| Row::new(settlement, now)).collect();
        let session = unit.session();
        let settled = fetch_rows!(*session, (i64,), SETTLE, 9, &rows, SETTLE_TAIL, |query, row| {
            query
                .bind(row.settlement.id)
                .bind(&*row.settlement.token)
                .bind(row.state.as_str())
                .bind(row.next_attempt_at)
                .bind(row.tries)
                .bind(row.waited_ms)
                .bind(row.first_attempt_at)
                .bind(row.settled_at)
                .bind(row.reason)
        });
        let settled: HashSet<i64> = settled.into_iter().map(|(id,)| id).collect();
        let (changed, stale): (Vec<Row<'_>>, Vec<Row<'_>>) =
            rows.into_iter().partition(|row| settled.contains(&row.settlement.id));
        keep_behind(session, &changed).await?;
        record(session, &changed).await?;
        Ok(stale.iter().map(|row| row.settlement.id).collect())
    }
}

/// A verdict as the columns it changes.
struct Row<'a> {
    settlement: &'a Settlement,
    state: MessageState,
    next_attempt_at: UnixMillis,
    tries: i64,
    waited_ms: i64,
    first_attempt_at: Option<UnixMillis>,
    settled_at: Option<UnixMillis>,
    reason: Option<&'a str>,
}

impl<'a> Row<'a> {
    fn new(settlement: &'a Settlement, now: UnixMillis) -> Self {
        let tried = Self {
            settlement,
            state: MessageState::Delivered,
            next_attempt_at: now,
            tries: 1,
            waited_ms: 0,
            first_attempt_at: settlement.attempt.as_ref().map(|attempt| attempt.started_at),
            settled_at: Some(now),
            reason: None,
        };
        match &settlement.verdict {
            Verdict::Delivered => tried,
            Verdict::Dead { reason } => Self { state: MessageState::Dead, reason: Some(reason), ..tried },
            Verdict::TooLate { reason } => Self { state: MessageState::Discarded, reason: Some(reason), ..tried },
            Verdict::Retry { wait, reason } => Self {
                state: MessageState::Pending,
                next_attempt_at: now.plus_ms(millis(*wait)),
                waited_ms: millis(*wait),
                settled_at: None,
                reason: Some(reason),
                ..tried
            },
            Verdict::Release { wait } => Self {
                state: MessageState::Pending,
                next_attempt_at: now.plus_ms(millis(*wait)),
                tries: 0,
                first_attempt_at: None,
                settled_at: None,
                ..tried
            },
        }
    }
}

fn millis(wait: Duration) -> i64 {
    i64::try_from(wait.as_millis()).unwrap_or(i64::MAX)
}

/// Later messages of an order wait as long as the one before them, so that claims do not pass over them again and again.
async fn keep_behind(session: &mut Session, rows: &[Row<'_>]) -> sqlx::Result<()> {
    let waiting: Vec<Waiting<'_>> = rows
        .iter()
        .filter_map(|row| {
            let until = match row.settlement.verdict {
                Verdict::Delivered | Verdict::TooLate { .. } | Verdict::Release { .. } => return None,
                Verdict::Retry { .. } => row.next_attempt_at,
                Verdict::Dead { .. } => BLOCKED,
            };
            Some(Waiting { order_number: &row.settlement.order_number, behind: row.settlement.id, until })
        })
        .collect();
    move_followers(session, &waiting).await
}

/// The messages of an order after one of them, and when they are due.
pub(super) struct Waiting<'a> {
    pub order_number: &'a OrderNumber,
    pub behind: i64,
    pub until: UnixMillis,
}

const MOVE: &str = "UPDATE outbox SET next_attempt_at = v.column3 FROM (VALUES";
/// Twice the state: the second time in the words of the partial index. None of them is leased: what comes after a message is
/// not claimed before that is settled, and what is settled is not revived.
const MOVE_TAIL: &str = ") AS v WHERE outbox.order_number = v.column1 AND outbox.id > v.column2 \
     AND outbox.state = 'pendiente' AND outbox.state IN ('pendiente', 'muerto')";

pub(super) async fn move_followers(session: &mut Session, waiting: &[Waiting<'_>]) -> sqlx::Result<()> {
    execute_rows!(*session, MOVE, 3, waiting, MOVE_TAIL, |query, row| {
        query.bind(row.order_number.as_str()).bind(row.behind).bind(row.until)
    });
    Ok(())
}

/// Every try leaves a row; of those that cost nothing the last one only, or a long outage would bury the rest.
async fn record(session: &mut Session, rows: &[Row<'_>]) -> sqlx::Result<()> {
    let tried: Vec<(&Row<'_>, &Attempt)> =
        rows.iter().filter_map(|row| Some((row, row.settlement.attempt.as_ref()?))).collect();
    let free: Vec<(i64,)> =
        tried.iter().filter(|(row, _)| row.tries == 0).map(|(row, _)| (row.settlement.id,)).collect();
    execute_rows!(*session, FORGET_FREE, 1, &free, ")", |query, row| query.bind(row.0));
    execute_rows!(*session, INSERT_ATTEMPTS, 7, &tried, |query, row| {
        query
            .bind(row.0.settlement.id)
            .bind(row.1.started_at)
            .bind(millis(row.1.took))
            .bind(row.0.settlement.verdict.name())
            .bind(row.1.status.map(i64::from))
            .bind(row.1.error_class)
            .bind(&row.1.excerpt)
    });
    Ok(())
}

/// Take back what a try was charged with, because the board turned out to be away.
#[derive(Clone, Debug)]
pub struct Forgive(pub Vec<Charge>);

/// What one try cost a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charge {
    /// The message.
    pub id: i64,
    /// The wait it was given.
    pub wait: Duration,
}

const FORGIVE: &str = "UPDATE outbox SET attempts = attempts - 1, waited_ms = waited_ms - v.column2, \
     first_attempt_at = CASE WHEN attempts > 1 THEN first_attempt_at END, \
     next_attempt_at = CASE WHEN lease_token IS NULL THEN v.column3 ELSE next_attempt_at END FROM (VALUES";
const FORGIVE_TAIL: &str = ") AS v WHERE outbox.id = v.column1 AND outbox.state = 'pendiente' AND outbox.attempts > 0 \
     AND outbox.waited_ms >= v.column2";

impl Command<ShopUnit> for Forgive {
    type Output = ();
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<(), Failure<Infallible>> {
        let now = unit.now();
        execute_rows!(*unit.session(), FORGIVE, 3, &self.0, FORGIVE_TAIL, |query, charge| {
            query.bind(charge.id).bind(millis(charge.wait)).bind(now)
        });
        Ok(())
    }
}
