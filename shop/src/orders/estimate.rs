//! When an order is likely to arrive: as long as the last ones took from where it is now, and not before its turn.
//!
//! Of the orders delivered lately, how long they took from entering the state this one is in to the door. The middle half of
//! them is the range that is told; with fewer than a handful, nothing is. Those who stand before it are served first, at the
//! pace of the last hour: a range never begins before that, and where it would end before that nothing is promised but a delay.

use belgrano_runtime::storage::Session;
use belgrano_runtime::{fetch, fetch_scalar};
use belgrano_wire::TicketState;
use belgrano_wire::timestamp::UnixMillis;

use crate::unit::Order;

/// Between when and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// The earliest likely moment.
    pub from: UnixMillis,
    /// The latest likely moment.
    pub to: UnixMillis,
}

/// What can be told of an arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outlook {
    /// It is likely between these.
    Between(Estimate),
    /// Too many stand before it: no time can be promised.
    Delayed,
    /// It should have arrived, and nobody was told when.
    Late,
}

/// Only what was delivered so lately says something about today.
const LATELY_MS: i64 = 14 * 24 * HOUR_MS;
/// With fewer, a range would be a guess.
const FEWEST: usize = 5;
/// Told in these steps: nobody knows it better.
const STEP_MS: i64 = 5 * 60 * 1000;
const HOUR_MS: i64 = 3600 * 1000;
/// So many before it are a delay, also where nobody knows how fast they go.
const LONG_QUEUE: i64 = 30;
/// So few that have waited for too long are forgotten ones, and say nothing of the others.
const FORGOTTEN: i64 = 3;

const FROM_STATE: &str = "SELECT d.at - (SELECT MAX(s.at) FROM order_steps s WHERE s.order_id = d.order_id \
     AND s.state = $1 AND s.at <= d.at) FROM order_steps d WHERE d.state = 'entregado' AND d.at > $2 \
     ORDER BY d.at DESC LIMIT 100";
const FROM_ORDER: &str = "SELECT d.at - o.created_at FROM order_steps d JOIN orders o ON o.id = d.order_id \
     WHERE d.state = 'entregado' AND d.at > $1 ORDER BY d.at DESC LIMIT 100";

/// Who waits with an order: how many stand before it, how many of those have waited since before `$2`, and how many drivers
/// they are shared among.
const AHEAD: &str = "SELECT COUNT(*) AS orders, COUNT(CASE WHEN created_at < $2 THEN 1 END) AS overdue, \
     COUNT(DISTINCT driver_id) AS drivers FROM orders \
     WHERE state IN ('pendiente', 'asignado', 'aceptado') AND id < $1";
/// The same of one driver's stops.
const AHEAD_OF_DRIVER: &str = "SELECT COUNT(CASE WHEN driver_id = $3 THEN 1 END) AS orders, \
     COUNT(CASE WHEN driver_id = $3 AND created_at < $2 THEN 1 END) AS overdue, COUNT(DISTINCT driver_id) AS drivers FROM orders \
     WHERE state IN ('pendiente', 'asignado', 'aceptado') AND id < $1";
const PACE: &str =
    "SELECT COUNT(*), COUNT(DISTINCT at / 3600000) FROM order_steps WHERE state = 'entregado' AND at > $1";

/// What stands before an order.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
struct Ahead {
    orders: i64,
    overdue: i64,
    drivers: i64,
}

