//! The task that sends notices: claim what is due and has a place, send each on its own, settle each as it comes back.

mod ways;

use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use belgrano_runtime::lifecycle::Lifecycle;
use belgrano_runtime::mailer::Mailer;
use belgrano_runtime::retry::RetrySchedule;
use belgrano_runtime::storage::{Db, Presence, Target};
use belgrano_runtime::telemetry::Metrics;
use belgrano_runtime::writer::{AtOnce, WriteError, Writer};
use belgrano_wire::ambient::Ambient;
use belgrano_wire::steady::SetBack;
use belgrano_wire::texts::Message;
use belgrano_wire::timestamp::UnixMillis;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::claim::{BringBack, any_beyond, any_due};
use super::doors::{AT_ONCE, Doors, Ending, Pass};
use super::metrics::NoticeMetrics;
use super::push::PushClient;
use super::webhook::WebhookClient;
use super::{Channel, Claim, Claimed, Claims, EndLeases, News, NoticeSummary, NoticeUnit, Prune, Settle, Verdict};

/// How often to look for what nobody here was told of: another instance's, a retry that is due, a lease that ended.
const POLL: Duration = Duration::from_secs(1);
/// How long to leave a database alone that failed.
const REST: Duration = Duration::from_secs(2);
/// Between tries. After a quarter of an hour a browser is given up, while there may be time for a mail.
const SCHEDULE: RetrySchedule = RetrySchedule {
    initial: Duration::from_secs(2),
    max_interval: Duration::from_mins(2),
    max_elapsed: Duration::from_mins(15),
};
/// Between tries at what nobody would find out by looking, and what waits for a server that somebody has to mend.
const PATIENT: RetrySchedule = RetrySchedule {
    initial: Duration::from_secs(2),
    max_interval: Duration::from_mins(10),
    max_elapsed: Duration::from_hours(24),
};
/// The longest that a notice is put off: by its own schedule, by a door that rests, or because a push service asked for it.
const LONGEST_WAIT: Duration = Duration::from_hours(1);
const NO_PUSH_ANSWER: &str = "kept-notice-slow";
const NO_MAIL_ANSWER: &str = "kept-notice-mail-slow";
const NO_HOOK_ANSWER: &str = "kept-notice-webhook-slow";
const COUNT_EVERY: Duration = Duration::from_secs(15);
/// Counts between two prunings: ten minutes.
const PRUNE_EVERY: u32 = 40;
const DAY_MS: i64 = 24 * 3600 * 1000;
/// How long what was sent, and what died, can be looked at.
const KEPT_MS: i64 = 7 * DAY_MS;
const DEAD_KEPT_MS: i64 = 30 * DAY_MS;

