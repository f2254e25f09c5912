//! `/api/version`: which state of the data answers are of, so that whoever has one knows whether to ask again.

use axum::extract::State;
use belgrano_runtime::http::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::Reader;
use crate::app::App;

/// Which state of the data answers are of.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VersionView {
    /// Another number after each change; it counts from the start of the process, so only whether it is the same says anything.
    pub(crate) version: u64,
}

/// Which state of the data answers are of
///
/// It costs nothing to ask. Another version: the same questions may have other answers.
#[utoipa::path(get, path = "/api/version", tag = "Belgrano", responses((status = 200, body = VersionView)))]
pub(crate) async fn version(State(app): State<App>, _reader: Reader) -> Json<VersionView> {
    Json(VersionView { version: app.warehouse.version() })
}