/// What can be told of an order that is in its state since `since`; nothing of one that is not on its way to the door, and
/// nothing while nobody can say.
pub(crate) async fn outlook(
    session: &mut Session,
    order: &Order,
    since: UnixMillis,
    now: UnixMillis,
) -> sqlx::Result<Option<Outlook>> {
    let lately = now.plus_ms(-LATELY_MS);
    let took = match order.state {
        TicketState::Pending => fetch_scalar!(all, *session, Option<i64>, FROM_ORDER, lately)?,
        TicketState::Assigned | TicketState::Accepted | TicketState::OnTheWay => {
            fetch_scalar!(all, *session, Option<i64>, FROM_STATE, order.state.as_str(), lately)?
        }
        _ => return Ok(None),
    };
    let usual = MiddleHalf::of(took.into_iter().flatten().collect()).map(|took| took.after(since));
    let overdue_since = usual.map_or(UnixMillis(0), |usual| now.plus_ms(-usual.to.since_ms(since)));
    let (ahead, sharing) = match (order.state, order.driver_id) {
        (TicketState::OnTheWay, _) => return Ok(usual.map(|usual| usual.told_at(now))),
        (TicketState::Assigned | TicketState::Accepted, Some(driver)) => {
            let ahead = fetch!(one, *session, Ahead, AHEAD_OF_DRIVER, order.id, overdue_since, driver)?;
            (ahead, ahead.drivers.max(1))
        }
        _ => (fetch!(one, *session, Ahead, AHEAD, order.id, overdue_since)?, 1),
    };
    let Some(usual) = usual else {
        return Ok((ahead.orders >= LONG_QUEUE).then_some(Outlook::Delayed));
    };
    let an_hour = Pace::usual(session, now).await?.or_last_hour(session, now).await?;
    Ok(Some(weigh(usual, ahead, ahead.orders.saturating_mul(HOUR_MS).saturating_mul(sharing) / an_hour, now)))
}

/// So many deliveries an hour, at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pace(i64);

impl Pace {
    /// Of a usual hour in which something was delivered.
    pub(super) async fn usual(session: &mut Session, now: UnixMillis) -> sqlx::Result<Self> {
        let (delivered, hours) = fetch!(one, *session, (i64, i64), PACE, now.plus_ms(-LATELY_MS))?;
        Ok(Self((delivered / hours.max(1)).max(1)))
    }

    /// Of this or of the last hour, whichever is faster.
    async fn or_last_hour(self, session: &mut Session, now: UnixMillis) -> sqlx::Result<i64> {
        let (last_hour, _) = fetch!(one, *session, (i64, i64), PACE, now.plus_ms(-HOUR_MS))?;
        Ok(last_hour.max(self.0))
    }
}

/// What there was to know at a moment of an order that would be placed then.
#[derive(Clone, Copy, Debug)]
pub(super) struct Forecast {
    pub(super) seen_at: UnixMillis,
    took: MiddleHalf,
    ahead: Ahead,
    an_hour: i64,
}

impl Forecast {
    /// Looks, with the pace of a usual hour; `None` while nobody can say.
    pub(super) async fn look(session: &mut Session, usual: Pace, now: UnixMillis) -> sqlx::Result<Option<Self>> {
        let took = fetch_scalar!(all, *session, Option<i64>, FROM_ORDER, now.plus_ms(-LATELY_MS))?;
        let Some(took) = MiddleHalf::of(took.into_iter().flatten().collect()) else { return Ok(None) };
        let overdue_since = now.plus_ms(-took.after(now).to.since_ms(now));
        let ahead = fetch!(one, *session, Ahead, AHEAD, i64::MAX, overdue_since)?;
        let an_hour = usual.or_last_hour(session, now).await?;
        Ok(Some(Self { seen_at: now, took, ahead, an_hour }))
    }

    /// What can be told of an order placed `now`, after `placed` others since the look.
    pub(super) fn of_the_last(&self, placed: i64, now: UnixMillis) -> Outlook {
        let ahead = Ahead { orders: self.ahead.orders.saturating_add(placed), ..self.ahead };
        weigh(self.took.after(now), ahead, ahead.orders.saturating_mul(HOUR_MS) / self.an_hour, now)
    }
}

/// The usual range for an order whose turn comes in `turn_ms`.
fn weigh(usual: Estimate, ahead: Ahead, turn_ms: i64, now: UnixMillis) -> Outlook {
    let turn = now.plus_ms(turn_ms);
    let stuck = ahead.overdue > FORGOTTEN && ahead.overdue * 2 > ahead.orders;
    match usual.told_at(now) {
        Outlook::Between(_) if ahead.orders > 0 && (stuck || turn >= usual.to) => Outlook::Delayed,
        Outlook::Between(Estimate { from, to }) => Outlook::Between(Estimate { from: from.max(step_of(turn)), to }),
        late => late,
    }
}

