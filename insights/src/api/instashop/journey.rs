//! `/api/instashop/recorrido`: from the first order to the fifth, how many go on and how long it takes them.

use std::fmt::Write as _;

use axum::extract::State;
use belgrano_runtime::http::{Json, Query};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::share;
use crate::access::Reader;
use crate::api::ask::rows;
use crate::api::filters::Filters;
use crate::api::kpis::told;
use crate::app::App;

/// Columns with the days of the steps.
const STEPS: [&str; 5] = ["first_on", "second_on", "third_on", "fourth_on", "fifth_on"];
/// Days that somebody is given to go on.
const GIVEN: i64 = 90;

/// A step: the first order, the second, and so on.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct StepView {
    /// The how-manieth order of a customer, 1 to 5.
    pub(crate) step: i64,
    /// Customers who have got this far.
    pub(crate) customers: i64,
    /// Percent of those of the first step.
    pub(crate) share_of_first: Option<f64>,
    /// Percent of those of the step before; null for the first.
    pub(crate) went_on: Option<f64>,
    /// Customers whose step before is 90 days old or older: what they did in 90 days is known. Null for the first step.
    pub(crate) known_90d: Option<i64>,
    /// Of those, the ones who took this step within 90 days, percent; null without any.
    pub(crate) went_on_90d: Option<f64>,
    /// Days since the step before, on average.
    pub(crate) days_average: Option<f64>,
    /// The same for the customer in the middle.
    pub(crate) days_median: Option<f64>,
}

/// The way from the first order to the fifth.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JourneyView {
    pub(crate) steps: Vec<StepView>,
}

/// Customer journey
///
/// `start_date` and `end_date` choose customers by the day of their first net order; any other filter those who ever bought such.
#[utoipa::path(
    get, path = "/api/instashop/recorrido", tag = "InstaShop", params(Filters),
    responses((status = 200, body = JourneyView), (status = 422, body = ProblemDocument))
)]
pub(super) async fn journey(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
) -> Result<Json<JourneyView>, Problem> {
    Box::pin(journey_for(&app, &reader, filters)).await.map(Json)
}

/// How far customers came.
pub(crate) async fn journey_for(app: &App, reader: &Reader, filters: Filters) -> Result<JourneyView, Problem> {
    let narrowed = filters.check()?;
    let until = told(app, reader, &narrowed.source).await?.told_until;
    let known_by = until.and_then(|until| until.checked_sub(GIVEN.days()).ok()).unwrap_or(Date::MIN);
    let (who, values) = narrowed.only_buyers("j.customer_id");
    let mut sql = format!("SELECT {} FROM gold_customer_steps j WHERE j.source = $1{who}", columns(known_by));
    let _ = narrowed.from.map(|day| write!(sql, " AND j.first_on >= DATE '{day}'"));
    let _ = narrowed.to.map(|day| write!(sql, " AND j.first_on <= DATE '{day}'"));
    let found: Vec<Map<String, Value>> = rows(app, reader, &sql, values).await?;
    Ok(JourneyView { steps: steps(&found.into_iter().next().unwrap_or_default()) })
}

/// What is counted of each step.
fn columns(known_by: Date) -> String {
    let mut columns = format!("count({}) AS n1", STEPS[0]);
    for (step, pair) in (2..).zip(STEPS.windows(2)) {
        let [before, now] = pair else { continue };
        let days = format!("CAST({now} - {before} AS BIGINT)");
        let known = format!("{before} <= DATE '{known_by}'");
        let _ = write!(
            columns,
            ", count({now}) AS n{step}, round(avg({days}), 1) AS average{step}, median(CAST({days} AS DOUBLE)) AS median{step}, \
             count(CASE WHEN {known} THEN 1 END) AS known{step}, count(CASE WHEN {known} AND {days} <= {GIVEN} THEN 1 END) AS soon{step}"
        );
    }
    columns
}

fn steps(found: &Map<String, Value>) -> Vec<StepView> {
    let of = |name: &str, step: i64| found.get(&format!("{name}{step}"));
    let count = |name: &str, step: i64| of(name, step).and_then(Value::as_i64).unwrap_or(0);
    let real = |name: &str, step: i64| of(name, step).and_then(Value::as_f64);
    let first = count("n", 1);
    let step = |step: i64| {
        let later = step > 1;
        StepView {
            step,
            customers: count("n", step),
            share_of_first: share(count("n", step), first),
            went_on: if later { share(count("n", step), count("n", step - 1)) } else { None },
            known_90d: later.then(|| count("known", step)),
            went_on_90d: if later { share(count("soon", step), count("known", step)) } else { None },
            days_average: real("average", step),
            days_median: real("median", step),
        }
    };
    (1..=5).map(step).collect()
}
