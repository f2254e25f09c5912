//! `POST /api/tickets`, its old name, and what else the shop asks for of an order: to call it off, to forget its customer.

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use belgrano_runtime::http::{ClientIp, Json, Path};
use belgrano_runtime::problem::{Problem, ProblemDocument, with_member};
use belgrano_wire::signature::{ID_HEADER, MAX_ID_BYTES};
use belgrano_wire::texts::Message;
use belgrano_wire::{IntakeReply, MessageError, OrderMessage, OrderNumber, limits};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{CancelOrder, ForgetCustomer, Forgotten, Purpose, Receive, lookup};
use crate::app::App;
use crate::progress::required_reason;

/// The routes with the shop's authentication.
pub fn routes() -> OpenApiRouter<App> {
    let receive = OpenApiRouter::new().routes(routes!(receive)).routes(routes!(receive_old));
    receive
        .layer(DefaultBodyLimit::max(limits::MESSAGE_BYTES))
        .routes(routes!(cancel))
        .routes(routes!(forget))
        .routes(routes!(lookup::lookup))
        .layer(from_fn(name_the_message))
}

/// A refusal names the message it is about, so that the shop can tell it from what somebody else says in the board's place.
async fn name_the_message(request: Request, next: Next) -> Response {
    let id = request.headers().get(ID_HEADER).and_then(|id| id.to_str().ok()).filter(|id| id.len() <= MAX_ID_BYTES);
    let id = id.map(str::to_owned);
    let response = next.run(request).await;
    match id {
        Some(id) => with_member(response, "mensaje_id", id),
        None => response,
    }
}

/// A raw body whose sender is still to be checked. Of a sender that can be none of ours no body is read; what `ANYBODY` may
/// ask for where intake was left open is read from all.
pub(super) struct Unchecked<const ANYBODY: bool = true> {
    headers: HeaderMap,
    body: Bytes,
    ip: ClientIp,
}

impl<const ANYBODY: bool> Unchecked<ANYBODY> {
    /// The body, if its sender may ask for this.
    pub(super) fn check(self, app: &App, purpose: Purpose<'_>) -> Result<Bytes, Problem> {
        app.intake.check(purpose, &self.headers, &self.body, self.ip)?;
        Ok(self.body)
    }
}

impl<const ANYBODY: bool> FromRequest<App> for Unchecked<ANYBODY> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let ip = <ClientIp as axum::extract::FromRequestParts<App>>::from_request_parts(&mut parts, app).await?;
        app.intake.before_body(ANYBODY, &parts.headers, ip)?;
        // The body goes on without the headers; they are needed to check it.
        let headers: HeaderMap = std::mem::take(&mut parts.headers);
        let bytes = Bytes::from_request(Request::from_parts(parts, body), app).await;
        let body = bytes.map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(Message::new("refusal-too-large")),
            _ => Problem::malformed(Message::new("refusal-cut")),
        })?;
        Ok(Self { headers, body, ip })
    }
}

/// Takes an order in; the same order again finds its ticket.
#[utoipa::path(post, path = "/api/tickets", tag = "intake", security(("firma" = []), ("clave" = [])), request_body = OrderMessage, responses(
    (status = 201, body = IntakeReply), (status = 200, body = IntakeReply, description = "It was there already."),
    (status = 400, body = ProblemDocument),
    (status = 401, body = ProblemDocument), (status = 403, body = ProblemDocument),
    (status = 409, body = ProblemDocument, description = "That number is another order's."),
    (status = 422, body = ProblemDocument), (status = 503, body = ProblemDocument)))]
async fn receive(State(app): State<App>, body: Unchecked) -> Result<(StatusCode, Json<IntakeReply>), Problem> {
    take_in(&app, &body.check(&app, Purpose::Order)?).await
}

/// Takes an order in, at the address that old clients use.
#[utoipa::path(post, path = "/api/tickets/recibir", tag = "intake", security(("firma" = []), ("clave" = [])), request_body = OrderMessage, responses(
    (status = 201, body = IntakeReply), (status = 200, body = IntakeReply),
    (status = 401, body = ProblemDocument), (status = 403, body = ProblemDocument),
    (status = 409, body = ProblemDocument)))]
async fn receive_old(State(app): State<App>, body: Unchecked) -> Result<(StatusCode, Json<IntakeReply>), Problem> {
    take_in(&app, &body.check(&app, Purpose::Order)?).await
}

async fn take_in(app: &App, body: &[u8]) -> Result<(StatusCode, Json<IntakeReply>), Problem> {
    let message = OrderMessage::from_json(body).map_err(|error| match error {
        MessageError::Malformed(detail) => Problem::malformed(detail),
        MessageError::Invalid(errors) => Problem::invalid(errors),
    })?;
    let reply = app.writer.submit(Receive::new(message)).await?;
    let status = if reply.idempotent { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(reply)))
}

/// `POST /api/tickets/{numero}/cancelar`; the body may be left out.
#[derive(Default, Deserialize, ToSchema)]
struct CancelBody {
    /// Why it is cancelled.
    #[serde(rename = "motivo")]
    reason: Option<String>,
}

/// The shop cancels an order. Once more is the same.
#[utoipa::path(post, path = "/api/tickets/{numero}/cancelar", tag = "intake", security(("firma" = []), ("clave" = [])), request_body = CancelBody,
    params(("numero" = String, Path)), responses((status = 200, body = IntakeReply),
    (status = 401, body = ProblemDocument), (status = 403, body = ProblemDocument),
    (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument, description = "It is delivered.")))]
async fn cancel(
    State(app): State<App>,
    Path(number): Path<OrderNumber>,
    body: Unchecked,
) -> Result<Json<IntakeReply>, Problem> {
    let body = body.check(&app, Purpose::Cancel(&number))?;
    let body: CancelBody = if body.is_empty() { CancelBody::default() } else { Json::from_bytes(&body)? };
    let unsaid = || Message::new("kept-cancelled-by-shop").to_string();
    let reason = required_reason(Some(&body.reason.unwrap_or_else(unsaid)))?;
    Ok(Json(app.writer.submit(CancelOrder { number, reason }).await?))
}

/// The shop asks to forget whose an order was: the ticket stays, without the person.
///
/// Name, address, telephone, e-mail, instructions, position, proofs of delivery and written reasons, in the history too. Once
/// more is the same; of an order that never came there is nothing to forget.
#[utoipa::path(post, path = "/api/tickets/{numero}/olvidar", tag = "intake", security(("firma" = []), ("clave" = [])),
    params(("numero" = String, Path)), responses((status = 200, body = Forgotten),
    (status = 401, body = ProblemDocument), (status = 403, body = ProblemDocument),
    (status = 503, body = ProblemDocument)))]
async fn forget(
    State(app): State<App>,
    Path(number): Path<OrderNumber>,
    body: Unchecked<false>,
) -> Result<Json<Forgotten>, Problem> {
    body.check(&app, Purpose::Forget(&number))?;
    Ok(Json(app.writer.submit(ForgetCustomer { number }).await?))
}
