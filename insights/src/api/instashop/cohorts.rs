//! `/api/instashop/cohortes`: who comes back, by the month of the first order.

use axum::extract::State;
use belgrano_runtime::http::{Json, Query};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use datafusion::common::ScalarValue;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::share;
use crate::access::Reader;
use crate::api::ask::rows;
use crate::api::filters::{Filters, Narrowed, within};
use crate::api::kpis::told;
use crate::app::App;

/// How many months back cohorts are told.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Back {
    /// The latest so many months of first orders, 1 to 60; 12 when it is left out.
    pub(crate) months: Option<i64>,
}

/// A month of a cohort.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct CellView {
    /// Months after the first order's.
    pub(crate) month_number: i64,
    /// Its first day.
    pub(crate) month: String,
    /// Whether it is over: one that is not may still bring some back.
    pub(crate) complete: bool,
    /// Customers of the cohort: each could have come back in it.
    pub(crate) eligible: i64,
    /// Of those, the ones with a net order in it.
    pub(crate) returned: i64,
    /// Customers who came back, in percent of those who could; null while the month has not begun.
    pub(crate) retention: Option<f64>,
}

/// Customers whose first net order is of one month.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct CohortView {
    /// First day of that month.
    pub(crate) cohort: String,
    pub(crate) customers: i64,
    /// That month, and those after it; null from the first that has not begun on.
    pub(crate) months: Vec<Option<CellView>>,
}

/// Customers by the month of their first order, and who of them came back.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CohortList {
    /// The earliest first; a month without a new customer has none.
    pub(crate) cohorts: Vec<CohortView>,
    pub(crate) total: i64,
}

/// Cohorts
///
/// `start_date` and `end_date` choose cohorts by their months; any other filter chooses the customers who ever bought such.
#[utoipa::path(
    get, path = "/api/instashop/cohortes", tag = "InstaShop", params(Filters, Back),
    responses((status = 200, body = CohortList), (status = 422, body = ProblemDocument))
)]
pub(super) async fn cohorts(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
    Query(back): Query<Back>,
) -> Result<Json<CohortList>, Problem> {
    Box::pin(cohorts_for(&app, &reader, filters, back)).await.map(Json)
}

/// Customers by the month of their first order.
pub(crate) async fn cohorts_for(
    app: &App,
    reader: &Reader,
    filters: Filters,
    back: Back,
) -> Result<CohortList, Problem> {
    let months = within("months", back.months, 12, 1..=60)?;
    let narrowed = filters.check()?;
    let Some(until) = told(app, reader, &narrowed.source).await?.told_until else {
        return Ok(CohortList { cohorts: Vec::new(), total: 0 });
    };
    let last = narrowed.to.unwrap_or(until).min(until);
    let earliest = last.first_of_month().checked_sub((months - 1).months()).unwrap_or(last);
    let first = narrowed.from.map_or(earliest, |from| from.first_of_month().max(earliest));
    let (sql, values) = question(&narrowed, first, last);
    let found: Vec<Found> = rows(app, reader, &sql, values).await?;
    let cohorts = arranged(&found, until);
    let total = i64::try_from(cohorts.len()).unwrap_or(i64::MAX);
    Ok(CohortList { cohorts, total })
}

/// A month in which somebody of a cohort bought.
#[derive(Clone, Debug, Deserialize)]
struct Found {
    cohort: String,
    month: String,
    active: i64,
}

fn question(narrowed: &Narrowed, first: Date, last: Date) -> (String, Vec<ScalarValue>) {
    let (who, values) = narrowed.only_buyers("c.customer_id");
    let cohorts = format!("BETWEEN DATE '{first}' AND DATE '{last}'");
    let sql = if who.is_empty() {
        format!(
            "SELECT CAST(c.cohort_month AS VARCHAR) AS cohort, CAST(c.month AS VARCHAR) AS month, c.active \
             FROM gold_cohorts c WHERE c.source = $1 AND c.cohort_month {cohorts} ORDER BY 1, 2"
        )
    } else {
        format!(
            "SELECT CAST(f.cohort AS VARCHAR) AS cohort, CAST(m.month AS VARCHAR) AS month, count(*) AS active \
             FROM gold_customer_months m INNER JOIN (SELECT c.customer_id AS f_customer, \
               CAST(date_trunc('month', c.first_order_on) AS DATE) AS cohort FROM gold_customer_analytics c \
               WHERE c.source = $1 AND CAST(date_trunc('month', c.first_order_on) AS DATE) {cohorts}{who}) f ON m.customer_id = f.f_customer \
             WHERE m.source = $1 AND m.orders > 0 GROUP BY f.cohort, m.month ORDER BY 1, 2"
        )
    };
    (sql, values)
}

/// Cohorts with every month that has begun by `until`, the day that figures are told until. Everyone buys in the first month, so that
/// the active ones of it are all there are.
fn arranged(found: &[Found], until: Date) -> Vec<CohortView> {
    let mut cohorts: Vec<(Date, Vec<&Found>)> = Vec::new();
    for row in found {
        let Ok(cohort) = row.cohort.parse::<Date>() else { continue };
        match cohorts.last_mut().filter(|(known, _)| *known == cohort) {
            Some((_, rows)) => rows.push(row),
            None => cohorts.push((cohort, vec![row])),
        }
    }
    let Some(width) = cohorts.first().map(|(first, _)| between(*first, until) + 1) else { return Vec::new() };
    let view = |(cohort, rows): &(Date, Vec<&Found>)| {
        let active = |month: Date| rows.iter().find(|row| row.month == month.to_string()).map_or(0, |row| row.active);
        let customers = active(*cohort);
        let cell = |month_number: i64| {
            let month = cohort.checked_add(month_number.months()).ok().filter(|month| *month <= until)?;
            let returned = active(month);
            Some(CellView {
                month_number,
                month: month.to_string(),
                complete: month.last_of_month() <= until,
                eligible: customers,
                returned,
                retention: share(returned, customers),
            })
        };
        CohortView { cohort: cohort.to_string(), customers, months: (0..width).map(cell).collect() }
    };
    cohorts.iter().map(view).collect()
}

/// Whole months from the first of one month to that of another.
fn between(first: Date, last: Date) -> i64 {
    12 * i64::from(last.year() - first.year()) + i64::from(last.month()) - i64::from(first.month())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{Found, arranged};

    #[test]
    fn a_month_that_has_not_begun_is_null_and_one_in_which_nobody_came_is_zero() {
        let found =
            |cohort: &str, month: &str, active| Found { cohort: cohort.to_owned(), month: month.to_owned(), active };
        let rows = [
            found("2026-08-01", "2026-08-01", 4),
            found("2026-08-01", "2026-10-01", 1),
            found("2026-10-01", "2026-10-01", 3),
        ];
        let cohorts = arranged(&rows, date(2026, 10, 31));
        let cells = |at: usize| -> Vec<_> {
            let cells = cohorts.get(at).expect("a cohort").months.iter();
            cells.map(|cell| cell.as_ref().map(|cell| (cell.returned, cell.eligible, cell.retention))).collect()
        };
        assert_eq!(cells(0), [Some((4, 4, Some(100.0))), Some((0, 4, Some(0.0))), Some((1, 4, Some(25.0)))]);
        assert_eq!(cells(1), [Some((3, 3, Some(100.0))), None, None]);
        let complete = |until| arranged(&rows, until).first().and_then(|it| it.months.last().cloned()).flatten();
        assert!(complete(date(2026, 10, 31)).expect("a cell").complete);
        assert!(!complete(date(2026, 10, 30)).expect("a cell").complete);
    }
}