/// Why notices cannot be sent.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// The way to push services.
    #[error("cannot speak to push services")]
    Client(#[from] reqwest::Error),
    /// The lock beside the database.
    #[error("cannot use the lock file beside the database")]
    Lock(#[from] std::io::Error),
}

/// What the task works with.
#[derive(Debug)]
pub struct DeliveryParts<U> {
    /// Where to read.
    pub db: Db,
    /// Where to settle.
    pub writer: Writer<U>,
    /// Time and randomness.
    pub ambient: Ambient,
    /// Told by each commit that wrote a notice.
    pub wake: Arc<Notify>,
    /// The way to browsers; `None`: there is no key.
    pub push: Option<PushClient>,
    /// The way to mail boxes.
    pub mailer: Mailer,
    /// The way to webhooks; `None`: there is no secret to sign with.
    pub webhooks: Option<WebhookClient>,
    /// How long a push service may take.
    pub timeout: Duration,
    /// Where the service is found.
    pub public_url: Url,
}

/// Sends the notices of one service.
#[derive(Debug)]
pub struct Delivery<U> {
    parts: Arc<DeliveryParts<U>>,
    doors: Arc<Mutex<Doors>>,
    set_back: Arc<Mutex<SetBack>>,
    metrics: NoticeMetrics,
}

impl<U> Clone for Delivery<U> {
    fn clone(&self) -> Self {
        Self {
            parts: Arc::clone(&self.parts),
            doors: Arc::clone(&self.doors),
            set_back: Arc::clone(&self.set_back),
            metrics: self.metrics.clone(),
        }
    }
}

/// What became of one try.
struct Told {
    verdict: Verdict,
    /// The subscription that is no more.
    gone: Option<i64>,
    ending: Ending,
}

impl Told {
    fn of(verdict: Verdict, ending: Ending) -> Self {
        Self { verdict, gone: None, ending }
    }
}

impl<U: NoticeUnit> Delivery<U> {
    /// Ready to run.
    #[must_use]
    pub fn new(parts: DeliveryParts<U>, metrics: &Metrics) -> Self {
        let set_back = Arc::new(Mutex::new(SetBack::since(&parts.ambient)));
        Self { parts: Arc::new(parts), doors: Arc::default(), set_back, metrics: NoticeMetrics::register(metrics) }
    }

    /// Starts what sends, and what counts and prunes beside it, as tasks of `life`.
    pub fn start(self, target: &Target, life: &Lifecycle) -> Result<(), DeliveryError> {
        let presence = Presence::new(target, "notices")?;
        life.spawn_critical("notices housekeeping", self.clone().housekeeping(life.soft().clone()));
        life.spawn_critical("notices", self.run(presence, life.soft().clone()));
        Ok(())
    }

    /// Sends until `stop`, and then finishes what is under way; what takes too long is left to its lease. Whoever knows by its
    /// `presence` to be the only one begins with what an earlier life left behind; everybody else waits for those leases to end.
    async fn run(self, presence: Option<Presence>, stop: CancellationToken) {
        if presence.as_ref().is_some_and(Presence::alone) {
            match self.parts.writer.submit(EndLeases).await {
                Ok(0) => {}
                Ok(notices) => tracing::info!(notices, "leases of an earlier life have ended"),
                // They run out by themselves.
                Err(error) => tracing::warn!(%error, "leases of an earlier life could not be ended"),
            }
        }
        let presence = Presence::share(presence).await;
        self.send(stop).await;
        drop(presence);
    }

    async fn send(&self, stop: CancellationToken) {
        let mut under_way = FuturesUnordered::new();
        let (mut claim_at, mut passed_over) = (Instant::now(), false);
        while !stop.is_cancelled() {
            if under_way.len() < AT_ONCE && claim_at <= Instant::now() {
                claim_at = match self.claim(AT_ONCE - under_way.len()).await {
                    Ok(claims) => {
                        passed_over = claims.passed_over;
                        under_way.extend(self.enter(claims.notices).map(|(notice, pass)| self.deliver(notice, pass)));
                        Instant::now() + if claims.more { Duration::ZERO } else { POLL }
                    }
                    Err(error) => {
                        tracing::warn!(%error, "notices wait for the database");
                        Instant::now() + REST
                    }
                };
            }
            let room = under_way.len() < AT_ONCE;
            tokio::select! {
                () = stop.cancelled() => {}
                Some(()) = under_way.next() => if passed_over { claim_at = Instant::now() },
                () = self.parts.wake.notified(), if room => claim_at = Instant::now(),
                () = tokio::time::sleep_until(claim_at), if room => {}
            }
        }
        let finish = async { while under_way.next().await.is_some() {} };
        if tokio::time::timeout(self.parts.timeout, finish).await.is_err() {
            tracing::info!("notices that are under way are left to their lease");
        }
    }

    /// Sends what is due now and settles it, for tests. Says how many it took.
    #[cfg(any(test, feature = "testing"))]
    #[expect(clippy::missing_panics_doc, clippy::expect_used, reason = "whatever goes wrong here fails the test")]
    pub async fn round(&self) -> usize {
        let mut count = 0;
        loop {
            let Claims { notices, passed_over, .. } = self.claim(AT_ONCE).await.expect("the database answers");
            count += notices.len();
            let sent = self.enter(notices).map(|(notice, pass)| self.deliver(notice, pass));
            futures_util::future::join_all(sent).await;
            if !passed_over {
                return count;
            }
        }
    }

    fn doors(&self) -> MutexGuard<'_, Doors> {
        self.doors.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the places that the claim has found free; nothing was sent since.
    fn enter(&self, notices: Vec<Claimed>) -> impl Iterator<Item = (Claimed, Pass)> {
        notices.into_iter().map(|notice| {
            let pass = self.doors().enter(notice.door());
            (notice, pass)
        })
    }

    /// Longer than any exchange, so that nobody else begins while we still might send.
    fn lease(&self) -> Duration {
        self.parts.timeout * 3
    }

    /// What cannot be brought back now is looked for again by housekeeping.
    async fn bring_back(&self, which: BringBack) {
        match self.parts.writer.submit(which).await {
            Ok(0) => {}
            Ok(notices) => tracing::info!(notices, "notices waited for a time that the clock has not got"),
            Err(error) => tracing::warn!(%error, "notices that wait too long could not be brought back"),
        }
    }

    async fn claim(&self, limit: usize) -> Result<Claims, WriteError<Infallible>> {
        let set_back = self.set_back.lock().unwrap_or_else(PoisonError::into_inner).look(&self.parts.ambient);
        if let Some(by) = set_back {
            tracing::warn!(?by, "the clock was set back: notices that wait are tried now");
            self.bring_back(BringBack::SetBack(self.lease())).await;
        }
        let look = any_due(&self.parts.db, self.parts.ambient.now()).await;
        if !look.map_err(|error| WriteError::Database(Arc::new(error)))? {
            return Ok(Claims { notices: Vec::new(), passed_over: false, more: false });
        }
        let doors = self.doors().clone();
        let claim = Claim { limit, lease: self.lease(), doors, around_held: false };
        match self.parts.writer.submit(AtOnce(claim.clone())).await {
            Err(error) if error.is_held() => self.parts.writer.submit(Claim { around_held: true, ..claim }).await,
            claimed => claimed,
        }
    }

    async fn deliver(&self, notice: Claimed, pass: Pass) {
        let started_at = self.parts.ambient.now();
        let channel = notice.channel;
        let Told { verdict, gone, ending } = match (&notice.browser, channel) {
            (Some(browser), _) => self.push(&notice, browser, started_at).await,
            (None, Channel::Webhook) => self.post(&notice).await,
            (None, Channel::Push | Channel::Mail) => self.mail(&notice).await,
        };
        self.doors().leave(pass, ending, self.parts.ambient.steady());
        self.metrics.tried(channel, &verdict);
        if let Verdict::Dead { .. } = &verdict {
            // Why is in the row: a mail server's words may have the address in them.
            tracing::warn!(notice = notice.id, channel = channel.as_str(), "a notice could not be sent");
        }
        let settle = Settle { id: notice.id, token: Arc::clone(&notice.token), started_at, verdict, gone };
        match self.parts.writer.submit(settle).await {
            Ok(true) => {}
            Ok(false) => tracing::warn!(notice = notice.id, "a verdict came after the lease and changed nothing"),
            // Its lease runs out, and it is sent again: with the same topic.
            Err(error) => tracing::warn!(%error, notice = notice.id, "a notice could not be settled"),
        }
    }

    /// Again after a while, unless nobody would want to hear of it by then.
    fn later(&self, notice: &Claimed, after: Option<Duration>, reason: String) -> Verdict {
        let now = self.parts.ambient.now();
        let schedule = if notice.news == News::Alarm { PATIENT } else { SCHEDULE };
        let wait =
            schedule.delay(notice.attempts.saturating_add(1), &self.parts.ambient).max(after.unwrap_or_default());
        let next = now.plus_ms(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX));
        let given_up = notice.first_attempt_at.is_some_and(|first| schedule.is_exhausted(first, now));
        if given_up || next >= notice.expires_at { Verdict::Dead { reason } } else { Verdict::Retry { wait, reason } }
    }

    /// Counts the backlog and removes what is old, until `stop`.
    async fn housekeeping(self, stop: CancellationToken) {
        let work = async {
            for round in (0..PRUNE_EVERY).cycle() {
                let now = self.parts.ambient.now();
                match NoticeSummary::read(&self.parts.db, now).await {
                    Ok(summary) => self.metrics.backlog(&summary, self.doors().resting(self.parts.ambient.steady())),
                    Err(error) => tracing::warn!(%error, "notices could not be counted"),
                }
                // What another life wrote by another clock.
                match any_beyond(&self.parts.db, now, LONGEST_WAIT).await {
                    Ok(false) => {}
                    Ok(true) => self.bring_back(BringBack::Beyond(LONGEST_WAIT)).await,
                    Err(error) => tracing::warn!(%error, "notices that wait too long could not be looked for"),
                }
                if round == 0
                    && let Err(error) = self.prune(now).await
                {
                    tracing::warn!(%error, "old notices could not be removed");
                }
                tokio::time::sleep(COUNT_EVERY).await;
            }
        };
        stop.run_until_cancelled(work).await;
    }

    /// Removes what was settled long ago.
    pub async fn prune(&self, now: UnixMillis) -> Result<(), WriteError<Infallible>> {
        let prune = Prune { before: now.plus_ms(-KEPT_MS), dead_before: now.plus_ms(-DEAD_KEPT_MS) };
        while self.parts.writer.submit(prune).await? > 0 {}
        Ok(())
    }
}

/// A reason as it is stored.
fn kept(key: &'static str) -> String {
    Message::new(key).to_string()
}
