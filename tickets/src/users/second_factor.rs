//! The second factor of an account, as the board has it: its addresses, and who has to set one up first. What a factor is, is in
//! [`belgrano_runtime::auth::second_factor`].

use axum::extract::{FromRequestParts, Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use belgrano_runtime::auth::second_factor::{
    FactorDesk, FactorUnit, FactorView, Naming, Offer, ProofBody, RecoveryCodes, SetUpBody,
};
use belgrano_runtime::auth::session::TokenHash;
use belgrano_runtime::fetch_scalar;
use belgrano_runtime::http::{ClientIp, Json, Path};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_runtime::security::Entry;
use belgrano_runtime::storage::Session as DbSession;
use belgrano_web::pages::{LOGIN_PATH, see_other};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Role, password};
use crate::app::App;
use crate::sessions::{Admin, Principal, Session, end_others};
use crate::unit::BoardUnit;

/// How the board's factors are called.
pub(crate) const FACTORS: Naming = Naming {
    service: "tickets",
    issuer: "Belgrano Tickets",
    cookie: "belgrano_tickets_paso",
    page: "/clave/segundo-factor",
};

impl FactorUnit for BoardUnit {
    const ACCOUNT: &'static str = password::SELECT;

    fn session(&mut self) -> &mut DbSession {
        self.session()
    }

    fn reader(&mut self) -> &mut DbSession {
        self.reader()
    }

    fn log(&mut self, entry: Entry) {
        self.log(entry);
    }

    async fn factor_changed(&mut self, account_id: i64, keep: Option<&TokenHash>) -> sqlx::Result<()> {
        end_others(self, account_id, keep).await?;
        Ok(())
    }
}

impl App {
    /// What there is to ask about second factors.
    pub(crate) fn factor_desk(&self) -> FactorDesk<'_, Principal, BoardUnit> {
        FactorDesk {
            factors: &self.second_factors,
            gate: &self.gate,
            db: &self.db,
            writer: &self.writer,
            security: &self.security,
            ambient: &self.ambient,
        }
    }
}

/// Whether an account has a second factor.
pub(crate) async fn has_factor(app: &App, id: i64) -> sqlx::Result<bool> {
    const COUNT: &str = "SELECT COUNT(*) FROM second_factors WHERE account_id = $1";
    Ok(fetch_scalar!(one, app.db.read().await?, i64, COUNT, id)? > 0)
}

/// Who has shown a password and not the second factor; nobody else gets further than the log-in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SecondStep(pub(crate) TokenHash);

impl FromRequestParts<App> for SecondStep {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let token = app.second_factors.cookie().read(&parts.headers);
        token.map(|token| Self(token.hash())).ok_or_else(|| see_other(LOGIN_PATH))
    }
}

/// Lets an administrator who owes a second factor (`SECOND_FACTOR`) do nothing but set it up.
pub(crate) async fn set_up_first(State(app): State<App>, request: Request, next: Next) -> Response {
    if !app.second_factors.asked_of_administrators() || app.second_factors.open_to_who_owes(request.uri().path()) {
        return next.run(request).await;
    }
    match app.principal_by_cookie(request.headers()).await {
        Ok(Some(who)) if who.owes_factor => app.second_factors.set_up_first(&request),
        Ok(_) => next.run(request).await,
        Err(error) => Problem::from(error).into_response(),
    }
}

/// The routes of second factors.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(show, set_up))
        .routes(routes!(offer))
        .routes(routes!(new_codes))
        .routes(routes!(turn_off))
        .routes(routes!(take_from_other))
}

/// The second factor of one's own account.
#[utoipa::path(get, path = "/api/segundo-factor", tag = "cuentas", responses(
    (status = 200, body = FactorView), (status = 401, body = ProblemDocument)))]
async fn show(State(app): State<App>, Session(who): Session) -> Result<Json<FactorView>, Problem> {
    app.factor_desk().view(&who, who.role == Role::Admin).await.map(Json)
}

/// Offers a second factor. Stores nothing: `secreto` or `uri` go into an app that makes codes, and `propuesta` comes back
/// with the first code, within an hour.
#[utoipa::path(post, path = "/api/segundo-factor/propuesta", tag = "cuentas", responses(
    (status = 200, body = Offer), (status = 401, body = ProblemDocument)))]
async fn offer(State(app): State<App>, Session(who): Session) -> Result<Json<Offer>, Problem> {
    app.factor_desk().offer(&who).await.map(Json)
}

/// Switches the second factor on. The other sessions of the account end; the recovery codes are not shown again.
#[utoipa::path(post, path = "/api/segundo-factor", tag = "cuentas", request_body = SetUpBody, responses(
    (status = 201, body = RecoveryCodes), (status = 401, body = ProblemDocument),
    (status = 409, body = ProblemDocument, description = "The account has one already."),
    (status = 422, body = ProblemDocument), (status = 429, body = ProblemDocument)))]
async fn set_up(
    State(app): State<App>,
    Session(who): Session,
    ip: ClientIp,
    Json(body): Json<SetUpBody>,
) -> Result<(StatusCode, Json<RecoveryCodes>), Problem> {
    let codes = app.factor_desk().set_up(&who, ip, &body).await?;
    Ok((StatusCode::CREATED, Json(codes)))
}

/// Makes new recovery codes. The old ones are worth nothing any more, and the other sessions of the account end.
#[utoipa::path(post, path = "/api/segundo-factor/codigos", tag = "cuentas", request_body = ProofBody, responses(
    (status = 200, body = RecoveryCodes), (status = 401, body = ProblemDocument),
    (status = 404, body = ProblemDocument, description = "The account has no second factor."),
    (status = 422, body = ProblemDocument), (status = 429, body = ProblemDocument)))]
async fn new_codes(
    State(app): State<App>,
    Session(who): Session,
    ip: ClientIp,
    Json(body): Json<ProofBody>,
) -> Result<Json<RecoveryCodes>, Problem> {
    app.factor_desk().new_codes(&who, ip, &body).await.map(Json)
}

/// Switches the second factor off. The other sessions of the account end.
#[utoipa::path(post, path = "/api/segundo-factor/quitar", tag = "cuentas", request_body = ProofBody, responses(
    (status = 204), (status = 401, body = ProblemDocument),
    (status = 404, body = ProblemDocument, description = "The account has no second factor."),
    (status = 422, body = ProblemDocument), (status = 429, body = ProblemDocument)))]
async fn turn_off(
    State(app): State<App>,
    Session(who): Session,
    ip: ClientIp,
    Json(body): Json<ProofBody>,
) -> Result<StatusCode, Problem> {
    app.factor_desk().turn_off(&who, ip, &body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes the second factor off another account, which lost it. Its sessions end.
#[utoipa::path(delete, path = "/api/usuarios/{id}/segundo-factor", tag = "cuentas", params(("id" = i64, Path)), responses(
    (status = 204), (status = 401, body = ProblemDocument), (status = 403, body = ProblemDocument),
    (status = 404, body = ProblemDocument, description = "There is no such account with a second factor."),
    (status = 409, body = ProblemDocument, description = "It is one's own account.")))]
pub(crate) async fn take_from_other(
    State(app): State<App>,
    Admin(who): Admin,
    Path(id): Path<i64>,
) -> Result<StatusCode, Problem> {
    app.factor_desk().remove_of(&who, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
