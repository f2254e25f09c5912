//! The task: take the lease, read the log from the cursor, tell, move the cursor.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use belgrano_runtime::auth::client_key::KeyScope;
use belgrano_runtime::fetch;
use belgrano_runtime::retry::RetrySchedule;
use belgrano_runtime::writer::WriteError;
use belgrano_wire::{EventKind, TicketView};
use tokio_util::sync::CancellationToken;
use url::Url;

use super::call::{Answer, OldShop};
use super::lease::{self, Held, Release};
use crate::app::App;

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

#[derive(sqlx::FromRow)]
struct Event {
    seq: i64,
    #[sqlx(try_from = "String")]
    kind: EventKind,
    ticket: String,
}

/// Tells the shop at `base` of every change until `stop`. A shop that is told for the first time hears of what happens from
/// now on.
pub async fn follow(app: App, base: Url, stop: CancellationToken) {
    let key = app.settings.common.key_for(KeyScope::States);
    if key.is_none() {
        tracing::warn!(
            "callbacks: BELGRANO_AHORRO_URL is set without an API_KEY for `estados`, so the shop will refuse every call"
        );
    }
    let callee = match OldShop::new(base, key) {
        Ok(reachable) => reachable,
        Err(error) => return tracing::error!(%error, "callbacks: the HTTP client cannot be built"),
    };
    let token = app.ambient.uuid().simple().to_string().into();
    let mut attempt = 0;
    let mut said = String::new();
    while !stop.is_cancelled() {
        let wait = match stop.run_until_cancelled(pass(&app, &callee, &token)).await {
            None => break,
            Some(Ok(())) => {
                attempt = 0;
                said.clear();
                POLL
            }
            Some(Err(why)) => {
                attempt += 1;
                // Once for each reason, not once a minute.
                if why != said {
                    tracing::warn!(why, "callbacks: the shop is not told anything for now");
                    said = why;
                }
                SCHEDULE.delay(attempt, &app.ambient)
            }
        };
        stop.run_until_cancelled(tokio::time::sleep(wait)).await;
    }
    // The next process need not wait for the lease to run out.
    if let Err(error) = app.writer.submit(Release(token)).await {
        tracing::warn!(%error, "callbacks: the lease is left to run out");
    }
}

/// Tells all there is to tell, unless another board does. `token` is this process's.
pub(super) async fn pass(app: &App, shop: &OldShop, token: &Arc<str>) -> Result<(), String> {
    if !lease::is_behind(app).await.map_err(|error| error.to_string())? {
        return Ok(());
    }
    match lease::claim(app, token).await.map_err(|error| error.to_string())? {
        Some(held) => tell_from(app, shop, token, held).await,
        None => Ok(()),
    }
}

/// Tells all there is to tell after `held`, for as long as the lease covers the next call.
pub(super) async fn tell_from(app: &App, shop: &OldShop, token: &Arc<str>, mut held: Held) -> Result<(), String> {
    let write_error = |error: WriteError<Infallible>| error.to_string();
    'told: loop {
        let mut session = app.db.read().await.map_err(|error| error.to_string())?;
        let events = fetch!(all, session, Event, SELECT, held.after, PAGE).map_err(|error| error.to_string())?;
        drop(session);
        if events.is_empty() {
            break;
        }
        for event in events {
            // Who slept leaves it here, and asks for the lease anew on its next round.
            if !held.covers_a_call(app.ambient.steady()) {
                break 'told;
            }
            tell(shop, &event).await?;
            match lease::told(app, token, event.seq).await.map_err(write_error)? {
                Some(renewed) => held = renewed,
                None => break 'told,
            }
        }
    }
    app.writer.submit(Release(Arc::clone(token))).await.map_err(write_error)
}

async fn tell(shop: &OldShop, event: &Event) -> Result<(), String> {
    let ticket: TicketView = serde_json::from_str(&event.ticket).map_err(|error| error.to_string())?;
    match shop.tell(event.kind, &ticket).await {
        Answer::Heard => Ok(()),
        Answer::Refused(status) => {
            tracing::warn!(%status, number = %ticket.number, "callbacks: the shop refused");
            Ok(())
        }
        Answer::Unknown(status) => {
            Err(format!("{status}: the shop does not know this board's API_KEY; give both the same"))
        }
        Answer::Away(why) => Err(why),
    }
}
