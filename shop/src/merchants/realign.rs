//! Series brought back in line with the clock.
//!
//! A package stores the instant of its next date, which another `TIME_ZONE`, another `PACKAGE_HOUR` or new rules of a zone
//! move. And a clock that was ahead moves a series on past dates that are still to come, so that nothing would be ordered for
//! as long as it was ahead. Looked at when the scheduler starts and when it sees the clock set back.

use std::convert::Infallible;

use belgrano_runtime::storage::require_one;
use belgrano_runtime::writer::{Command, Failure};
use belgrano_runtime::{execute, fetch, fetch_scalar};
use belgrano_wire::timestamp::UnixMillis;

use super::calendar::{DueDate, Frequency, RunHour, Series};
use crate::app::App;
use crate::unit::ShopUnit;

/// Packages that are read together.
const PAGE: i64 = 500;

/// Where the series of a package stands.
#[derive(Debug, sqlx::FromRow)]
struct Standing {
    id: i64,
    #[sqlx(try_from = "String")]
    frequency: Frequency,
    #[sqlx(try_from = "String")]
    anchor_on: DueDate,
    #[sqlx(try_from = "String")]
    next_on: DueDate,
    next_at: UnixMillis,
}

impl Standing {
    /// The next date as the calendar and the clock have it: no later than the first that is to come and not `ordered`.
    fn next(&self, ordered: &[String], now: UnixMillis, hour: RunHour) -> DueDate {
        let series = Series { frequency: self.frequency, anchor: self.anchor_on };
        let to_come = std::iter::successors(series.upcoming(self.anchor_on, now, hour), |due| series.after(*due));
        let open = to_come.take_while(|due| *due < self.next_on).find(|due| !ordered.contains(&due.to_string()));
        open.unwrap_or(self.next_on)
    }
}

const ACTIVE: &str =
    "SELECT id, frequency, anchor_on, next_on, next_at FROM packages WHERE active AND id > $1 ORDER BY id LIMIT $2";
const ONE: &str = "SELECT id, frequency, anchor_on, next_on, next_at FROM packages WHERE active AND id = $1";
const ORDERED: &str =
    "SELECT due_on FROM package_runs WHERE package_id = $1 AND due_on >= $2 AND outcome <> 'salteada'";
/// A date that is still to come was not missed.
const NOT_MISSED: &str = "DELETE FROM package_runs WHERE package_id = $1 AND due_on >= $2 AND outcome = 'salteada'";
const MOVE: &str = "UPDATE packages SET next_on = $2, next_at = $3 WHERE id = $1";

/// Bring the series of a package back in line.
#[derive(Clone, Copy, Debug)]
struct Realign {
    id: i64,
    hour: RunHour,
}

impl Command<ShopUnit> for Realign {
    /// Whether it was out of line.
    type Output = bool;
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<bool, Failure<Infallible>> {
        let now = unit.now();
        let Some(standing) = fetch!(optional, *unit.reader(), Standing, ONE, self.id)? else { return Ok(false) };
        let upcoming = DueDate::upcoming(now, self.hour).to_string();
        let ordered = fetch_scalar!(all, *unit.reader(), String, ORDERED, self.id, upcoming.clone())?;
        let next_on = standing.next(&ordered, now, self.hour);
        let next_at = next_on.at(self.hour);
        if (next_on, next_at) == (standing.next_on, standing.next_at) {
            return Ok(false);
        }
        execute!(*unit.session(), NOT_MISSED, self.id, upcoming)?;
        require_one(execute!(*unit.session(), MOVE, self.id, next_on.to_string(), next_at)?)?;
        unit.announce().packages = true;
        Ok(true)
    }
}

/// Brings all series back in line that are not; how many those were. One that breaks is logged and passed by.
pub(super) async fn realign(app: &App, hour: RunHour) -> sqlx::Result<usize> {
    let (mut moved, mut after) = (0, 0);
    loop {
        let mut session = app.db.read().await?;
        let page = fetch!(all, session, Standing, ACTIVE, after, PAGE)?;
        drop(session);
        let Some(last) = page.last() else { break };
        after = last.id;
        let now = app.ambient.now();
        for standing in &page {
            if standing.next(&[], now, hour) == standing.next_on && standing.next_on.at(hour) == standing.next_at {
                continue;
            }
            match app.writer.submit(Realign { id: standing.id, hour }).await {
                Ok(out_of_line) => moved += usize::from(out_of_line),
                Err(error) => {
                    tracing::warn!(package = standing.id, %error, "package not brought in line with the clock");
                }
            }
        }
    }
    if moved > 0 {
        tracing::info!(moved, "packages brought in line with the clock");
    }
    Ok(moved)
}
