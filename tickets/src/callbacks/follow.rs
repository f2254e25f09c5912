//! The task: read the log from the cursor, tell, move the cursor.

use std::convert::Infallible;
use std::time::Duration;

use belgrano_shared::retry::RetrySchedule;
use belgrano_shared::wire::{EventKind, TicketView};
use belgrano_shared::writer::{Command, Failure, WriteError};
use belgrano_shared::{execute, fetch, fetch_scalar};
use tokio_util::sync::CancellationToken;
use url::Url;

use super::call::{Answer, OldShop};
use crate::app::App;
use crate::unit::{BoardUnit, log_head};

/// Events read at once.
const PAGE: i64 = 100;
/// How long to wait for news before looking by oneself.
const POLL: Duration = Duration::from_secs(1);
/// Between tries while the shop is away. It is tried for ever: what is behind must not overtake.
const SCHEDULE: RetrySchedule = RetrySchedule {
    initial: Duration::from_millis(500),
    max_interval: Duration::from_mins(1),
    max_elapsed: Duration::MAX,
};

const SELECT: &str = "SELECT seq, kind, ticket FROM events WHERE seq > $1 ORDER BY seq LIMIT $2";
const CURSOR: &str = "SELECT seq FROM callback_cursor WHERE id = 1";
/// Never back: with several instances, a slow one must not make the others tell again what was told.
const STORE: &str = "INSERT INTO callback_cursor (id, seq) VALUES (1, $1) \
     ON CONFLICT (id) DO UPDATE SET seq = excluded.seq WHERE callback_cursor.seq < excluded.seq";

#[derive(sqlx::FromRow)]
struct Event {
    seq: i64,
    #[sqlx(try_from = "String")]
    kind: EventKind,
    ticket: String,
}

/// Everything up to and including `seq` was told.
#[derive(Debug)]
struct Told(i64);

impl Command<BoardUnit> for Told {
    type Output = ();
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut BoardUnit) -> Result<(), Failure<Infallible>> {
        execute!(*unit.session(), STORE, self.0)?;
        Ok(())
    }
}

/// Tells the shop at `base` of every change until `stop`. A shop that is told for the first time hears of what happens from
/// now on.
pub async fn follow(app: App, base: Url, stop: CancellationToken) {
    if app.settings.common.api_keys.is_empty() {
        tracing::warn!("callbacks: BELGRANO_AHORRO_URL is set without API_KEY, so the shop will refuse every call");
    }
    let callee = match OldShop::new(base, app.settings.common.api_keys.first()) {
        Ok(reachable) => reachable,
        Err(error) => return tracing::error!(%error, "callbacks: the HTTP client cannot be built"),
    };
    let mut attempt = 0;
    while !stop.is_cancelled() {
        let wait = match stop.run_until_cancelled(pass(&app, &callee)).await {
            None => return,
            Some(Ok(())) => {
                attempt = 0;
                POLL
            }
            Some(Err(why)) => {
                attempt += 1;
                tracing::warn!(why, attempt, "callbacks: the shop is away");
                SCHEDULE.delay(attempt, &app.ambient)
            }
        };
        stop.run_until_cancelled(tokio::time::sleep(wait)).await;
    }
}

/// Tells all there is to tell.
async fn pass(app: &App, shop: &OldShop) -> Result<(), String> {
    let mut told = cursor(app).await?;
    loop {
        let mut session = app.db.read().await.map_err(|error| error.to_string())?;
        let events = fetch!(all, session, Event, SELECT, told, PAGE).map_err(|error| error.to_string())?;
        drop(session);
        let full = i64::try_from(events.len()).is_ok_and(|read| read == PAGE);
        for event in events {
            tell(shop, &event).await?;
            told = event.seq;
            app.writer.submit(Told(told)).await.map_err(|error: WriteError<Infallible>| error.to_string())?;
        }
        if !full {
            return Ok(());
        }
    }
}

async fn cursor(app: &App) -> Result<i64, String> {
    let mut session = app.db.read().await.map_err(|error| error.to_string())?;
    let stored = fetch_scalar!(optional, session, i64, CURSOR).map_err(|error| error.to_string())?;
    if let Some(seq) = stored {
        return Ok(seq);
    }
    let head = log_head(&mut session).await.map_err(|error| error.to_string())?;
    drop(session);
    app.writer.submit(Told(head.seq)).await.map_err(|error: WriteError<Infallible>| error.to_string())?;
    Ok(head.seq)
}

async fn tell(shop: &OldShop, event: &Event) -> Result<(), String> {
    let ticket: TicketView = serde_json::from_str(&event.ticket).map_err(|error| error.to_string())?;
    match shop.tell(event.kind, &ticket).await {
        Answer::Heard => Ok(()),
        Answer::Refused(status) => {
            tracing::warn!(%status, number = %ticket.number, "callbacks: the shop refused");
            Ok(())
        }
        Answer::Away(why) => Err(why),
    }
}

#[cfg(test)]
mod tests {
    use belgrano_shared::on_both_engines;

    use super::{Told, cursor};
    use crate::tests::board::Board;

    on_both_engines! {
        async fn the_cursor_never_moves_back(database) {
            let board = Board::start(database).await;
            for seq in [5, 3] {
                board.app.writer.submit(Told(seq)).await.expect("committed");
            }
            assert_eq!(cursor(&board.app).await, Ok(5));
        }
    }
}
