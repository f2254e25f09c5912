//! Which board tells the old shop: the cursor is leased, and only who holds the lease moves it.
//!
//! As with the shop's outbox, the lease is fenced by a token: a board that slept past its lease finds another token there
//! and changes nothing. The shop may then have heard one call twice, which says the same thing twice.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use belgrano_shared::execute;
use belgrano_shared::fetch_scalar;
use belgrano_shared::writer::{Command, Failure};

use super::call;
use crate::app::App;
use crate::unit::{BoardUnit, log_head};

/// Well over the longest call; each call that was heard renews it.
const LEASE: Duration = Duration::from_secs(30);
const _: () = assert!(LEASE.as_secs() >= 2 * call::DEADLINE.as_secs());

const CURSOR: &str = "SELECT seq FROM callback_cursor WHERE id = 1";
const CLAIM: &str = "INSERT INTO callback_cursor (id, seq, lease_token, lease_until) VALUES (1, $1, $2, $3) \
     ON CONFLICT (id) DO UPDATE SET lease_token = excluded.lease_token, lease_until = excluded.lease_until \
     WHERE callback_cursor.lease_token = excluded.lease_token OR callback_cursor.lease_until <= $4 RETURNING seq";
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

fn until(unit: &BoardUnit) -> belgrano_shared::timestamp::UnixMillis {
    unit.now().plus_ms(i64::try_from(LEASE.as_millis()).unwrap_or(i64::MAX))
}

/// Take the lease, if it is free. A shop that is told for the first time hears of what happens from now on.
#[derive(Debug)]
pub(super) struct Claim(pub(super) Arc<str>);

impl Command<BoardUnit> for Claim {
    /// The last event that was told; `None` when another board tells.
    type Output = Option<i64>;
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut BoardUnit) -> Result<Option<i64>, Failure<Infallible>> {
        let (now, until) = (unit.now(), until(unit));
        let head = log_head(unit.reader()).await?.seq;
        Ok(fetch_scalar!(optional, *unit.session(), i64, CLAIM, head, &*self.0, until, now)?)
    }
}

/// Everything up to and including `seq` was told; goes on with the lease.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) seq: i64,
    pub(super) token: Arc<str>,
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
