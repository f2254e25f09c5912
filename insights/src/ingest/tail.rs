//! Following a feed into memory: one task for each feed, for as long as the service lives.
//!
//! A page of changes becomes rows, the rows become visible together, and the place moves with them. What is not stored when the
//! process dies is asked for again: the feed tells the present state of each key, so nothing is lost and nothing counts twice.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use belgrano_runtime::lifecycle::Lifecycle;
use belgrano_runtime::writer::{WriteError, Writer};
use belgrano_wire::ambient::Ambient;
use belgrano_wire::timestamp::UnixMillis;

use super::client::{Access, Client, FeedError, PAGE};
use super::fresh::Fresh;
use super::store::Store;
use super::translate::{Change, translate};
use crate::accounts::ForgetErased;
use crate::lake::feeds::OWN;
use crate::lake::rows::Origin;
use crate::lake::tables as t;
use crate::unit::InsightsUnit;

/// Between two questions: a busy shop changes all the time, and a page of many changes costs less than many pages.
const BREATH: Duration = Duration::from_secs(1);
/// After a failure.
const PAUSE: Duration = Duration::from_secs(3);

/// A feed of ours.
#[derive(Clone, Debug)]
pub struct Feed {
    /// What it is called, in `/api/estado` and in the lake.
    pub name: &'static str,
    /// Where it is.
    pub access: Access,
}

/// How a feed is doing.
#[derive(Clone, Debug, Default)]
pub struct FeedState {
    /// The life of the service's database.
    pub epoch: String,
    /// Up to where it was read.
    pub seq: i64,
    /// When it last answered.
    pub answered_at: Option<UnixMillis>,
    /// Since when everything it had to say is here; `None` while there is more.
    pub current_at: Option<UnixMillis>,
    /// Rows that came of it since the start.
    pub rows: u64,
    /// Changes of it that could not be read, since the start.
    pub refused: u64,
    /// Why it does not answer.
    pub trouble: Option<Trouble>,
}

/// Why a feed is not followed now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// Of which kind that is.
    pub cause: Cause,
    /// In the words of the log.
    pub words: String,
}

/// A kind of trouble with a feed, by what is to be done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// No connection to its address: it is down, or elsewhere.
    Away,
    /// The credentials are not taken.
    Credentials,
    /// The service is older than this one.
    Older,
    /// It answered with a failure, or with something that is no feed.
    Foreign,
    /// What comes cannot be kept here.
    Store,
}

impl Cause {
    /// The key of what is said of it, and of what to do.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Away => "insights-trouble-away",
            Self::Credentials => "insights-trouble-credentials",
            Self::Older => "insights-trouble-older",
            Self::Foreign => "insights-trouble-foreign",
            Self::Store => "insights-trouble-store",
        }
    }
}

/// How all feeds are doing. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct FeedStates(Arc<Mutex<BTreeMap<&'static str, FeedState>>>);

impl FeedStates {
    /// Of each feed, by name.
    #[must_use]
    pub fn all(&self) -> BTreeMap<&'static str, FeedState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// As if the feed had come so far.
    #[cfg(test)]
    pub(crate) fn put(&self, feed: &'static str, state: FeedState) {
        self.change(feed, |known| *known = state);
    }

    fn change(&self, feed: &'static str, change: impl FnOnce(&mut FeedState)) {
        change(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(feed).or_default());
    }
}

