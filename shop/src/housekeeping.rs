//! Throwing away what nobody can use any more: sessions, codes, forgotten carts, old answers.

use std::convert::Infallible;
use std::time::Duration;

use belgrano_runtime::auth::second_factor;
use belgrano_runtime::auth::session::shorten;
use belgrano_runtime::auth::session_end;
use belgrano_runtime::execute;
use belgrano_runtime::idempotency::Answers;
use belgrano_runtime::security;
use belgrano_runtime::writer::{Command, Failure};

use crate::app::App;
use crate::unit::ShopUnit;
use crate::{accounts, catalog, reviews};

const EVERY: Duration = Duration::from_mins(10);
/// A link that ended is remembered, so that its owner reads when.
const ENDED_LINKS_KEPT: Duration = Duration::from_hours(30 * 24);

/// One round of it.
#[derive(Debug)]
pub(crate) struct Prune {
    pub(crate) carts_kept_ms: i64,
    pub(crate) answers_kept_ms: i64,
    pub(crate) log_kept_ms: i64,
    /// What a session and a code last: none that was made by a clock that was set back since lasts longer.
    pub(crate) session_lifetime: Duration,
    pub(crate) code_lifetime: Duration,
}

impl Command<ShopUnit> for Prune {
    /// How many rows went.
    type Output = u64;
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<u64, Failure<Infallible>> {
        const SESSIONS: &str = "DELETE FROM sessions WHERE expires_at <= $1";
        const CODES: &str = "DELETE FROM recovery_codes WHERE expires_at <= $1";
        const SHORTEN_CODES: &str = "UPDATE recovery_codes SET expires_at = $1 WHERE expires_at > $1";
        const CARTS: &str = "DELETE FROM carts WHERE account_id IS NULL AND updated_at <= $1";
        const LINKS: &str = "DELETE FROM tracking_links WHERE expires_at <= $1";
        let (now, session) = (unit.now(), unit.session());
        let sessions = execute!(*session, SESSIONS, now)?;
        shorten(session, now, self.session_lifetime).await?;
        execute!(*session, SHORTEN_CODES, now.plus_ms(ms(self.code_lifetime)))?;
        let codes = execute!(*session, CODES, now)?;
        let carts = execute!(*session, CARTS, now.plus_ms(-self.carts_kept_ms))?;
        let ends = session_end::prune(session, now).await? + second_factor::prune(session, now).await?;
        let links = execute!(*session, LINKS, now.plus_ms(-ms(ENDED_LINKS_KEPT)))?;
        let answers = Answers::prune(session, now.plus_ms(-self.answers_kept_ms)).await?;
        let log = security::prune(session, now.plus_ms(-self.log_kept_ms)).await?;
        Ok(sessions + codes + carts + ends + links + answers + log)
    }
}

fn ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// Prunes now and then until the soft stop. Several instances may do so at once.
pub async fn run(app: App) {
    let soft = app.life.soft().clone();
    let rounds = async {
        let mut ticks = tokio::time::interval(EVERY);
        loop {
            ticks.tick().await;
            let prune = Prune {
                carts_kept_ms: ms(app.settings.carts.kept),
                answers_kept_ms: ms(app.settings.answers_kept),
                log_kept_ms: app.settings.common.security.kept_ms(),
                session_lifetime: app.settings.common.gate.session_lifetime,
                code_lifetime: app.settings.accounts.recovery_lifetime,
            };
            match app.writer.submit(prune).await {
                Ok(rows) => tracing::debug!(rows, "housekeeping"),
                Err(error) => tracing::warn!(%error, "housekeeping failed; it is tried again"),
            }
            if let Err(error) = accounts::examine_passwords(&app, None).await {
                tracing::warn!(%error, "passwords of an older version are not examined; it is tried again");
            }
            if let Err(error) = reviews::ask(&app).await {
                tracing::warn!(%error, "nobody is asked for a review; it is tried again");
            }
            if let Err(error) = catalog::redraw_photos(&app).await {
                tracing::warn!(%error, "photos of an older version are not drawn anew; it is tried again");
            }
        }
    };
    soft.run_until_cancelled(rounds).await;
}
