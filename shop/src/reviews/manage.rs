//! `/api/resenas`: reviews as administrators see them, and what they decide about them.

use std::collections::HashMap;

use axum::extract::State;
use belgrano_runtime::http::{Json, Page, Path, Query};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_runtime::storage::Session;
use belgrano_runtime::{fetch, fetch_in};
use belgrano_wire::free_text;
use belgrano_wire::limits;
use belgrano_wire::timestamp::UnixMillis;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::decide::{Action, Decide};
use super::read::first_name;
use super::stars::Stars;
use crate::accounts::Admin;
use crate::app::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(managed)).routes(routes!(hide)).routes(routes!(show))
}

/// Which reviews a list has, by whether they are hidden.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Shown {
    /// All of them, hidden or not.
    #[default]
    #[serde(alias = "")]
    Todas,
    /// Those that anybody sees.
    Visibles,
    /// Those that were hidden.
    Ocultas,
}

/// What narrows the list of reviews.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ShownFilter {
    /// `todas`, `visibles` or `ocultas`.
    #[serde(default)]
    pub(crate) estado: Shown,
}

/// A review as administrators see it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct ManagedReview {
    pub(crate) id: i64,
    /// The number of the order.
    pub(crate) pedido: String,
    /// Null for the delivery.
    pub(crate) producto_id: Option<i64>,
    /// What the product was called; null for the delivery.
    pub(crate) producto: Option<String>,
    pub(crate) estrellas: Stars,
    pub(crate) texto: String,
    /// The first name of its author.
    pub(crate) autor: Option<String>,
    /// When it was written, or last changed.
    pub(crate) fecha: UnixMillis,
    pub(crate) oculta: bool,
    pub(crate) motivo_oculta: Option<String>,
    /// What was decided about it, oldest first.
    pub(crate) decisiones: Vec<Decision>,
}

/// What an administrator decided about a review.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, sqlx::FromRow)]
pub(crate) struct Decision {
    #[serde(skip)]
    review_id: i64,
    #[serde(rename = "accion")]
    #[sqlx(try_from = "String")]
    pub(crate) action: Action,
    #[serde(rename = "motivo")]
    pub(crate) reason: String,
    /// The administrator's e-mail.
    #[serde(rename = "quien")]
    pub(crate) who: String,
    #[serde(rename = "en")]
    pub(crate) at: UnixMillis,
}

/// A page of reviews, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ManagedReviews {
    pub(crate) resenas: Vec<ManagedReview>,
    /// Where the next page starts; null on the last one.
    pub(crate) cursor: Option<String>,
}

/// Why a review is hidden, or shown again.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(crate) struct DecisionBody {
    /// Up to 500 characters; to hide one there has to be a reason.
    #[serde(default)]
    pub(crate) motivo: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    number: String,
    product_id: Option<i64>,
    product: Option<String>,
    #[sqlx(try_from = "i64")]
    stars: Stars,
    words: String,
    first_name: String,
    updated_at: UnixMillis,
    hidden: bool,
    hidden_reason: Option<String>,
}

/// One statement for each state: what is hidden is found by its index.
macro_rules! select_reviews {
    ($which:literal) => {
        concat!(
            "SELECT r.id, o.number, r.product_id, (SELECT MIN(l.name) FROM order_lines l WHERE l.order_id = r.order_id \
             AND l.product_id = r.product_id) AS product, r.stars, r.words, a.first_name, r.updated_at, \
             r.hidden_at IS NOT NULL AS hidden, r.hidden_reason FROM reviews r JOIN orders o ON o.id = r.order_id \
             JOIN accounts a ON a.id = r.account_id WHERE r.id < $1 ",
            $which,
            " ORDER BY r.id DESC LIMIT $2"
        )
    };
}
const ALL: &str = select_reviews!("");
const SHOWN: &str = select_reviews!("AND r.hidden_at IS NULL");
const HIDDEN: &str = select_reviews!("AND r.hidden_at IS NOT NULL");
const DECISIONS: &str = "SELECT d.review_id, d.action, d.reason, CASE WHEN a.erased_at IS NULL THEN a.email ELSE '' END AS who, d.at FROM review_decisions d \
     JOIN accounts a ON a.id = d.account_id WHERE d.review_id IN";

