//! Publishing one feed for as long as the service lives: read a page, have it acknowledged, move the place.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use belgrano_runtime::retry::RetrySchedule;
use belgrano_runtime::writer::WriteError;
use belgrano_stream::{Broker, BrokerError, Page, Target};
use belgrano_wire::timestamp::UnixMillis;
use tokio::time::Instant;

use super::Streaming;
use super::cursor::{Complain, Cursor, Move, Place, place};
use super::figures::Figures;
use super::reader::Reader;
use crate::app::App;
use crate::ingest::{Feed, FeedError, SHOP_FEED};
use crate::lease::{GiveBack, Hold, TERM};

/// Between two questions to a feed that has nothing new.
const BREATH: Duration = Duration::from_millis(500);
/// How long another instance's lease is left alone before we look again.
const ASIDE: Duration = Duration::from_secs(10);
/// Between tries at a broker that is away.
const SCHEDULE: RetrySchedule = RetrySchedule {
    initial: Duration::from_millis(200),
    max_interval: Duration::from_secs(10),
    // It is never given up: the feed keeps what it has to say.
    max_elapsed: Duration::MAX,
};

/// Why a round failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum StreamError {
    #[error("the feed cannot be read")]
    Feed(#[from] FeedError),
    #[error(transparent)]
    Broker(#[from] BrokerError),
    #[error("the place in the feed cannot be read")]
    Read(#[from] sqlx::Error),
    #[error("the place in the feed cannot be written")]
    Write(#[from] WriteError<Infallible>),
}

/// What a round came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Round {
    /// There may be more at once.
    More,
    /// The broker has everything.
    Current,
    /// Another instance publishes this feed.
    NotOurs,
}

/// What is on its way, and where the place will be when it is through.
struct OnItsWay {
    page: Page,
    to: Place,
    more: bool,
}

/// Publishes a feed.
pub(super) struct Publishing {
    app: App,
    pub(super) reader: Reader,
    target: Target,
    figures: Figures,
    cursor: Cursor,
    broker: Option<Broker>,
    at: Option<Place>,
    on_its_way: Option<OnItsWay>,
    current: bool,
    /// When the lease was last taken or renewed.
    held_at: Option<UnixMillis>,
    /// What was said last of why it does not go on.
    trouble: Option<String>,
}

impl Publishing {
    pub(super) fn new(app: App, feed: &Feed, streaming: Streaming, figures: Figures) -> reqwest::Result<Self> {
        let Streaming { target, persons } = streaming;
        let lease = if feed.name == SHOP_FEED { "stream shop" } else { "stream board" };
        let lease = (lease, Arc::clone(&app.instance));
        Ok(Self {
            reader: Reader::new(feed, persons, app.ambient.clone())?,
            cursor: Cursor { lease, target: target.place().into(), feed: feed.name },
            app,
            target,
            figures,
            broker: None,
            at: None,
            on_its_way: None,
            current: false,
            held_at: None,
            trouble: None,
        })
    }

    /// Publishes until the service stops, and gives its lease back.
    pub(super) async fn run(mut self) {
        let soft = self.app.life.soft().clone();
        let mut failures = 0_u32;
        while !soft.is_cancelled() {
            let Some(round) = soft.run_until_cancelled(self.round()).await else { break };
            let pause = match round {
                Ok(round) => {
                    failures = 0;
                    pause(round)
                }
                Err(error) => {
                    failures = failures.saturating_add(1);
                    self.complain(&error).await;
                    SCHEDULE.delay(failures, &self.app.ambient)
                }
            };
            self.compare();
            let _ = tokio::time::timeout(pause, soft.cancelled()).await;
        }
        self.give_back().await;
    }

    pub(super) async fn give_back(&self) {
        if let Err(error) = self.app.writer.submit(GiveBack(self.hold())).await {
            tracing::debug!(%error, "the lease of the stream runs out by itself");
        }
    }

    fn hold(&self) -> Hold {
        let (name, by) = &self.cursor.lease;
        Hold { name, by: Arc::clone(by) }
    }

    /// One page, or as much of it as fits into the lease.
    pub(super) async fn round(&mut self) -> Result<Round, StreamError> {
        let now = self.app.ambient.now();
        let term_ms = i64::try_from(TERM.as_millis()).unwrap_or(i64::MAX);
        // Another instance may have had it in between, and given it back.
        if self.held_at.replace(now).is_none_or(|at| now.since_ms(at) >= term_ms) {
            self.forget();
        }
        if !self.app.writer.submit(self.hold()).await? {
            self.forget();
            return Ok(Round::NotOurs);
        }
        let until = Instant::now() + TERM / 2;
        if self.on_its_way.is_none() {
            self.on_its_way = self.read().await?;
        }
        let mut broker = self.connected().await?;
        let Some(OnItsWay { page, .. }) = &mut self.on_its_way else {
            self.broker = Some(broker);
            return Ok(Round::More);
        };
        // After an error the connection is dropped here, with what waits in it.
        let through = page.publish(&mut broker, until).await?;
        self.broker = Some(broker);
        if through { self.settle().await } else { Ok(Round::More) }
    }

    /// Forgets where it is: how far another instance has come is read when this one has its turn.
    fn forget(&mut self) {
        (self.at, self.on_its_way, self.broker) = (None, None, None);
        self.current = false;
    }

    async fn connected(&mut self) -> Result<Broker, BrokerError> {
        if let Some(mut broker) = self.broker.take()
            && broker.answers().await
        {
            return Ok(broker);
        }
        Broker::connect(&self.target).await
    }

    /// What is after the place; `None` when the feed has begun another life, which is read from its beginning.
    async fn read(&mut self) -> Result<Option<OnItsWay>, StreamError> {
        let at = match self.at.clone() {
            Some(at) => at,
            None => match place(&self.app.db, &self.cursor.target, self.cursor.feed).await? {
                Some(at) => at,
                None => Place { epoch: self.reader.epoch().await?, seq: 0 },
            },
        };
        let read = self.reader.read(at.seq, self.current).await?;
        if read.epoch != at.epoch {
            tracing::warn!(
                feed = self.cursor.feed,
                "the feed has begun another life: it is published from its beginning"
            );
            self.at = Some(Place { epoch: read.epoch, seq: 0 });
            self.current = false;
            return Ok(None);
        }
        self.at = Some(at);
        let to = Place { epoch: read.epoch, seq: read.until };
        Ok(Some(OnItsWay { page: Page::new(read.events), to, more: read.more }))
    }

    /// Moves the place past what the broker has acknowledged.
    async fn settle(&mut self) -> Result<Round, StreamError> {
        let Some(OnItsWay { page, to, more }) = &self.on_its_way else { return Ok(Round::More) };
        let (events, more) = (page.len(), *more);
        let moved = Move { cursor: self.cursor.clone(), to: to.clone(), current: !more };
        if !self.app.writer.submit(moved).await? {
            self.forget();
            return Ok(Round::NotOurs);
        }
        let current_at = (!more).then(|| self.app.ambient.now());
        self.figures.moved(self.cursor.feed, events, to.seq, current_at);
        if self.trouble.take().is_some() {
            tracing::info!(feed = self.cursor.feed, "the stream goes on");
        }
        self.at = self.on_its_way.take().map(|sent| sent.to);
        self.current = !more;
        Ok(if more { Round::More } else { Round::Current })
    }

    /// Says once what is wrong, in the log and for `/api/estado`.
    pub(super) async fn complain(&mut self, error: &StreamError) {
        self.figures.failed(self.cursor.feed);
        let words = belgrano_runtime::chain(error);
        if self.trouble.as_ref() == Some(&words) {
            return;
        }
        tracing::warn!(feed = self.cursor.feed, error = words, "the stream waits; trying again");
        let complaint = Complain { cursor: self.cursor.clone(), trouble: words.clone() };
        match self.app.writer.submit(complaint).await {
            Ok(()) => self.trouble = Some(words),
            Err(error) => tracing::debug!(%error, "and that cannot be noted"),
        }
    }

    /// Compares the place with what was read of the feed for the lake.
    fn compare(&self) {
        let Some(at) = &self.at else { return };
        if let Some(read) = self.app.feeds.all().get(self.cursor.feed).filter(|read| read.epoch == at.epoch) {
            self.figures.behind(self.cursor.feed, (read.seq - at.seq).max(0));
        }
    }
}

fn pause(round: Round) -> Duration {
    match round {
        Round::More => Duration::ZERO,
        Round::Current => BREATH,
        Round::NotOurs => ASIDE,
    }
}
