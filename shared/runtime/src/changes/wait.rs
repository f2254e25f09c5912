//! The feed of one process: who reads, who waits, and what wakes them.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use super::page::{self, PageError};
use super::{Asked, ChangePage, ChangeSettings, FeedUnit, Peers, Source, grown, strays};
use crate::http::Json;
use crate::lifecycle::Lifecycle;
use crate::problem::Problem;
use crate::storage::Db;
use crate::writer::Writer;

/// How often a reader that waits looks for what another instance has committed.
const POLL: Duration = Duration::from_millis(500);
/// Between two looks: many a commit changes nothing that the feed tells of.
const PAUSE: Duration = Duration::from_millis(20);
/// When to come back: after somebody else's wait.
const FULL_RETRY_AFTER: Duration = Duration::from_secs(5);
/// When to come back to an instance that is being replaced.
const OLD_RETRY_AFTER: Duration = Duration::from_secs(5);

/// The feed of a service. Clones are the same.
#[derive(Clone, Debug)]
pub struct ChangeFeed(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    committed: watch::Sender<()>,
    waiting: Semaphore,
    places: usize,
    peers: Peers,
    stop: CancellationToken,
}

impl ChangeFeed {
    /// Those of `peers` may read it, until `life` ends.
    #[must_use]
    pub fn new(settings: ChangeSettings, peers: Peers, life: &Lifecycle) -> Self {
        Self(Arc::new(Inner {
            committed: watch::Sender::new(()),
            waiting: Semaphore::new(settings.waiting),
            places: settings.waiting,
            peers,
            stop: life.soft().clone(),
        }))
    }

    /// Something was committed: whoever waits looks. Quick, and never waits.
    pub fn committed(&self) {
        self.0.committed.send_replace(());
    }

    /// How many readers wait at this moment.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.places - self.0.waiting.available_permits()
    }

    pub(super) fn peers(&self) -> &Peers {
        &self.0.peers
    }
}

/// What was asked for: at once if there is anything, else once there is, or when the wait or this process is over.
pub async fn answer<S: Source, U: FeedUnit>(
    feed: &ChangeFeed,
    db: &Db,
    writer: &Writer<U>,
    asked: Asked,
) -> Result<Json<ChangePage>, Problem> {
    let until = Instant::now() + asked.wait();
    // Before the first look: what is committed after it wakes.
    let mut committed = feed.0.committed.subscribe();
    let first = read::<S, U>(db, writer, &asked).await?;
    if first.until != asked.after || asked.wait().is_zero() {
        return Ok(Json(first));
    }
    let Ok(_place) = feed.0.waiting.try_acquire() else { return Err(Problem::unavailable(FULL_RETRY_AFTER)) };
    while is_to_look(&mut committed, until, &feed.0.stop).await {
        if has_news::<U>(db, &asked).await? {
            let page = read::<S, U>(db, writer, &asked).await?;
            if page.until != asked.after {
                return Ok(Json(page));
            }
        }
        sleep(PAUSE).await;
    }
    Ok(Json(first))
}

/// Waits for a reason to look again; false when it is time to answer.
async fn is_to_look(committed: &mut watch::Receiver<()>, until: Instant, stop: &CancellationToken) -> bool {
    tokio::select! {
        biased;
        () = stop.cancelled() => false,
        () = sleep_until(until) => false,
        changed = committed.changed() => changed.is_ok(),
        () = sleep(POLL) => true,
    }
}

async fn has_news<U: FeedUnit>(db: &Db, asked: &Asked) -> sqlx::Result<bool> {
    let mut session = db.read().await?;
    Ok(page::is_any(&mut session, asked.after).await?
        || grown::any::<U>(&mut session).await?
        || strays::any(&mut session).await?)
}

async fn read<S: Source, U: FeedUnit>(db: &Db, writer: &Writer<U>, asked: &Asked) -> Result<ChangePage, Problem> {
    let mut session = db.snapshot().await?;
    let (strayed, grown) = (strays::any(&mut session).await?, grown::any::<U>(&mut session).await?);
    if strayed || grown {
        drop(session);
        if strayed {
            strays::number(writer).await?;
        }
        if grown {
            grown::mark(writer).await?;
        }
        session = db.snapshot().await?;
    }
    page::read::<S>(&mut session, asked.after, asked.limit).await.map_err(|error| match error {
        PageError::Database(error) => error.into(),
        unknown @ PageError::Unknown(_) => {
            tracing::error!(error = %unknown, "ask a later version");
            Problem::unavailable(OLD_RETRY_AFTER)
        }
    })
}
