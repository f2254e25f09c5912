//! The task: follow, apply, come back.

use std::convert::Infallible;
use std::time::Duration;

use belgrano_runtime::fetch;
use belgrano_runtime::retry::RetrySchedule;
use belgrano_runtime::writer::WriteError;
use belgrano_wire::Position;
use belgrano_wire::live::{ClientFrame, Cursor, EventTicket, ServerFrame};

use super::client::{Feed, FeedError, FeedSettings, http_client};
use super::late::Late;
use super::open_orders;
use crate::app::App;
use crate::orders::{Apply, Fix, Report};

/// Events applied in one command.
const BATCH: usize = 256;
/// Between looks whether an old board has become a new one. Not rare from the start: a proxy that shows "not found" for a
/// moment says the same as an old board.
const OLD_BOARD: RetrySchedule = RetrySchedule {
    initial: Duration::from_millis(200),
    max_interval: Duration::from_mins(5),
    max_elapsed: Duration::MAX,
};
/// Between attempts to reach the board.
const SCHEDULE: RetrySchedule = RetrySchedule {
    initial: Duration::from_millis(200),
    max_interval: Duration::from_secs(10),
    max_elapsed: Duration::MAX,
};

#[derive(sqlx::FromRow)]
struct StoredCursor {
    epoch: String,
    seq: i64,
}

/// Follows the board's feed until the process stops. Ends by itself only when the shop's writer has.
pub async fn follow(app: App, settings: FeedSettings) {
    let stop = app.life.soft().clone();
    let http = match http_client() {
        Ok(http) => http,
        Err(error) => return tracing::error!(%error, "the feed's HTTP client cannot be built"),
    };
    let mut attempt = 0;
    let mut said = String::new();
    loop {
        let mut heard = false;
        let Some(ended) = stop.run_until_cancelled(session(&app, &settings, &http, &mut heard)).await else { return };
        attempt = if heard { 1 } else { attempt + 1 };
        let wait = match ended {
            Ended::Writer => return,
            Ended::Feed(FeedError::Bye(wait)) => wait,
            Ended::Feed(FeedError::Unsupported) => {
                if attempt == 1 {
                    tracing::info!("the board has no live feed: relying on its callbacks");
                }
                OLD_BOARD.delay(attempt, &app.ambient)
            }
            Ended::Feed(error) => {
                let wait = SCHEDULE.delay(attempt, &app.ambient);
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                // Once for each reason, however long it lasts.
                let why = error.to_string();
                if attempt == 1 || why != said {
                    tracing::warn!(%error, cause, retry_ms = u64::try_from(wait.as_millis()).ok(), "feed interrupted");
                }
                said = why;
                wait
            }
            Ended::Database(error) => {
                tracing::warn!(%error, "feed interrupted: cannot store what the board says");
                SCHEDULE.delay(attempt, &app.ambient)
            }
        };
        if stop.run_until_cancelled(tokio::time::sleep(wait)).await.is_none() {
            return;
        }
    }
}

/// Why a session ended.
pub(super) enum Ended {
    Feed(FeedError),
    Database(sqlx::Error),
    Writer,
}

impl From<FeedError> for Ended {
    fn from(error: FeedError) -> Self {
        Self::Feed(error)
    }
}

