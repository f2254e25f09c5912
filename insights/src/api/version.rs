//! `/api/version`: which state of the data answers are of; a page waits here for another.

use std::time::Duration;

use axum::extract::State;
use belgrano_shared::http::{Json, Query};
use belgrano_shared::problem::{Problem, ProblemDocument};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::filters::within;
use crate::access::Reader;
use crate::app::App;

/// What is known, and how long another is waited for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Seen {
    /// The version that the caller has; without it the answer comes at once.
    vista: Option<u64>,
    /// Seconds to wait for another, 0 to 30; 0 when it is left out.
    espera: Option<i64>,
}

/// Which state of the data answers are of.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VersionView {
    /// Another number after each change; it counts from the start of the process, so only whether it is the same says anything.
    pub(crate) version: u64,
}

/// Which state of the data answers are of
///
/// With `vista` and `espera` the answer comes as soon as it is another one, and after the wait in any case.
#[utoipa::path(
    get, path = "/api/version", tag = "Belgrano", params(Seen),
    responses((status = 200, body = VersionView), (status = 422, body = ProblemDocument))
)]
pub(crate) async fn version(
    State(app): State<App>,
    _reader: Reader,
    Query(seen): Query<Seen>,
) -> Result<Json<VersionView>, Problem> {
    let wait = within("espera", seen.espera, 0, 0..=30)?;
    let mut changes = app.warehouse.changes();
    if let Some(seen) = seen.vista.filter(|_| wait > 0) {
        let changed = changes.wait_for(|version| *version != seen);
        tokio::select! {
            // When the wait is over, or the process, the answer says that it is still the same.
            _ = tokio::time::timeout(Duration::from_secs(wait.unsigned_abs()), changed) => {}
            () = app.life.soft().cancelled() => {}
        }
    }
    Ok(Json(VersionView { version: app.warehouse.version() }))
}
