//! `/api/instashop/planes`: accounts by plan, and what they bought.

use axum::extract::State;
use belgrano_runtime::http::{Json, Query};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::share;
use crate::access::Reader;
use crate::api::ask::rows;
use crate::api::filters::{Filters, money};
use crate::app::App;

/// A plan of merchants: its accounts, and what its buyers brought.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct PlanView {
    /// `basic`, `premium` or `enterprise`; null for accounts without a plan.
    pub(crate) plan: Option<String>,
    pub(crate) accounts: i64,
    /// Accounts that are in use.
    pub(crate) active_accounts: i64,
    /// Accounts that bought what is asked about.
    pub(crate) buyers: i64,
    pub(crate) orders: i64,
    pub(crate) revenue: f64,
    /// For each order; null without one.
    pub(crate) aov: Option<f64>,
    /// Net sales to date of the buyers, on average.
    pub(crate) lifetime_value: Option<f64>,
    /// Buyers with a second order, ever.
    pub(crate) returning: i64,
    /// Those in percent of the buyers.
    #[serde(default)]
    pub(crate) retention_rate: Option<f64>,
    /// Percent of all buyers.
    #[serde(default)]
    pub(crate) share: Option<f64>,
}

/// The plans, each with its accounts and its buyers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlanList {
    /// Of the highest sales first.
    pub(crate) plans: Vec<PlanView>,
    pub(crate) total: i64,
}

/// Customers by plan
///
/// Accounts of each plan, those who bought what is asked about, and what they brought.
#[utoipa::path(
    get, path = "/api/instashop/planes", tag = "InstaShop", params(Filters),
    responses((status = 200, body = PlanList), (status = 422, body = ProblemDocument))
)]
pub(super) async fn plans(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
) -> Result<Json<PlanList>, Problem> {
    Box::pin(plans_for(&app, &reader, filters)).await.map(Json)
}

/// Merchants by the plan they have, with how many they are and what they bought in the period.
pub(crate) async fn plans_for(app: &App, reader: &Reader, filters: Filters) -> Result<PlanList, Problem> {
    let (buyers, values) = filters.check()?.buyers();
    let revenue = money("sum(b.b_revenue)");
    let sql = format!(
        "SELECT c.plan, count(*) AS accounts, count(CASE WHEN c.active THEN 1 END) AS active_accounts, \
         count(b.b_customer) AS buyers, CAST(coalesce(sum(b.b_orders), 0) AS BIGINT) AS orders, \
         coalesce({revenue}, 0.0) AS revenue, round({revenue} / nullif(sum(b.b_orders), 0), 2) AS aov, \
         round(avg(CASE WHEN b.b_customer IS NOT NULL THEN c.total_revenue END), 2) AS lifetime_value, \
         count(CASE WHEN b.b_customer IS NOT NULL AND c.total_orders > 1 THEN 1 END) AS \"returning\" \
         FROM gold_customer_analytics c LEFT JOIN ({buyers}) b ON c.customer_id = b.b_customer \
         WHERE c.source = $1 GROUP BY c.plan ORDER BY 6 DESC, c.plan NULLS LAST"
    );
    let mut plans: Vec<PlanView> = rows(app, reader, &sql, values).await?;
    let all = plans.iter().map(|plan| plan.buyers).sum();
    for plan in &mut plans {
        plan.retention_rate = share(plan.returning, plan.buyers);
        plan.share = share(plan.buyers, all);
    }
    let total = i64::try_from(plans.len()).unwrap_or(i64::MAX);
    Ok(PlanList { plans, total })
}