async fn read(session: &mut Session, which: Shown, before: i64, limit: i64) -> sqlx::Result<Vec<ManagedReview>> {
    let statement = match which {
        Shown::Todas => ALL,
        Shown::Visibles => SHOWN,
        Shown::Ocultas => HIDDEN,
    };
    let rows = fetch!(all, *session, Row, statement, before, limit)?;
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let mut decisions: HashMap<i64, Vec<Decision>> = HashMap::new();
    for decision in fetch_in!(*session, Decision, DECISIONS, &ids, "ORDER BY d.id") {
        decisions.entry(decision.review_id).or_default().push(decision);
    }
    let view = |row: Row| ManagedReview {
        decisiones: decisions.remove(&row.id).unwrap_or_default(),
        id: row.id,
        pedido: row.number,
        producto_id: row.product_id,
        producto: row.product,
        estrellas: row.stars,
        texto: row.words,
        autor: first_name(&row.first_name),
        fecha: row.updated_at,
        oculta: row.hidden,
        motivo_oculta: row.hidden_reason,
    };
    Ok(rows.into_iter().map(view).collect())
}

/// List what customers said, newest first
#[utoipa::path(
    get, path = "/api/resenas", tag = "reseñas",
    params(
        ShownFilter,
        ("cursor" = Option<String>, Query, description = "Where the last page ended"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200),
    ),
    responses(
        (status = 200, body = ManagedReviews),
        (status = 401, body = ProblemDocument),
        (status = 403, body = ProblemDocument),
        (status = 422, body = ProblemDocument),
    )
)]
async fn managed(
    State(app): State<App>,
    admin: Admin,
    Query(filter): Query<ShownFilter>,
    page: Page,
) -> Result<Json<ManagedReviews>, Problem> {
    page_of(&app, &admin, filter.estado, &page).await.map(Json)
}

/// A page of what customers said, newest first.
pub(crate) async fn page_of(app: &App, _: &Admin, shown: Shown, page: &Page) -> Result<ManagedReviews, Problem> {
    let before = page.position::<i64>()?.unwrap_or(i64::MAX);
    let mut snapshot = app.db.snapshot().await?;
    let mut resenas = read(&mut snapshot, shown, before, i64::from(page.limit) + 1).await?;
    let more = resenas.len() > page.limit as usize;
    resenas.truncate(page.limit as usize);
    let cursor = resenas.last().filter(|_| more).map(|review| Page::encode(&review.id));
    Ok(ManagedReviews { resenas, cursor })
}

/// Hide a review
///
/// Nobody sees it then but its author, who reads why, and administrators. It counts nowhere.
#[utoipa::path(
    post, path = "/api/resenas/{id}/ocultar", tag = "reseñas", params(("id" = i64, Path)), request_body = DecisionBody,
    responses(
        (status = 200, body = ManagedReview),
        (status = 401, body = ProblemDocument),
        (status = 403, body = ProblemDocument),
        (status = 404, body = ProblemDocument),
        (status = 409, body = ProblemDocument, description = "It is hidden already"),
        (status = 422, body = ProblemDocument),
    )
)]
async fn hide(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<i64>,
    Json(body): Json<DecisionBody>,
) -> Result<Json<ManagedReview>, Problem> {
    decide(&app, &admin, id, Action::Hide, &body).await.map(Json)
}

/// Show a hidden review again
#[utoipa::path(
    post, path = "/api/resenas/{id}/mostrar", tag = "reseñas", params(("id" = i64, Path)), request_body = DecisionBody,
    responses(
        (status = 200, body = ManagedReview),
        (status = 401, body = ProblemDocument),
        (status = 403, body = ProblemDocument),
        (status = 404, body = ProblemDocument),
        (status = 409, body = ProblemDocument, description = "It is shown already"),
        (status = 422, body = ProblemDocument),
    )
)]
async fn show(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<i64>,
    body: Option<Json<DecisionBody>>,
) -> Result<Json<ManagedReview>, Problem> {
    let body = body.map(|Json(body)| body).unwrap_or_default();
    decide(&app, &admin, id, Action::Show, &body).await.map(Json)
}

/// Hides a review, for which there has to be a reason, or shows it again. Gives it as it is then.
pub(crate) async fn decide(
    app: &App,
    admin: &Admin,
    id: i64,
    action: Action,
    body: &DecisionBody,
) -> Result<ManagedReview, Problem> {
    let reason = match action {
        Action::Hide => free_text::required(&body.motivo, limits::REASON),
        Action::Show => free_text::check(&body.motivo, limits::REASON),
    };
    let reason = reason.map_err(|wrong| Problem::invalid_field("motivo", wrong))?.to_owned();
    let account_id = admin.0.account_id;
    app.writer.submit_for(&admin.0, Decide { id, account_id, action, reason }).await?;
    tracing::info!(review = id, account = account_id, %action, "a review was moderated");
    let found = read(&mut app.db.snapshot().await?, Shown::Todas, id.saturating_add(1), 1).await?;
    found.into_iter().next().ok_or_else(|| super::DecideRefusal::Unknown.into())
}
