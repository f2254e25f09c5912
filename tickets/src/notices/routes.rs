//! `/api/avisos`: the browsers of drivers and administrators, and what became of notices.

use axum::extract::State;
use axum::http::StatusCode;
use belgrano_notices::{Forget, Key, NoticePage, Replay, StateFilter, SubscriptionBody};
use belgrano_runtime::http::{Json, Page, Path, Query};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_wire::texts::Language;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::sessions::{Admin, Session};

/// The routes of this room.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(key))
        .routes(routes!(subscribe, unsubscribe))
        .routes(routes!(list))
        .routes(routes!(retry))
}

/// What a browser subscribes with.
#[utoipa::path(get, path = "/api/avisos/clave", tag = "avisos", security(()), responses((status = 200, body = Key)))]
async fn key(
    State(app): State<App>,
    session: Result<Session, Problem>,
    language: Language,
) -> Result<Json<Key>, Problem> {
    let who = session.ok().map(|Session(who)| (who.user_id, who.session));
    Ok(Json(Key::read(&app.db, app.vapid.as_ref(), who, language).await?))
}

/// Asks for notices in this browser, for as long as the session lasts.
#[utoipa::path(post, path = "/api/avisos", tag = "avisos", request_body = SubscriptionBody, responses(
    (status = 204), (status = 401, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
async fn subscribe(
    State(app): State<App>,
    Session(who): Session,
    language: Language,
    Json(body): Json<SubscriptionBody>,
) -> Result<StatusCode, Problem> {
    let subscribe = body.subscribe(who.user_id, who.session, language, &app.settings.notices)?;
    app.writer.submit_for(&who, subscribe).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// No more notices in this browser.
#[utoipa::path(delete, path = "/api/avisos", tag = "avisos", request_body = Forget, responses(
    (status = 204), (status = 401, body = ProblemDocument)))]
async fn unsubscribe(
    State(app): State<App>,
    Session(who): Session,
    Json(body): Json<Forget>,
) -> Result<StatusCode, Problem> {
    app.writer.submit_for(&who, body.unsubscribe(who.user_id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What became of notices.
#[utoipa::path(get, path = "/api/avisos/envios", tag = "avisos", params(StateFilter,
    ("cursor" = Option<String>, Query), ("limit" = Option<u32>, Query, minimum = 1, maximum = 200)), responses(
    (status = 200, body = NoticePage), (status = 401, body = ProblemDocument), (status = 403, body = ProblemDocument),
    (status = 422, body = ProblemDocument)))]
async fn list(
    State(app): State<App>,
    _: Admin,
    Query(filter): Query<StateFilter>,
    page: Page,
) -> Result<Json<NoticePage>, Problem> {
    let found = NoticePage::read(&app.db, &filter, page.position()?, page.limit, app.ambient.now()).await?;
    Ok(Json(found))
}

/// Sends a notice again that could not be sent.
#[utoipa::path(post, path = "/api/avisos/envios/{id}/reintentar", tag = "avisos", params(("id" = i64, Path)), responses(
    (status = 202), (status = 401, body = ProblemDocument), (status = 403, body = ProblemDocument),
    (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument)))]
async fn retry(State(app): State<App>, Admin(by): Admin, Path(id): Path<i64>) -> Result<StatusCode, Problem> {
    app.writer.submit_for(&by, Replay { id }).await?;
    Ok(StatusCode::ACCEPTED)
}