/// Why a feed could not be followed for now.
#[derive(Debug, thiserror::Error)]
pub(super) enum TailError {
    #[error(transparent)]
    Feed(#[from] FeedError),
    #[error("rows of the lake")]
    Rows(#[from] datafusion::arrow::error::ArrowError),
    #[error(transparent)]
    Store(#[from] super::store::StoreError),
    #[error("so much waits for the lake that no more is read")]
    Full,
    #[error("accounts of erased persons cannot be emptied: {0}")]
    Accounts(#[from] WriteError<Infallible>),
}

impl TailError {
    fn cause(&self) -> Cause {
        match self {
            Self::Feed(FeedError::Away(_)) => Cause::Away,
            Self::Feed(FeedError::Refused(_)) => Cause::Credentials,
            Self::Feed(FeedError::Older) => Cause::Older,
            Self::Feed(FeedError::Status(_) | FeedError::Foreign(_)) => Cause::Foreign,
            Self::Rows(_) | Self::Store(_) | Self::Full | Self::Accounts(_) => Cause::Store,
        }
    }
}

/// Follows a feed until the process stops. Who is erased in it is erased among the accounts of `accounts`, too.
pub async fn follow(
    feed: Feed,
    store: Store,
    states: FeedStates,
    accounts: Writer<InsightsUnit>,
    ambient: Ambient,
    life: Lifecycle,
) {
    let client = match Client::new(feed.access.clone(), ambient.clone()) {
        Ok(client) => client,
        Err(error) => {
            tracing::error!(feed = feed.name, %error, "cannot make an HTTP client");
            return;
        }
    };
    let mut tail = Tail { feed, client, page: PAGE, store, states, accounts: Some(accounts), ambient, at: None };
    while !life.soft().is_cancelled() {
        let step = tokio::select! {
            step = tail.step() => step,
            () = life.soft().cancelled() => break,
        };
        let pause = match step {
            Ok(more) => {
                if more {
                    Duration::ZERO
                } else {
                    BREATH
                }
            }
            Err(error) => {
                tail.complain(&error);
                PAUSE
            }
        };
        let _ = tokio::time::timeout(pause, life.soft().cancelled()).await;
    }
}

/// The account that is gone, if this says so.
fn erased_account(change: &Change<'_>) -> Option<i64> {
    (change.entity == "cuenta" && change.content.is_none()).then(|| change.key.parse().ok()).flatten()
}

pub(super) struct Tail {
    pub(super) feed: Feed,
    pub(super) client: Client,
    /// Changes of one question.
    pub(super) page: usize,
    pub(super) store: Store,
    pub(super) states: FeedStates,
    /// Where accounts are that came from the shop; `None` where nobody comes from there.
    pub(super) accounts: Option<Writer<InsightsUnit>>,
    pub(super) ambient: Ambient,
    /// In which life of the feed, and up to where.
    pub(super) at: Option<(String, i64)>,
}

impl Tail {
    /// Takes one page. Whether there is more at once.
    pub(super) async fn step(&mut self) -> Result<bool, TailError> {
        let Some((epoch, seq)) = self.at.clone() else {
            let epoch = self.client.ask(0, 1, false).await?.read()?.epoch;
            let seq = self.store.open(self.feed.name, &epoch).await?;
            self.at = Some((epoch, seq));
            return Ok(true);
        };
        if self.store.is_full() {
            self.store.flush().await?;
            if self.store.is_full() {
                return Err(TailError::Full);
            }
        }
        // Another writer may have begun another life of it.
        if !self.store.follows(self.feed.name, &epoch) {
            return Ok(self.begin_anew());
        }
        let caught_up = self.states.all().get(self.feed.name).is_some_and(|state| state.current_at.is_some());
        let page = self.client.ask(seq, self.page, caught_up).await?;
        let page = page.read()?;
        if page.epoch != epoch {
            return Ok(self.begin_anew());
        }
        // Before the place moves on: what was not done is done when the page comes again.
        let erased: Vec<i64> = page.changes.iter().filter_map(erased_account).collect();
        if let Some(accounts) = self.accounts.as_ref().filter(|_| !erased.is_empty()) {
            accounts.submit(ForgetErased(erased)).await?;
        }
        let now = self.ambient.now();
        let (mut fresh, mut refused) = (Fresh::default(), 0);
        for change in &page.changes {
            let origin = Origin { source: OWN, seq: change.seq, at: now };
            if let Err(error) = translate(change, origin, &mut fresh) {
                tracing::warn!(
                    feed = self.feed.name,
                    entity = error.entity,
                    why = error.why,
                    "a change cannot be read"
                );
                refused += 1;
                let content = change.content.map(|content| content.get().to_owned());
                let kept = [
                    (&error.entity).into(),
                    (&error.key).into(),
                    (&error.why).into(),
                    (&content).into(),
                    self.feed.name.into(),
                ];
                fresh.rows(&t::QUARANTINE).push(origin, &kept);
            }
        }
        let rows = u64::try_from(fresh.len()).unwrap_or_default();
        let more = page.changes.len() >= self.page;
        let until = page.until;
        if !page.changes.is_empty() && !self.store.add(fresh.take()?, self.feed.name, &epoch, until)? {
            return Ok(self.begin_anew());
        }
        self.at = Some((epoch.clone(), until));
        self.states.change(self.feed.name, |state| {
            *state = FeedState {
                epoch,
                seq: until,
                answered_at: Some(now),
                current_at: (!more).then_some(now),
                rows: state.rows + rows,
                refused: state.refused + refused,
                trouble: None,
            };
        });
        Ok(more)
    }

    /// Forgets where it is. There is more to read at once.
    fn begin_anew(&mut self) -> bool {
        self.at = None;
        self.states.change(self.feed.name, |state| *state = FeedState::default());
        true
    }

    /// Says once what is wrong; the same again is in `/api/estado`.
    fn complain(&mut self, error: &TailError) {
        let trouble = Trouble { cause: error.cause(), words: belgrano_runtime::chain(error) };
        self.states.change(self.feed.name, |state| {
            if state.trouble.as_ref() != Some(&trouble) {
                tracing::warn!(feed = self.feed.name, error = trouble.words, "a feed cannot be followed; trying again");
            }
            state.trouble = Some(trouble);
        });
    }
}