impl Estimate {
    /// Nobody is promised what has passed.
    fn told_at(self, now: UnixMillis) -> Outlook {
        if self.to <= now { Outlook::Late } else { Outlook::Between(self) }
    }

    /// Whether whoever was told this need not be told `other`: it comes within this, or so little later that nobody minds.
    pub(super) fn stands_for(self, other: Self) -> bool {
        other.to > self.from && other.to <= self.to.plus_ms(2 * STEP_MS)
    }
}

fn step_of(at: UnixMillis) -> UnixMillis {
    UnixMillis(at.0.div_euclid(STEP_MS) * STEP_MS)
}

/// How long the middle half of the last ones took: the shortest and the longest of it, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct MiddleHalf(i64, i64);

impl MiddleHalf {
    fn of(mut took_ms: Vec<i64>) -> Option<Self> {
        if took_ms.len() < FEWEST {
            return None;
        }
        took_ms.sort_unstable();
        let at = |quarters: usize| took_ms[(took_ms.len() - 1) * quarters / 4];
        Some(Self(at(1), at(3)))
    }

    /// The range for one that began at `since`.
    fn after(self, since: UnixMillis) -> Estimate {
        let (from, to) = (since.plus_ms(self.0), since.plus_ms(self.1));
        Estimate { from: step_of(from), to: step_of(to).plus_ms(STEP_MS) }
    }
}

#[cfg(test)]
mod tests {
    use belgrano_wire::timestamp::UnixMillis;

    use super::{Ahead, Estimate, MiddleHalf, Outlook, STEP_MS, weigh};

    const MINUTE: i64 = 60_000;

    #[test]
    fn the_middle_half_of_what_others_took() {
        let since = UnixMillis(1000 * STEP_MS);
        let minutes = |list: &[i64]| list.iter().map(|minutes| minutes * MINUTE).collect();
        assert_eq!(MiddleHalf::of(minutes(&[20, 30, 40, 50])), None, "too few to say");
        // One that was forgotten at a depot and one from next door do not move it.
        let range = MiddleHalf::of(minutes(&[900, 1, 31, 22, 41])).expect("a range").after(since);
        assert_eq!([range.from.0, range.to.0].map(|at| (at - since.0) / MINUTE), [20, 45]);
    }

    #[test]
    fn nobody_is_promised_a_time_before_their_turn() {
        let now = UnixMillis(1000 * STEP_MS);
        let at = |minutes: i64| now.plus_ms(minutes * MINUTE);
        let usual = Estimate { from: at(20), to: at(45) };
        let with = |orders, overdue, turn: i64| weigh(usual, Ahead { orders, overdue, drivers: 1 }, turn * MINUTE, now);
        assert_eq!(with(0, 0, 0), Outlook::Between(usual));
        assert_eq!(with(10, 0, 15), Outlook::Between(usual));
        assert_eq!(with(10, 0, 32), Outlook::Between(Estimate { from: at(30), to: at(45) }));
        assert_eq!(with(240, 0, 46), Outlook::Delayed);
        assert_eq!(with(6, 4, 1), Outlook::Delayed, "nobody serves them");
        assert_eq!(with(3, 3, 1), Outlook::Between(usual), "forgotten ones");
        assert_eq!(weigh(usual, Ahead { orders: 9, overdue: 9, drivers: 1 }, 0, at(45)), Outlook::Late);
    }

    #[test]
    fn what_was_told_stands_until_it_is_wrong() {
        let range = |from: i64, to: i64| Estimate { from: UnixMillis(from * MINUTE), to: UnixMillis(to * MINUTE) };
        let told = range(60, 90);
        for (other, stands) in
            [((65, 75), true), ((70, 100), true), ((70, 105), false), ((30, 60), false), ((30, 65), true)]
        {
            assert_eq!(told.stands_for(range(other.0, other.1)), stands, "{other:?}");
        }
    }
}
