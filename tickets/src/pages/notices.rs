//! What became of notices, for administrators.

use axum::extract::State;
use axum::response::Response;
use belgrano_notices::{StateFilter, retried, show_notices};
use belgrano_runtime::http::{Json, Page, Path, Query};
use belgrano_runtime::problem::Problem;
use belgrano_wire::texts::Language;

use super::frame::Frame;
use crate::app::App;
use crate::notices;
use crate::sessions::Admin;

/// The youngest first.
pub(super) async fn list(
    state: State<App>,
    admin: Admin,
    frame: Frame,
    Query(filter): Query<StateFilter>,
    page: Page,
) -> Result<Response, Problem> {
    let shown = filter.estado;
    let Json(found) = notices::list(state, admin, Query(filter), page).await?;
    show_notices(&frame.layout, found, shown)
}

/// Sends one again.
pub(super) async fn retry(
    state: State<App>,
    admin: Admin,
    language: Language,
    id: Path<i64>,
) -> Result<Response, Problem> {
    retried(notices::retry(state, admin, id).await, language)
}
