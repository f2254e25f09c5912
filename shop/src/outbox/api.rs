//! The outbox for administrators: look at it, try again, give up.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use belgrano_runtime::http::{Json, Page, Path, Query};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_web::seen::Seen;
use belgrano_wire::free_text;
use belgrano_wire::limits;
use belgrano_wire::texts::Message;
use belgrano_wire::timestamp::UnixMillis;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{
    Discard, MessageDetail, MessageState, MessageView, Replay, ReplayFilter, list, replay_dead, show, summary,
};
use crate::accounts::Admin;
use crate::app::App;

/// Between two messages of a replay by filter: a hundred a second leave room for orders that are placed meanwhile.
const REPLAY_SPACING: Duration = Duration::from_millis(10);

/// The routes of this room.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_messages))
        .routes(routes!(show_message))
        .routes(routes!(retry_message))
        .routes(routes!(retry_messages))
        .routes(routes!(discard_message))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// Only messages in this state.
    pub(crate) estado: Option<MessageState>,
}

/// A page of messages, the youngest first, and the outbox in a few numbers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MessagePage {
    pub(crate) mensajes: Vec<MessageView>,
    /// Where the next page begins.
    pub(crate) cursor: Option<String>,
    pub(crate) resumen: SummaryView,
}

/// The outbox in a few numbers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SummaryView {
    /// Messages to be delivered.
    pub(crate) pendientes: i64,
    /// Dead letters.
    pub(crate) muertos: i64,
    /// Age of the oldest message to be delivered, in seconds.
    pub(crate) mas_viejo_s: Option<i64>,
    /// `cerrado` (all is well), `abierto` (the board is away) or `recuperando`.
    #[schema(value_type = String)]
    pub(crate) cortacircuito: &'static str,
    /// What holds up every message and who has to act, if anything does.
    pub(crate) problema: Option<String>,
}

#[utoipa::path(
    get, path = "/api/outbox", tag = "outbox",
    params(
        Filter,
        ("cursor" = Option<String>, Query, description = "Where the last page ended"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200),
    ),
    responses(
        (status = 200, body = MessagePage),
        (status = 401, body = ProblemDocument),
        (status = 403, body = ProblemDocument),
        (status = 422, body = ProblemDocument),
    )
)]
async fn list_messages(
    State(app): State<App>,
    admin: Admin,
    Query(filter): Query<Filter>,
    page: Page,
) -> Result<Json<MessagePage>, Problem> {
    page_of(&app, &admin, filter.estado, &page).await.map(Json)
}

/// A page of messages in a state, or in any, and the outbox in a few numbers.
pub(crate) async fn page_of(
    app: &App,
    _: &Admin,
    state: Option<MessageState>,
    page: &Page,
) -> Result<MessagePage, Problem> {
    let found = list(&app.db, state, page.position::<i64>()?, page.limit as usize).await?;
    let summary = summary(&app.db).await?;
    let now = app.ambient.now();
    Ok(MessagePage {
        mensajes: found.messages,
        cursor: found.cursor.map(|id| Page::encode(&id)),
        resumen: SummaryView {
            pendientes: summary.pending,
            muertos: summary.dead,
            mas_viejo_s: summary.oldest.map(|oldest| now.since_ms(oldest).max(0) / 1000),
            cortacircuito: app.relay_status.breaker().as_str(),
            problema: app.relay_status.trouble().map(|trouble| trouble.message().to_string()),
        },
    })
}

#[utoipa::path(
    get, path = "/api/outbox/{id}", tag = "outbox", params(("id" = i64, Path)),
    responses(
        (status = 200, body = MessageDetail),
        (status = 401, body = ProblemDocument),
        (status = 403, body = ProblemDocument),
        (status = 404, body = ProblemDocument),
    )
)]
async fn show_message(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<i64>,
) -> Result<Json<MessageDetail>, Problem> {
    message(&app, &admin, id).await.map(Json)
}

/// One message and its tries.
pub(crate) async fn message(app: &App, _: &Admin, id: i64) -> Result<MessageDetail, Problem> {
    show(&app.db, id).await?.ok_or_else(|| Problem::not_found(Message::new("refusal-no-message")))
}

