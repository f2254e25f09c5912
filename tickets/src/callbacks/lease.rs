//! Which board tells the old shop: the cursor is leased, and only who holds the lease moves it.
//!
//! As with the shop's outbox, the lease is fenced by a token: a board that slept past its lease finds another token there
//! and moves nothing. The old shop knows no tokens, so a board looks at its lease before each call and makes none that could
//! outlast it. What is left: a board that stops between that look and its call, for longer than the lease, says one old thing
//! after a newer one.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use belgrano_runtime::execute;
use belgrano_runtime::fetch_scalar;
use belgrano_runtime::writer::{Command, Failure, WriteError};
use belgrano_wire::steady::{SteadyMillis, horizon};
use belgrano_wire::timestamp::UnixMillis;

use super::call;
use crate::app::App;
use crate::unit::{BoardUnit, log_head};

/// Well over the longest call; each call that was heard renews it.
const LEASE: Duration = Duration::from_secs(30);
const _: () = assert!(LEASE.as_secs() >= 2 * call::DEADLINE.as_secs());

const CURSOR: &str = "SELECT seq FROM callback_cursor WHERE id = 1";
const CLAIM: &str = "INSERT INTO callback_cursor (id, seq, lease_token, lease_until) VALUES (1, $1, $2, $3) \
     ON CONFLICT (id) DO UPDATE SET lease_token = excluded.lease_token, lease_until = excluded.lease_until \
     WHERE callback_cursor.lease_token = excluded.lease_token OR callback_cursor.lease_until <= $4 \
     OR callback_cursor.lease_until > $5 RETURNING seq";
const TOLD: &str =
    "UPDATE callback_cursor SET seq = $1, lease_until = $2 WHERE id = 1 AND lease_token = $3 RETURNING seq";
const RELEASE: &str = "UPDATE callback_cursor SET lease_until = 0 WHERE id = 1 AND lease_token = $1";

/// Whether there is anything to tell, or a cursor to begin with. Read only: most looks find nothing.
pub(super) async fn is_behind(app: &App) -> sqlx::Result<bool> {
    let mut session = app.db.read().await?;
    let cursor = fetch_scalar!(optional, session, i64, CURSOR)?;
    let head = log_head(&mut session).await?.seq;
    Ok(cursor.is_none_or(|cursor| cursor < head))
}

fn until(unit: &BoardUnit) -> UnixMillis {
    unit.now().plus_ms(i64::try_from(LEASE.as_millis()).unwrap_or(i64::MAX))
}

/// The lease, as the board that holds it knows it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held {
    /// The last event that was told.
    pub(super) after: i64,
    /// When it was last asked for, by this board's clock: it holds no shorter than from then.
    asked: SteadyMillis,
}

impl Held {
    /// Whether a call that begins at `now` ends before the lease does.
    pub(super) fn covers_a_call(&self, now: SteadyMillis) -> bool {
        self.asked.plus(LEASE).left(now) >= call::DEADLINE
    }
}

/// Takes the lease, unless another board has it.
pub(super) async fn claim(app: &App, token: &Arc<str>) -> Result<Option<Held>, WriteError<Infallible>> {
    let asked = app.ambient.steady();
    let after = app.writer.submit(Claim(Arc::clone(token))).await?;
    Ok(after.map(|after| Held { after, asked }))
}

/// Moves the cursor and goes on with the lease, unless another board has it by now.
pub(super) async fn told(app: &App, token: &Arc<str>, seq: i64) -> Result<Option<Held>, WriteError<Infallible>> {
    let asked = app.ambient.steady();
    let after = app.writer.submit(Told { seq, token: Arc::clone(token) }).await?;
    Ok(after.map(|after| Held { after, asked }))
}

/// Take the lease, if it is free. A shop that is told for the first time hears of what happens from now on.
#[derive(Debug)]
struct Claim(Arc<str>);

impl Command<BoardUnit> for Claim {
    /// The last event that was told; `None` when another board tells.
    type Output = Option<i64>;
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut BoardUnit) -> Result<Option<i64>, Failure<Infallible>> {
        let (now, until) = (unit.now(), until(unit));
        let head = log_head(unit.reader()).await?.seq;
        // No lease ends so late: it was taken by a clock that was set back since.
        let too_late = horizon(now, LEASE);
        Ok(fetch_scalar!(optional, *unit.session(), i64, CLAIM, head, &*self.0, until, now, too_late)?)
    }
}

/// Everything up to and including `seq` was told; goes on with the lease.
#[derive(Debug)]
struct Told {
    seq: i64,
    token: Arc<str>,
}

impl Command<BoardUnit> for Told {
    /// `seq`; `None` when the lease is another board's by now.
    type Output = Option<i64>;
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut BoardUnit) -> Result<Option<i64>, Failure<Infallible>> {
        let until = until(unit);
        Ok(fetch_scalar!(optional, *unit.session(), i64, TOLD, self.seq, until, &*self.token)?)
    }
}

/// Give the lease back, if it is still there.
#[derive(Debug)]
pub(super) struct Release(pub(super) Arc<str>);

impl Command<BoardUnit> for Release {
    type Output = ();
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut BoardUnit) -> Result<(), Failure<Infallible>> {
        execute!(*unit.session(), RELEASE, &*self.0)?;
        Ok(())
    }
}
