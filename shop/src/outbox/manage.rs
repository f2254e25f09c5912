//! What people do with messages: try again now, try the dead ones again, give one up.
//!
//! A replay is durable and paced: it only says when a message is due, and the relay does the rest.

use std::time::Duration;

use belgrano_runtime::problem::Problem;
use belgrano_runtime::storage::{Session, require_one};
use belgrano_runtime::writer::{Command, Failure, WriteError, Writer};
use belgrano_runtime::{execute, fetch};
use belgrano_web::seen::{Changed, Fields, Seen};
use belgrano_wire::OrderNumber;
use belgrano_wire::texts::{Message, Said};
use belgrano_wire::timestamp::UnixMillis;

use super::MessageState;
use super::settle::{Waiting, move_followers};
use crate::accounts::Principal;
use crate::orders::give_up;
use crate::unit::{MessageKind, ShopUnit};

/// Messages one command revives; more would keep checkouts waiting.
const REPLAY_CHUNK: i64 = 500;

/// Deliver a message now: a dead one gets a new budget of tries, a waiting one stops waiting.
#[derive(Clone, Copy, Debug)]
pub struct Replay {
    /// The message.
    pub id: i64,
}

/// Why a message is not tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplayRefusal {
    /// There is none with this id.
    NotFound,
    /// It is not waiting and not dead.
    Settled(MessageState),
}

impl From<ReplayRefusal> for Problem {
    fn from(refusal: ReplayRefusal) -> Self {
        match refusal {
            ReplayRefusal::NotFound => not_found(),
            ReplayRefusal::Settled(state) => settled(state, "refusal-message-settled-retry"),
        }
    }
}

/// Give a message up. An order the board has not heard of is cancelled by that, and its stock is back on the shelf; a
/// cancellation that is given up leaves the order to the board.
#[derive(Clone, Debug)]
pub struct Discard {
    /// The message.
    pub id: i64,
    /// Why, for the record of the outbox. The customer does not read it.
    pub reason: String,
    /// What was seen of it: one that somebody has tried anew since is left alone.
    pub seen: Seen,
}

/// What a page shows of a message that may be given up.
pub(crate) fn fields(state: MessageState) -> Fields {
    let now = Message::new("error-changed-now").with("now", Message::new(state.text()));
    Fields::default().said("estado", state.as_str().to_owned(), now)
}

/// Why a message is not given up.
#[derive(Clone, Debug)]
pub enum DiscardRefusal {
    /// There is none with this id.
    NotFound,
    /// It is not waiting and not dead.
    Settled(MessageState),
    /// A relay is delivering it at this moment: what it is told would come too late.
    UnderWay,
    /// It is not as it was seen.
    Changed(Changed),
}

impl From<DiscardRefusal> for Problem {
    fn from(refusal: DiscardRefusal) -> Self {
        match refusal {
            DiscardRefusal::NotFound => not_found(),
            DiscardRefusal::Settled(state) => settled(state, "refusal-message-settled-discard"),
            DiscardRefusal::UnderWay => Self::conflict("mensaje-en-curso", Message::new("refusal-message-under-way")),
            DiscardRefusal::Changed(changed) => changed.of_the_whole(),
        }
    }
}

fn not_found() -> Problem {
    Problem::not_found(Message::new("refusal-no-message"))
}

fn settled(state: MessageState, key: &'static str) -> Problem {
    let state = Said::word(state.as_str(), Message::new(state.text()));
    Problem::conflict("mensaje-resuelto", Message::new(key).with("state", state))
}

#[derive(sqlx::FromRow)]
struct Standing {
    #[sqlx(try_from = "String")]
    state: MessageState,
    #[sqlx(try_from = "String")]
    order_number: OrderNumber,
    #[sqlx(try_from = "String")]
    kind: MessageKind,
    lease_until: Option<UnixMillis>,
}

const STANDING: &str = "SELECT state, order_number, kind, lease_until FROM outbox WHERE id = $1";
const REVIVE: &str = "UPDATE outbox SET state = 'pendiente', next_attempt_at = $2, attempts = 0, waited_ms = 0, \
     first_attempt_at = NULL, settled_at = NULL, reason = NULL WHERE id = $1";
