//! Tries at a ticket's PIN, counted where a restart and another instance find them.

use std::time::Duration;

use belgrano_shared::problem::Problem;
use belgrano_shared::storage::Session;
use belgrano_shared::timestamp::UnixMillis;
use belgrano_shared::wire::OrderNumber;
use belgrano_shared::writer::{Command, Failure};
use belgrano_shared::{execute, fetch};

use crate::unit::{BoardUnit, BoardWants};

/// With four digits, five tries in a quarter of an hour leave a guesser a chance of one in 2000.
const TRIES: i64 = 5;
const PERIOD_MS: i64 = 15 * 60 * 1000;

/// Count a try of this user at the ticket's PIN, right or wrong, before it is looked at.
#[derive(Debug)]
pub struct TryPin {
    /// Whose PIN.
    pub number: OrderNumber,
    /// Who tries.
    pub user_id: i64,
}

/// The tries are used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TriedTooOften {
    again_in: Duration,
}

impl From<TriedTooOften> for Problem {
    fn from(refusal: TriedTooOften) -> Self {
        Self::too_many_requests(refusal.again_in)
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    tries: i64,
    since: UnixMillis,
}

const FIND: &str = "SELECT tries, since FROM pin_tries WHERE ticket_id = $1 AND user_id = $2";
const STORE: &str = "INSERT INTO pin_tries (ticket_id, user_id, tries, since) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (ticket_id, user_id) DO UPDATE SET tries = excluded.tries, since = excluded.since";

impl Command<BoardUnit> for TryPin {
    type Output = ();
    type Refusal = TriedTooOften;

    fn wants(&self, wants: &mut BoardWants) {
        wants.tickets.push(self.number.clone());
    }

    async fn apply(&self, unit: &mut BoardUnit) -> Result<(), Failure<TriedTooOften>> {
        let now = unit.now();
        // A ticket that is not there has no PIN; the step says so.
        let Some(ticket_id) = unit.ticket(&self.number).await?.map(|ticket| ticket.view.ticket_id) else {
            return Ok(());
        };
        let row = fetch!(optional, *unit.reader(), Row, FIND, ticket_id, self.user_id)?;
        let (tries, since) = match row.filter(|row| now.since_ms(row.since) < PERIOD_MS) {
            None => (0, now),
            Some(row) => (row.tries, row.since),
        };
        if tries >= TRIES {
            let left_ms = since.plus_ms(PERIOD_MS).since_ms(now);
            let again_in = Duration::from_millis(u64::try_from(left_ms).unwrap_or(0));
            return Err(Failure::Refused(TriedTooOften { again_in }));
        }
        // The row refers to its ticket, which has to be there first.
        unit.flush().await?;
        execute!(*unit.session(), STORE, ticket_id, self.user_id, tries + 1, since)?;
        Ok(())
    }
}

/// Forgets tries that count no more.
pub(crate) async fn prune(session: &mut Session, now: UnixMillis) -> sqlx::Result<u64> {
    execute!(*session, "DELETE FROM pin_tries WHERE since <= $1", now.plus_ms(-PERIOD_MS))
}
