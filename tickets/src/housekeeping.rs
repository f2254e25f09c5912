//! Forgetting what has expired: sessions, socket tokens, answers kept for their idempotency keys, old events.
//!
//! Once an hour. On several instances each does it; the second finds nothing. What must never happen here: a hole in the log
//! of events (it is only cut off at its old end), or an event gone that an old shop has not been told of.

use std::convert::Infallible;
use std::time::Duration;

use belgrano_runtime::auth::second_factor;
use belgrano_runtime::auth::session::shorten;
use belgrano_runtime::auth::session_end;
use belgrano_runtime::idempotency::Answers;
use belgrano_runtime::lifecycle::Lifecycle;
use belgrano_runtime::security;
use belgrano_runtime::writer::{Command, Failure, WriteError};
use belgrano_runtime::{execute, fetch, fetch_scalar};
use belgrano_wire::steady::horizon;
use belgrano_wire::timestamp::UnixMillis;

use crate::app::App;
use crate::unit::{BoardUnit, Recount};
use crate::{live, progress, tickets, users};

const PERIOD: Duration = Duration::from_hours(1);
/// Longer than any client goes on repeating a request.
const ANSWERS_KEPT_MS: i64 = 3 * 24 * 3600 * 1000;

/// Forget what has expired.
#[derive(Debug)]
pub struct Prune {
    /// What a session lasts: none that was opened by a clock that was set back since lasts longer.
    pub session_lifetime: Duration,
    /// How long the security log goes back.
    pub log_kept_ms: i64,
}

impl Command<BoardUnit> for Prune {
    type Output = u64;
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut BoardUnit) -> Result<u64, Failure<Infallible>> {
        let now = unit.now();
        let session = unit.session();
        let mut forgotten = execute!(*session, "DELETE FROM sessions WHERE expires_at <= $1", now)?;
        shorten(session, now, self.session_lifetime).await?;
        forgotten += execute!(*session, "DELETE FROM socket_tokens WHERE expires_at <= $1", now)?;
        forgotten += live::forget_signatures(session, now).await?;
        forgotten += session_end::prune(session, now).await?;
        forgotten += second_factor::prune(session, now).await?;
        forgotten += progress::forget_pin_tries(session, now).await?;
        forgotten += Answers::prune(session, now.plus_ms(-ANSWERS_KEPT_MS)).await?;
        forgotten += security::prune(session, now.plus_ms(-self.log_kept_ms)).await?;
        Ok(forgotten)
    }
}

/// Forget some of the oldest events. Who resumes from before them gets a snapshot; `seq` goes on where it was.
#[derive(Clone, Copy, Debug)]
struct PruneEvents {
    /// Recorded before this.
    before: UnixMillis,
    /// Only those an old shop was told of.
    told_only: bool,
}

/// Events of one transaction: other changes wait for it.
const CHUNK: i64 = 500;
const OLDEST: &str = "SELECT seq, recorded_at FROM events ORDER BY seq LIMIT $1";
const TOLD: &str = "SELECT seq FROM callback_cursor WHERE id = 1";

impl Command<BoardUnit> for PruneEvents {
    /// How many went.
    type Output = u64;
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut BoardUnit) -> Result<u64, Failure<Infallible>> {
        let told =
            if self.told_only { fetch_scalar!(optional, *unit.reader(), i64, TOLD)?.unwrap_or(0) } else { i64::MAX };
        // The clocks of several instances differ: the first event that stays ends it, whatever comes after. One that was
        // recorded by a clock that was ahead says nothing of its age: it goes with those after it.
        let latest = horizon(unit.now(), Duration::ZERO);
        let oldest = fetch!(all, *unit.reader(), (i64, UnixMillis), OLDEST, CHUNK)?;
        let is_old = |recorded_at: UnixMillis| recorded_at < self.before;
        let passed = oldest.into_iter().take_while(|(seq, at)| *seq <= told && (is_old(*at) || *at > latest));
        let Some((last, _)) = passed.filter(|(_, at)| is_old(*at)).last() else { return Ok(0) };
        Ok(execute!(*unit.session(), "DELETE FROM events WHERE seq <= $1", last)?)
    }
}

/// Forgets all there is to forget now.
pub async fn round(app: &App) -> Result<(), WriteError<Infallible>> {
    let common = &app.settings.common;
    let (session_lifetime, log_kept_ms) = (common.gate.session_lifetime, common.security.kept_ms());
    app.writer.submit(Prune { session_lifetime, log_kept_ms }).await?;
    let kept_ms = i64::try_from(app.settings.events_kept.as_millis()).unwrap_or(i64::MAX);
    let events =
        PruneEvents { before: app.ambient.now().plus_ms(-kept_ms), told_only: app.settings.ahorro_url.is_some() };
    while app.writer.submit(events).await? > 0 {}
    // Those that a process of an older version has taken in since the start, while it was being replaced.
    tickets::fold_stored(&app.writer).await?;
    app.writer.submit(Recount).await?;
    progress::redraw_proofs(app).await
}

/// Starts the task.
pub fn spawn(app: &App, life: &Lifecycle) {
    let (app, soft) = (app.clone(), life.soft().clone());
    life.spawn_critical("housekeeping", async move {
        let mut ticks = tokio::time::interval(PERIOD);
        while soft.run_until_cancelled(ticks.tick()).await.is_some() {
            // First: whoever knows such a password could log in meanwhile.
            if let Some(Err(error)) = soft.run_until_cancelled(users::examine_passwords(&app, None)).await {
                tracing::warn!(%error, "passwords of an older version are not examined; it is tried again");
            }
            if let Some(Err(error)) = soft.run_until_cancelled(round(&app)).await {
                tracing::warn!(%error, "could not forget what has expired");
            }
        }
    });
}
