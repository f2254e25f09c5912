//! Entries on their way into the table, and out of it when they are old.

use std::convert::Infallible;

use belgrano_wire::timestamp::UnixMillis;
use serde_json::Value;

use super::alarm::{Alarm, PERIOD, QUIET};
use super::{Entry, Kind, Source};
use crate::storage::Session;
use crate::writer::{Command, Failure, UnitOfWork};
use crate::{execute_rows, fetch_scalar};

/// A unit of work that the security log is written with.
pub trait SecurityUnit: UnitOfWork {
    /// The ids of the accounts that are told of an alarm; `None` where the service has no notices for accounts.
    const TOLD: Option<&'static str>;

    /// Puts an entry into what this batch writes.
    fn log(&mut self, entry: Entry);
    /// The time of this batch.
    fn now(&self) -> UnixMillis;
    /// The transaction, to read.
    fn reader(&mut self) -> &mut Session;
    /// Puts what tells an account of an alarm into what this batch writes; how it is told is the service's.
    fn tell_of_alarm(&mut self, account_id: i64) -> sqlx::Result<()>;
}

/// Writes entries, all of one batch at once.
pub async fn store(session: &mut Session, entries: &[Entry], now: UnixMillis) -> sqlx::Result<()> {
    const INSERT: &str = "INSERT INTO security_log (at, kind, particulars, account_id, on_account_id, address, request_id, \
         times) VALUES";
    execute_rows!(*session, INSERT, 8, entries, |query, entry| {
        query
            .bind(entry.at.unwrap_or(now))
            .bind(entry.kind.as_str())
            .bind(Value::Object(entry.particulars.clone()).to_string())
            .bind(entry.source.account)
            .bind(entry.on)
            .bind(entry.source.address.map(|address| address.to_string()))
            .bind(entry.source.request.map(|request| request.to_string()))
            .bind(entry.times)
    });
    Ok(())
}

/// Entries that one round of housekeeping removes at most: other changes wait for it.
const CHUNK: i64 = 20_000;

/// Forgets some of the entries from before `before`. Says how many.
pub async fn prune(session: &mut Session, before: UnixMillis) -> sqlx::Result<u64> {
    // Looked for first and removed by a list: as one statement, planned on an empty table, it would read all of it.
    const OLD: &str = "SELECT id FROM security_log WHERE at < $1 ORDER BY at LIMIT $2";
    const REMOVE: &str = "DELETE FROM security_log WHERE id IN (VALUES";
    let old = fetch_scalar!(all, *session, i64, OLD, before, CHUNK)?;
    Ok(execute_rows!(*session, REMOVE, 1, &old, ")", |query, id| query.bind(*id)))
}

/// Write what was noted outside of any command.
#[derive(Clone, Debug)]
pub struct Noted {
    pub(super) entries: Vec<Entry>,
    pub(super) alarm: Option<Alarm>,
}

impl<U: SecurityUnit> Command<U> for Noted {
    type Output = ();
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut U) -> Result<(), Failure<Infallible>> {
        let told = match self.alarm {
            Some(alarm) if !is_quiet(unit).await? => Some((alarm, told_accounts(unit).await?)),
            _ => None,
        };
        for entry in &self.entries {
            unit.log(entry.clone());
        }
        if let Some((alarm, accounts)) = told {
            raise(unit, alarm, accounts)?;
        }
        Ok(())
    }
}

/// Whether an alarm was raised of late, by whichever instance. One from beyond the quiet time's end was raised by a clock that was
/// ahead, and says nothing.
async fn is_quiet<U: SecurityUnit>(unit: &mut U) -> sqlx::Result<bool> {
    const LAST: &str = "SELECT at FROM security_log WHERE kind = 'alarma' ORDER BY id DESC LIMIT 1";
    let quiet_ms = i64::try_from(QUIET.as_millis()).unwrap_or(i64::MAX);
    let now = unit.now();
    let last = fetch_scalar!(optional, *unit.reader(), UnixMillis, LAST)?;
    Ok(last.is_some_and(|at| now.since_ms(at).abs() < quiet_ms))
}

async fn told_accounts<U: SecurityUnit>(unit: &mut U) -> sqlx::Result<Vec<i64>> {
    match U::TOLD {
        Some(told) => fetch_scalar!(all, *unit.reader(), i64, told),
        None => Ok(Vec::new()),
    }
}

/// Writes the alarm and tells everybody who is to be told, in one transaction: it is told once or not at all.
fn raise<U: SecurityUnit>(unit: &mut U, alarm: Alarm, accounts: Vec<i64>) -> sqlx::Result<()> {
    let Alarm { suspect, address, account } = alarm;
    let entry = Entry::new(Kind::Alarm).by(Source { address, ..Source::default() });
    let entry = entry.with("motivo", suspect.as_str()).with("fallos", suspect.limit());
    let entry = entry.with("minutos", PERIOD.as_secs() / 60);
    unit.log(match account {
        Some(account) => entry.on(account),
        None => entry,
    });
    accounts.into_iter().try_for_each(|account_id| unit.tell_of_alarm(account_id))
}
