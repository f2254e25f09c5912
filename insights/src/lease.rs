//! What one instance does for all of them: a row of the small database says which, and until when.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use belgrano_runtime::storage::Target;
use belgrano_runtime::writer::{Command, Failure, WriteError};
use belgrano_runtime::{execute, fetch};
use belgrano_wire::steady::is_due;
use belgrano_wire::timestamp::UnixMillis;

use crate::app::App;
use crate::unit::InsightsUnit;

/// How long a lease holds that nobody renews.
pub(crate) const TERM: Duration = Duration::from_mins(2);

#[derive(sqlx::FromRow)]
struct Held {
    holder: String,
    until: UnixMillis,
}

/// Whose the lease `name` is now; `None`: anybody's.
async fn holder(unit: &mut InsightsUnit, name: &str) -> sqlx::Result<Option<String>> {
    const FIND: &str = "SELECT holder, until FROM leases WHERE name = $1";
    let now = unit.now();
    let held = fetch!(optional, *unit.reader(), Held, FIND, name)?;
    Ok(held.filter(|held| !is_due(held.until, now, TERM)).map(|held| held.holder))
}

/// Whether `name` is held by `by`: asked within the transaction of what only its holder may do.
pub(crate) async fn is_held(unit: &mut InsightsUnit, name: &str, by: &str) -> sqlx::Result<bool> {
    Ok(holder(unit, name).await?.as_deref() == Some(by))
}

/// Take a lease, or renew it.
#[derive(Clone, Debug)]
pub(crate) struct Hold {
    /// Which.
    pub(crate) name: &'static str,
    /// For whom.
    pub(crate) by: Arc<str>,
}

impl Command<InsightsUnit> for Hold {
    /// Whether it is theirs now.
    type Output = bool;
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut InsightsUnit) -> Result<bool, Failure<Infallible>> {
        const TAKE: &str = "INSERT INTO leases (name, holder, until) VALUES ($1, $2, $3) \
             ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until";
        if holder(unit, self.name).await?.is_some_and(|holder| holder != *self.by) {
            return Ok(false);
        }
        let until = unit.now().plus_ms(i64::try_from(TERM.as_millis()).unwrap_or(i64::MAX));
        execute!(*unit.session(), TAKE, self.name, &*self.by, until)?;
        Ok(true)
    }
}

/// Give a lease back, so that another has it at once.
#[derive(Clone, Debug)]
pub(crate) struct GiveBack(pub(crate) Hold);

impl Command<InsightsUnit> for GiveBack {
    type Output = ();
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut InsightsUnit) -> Result<(), Failure<Infallible>> {
        let Self(Hold { name, by }) = self;
        execute!(*unit.session(), "DELETE FROM leases WHERE name = $1 AND holder = $2", *name, &**by)?;
        Ok(())
    }
}

/// Forget every lease.
#[derive(Clone, Copy, Debug)]
struct ForgetAll;

impl Command<InsightsUnit> for ForgetAll {
    type Output = ();
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut InsightsUnit) -> Result<(), Failure<Infallible>> {
        execute!(*unit.session(), "DELETE FROM leases")?;
        Ok(())
    }
}

/// What a process does at its start: on `SQLite` there is one process at a time, so whoever holds a lease then was killed, and what it
/// did goes on at once.
pub(crate) async fn inherit(app: &App) -> Result<(), WriteError<Infallible>> {
    if matches!(app.settings.common.storage.target, Target::Sqlite(_)) {
        app.writer.submit(ForgetAll).await?;
    }
    Ok(())
}
