//! `GET /api/yo/datos` and `DELETE /api/yo`.

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use belgrano_runtime::auth::change_password::{ChangeRefusal, Known};
use belgrano_runtime::fetch;
use belgrano_runtime::http::{ClientIp, Json, RequestContext};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_runtime::security::{Entry, Kind};
use belgrano_wire::texts::Message;
use serde::Deserialize;
use utoipa::ToSchema;

use super::erase::{open_orders, wrong_password};
use super::{Erase, PersonData, Proof, export};
use crate::accounts::Session;
use crate::app::App;

/// A browser keeps it as a file, and nobody on the way keeps it at all.
pub(super) const AS_A_FILE: [(HeaderName, HeaderValue); 2] = [
    (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"belgrano.json\"")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

/// Everything the shop knows of me
///
/// The account and whether it has a second factor, the orders with their lines and steps and what the board told of each
/// ticket, reviews, packages, cart, notices and sessions, in one document.
#[utoipa::path(
    get, path = "/api/yo/datos", tag = "cuentas",
    responses((status = 200, body = PersonData), (status = 401, body = ProblemDocument))
)]
pub(crate) async fn take_along(State(app): State<App>, Session(who): Session) -> Result<Response, Problem> {
    let data = export(&app.db, who.account_id, app.ambient.now()).await?;
    let data = data.ok_or_else(|| Problem::unauthenticated(Message::new("refusal-account-closed")))?;
    Ok((AS_A_FILE, Json(data)).into_response())
}

/// Who wants to be erased shows that they are it.
#[derive(Deserialize, ToSchema)]
pub(crate) struct EraseBody {
    #[schema(format = Password)]
    password: String,
}

/// Erases my account for good
///
/// The orders stay with their figures, without the person: no name, e-mail, telephone, address or text, in the shop and on
/// the board. Sessions and packages end, and the e-mail address is free. With orders under way it is refused: `pedidos` names
/// them.
#[utoipa::path(
    delete, path = "/api/yo", tag = "cuentas", request_body = EraseBody,
    responses(
        (status = 204),
        (status = 401, body = ProblemDocument),
        (status = 409, body = ProblemDocument, description = "It has orders under way, or is the last administrator."),
        (status = 422, body = ProblemDocument),
        (status = 429, body = ProblemDocument),
    )
)]
pub(crate) async fn erase_me(
    State(app): State<App>,
    Session(who): Session,
    ip: ClientIp,
    context: RequestContext,
    Json(body): Json<EraseBody>,
) -> Result<Response, Problem> {
    const KNOWN: &str = "SELECT email, password_hash FROM accounts WHERE id = $1 AND active";
    let known = fetch!(optional, app.db.read().await?, Known, KNOWN, who.account_id)?;
    let fitted = app.gate.prove(ip, known, &body.password).await.map_err(|refused| {
        let ChangeRefusal::Wrong(why, problem) = refused else { return Problem::from(refused) };
        app.security.note(Entry::new(Kind::PasswordFailed).by(who.source).with("motivo", why));
        if why == "clave" { wrong_password() } else { problem }
    })?;
    let erase = Erase { account_id: who.account_id, proof: Proof::Password(fitted), trace: context.traceparent() };
    app.writer.submit_for(&who, erase).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, app.gate.cookie().clear())]).into_response())
}

/// The orders that keep an account from being erased.
pub(crate) async fn open_orders_of(app: &App, account_id: i64) -> Result<Vec<String>, Problem> {
    Ok(open_orders(&mut app.db.read().await?, account_id).await?)
}
