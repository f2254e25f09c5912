//! What the protocol asks of the rest of the house: who is this, what did they miss, may they still be here.
//!
//! Each question ends in an input of the protocol. A database that does not answer is one too: the client is told when to
//! come back.

use belgrano_runtime::auth::session::TokenHash;
use belgrano_runtime::sockets::retry_after_ms;
use belgrano_wire::live::LiveToken;

use super::log::{self, Page};
use super::protocol::Input;
use super::token;
use super::viewer::{Viewer, ViewerRole};
use crate::app::App;

/// Reading only a driver's own share of the log passes over what is not theirs.
pub(super) async fn page(app: &App, viewer: Option<&Viewer>, after: i64) -> Input<'static> {
    let Some(viewer) = viewer else { return Input::Revoked };
    let Ok(_permit) = app.live.0.reads.acquire().await else { return unavailable(app) };
    match log::page(&app.db, viewer.view(), after, app.live.hub().head()).await {
        Ok(Page::Frames { frames, last }) => Input::Loaded { frames, last },
        Ok(Page::Gone) => Input::Gone,
        Err(error) => broken(app, &error),
    }
}

/// What the log has beyond the hub, if `after` is still beyond it. Of those who come together the first one reads.
pub(super) async fn catch_up(app: &App, after: i64) -> Input<'static> {
    let Ok(_permit) = app.live.0.ahead.acquire().await else { return unavailable(app) };
    if app.live.hub().head() >= after {
        return Input::CaughtUp;
    }
    match app.live.hub().catch_up(&app.db).await {
        Ok(()) => Input::CaughtUp,
        Err(error) => broken(app, &error),
    }
}

/// Everything the viewer may see.
pub(super) async fn snapshot(app: &App, viewer: Option<&Viewer>, at_least: i64) -> Input<'static> {
    let Some(viewer) = viewer else { return Input::Revoked };
    match app.live.0.snapshots.take(&app.db, viewer.view(), app.ambient.now(), at_least).await {
        Ok(snapshot) => Input::Loaded { frames: vec![snapshot.frame], last: snapshot.seq },
        Err(error) => broken(app, &error),
    }
}

/// Whose token it is; the error is the input that says that nobody knows now.
pub(super) async fn identify(app: &App, token: &LiveToken) -> Result<Option<Viewer>, Input<'static>> {
    token::use_up(app, token).await.map_err(|error| broken(app, &error))
}

/// Whether a viewer may still be here; the error is the input that says that nobody knows now. Who cannot be asked about is
/// sent away for a while: in doubt they may not.
pub(super) async fn still_welcome(app: &App, viewer: &Viewer) -> Result<bool, Input<'static>> {
    let hash = viewer.session.as_deref().and_then(|hash| TokenHash::try_from(hash).ok());
    let answer = match (viewer.user_id, hash) {
        // The shop's: it has no session that could end.
        (None, _) => Ok(true),
        (Some(_), None) => Ok(false),
        (Some(_), Some(hash)) => app
            .principal(&hash)
            .await
            .map(|principal| principal.is_some_and(|principal| ViewerRole::from(principal.role) == viewer.role)),
    };
    answer.map_err(|error| broken(app, &error))
}

fn broken(app: &App, error: &dyn std::fmt::Display) -> Input<'static> {
    tracing::warn!(%error, "a socket cannot be served");
    unavailable(app)
}

fn unavailable(app: &App) -> Input<'static> {
    Input::Unavailable { retry_after_ms: retry_after_ms(&app.ambient) }
}