impl From<sqlx::Error> for Ended {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

/// One connection, from token to cut. `heard` is set once the board has let us in.
async fn session(app: &App, settings: &FeedSettings, http: &reqwest::Client, heard: &mut bool) -> Ended {
    match run(app, settings, http, heard).await {
        Ok(never) => match never {},
        Err(ended) => ended,
    }
}

async fn run(
    app: &App,
    settings: &FeedSettings,
    http: &reqwest::Client,
    heard: &mut bool,
) -> Result<Infallible, Ended> {
    let mut feed = Feed::open(http, settings, &app.ambient).await?;
    let ServerFrame::Welcome { epoch, .. } = feed.hear().await? else {
        return Err(FeedError::Protocol("no welcome".to_owned()).into());
    };
    *heard = true;
    let mut session = app.db.read().await?;
    let stored = fetch!(optional, session, StoredCursor, "SELECT epoch, seq FROM feed_cursor WHERE id = 1")?;
    drop(session);
    let another_life = stored.as_ref().is_some_and(|stored| stored.epoch != epoch);
    let cursor = stored.map(|stored| Cursor { epoch: stored.epoch, after: stored.seq });
    feed.say(&ClientFrame::Subscribe(cursor)).await?;
    // Up to the cursor, other instances may have applied what this one never heard.
    app.watch.wake_all();
    tracing::info!(another_life, "following the board's feed");

    let (mut first, mut late) = (another_life, Late::new());
    loop {
        let News { reports, seq, snapshot } = late.meanwhile(app, gather(&mut feed, app)).await?;
        if snapshot {
            open_orders::ask(app, settings, http, &reports, first, &mut late).await?;
        }
        late.reached = Some((epoch.clone(), seq));
        let apply = Apply { reports, cursor: late.cursor(), another_life: first };
        // Of another life versions say nothing, so nothing may overtake anything.
        if first {
            store(app, apply).await?;
        } else {
            late.store(app, apply).await?;
        }
        first = false;
    }
}

/// What has arrived.
struct News {
    reports: Vec<Report>,
    /// The event they lead to.
    seq: i64,
    /// Whether it begins anew: then something may be missing from it.
    snapshot: bool,
}

/// The next frame with news, and all that have already arrived behind it.
async fn gather(feed: &mut Feed, app: &App) -> Result<News, FeedError> {
    let (mut reports, mut reached, mut snapshot) = (Vec::new(), None, false);
    let mut frame = feed.hear().await?;
    loop {
        match frame {
            ServerFrame::Event { seq, ticket, .. } => {
                if let EventTicket::Whole(ticket) = ticket {
                    reports.push(Report::from(*ticket));
                }
                reached = Some(seq);
            }
            ServerFrame::Snapshot { seq, tickets } => {
                reports.extend(tickets.into_iter().map(Report::from));
                (reached, snapshot) = (Some(seq), true);
            }
            ServerFrame::Position { driver_id, lat, lng, at } => {
                if let Ok(position) = Position::new(lat, lng) {
                    app.whereabouts.moved(driver_id, Fix { position, at }, app.ambient.now());
                }
            }
            ServerFrame::Welcome { .. } | ServerFrame::Ping | ServerFrame::Bye { .. } => {}
        }
        frame = match reached {
            // Positions only: nothing to store, wait for news.
            None => feed.hear().await?,
            Some(seq) if reports.len() >= BATCH => return Ok(News { reports, seq, snapshot }),
            // Only what is there already: an event must not wait for the next.
            Some(seq) => match futures_util::FutureExt::now_or_never(feed.hear()) {
                Some(frame) => frame?,
                None => return Ok(News { reports, seq, snapshot }),
            },
        };
    }
}

pub(super) async fn store(app: &App, apply: Apply) -> Result<(), Ended> {
    ended(app.writer.submit(apply).await)
}

pub(super) fn ended(result: Result<usize, WriteError<Infallible>>) -> Result<(), Ended> {
    match result {
        Ok(_) => Ok(()),
        // Nobody asks for it: nobody can have lost their session.
        Err(WriteError::Stopped | WriteError::NoLonger(_)) => Err(Ended::Writer),
        Err(WriteError::Refused(never)) => match never {},
        Err(WriteError::Database(error)) => {
            Err(Ended::Database(sqlx::Error::Protocol(format!("applying the feed failed: {error}"))))
        }
        Err(error @ (WriteError::Overloaded | WriteError::Panicked)) => {
            Err(Ended::Database(sqlx::Error::Protocol(error.to_string())))
        }
    }
}
