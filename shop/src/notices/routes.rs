//! `/api/avisos`: where a customer wants to be told, and what became of notices.

use axum::extract::State;
use axum::http::StatusCode;
use belgrano_notices::{Forget, Key, NoticePage, Replay, StateFilter, SubscriptionBody};
use belgrano_runtime::http::{Json, Page, Path, Query};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_wire::texts::{Language, Message};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{WantMail, wants_mail};
use crate::accounts::{Admin, MaybeSession, Principal, Session};
use crate::app::App;

/// The routes of this room.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(key))
        .routes(routes!(subscribe, unsubscribe))
        .routes(routes!(mail, set_mail))
        .routes(routes!(list))
        .routes(routes!(retry))
}

/// What a browser subscribes with
#[utoipa::path(get, path = "/api/avisos/clave", tag = "avisos", security(()), responses((status = 200, body = Key)))]
async fn key(
    State(app): State<App>,
    MaybeSession(who): MaybeSession,
    language: Language,
) -> Result<Json<Key>, Problem> {
    let who = who.map(|who| (who.account_id, who.token));
    Ok(Json(Key::read(&app.db, app.vapid.as_ref(), who, language).await?))
}

/// Asks for notices in this browser, for as long as the session lasts
#[utoipa::path(
    post, path = "/api/avisos", tag = "avisos", request_body = SubscriptionBody,
    responses((status = 204), (status = 401, body = ProblemDocument), (status = 422, body = ProblemDocument))
)]
async fn subscribe(
    State(app): State<App>,
    Session(who): Session,
    language: Language,
    Json(body): Json<SubscriptionBody>,
) -> Result<StatusCode, Problem> {
    let subscribe = body.subscribe(who.account_id, who.token, language, &app.settings.notices)?;
    app.writer.submit_for(&who, subscribe).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// No more notices in this browser
#[utoipa::path(
    delete, path = "/api/avisos", tag = "avisos", request_body = Forget,
    responses((status = 204), (status = 401, body = ProblemDocument))
)]
async fn unsubscribe(
    State(app): State<App>,
    Session(who): Session,
    Json(body): Json<Forget>,
) -> Result<StatusCode, Problem> {
    app.writer.submit_for(&who, body.unsubscribe(who.account_id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whether an account is told by mail what no browser of its was told.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
struct MailBody {
    /// Whether it is.
    activo: bool,
}

/// Whether I get notices by mail
#[utoipa::path(
    get, path = "/api/avisos/correo", tag = "avisos",
    responses((status = 200, body = MailBody), (status = 401, body = ProblemDocument))
)]
async fn mail(State(app): State<App>, Session(who): Session) -> Result<Json<MailBody>, Problem> {
    Ok(Json(MailBody { activo: wants_mail(&app.db, who.account_id).await? }))
}

/// Asks for notices by mail, or for no more of them
///
/// They are sent where no browser of the account is subscribed, or none of them could be told.
#[utoipa::path(
    put, path = "/api/avisos/correo", tag = "avisos", request_body = MailBody,
    responses(
        (status = 200, body = MailBody),
        (status = 401, body = ProblemDocument),
        (status = 409, body = ProblemDocument, description = "This shop sends no mail"),
    )
)]
async fn set_mail(
    State(app): State<App>,
    Session(who): Session,
    language: Language,
    Json(body): Json<MailBody>,
) -> Result<Json<MailBody>, Problem> {
    want_mail(&app, &who, body.activo, language).await?;
    Ok(Json(body))
}

/// Asks for notices by mail, or for no more of them, by [`WantMail`].
pub(crate) async fn want_mail(app: &App, who: &Principal, wanted: bool, language: Language) -> Result<(), Problem> {
    if wanted && !app.settings.mailer.delivers() {
        return Err(Problem::conflict("sin-correo", Message::new("refusal-no-mail")));
    }
    Ok(app.writer.submit_for(who, WantMail { account_id: who.account_id, wanted, language }).await?)
}

/// What became of notices
#[utoipa::path(
    get, path = "/api/avisos/envios", tag = "avisos",
    params(
        StateFilter,
        ("cursor" = Option<String>, Query, description = "Where the last page ended"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200),
    ),
    responses(
        (status = 200, body = NoticePage),
        (status = 401, body = ProblemDocument),
        (status = 403, body = ProblemDocument),
        (status = 422, body = ProblemDocument),
    )
)]
async fn list(
    State(app): State<App>,
    _: Admin,
    Query(filter): Query<StateFilter>,
    page: Page,
) -> Result<Json<NoticePage>, Problem> {
    let found = NoticePage::read(&app.db, &filter, page.position()?, page.limit, app.ambient.now()).await?;
    Ok(Json(found))
}

/// Sends a notice again that could not be sent
#[utoipa::path(
    post, path = "/api/avisos/envios/{id}/reintentar", tag = "avisos", params(("id" = i64, Path)),
    responses(
        (status = 202),
        (status = 401, body = ProblemDocument),
        (status = 403, body = ProblemDocument),
        (status = 404, body = ProblemDocument),
        (status = 409, body = ProblemDocument, description = "It is not among those that could not be sent"),
    )
)]
async fn retry(State(app): State<App>, Admin(by): Admin, Path(id): Path<i64>) -> Result<StatusCode, Problem> {
    app.writer.submit_for(&by, Replay { id }).await?;
    Ok(StatusCode::ACCEPTED)
}