#[utoipa::path(
    post, path = "/api/outbox/{id}/reintentar", tag = "outbox", params(("id" = i64, Path)),
    responses(
        (status = 202, body = MessageDetail, description = "It is delivered as soon as possible"),
        (status = 401, body = ProblemDocument),
        (status = 403, body = ProblemDocument),
        (status = 404, body = ProblemDocument),
        (status = 409, body = ProblemDocument, description = "It is delivered or discarded"),
    )
)]
async fn retry_message(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<i64>,
) -> Result<(StatusCode, Json<MessageDetail>), Problem> {
    retry_one(&app, &admin, id).await?;
    Ok((StatusCode::ACCEPTED, Json(message(&app, &admin, id).await?)))
}

/// Tries a message again, by [`Replay`].
pub(crate) async fn retry_one(app: &App, Admin(by): &Admin, id: i64) -> Result<(), Problem> {
    app.writer.submit_for(by, Replay { id }).await?;
    tracing::info!(id, account = by.account_id, "a message is tried again");
    Ok(())
}

/// Which dead letters to try again; with nothing in it, all of them.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct RetryBody {
    /// Only `muerto` can be tried again by filter.
    pub(crate) estado: Option<DeadOnly>,
    /// Part of the reason they died of.
    pub(crate) motivo: Option<String>,
    /// Died at or after.
    pub(crate) desde: Option<UnixMillis>,
    /// Died before.
    pub(crate) hasta: Option<UnixMillis>,
}

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) enum DeadOnly {
    #[serde(rename = "muerto")]
    Dead,
}

/// How many messages will be tried again.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Retried {
    pub(crate) reintentados: usize,
}

#[utoipa::path(
    post, path = "/api/outbox/reintentar", tag = "outbox", request_body = RetryBody,
    responses(
        (status = 202, body = Retried, description = "They are delivered one after the other, a hundred a second"),
        (status = 401, body = ProblemDocument),
        (status = 403, body = ProblemDocument),
        (status = 422, body = ProblemDocument),
    )
)]
async fn retry_messages(
    State(app): State<App>,
    admin: Admin,
    Json(body): Json<RetryBody>,
) -> Result<(StatusCode, Json<Retried>), Problem> {
    Ok((StatusCode::ACCEPTED, Json(retry_dead(&app, &admin, body).await?)))
}

/// Tries dead letters again, one after the other.
pub(crate) async fn retry_dead(app: &App, Admin(by): &Admin, body: RetryBody) -> Result<Retried, Problem> {
    match body.estado {
        None | Some(DeadOnly::Dead) => {}
    }
    let filter = ReplayFilter { reason: body.motivo, from: body.desde, until: body.hasta };
    let reintentados = replay_dead(&app.writer, Some(by), filter, app.ambient.now(), REPLAY_SPACING).await?;
    tracing::info!(messages = reintentados, account = by.account_id, "dead letters are tried again");
    Ok(Retried { reintentados })
}

/// Why a message is given up. It stays in the outbox; the customer does not read it.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct DiscardBody {
    pub(crate) motivo: String,
    /// What `estado` was when it was looked at; that it is another now is 409.
    #[serde(default)]
    pub(crate) visto: Seen,
}

/// Gives a message up
///
/// Without its message no ticket is made of an order: it is cancelled and its stock is back on the shelf.
#[utoipa::path(
    post, path = "/api/outbox/{id}/descartar", tag = "outbox", params(("id" = i64, Path)), request_body = DiscardBody,
    responses(
        (status = 200, body = MessageDetail),
        (status = 401, body = ProblemDocument),
        (status = 403, body = ProblemDocument),
        (status = 404, body = ProblemDocument),
        (status = 409, body = ProblemDocument, description = "`mensaje-resuelto`: it is delivered or discarded already; \
                      `mensaje-en-curso`: it is being delivered at this moment; `cambio-mientras-tanto`: see `visto`"),
        (status = 422, body = ProblemDocument),
    )
)]
async fn discard_message(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<i64>,
    Json(body): Json<DiscardBody>,
) -> Result<Json<MessageDetail>, Problem> {
    discard(&app, &admin, id, body).await?;
    message(&app, &admin, id).await.map(Json)
}

/// Gives a message up, by [`Discard`].
pub(crate) async fn discard(app: &App, Admin(by): &Admin, id: i64, body: DiscardBody) -> Result<(), Problem> {
    let reason = free_text::required(&body.motivo, limits::REASON);
    let reason = reason.map_err(|wrong| Problem::invalid_field("motivo", wrong))?;
    app.writer.submit_for(by, Discard { id, reason: reason.to_owned(), seen: body.visto }).await?;
    tracing::info!(id, account = by.account_id, "a message was discarded");
    Ok(())
}
