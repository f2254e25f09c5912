//! `GET /api/administrar/clientes/{id}/datos` and `DELETE /api/administrar/clientes/{id}`: what a customer who telephones asks an
//! administrator for. That it is them the administrator has to know; the security log keeps who did it, and of whom.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use belgrano_runtime::auth::email::Email;
use belgrano_runtime::http::{Json, Path, RequestContext};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use serde::Deserialize;
use utoipa::ToSchema;

use super::erase::no_customer;
use super::http::AS_A_FILE;
use super::{Erase, NoteExport, PersonData, Proof, export};
use crate::accounts::{Admin, Chosen, chosen};
use crate::app::App;

/// The customer with this number; 404 for whoever administers the shop or was erased, and when there is none.
pub(crate) async fn customer_of(app: &App, admin: &Admin, id: i64) -> Result<Chosen, Problem> {
    chosen(app, admin, &[id]).await?.pop().ok_or_else(no_customer)
}

/// Everything the shop knows of a customer, to give it to them (administrators)
///
/// The document of `GET /api/yo/datos`. The security log keeps who took it out, and of whom.
#[utoipa::path(
    get, path = "/api/administrar/clientes/{id}/datos", tag = "cuentas",
    params(("id" = i64, Path)),
    responses(
        (status = 200, body = PersonData),
        (status = 401, body = ProblemDocument),
        (status = 403, body = ProblemDocument),
        (status = 404, body = ProblemDocument, description = "There is no such customer; accounts that administer are none."),
    )
)]
pub(crate) async fn hand_out(State(app): State<App>, admin: Admin, Path(id): Path<i64>) -> Result<Response, Problem> {
    customer_of(&app, &admin, id).await?;
    app.writer.submit_for(&admin.0, NoteExport { account_id: id }).await?;
    let data = export(&app.db, id, app.ambient.now()).await?.ok_or_else(no_customer)?;
    Ok((AS_A_FILE, Json(data)).into_response())
}

/// Whoever erases a customer shows that they mean this one.
#[derive(Deserialize, ToSchema)]
pub(crate) struct EraseCustomerBody {
    /// The address of the account.
    #[schema(value_type = String, example = "ana@example.com")]
    email: Email,
}

/// Erases for good the account of a customer who asked for it (administrators)
///
/// As `DELETE /api/yo`, with the e-mail of the account in the place of its password. Again, it changes nothing. The security log
/// keeps who erased it.
#[utoipa::path(
    delete, path = "/api/administrar/clientes/{id}", tag = "cuentas", request_body = EraseCustomerBody,
    params(("id" = i64, Path)),
    responses(
        (status = 204),
        (status = 401, body = ProblemDocument),
        (status = 403, body = ProblemDocument),
        (status = 404, body = ProblemDocument, description = "There is no such customer; accounts that administer are none."),
        (status = 409, body = ProblemDocument, description = "It has orders under way: `pedidos` names them."),
        (status = 422, body = ProblemDocument, description = "The e-mail is not that of the account."),
    )
)]
pub(crate) async fn erase_customer(
    State(app): State<App>,
    Admin(who): Admin,
    Path(id): Path<i64>,
    context: RequestContext,
    Json(body): Json<EraseCustomerBody>,
) -> Result<StatusCode, Problem> {
    let erase = Erase { account_id: id, proof: Proof::Administrator(body.email), trace: context.traceparent() };
    app.writer.submit_for(&who, erase).await?;
    Ok(StatusCode::NO_CONTENT)
}