const HURRY: &str = "UPDATE outbox SET next_attempt_at = $2 WHERE id = $1";
const DISCARD: &str = "UPDATE outbox SET state = 'descartado', settled_at = $2, reason = $3, lease_token = NULL, \
     lease_until = NULL WHERE id = $1";

/// There is no ticket left for them to cancel.
const DISCARD_CANCELS: &str = "UPDATE outbox SET state = 'descartado', settled_at = $2, reason = $3, lease_token = NULL, \
     lease_until = NULL WHERE order_number = $1 AND kind = 'order.cancelled' AND state IN ('pendiente', 'muerto')";

async fn release_followers(session: &mut Session, order: &OrderNumber, id: i64, now: UnixMillis) -> sqlx::Result<()> {
    move_followers(session, &[Waiting { order_number: order, behind: id, until: now }]).await
}

impl Command<ShopUnit> for Replay {
    type Output = ();
    type Refusal = ReplayRefusal;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<(), Failure<ReplayRefusal>> {
        let now = unit.now();
        let standing = fetch!(optional, *unit.reader(), Standing, STANDING, self.id)?
            .ok_or(Failure::Refused(ReplayRefusal::NotFound))?;
        let statement = match standing.state {
            MessageState::Dead => REVIVE,
            // A relay has it: it is being tried at this moment.
            MessageState::Pending if standing.lease_until.is_some() => return Ok(()),
            MessageState::Pending => HURRY,
            state @ (MessageState::Delivered | MessageState::Discarded) => {
                return Err(Failure::Refused(ReplayRefusal::Settled(state)));
            }
        };
        require_one(execute!(*unit.session(), statement, self.id, now)?)?;
        release_followers(unit.session(), &standing.order_number, self.id, now).await?;
        unit.announce().outbox = true;
        Ok(())
    }
}

impl Command<ShopUnit> for Discard {
    type Output = ();
    type Refusal = DiscardRefusal;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<(), Failure<DiscardRefusal>> {
        let now = unit.now();
        let standing = fetch!(optional, *unit.reader(), Standing, STANDING, self.id)?
            .ok_or(Failure::Refused(DiscardRefusal::NotFound))?;
        match standing.state {
            MessageState::Pending if standing.lease_until.is_some_and(|until| until > now) => {
                return Err(Failure::Refused(DiscardRefusal::UnderWay));
            }
            MessageState::Pending | MessageState::Dead => {}
            state @ (MessageState::Delivered | MessageState::Discarded) => {
                return Err(Failure::Refused(DiscardRefusal::Settled(state)));
            }
        }
        let wanted = [("estado", Some(MessageState::Discarded.as_str().to_owned()))];
        let checked = self.seen.check(&fields(standing.state), &wanted);
        checked.map_err(|changed| Failure::Refused(DiscardRefusal::Changed(changed)))?;
        require_one(execute!(*unit.session(), DISCARD, self.id, now, &self.reason)?)?;
        // No ticket will ever be made: without this the order would wait for one for ever.
        if standing.kind == MessageKind::OrderCreated && give_up(unit, &standing.order_number).await? {
            let number = standing.order_number.as_str();
            execute!(*unit.session(), DISCARD_CANCELS, number, now, &self.reason)?;
        }
        release_followers(unit.session(), &standing.order_number, self.id, now).await?;
        unit.announce().outbox = true;
        Ok(())
    }
}

/// Which dead messages. Everything that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReplayFilter {
    /// Part of the reason they died of, in upper or lower case.
    pub reason: Option<String>,
    /// Died at or after.
    pub from: Option<UnixMillis>,
    /// Died before.
    pub until: Option<UnixMillis>,
}

impl ReplayFilter {
    /// The reason as a `LIKE` pattern in which nothing the caller wrote is special.
    fn pattern(&self) -> String {
        let mut pattern = String::from("%");
        for c in self.reason.as_deref().unwrap_or_default().to_lowercase().chars() {
            if matches!(c, '%' | '_' | '\\') {
                pattern.push('\\');
            }
            pattern.push(c);
        }
        pattern.push('%');
        pattern
    }
}

