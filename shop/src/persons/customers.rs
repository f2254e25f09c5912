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

/// Todo lo que la tienda sabe de un cliente, para dárselo (administradores)
///
/// El documento de `GET /api/yo/datos`. En el registro de seguridad queda quién lo descargó y de quién es.
#[utoipa::path(
    get, path = "/api/administrar/clientes/{id}/datos", tag = "cuentas",
    params(("id" = i64, Path)),
    responses(
        (status = 200, body = PersonData),
        (status = 401, body = ProblemDocument),
        (status = 403, body = ProblemDocument),
        (status = 404, body = ProblemDocument, description = "No hay un cliente así; las cuentas que administran no lo son"),
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

/// Borra para siempre la cuenta de un cliente que lo pidió (administradores)
///
/// Como `DELETE /api/yo`, con el correo de la cuenta en lugar de su contraseña. Otra vez no cambia nada. En el registro de seguridad
/// queda quién la borró.
#[utoipa::path(
    delete, path = "/api/administrar/clientes/{id}", tag = "cuentas", request_body = EraseCustomerBody,
    params(("id" = i64, Path)),
    responses(
        (status = 204),
        (status = 401, body = ProblemDocument),
        (status = 403, body = ProblemDocument),
        (status = 404, body = ProblemDocument, description = "No hay un cliente así; las cuentas que administran no lo son"),
        (status = 409, body = ProblemDocument, description = "Tiene pedidos sin terminar: `pedidos` dice cuáles"),
        (status = 422, body = ProblemDocument, description = "El correo no es el de la cuenta"),
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
