//! `/api/alertas`: the rules, what they raised, and whether a notice of them arrives. Administrators change them, analysts read.

use std::borrow::Borrow;

use axum::extract::State;
use axum::http::StatusCode;
use belgrano_runtime::http::{Json, Page, Path};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_wire::texts::Message;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::{NewRule, RuleChange, usual};
use super::rule;
use super::view::RuleView;
use super::{AlarmPage, ChangeRule, CreateRule, DeleteRule, RuleRefusal, TestRule};
use crate::accounts::Role;
use crate::app::App;
use crate::sessions::{Admin, Principal, Session};

/// `/api/alertas` and what is below it.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(past))
        .routes(routes!(change, remove))
        .routes(routes!(test))
}

/// Every rule with the state it is in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RuleList {
    /// In the order in which they were made.
    pub(crate) reglas: Vec<RuleView>,
}

/// Who may read alerts.
fn may_read(principal: &Principal) -> Result<(), Problem> {
    match principal.role {
        Role::Admin | Role::Analyst => Ok(()),
        Role::Merchant => Err(Problem::forbidden(Message::new("refusal-alerts-staff"))),
    }
}

/// All rules, with their state
#[utoipa::path(get, path = "/api/alertas", tag = "alertas",
    responses((status = 200, body = RuleList), (status = 403, body = ProblemDocument)))]
async fn list(State(app): State<App>, Session(who): Session) -> Result<Json<RuleList>, Problem> {
    Ok(Json(RuleList { reglas: rules_for(&app, &who).await? }))
}

/// All rules with their state, as `who` may read them.
pub(crate) async fn rules_for(app: &App, who: &Principal) -> Result<Vec<RuleView>, Problem> {
    may_read(who)?;
    let mut session = app.db.read().await?;
    let (rules, targets) = (rule::all(&mut session).await?, rule::all_targets(&mut session).await?);
    let whole = who.role == Role::Admin;
    Ok(rules.into_iter().map(|rule| RuleView::new(rule, &targets, whole)).collect())
}

/// What was raised, the youngest first
#[utoipa::path(get, path = "/api/alertas/historia", tag = "alertas",
    params(("cursor" = Option<String>, Query), ("limit" = Option<u32>, Query)),
    responses((status = 200, body = AlarmPage), (status = 403, body = ProblemDocument)))]
async fn past(State(app): State<App>, Session(who): Session, page: Page) -> Result<Json<AlarmPage>, Problem> {
    past_for(&app, &who, &page).await.map(Json)
}

/// A page of what was raised, as `who` may read it.
pub(crate) async fn past_for(app: &App, who: &Principal, page: &Page) -> Result<AlarmPage, Problem> {
    may_read(who)?;
    Ok(super::history(&app.db, page.position::<i64>()?, page.limit).await?)
}

async fn view(app: &App, id: i64) -> Result<RuleView, Problem> {
    let mut session = app.db.read().await?;
    let found = rule::find(&mut session, id).await?.ok_or(RuleRefusal::NotFound)?;
    Ok(RuleView::new(found, &rule::targets(&mut session, id).await?, true))
}

/// Make a rule
#[utoipa::path(post, path = "/api/alertas", tag = "alertas", request_body = NewRule, responses(
    (status = 201, body = RuleView), (status = 403, body = ProblemDocument),
    (status = 409, body = ProblemDocument, description = "There are as many as there may be"),
    (status = 422, body = ProblemDocument)))]
async fn create(
    State(app): State<App>,
    Admin(by): Admin,
    Json(body): Json<NewRule>,
) -> Result<(StatusCode, Json<RuleView>), Problem> {
    Ok((StatusCode::CREATED, Json(create_rule(&app, &by, body).await?)))
}

/// Makes a rule, by [`CreateRule`].
pub(crate) async fn create_rule(app: &App, by: &Principal, body: NewRule) -> Result<RuleView, Problem> {
    let kind = body.kind;
    let wanted = body.rest().wanted(app, usual(kind))?;
    let id = app.writer.submit_for(by, CreateRule { kind, wanted }).await?;
    view(app, id).await
}

/// Change a rule
///
/// One that is switched off ends its alarm without a notice.
#[utoipa::path(patch, path = "/api/alertas/{id}", tag = "alertas", request_body = RuleChange,
    params(("id" = i64, Path)), responses((status = 200, body = RuleView), (status = 403, body = ProblemDocument),
    (status = 404, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
async fn change(
    State(app): State<App>,
    Admin(by): Admin,
    Path(id): Path<i64>,
    Json(body): Json<RuleChange>,
) -> Result<Json<RuleView>, Problem> {
    change_rule(&app, &by, id, body).await.map(Json)
}

/// Changes a rule, by [`ChangeRule`].
pub(crate) async fn change_rule(app: &App, by: &Principal, id: i64, body: RuleChange) -> Result<RuleView, Problem> {
    let wanted = body.wanted(app, view(app, id).await?)?;
    app.writer.submit_for(by, ChangeRule { id, wanted }).await?;
    view(app, id).await
}

/// Take a rule away
///
/// What it raised stays in the history.
#[utoipa::path(delete, path = "/api/alertas/{id}", tag = "alertas", params(("id" = i64, Path)), responses(
    (status = 204), (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument)))]
async fn remove(State(app): State<App>, Admin(by): Admin, Path(id): Path<i64>) -> Result<StatusCode, Problem> {
    app.writer.submit_for(&by, DeleteRule { id }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whom a trial is sent to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Sent {
    /// How many mails and webhooks.
    pub(crate) destinos: usize,
}

/// Send a trial to everybody whom a rule tells
#[utoipa::path(post, path = "/api/alertas/{id}/prueba", tag = "alertas", params(("id" = i64, Path)), responses(
    (status = 202, body = Sent), (status = 403, body = ProblemDocument), (status = 404, body = ProblemDocument),
    (status = 409, body = ProblemDocument, description = "It tells nobody")))]
async fn test(
    State(app): State<App>,
    Admin(by): Admin,
    Path(id): Path<i64>,
) -> Result<(StatusCode, Json<Sent>), Problem> {
    let destinos = app.writer.submit_for(&by, TestRule { id }).await?;
    Ok((StatusCode::ACCEPTED, Json(Sent { destinos })))
}

/// One rule, for its page.
pub(crate) async fn one(app: &App, _: &Admin, id: impl Borrow<i64>) -> Result<RuleView, Problem> {
    view(app, *id.borrow()).await
}
