//! The security log, for administrators: what is in it. What puts something there stands with what it tells of.

use axum::extract::State;
use belgrano_runtime::http::{Json, Page, Query};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_runtime::security::{LogFilter, LogPage};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::accounts::Admin;
use crate::app::App;

/// The routes of this room.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list))
}

/// The security log, newest first
#[utoipa::path(
    get, path = "/api/seguridad/registro", tag = "seguridad",
    params(
        LogFilter,
        ("cursor" = Option<String>, Query, description = "Where the last page ended"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200),
    ),
    responses(
        (status = 200, body = LogPage),
        (status = 401, body = ProblemDocument),
        (status = 403, body = ProblemDocument),
        (status = 422, body = ProblemDocument),
    )
)]
pub(crate) async fn list(
    State(app): State<App>,
    _: Admin,
    Query(filter): Query<LogFilter>,
    page: Page,
) -> Result<Json<LogPage>, Problem> {
    Ok(Json(LogPage::read(&app.db, &filter, page.position()?, page.limit).await?))
}

#[cfg(test)]
mod tests;
