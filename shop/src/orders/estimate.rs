//! When an order is likely to arrive: as long as the last ones took from where it is now, and not before its turn.
//!
//! Of the orders delivered lately, how long they took from entering the state this one is in to the door. The middle half of
//! them is the range that is told; with fewer than a handful, nothing is. Those who stand before it are served first, at the
//! pace of the last hour: a range never begins before that, and where it would end before that nothing is promised but a delay.

use belgrano_shared::storage::Session;
use belgrano_shared::timestamp::UnixMillis;
use belgrano_shared::wire::TicketState;
use belgrano_shared::{fetch, fetch_scalar};

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
    let usual = middle_half(took.into_iter().flatten().collect(), since);
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
    let (last_hour, _) = fetch!(one, *session, (i64, i64), PACE, now.plus_ms(-HOUR_MS))?;
    let (delivered, hours) = fetch!(one, *session, (i64, i64), PACE, lately)?;
    let an_hour = last_hour.max(delivered / hours.max(1)).max(1);
    Ok(Some(weigh(usual, ahead, ahead.orders.saturating_mul(HOUR_MS).saturating_mul(sharing) / an_hour, now)))
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

fn middle_half(mut took_ms: Vec<i64>, since: UnixMillis) -> Option<Estimate> {
    if took_ms.len() < FEWEST {
        return None;
    }
    took_ms.sort_unstable();
    let at = |quarters: usize| since.plus_ms(took_ms[(took_ms.len() - 1) * quarters / 4]);
    let (from, to) = (step_of(at(1)), step_of(at(3)).plus_ms(STEP_MS));
    Some(Estimate { from, to })
}

#[cfg(test)]
mod tests {
    use belgrano_shared::timestamp::UnixMillis;

    use super::{Ahead, Estimate, Outlook, STEP_MS, middle_half, weigh};

    const MINUTE: i64 = 60_000;

    #[test]
    fn the_middle_half_of_what_others_took() {
        let since = UnixMillis(1000 * STEP_MS);
        let minutes = |list: &[i64]| list.iter().map(|minutes| minutes * MINUTE).collect();
        assert_eq!(middle_half(minutes(&[20, 30, 40, 50]), since), None, "too few to say");
        // One that was forgotten at a depot and one from next door do not move it.
        let range = middle_half(minutes(&[900, 1, 31, 22, 41]), since).expect("a range");
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
