//! What became of notices, for administrators.

use axum::extract::State;
use axum::response::Response;
use belgrano_notices::{NoticePage, Replay, StateFilter, retried, show_notices};
use belgrano_runtime::http::{Page, Path, Query};
use belgrano_runtime::problem::Problem;
use belgrano_wire::texts::Language;

use super::frame::Frame;
use crate::app::App;
use crate::sessions::Admin;

/// The youngest first.
pub(super) async fn list(
    State(app): State<App>,
    _: Admin,
    frame: Frame,
    Query(filter): Query<StateFilter>,
    page: Page,
) -> Result<Response, Problem> {
    let shown = filter.estado;
    let found = NoticePage::read(&app.db, &filter, page.position()?, page.limit, app.ambient.now()).await?;
    show_notices(&frame.layout, found, shown)
}

/// Sends one again.
pub(super) async fn retry(
    State(app): State<App>,
    Admin(by): Admin,
    language: Language,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    retried(app.writer.submit_for(&by, Replay { id }).await.map_err(Problem::from), language)
}
