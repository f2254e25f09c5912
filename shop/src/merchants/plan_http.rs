//! Merchants and their plans, for programs of the administration.

use axum::extract::State;
use belgrano_runtime::http::{Json, Page, Path, Query};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_web::seen::Seen;
use serde::Deserialize;
use utoipa::ToSchema;

use super::plan::{MerchantFilter, MerchantPage, MerchantView, Plan, SetPlan, merchants};
use crate::accounts::Admin;
use crate::app::App;

/// Merchants (administrators)
#[utoipa::path(
    get, path = "/api/administrar/comercios", tag = "comercios",
    params(
        MerchantFilter,
        ("cursor" = Option<String>, Query, description = "Where the last page ended"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200),
    ),
    responses(
        (status = 200, body = MerchantPage),
        (status = 401, body = ProblemDocument),
        (status = 403, body = ProblemDocument),
        (status = 422, body = ProblemDocument),
    )
)]
pub(super) async fn list_merchants(
    State(app): State<App>,
    admin: Admin,
    Query(filter): Query<MerchantFilter>,
    page: Page,
) -> Result<Json<MerchantPage>, Problem> {
    merchants(&app, &admin, &filter, &page).await.map(Json)
}

/// What of a merchant an administrator sets.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PlanBody {
    /// What it pays for.
    pub(crate) plan: Plan,
    /// What it was when it was looked at: another one there is 409.
    #[serde(default)]
    pub(crate) visto: Seen,
}

/// Gives a merchant a plan (administrators)
#[utoipa::path(
    patch, path = "/api/administrar/comercios/{id}", tag = "comercios", request_body = PlanBody,
    params(("id" = i64, Path)),
    responses(
        (status = 200, body = MerchantView),
        (status = 401, body = ProblemDocument),
        (status = 403, body = ProblemDocument),
        (status = 404, body = ProblemDocument),
        (status = 409, body = ProblemDocument, description = "Not as it was seen (`visto`)"),
        (status = 422, body = ProblemDocument),
    )
)]
pub(super) async fn set_plan(
    State(app): State<App>,
    Admin(by): Admin,
    Path(id): Path<i64>,
    Json(body): Json<PlanBody>,
) -> Result<Json<MerchantView>, Problem> {
    Ok(Json(app.writer.submit_for(&by, SetPlan { account_id: id, plan: body.plan, seen: body.visto }).await?))
}
