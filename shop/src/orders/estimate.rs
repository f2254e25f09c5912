//! When an order is likely to arrive: as long as the last ones took from where it is now.
//!
//! No model and no promise: of the orders delivered lately, how long they took from entering the state this one is in to the
//! door. The middle half of them is the range that is told; with fewer than a handful, nothing is.

use belgrano_shared::fetch_scalar;
use belgrano_shared::storage::Session;
use belgrano_shared::timestamp::UnixMillis;
use belgrano_shared::wire::TicketState;

/// Between when and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// The earliest likely moment.
    pub from: UnixMillis,
    /// The latest likely moment.
    pub to: UnixMillis,
}

/// Only what was delivered so lately says something about today.
const LATELY_MS: i64 = 14 * 24 * 3600 * 1000;
/// With fewer, a range would be a guess.
const FEWEST: usize = 5;
/// Told in these steps: nobody knows it better.
const STEP_MS: i64 = 5 * 60 * 1000;

const FROM_STATE: &str = "SELECT d.at - (SELECT MAX(s.at) FROM order_steps s WHERE s.order_id = d.order_id \
     AND s.state = $1 AND s.at <= d.at) FROM order_steps d WHERE d.state = 'entregado' AND d.at > $2 \
     ORDER BY d.at DESC LIMIT 100";
const FROM_ORDER: &str = "SELECT d.at - o.created_at FROM order_steps d JOIN orders o ON o.id = d.order_id \
     WHERE d.state = 'entregado' AND d.at > $1 ORDER BY d.at DESC LIMIT 100";

/// The estimate for an order that is in `state` since `since`; none for one that is not on its way, and none when too few were
/// delivered lately.
pub(crate) async fn estimate(
    session: &mut Session,
    state: TicketState,
    since: UnixMillis,
    now: UnixMillis,
) -> sqlx::Result<Option<Estimate>> {
    let lately = now.plus_ms(-LATELY_MS);
    let took = match state {
        TicketState::Pending => fetch_scalar!(all, *session, Option<i64>, FROM_ORDER, lately)?,
        TicketState::Assigned | TicketState::Accepted | TicketState::OnTheWay => {
            fetch_scalar!(all, *session, Option<i64>, FROM_STATE, state.as_str(), lately)?
        }
        _ => return Ok(None),
    };
    Ok(middle_half(took.into_iter().flatten().collect(), since))
}

fn middle_half(mut took_ms: Vec<i64>, since: UnixMillis) -> Option<Estimate> {
    if took_ms.len() < FEWEST {
        return None;
    }
    took_ms.sort_unstable();
    let at = |quarters: usize| since.plus_ms(took_ms[(took_ms.len() - 1) * quarters / 4]).0;
    let from = at(1).div_euclid(STEP_MS) * STEP_MS;
    let to = (at(3).div_euclid(STEP_MS) + 1) * STEP_MS;
    Some(Estimate { from: UnixMillis(from), to: UnixMillis(to) })
}

#[cfg(test)]
mod tests {
    use belgrano_shared::timestamp::UnixMillis;

    use super::{STEP_MS, middle_half};

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
}