/// Revive some dead messages, `spacing` apart from `start` on.
#[derive(Clone, Debug)]
pub struct ReplayDead {
    /// Which.
    pub filter: ReplayFilter,
    /// Only messages after this one.
    pub after_id: i64,
    /// The most, all in one transaction.
    pub limit: i64,
    /// When the first is due.
    pub start: UnixMillis,
    /// Between one and the next.
    pub spacing: Duration,
}

const REVIVE_DEAD: &str = "UPDATE outbox SET state = 'pendiente', next_attempt_at = $1 + $2 * v.place, attempts = 0, \
     waited_ms = 0, first_attempt_at = NULL, settled_at = NULL, reason = NULL \
     FROM (SELECT id AS dead_id, ROW_NUMBER() OVER (ORDER BY id) - 1 AS place FROM outbox \
     WHERE state <> 'entregado' AND state = 'muerto' AND settled_at >= $3 AND settled_at < $4 \
     AND LOWER(COALESCE(reason, '')) LIKE $5 ESCAPE '\\' AND id > $7 ORDER BY id LIMIT $6) AS v \
     WHERE outbox.id = v.dead_id RETURNING outbox.id, outbox.order_number, outbox.next_attempt_at";

#[derive(sqlx::FromRow)]
struct Revived {
    id: i64,
    #[sqlx(try_from = "String")]
    order_number: OrderNumber,
    next_attempt_at: UnixMillis,
}

impl Command<ShopUnit> for ReplayDead {
    /// The ids of those that were revived.
    type Output = Vec<i64>;
    type Refusal = std::convert::Infallible;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<Vec<i64>, Failure<Self::Refusal>> {
        let from = self.filter.from.unwrap_or(UnixMillis(i64::MIN));
        let until = self.filter.until.unwrap_or(UnixMillis(i64::MAX));
        let spacing_ms = i64::try_from(self.spacing.as_millis()).unwrap_or(i64::MAX);
        let pattern = self.filter.pattern();
        let revived = fetch!(
            all,
            *unit.session(),
            Revived,
            REVIVE_DEAD,
            self.start,
            spacing_ms,
            from,
            until,
            pattern.as_str(),
            self.limit,
            self.after_id
        )?;
        let waiting: Vec<Waiting<'_>> = revived
            .iter()
            .map(|row| Waiting { order_number: &row.order_number, behind: row.id, until: row.next_attempt_at })
            .collect();
        move_followers(unit.session(), &waiting).await?;
        unit.announce().outbox = true;
        Ok(revived.into_iter().map(|row| row.id).collect())
    }
}

/// Revives every dead message that matches, `spacing` apart, in transactions of a bounded size. Says how many. `by` is who
/// asks for it, if not the operator.
pub async fn replay_dead(
    writer: &Writer<ShopUnit>,
    by: Option<&Principal>,
    filter: ReplayFilter,
    now: UnixMillis,
    spacing: Duration,
) -> Result<usize, WriteError<std::convert::Infallible>> {
    // Each message once, by its id: what dies again while this runs is not revived a second time. Not by the time of its death,
    // which a clock that was ahead may have put into the future.
    let (mut total, mut after_id) = (0, 0);
    loop {
        let placed_ms = spacing.as_millis().saturating_mul(total as u128);
        let start = now.plus_ms(i64::try_from(placed_ms).unwrap_or(i64::MAX));
        let chunk = ReplayDead { filter: filter.clone(), after_id, limit: REPLAY_CHUNK, start, spacing };
        let revived = match by {
            Some(by) => writer.submit_for(by, chunk).await?,
            None => writer.submit(chunk).await?,
        };
        total += revived.len();
        after_id = revived.iter().copied().max().unwrap_or(after_id);
        if i64::try_from(revived.len()).unwrap_or(i64::MAX) < REPLAY_CHUNK {
            return Ok(total);
        }
    }
}
