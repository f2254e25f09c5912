//! Sales of a period and of months, in TechStore's words.

use std::collections::BTreeMap;

use axum::extract::State;
use belgrano_runtime::http::{Json, Query};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::access::Reader;
use crate::api::ask::{rows, text};
use crate::api::days::Days;
use crate::api::filters::{Filters, Narrowed, money, within};
use crate::api::instashop::growth;
use crate::api::kpis::{told, two};
use crate::api::sums::OF_ORDERS;
use crate::app::App;

/// A period that ends today.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Period {
    /// Days, today among them, 1 to 3650; 30 when it is left out.
    days: Option<i64>,
}

/// What was sold in a period.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct Summary {
    #[serde(default)]
    days_analyzed: i64,
    total_revenue: f64,
    total_orders: i64,
    avg_daily_revenue: f64,
    avg_order_value: f64,
}

/// What was sold in a period
///
/// Net sales of the last days, today among them; of an import, of the days up to its last order.
#[utoipa::path(
    get, path = "/api/sales/summary", tag = "TechStore", params(Filters, Period),
    responses((status = 200, body = Summary), (status = 422, body = ProblemDocument))
)]
pub(crate) async fn summary(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
    Query(period): Query<Period>,
) -> Result<Json<Summary>, Problem> {
    let days = within("days", period.days, 30, 1..=3650)?;
    let narrowed = filters.check()?;
    let none = Summary {
        days_analyzed: days,
        total_revenue: 0.0,
        total_orders: 0,
        avg_daily_revenue: 0.0,
        avg_order_value: 0.0,
    };
    let Some(last) = last_day(&app, &reader, &narrowed).await? else { return Ok(Json(none)) };
    let first = last.checked_sub((days - 1).days()).unwrap_or(last);
    let first = narrowed.from.map_or(first, |from| from.max(first));
    let (condition, values) = narrowed.sales(Some(Days { from: first, to: last }));
    let sums = narrowed.sums(OF_ORDERS);
    let sql = format!(
        "SELECT revenue AS total_revenue, orders AS total_orders, round(revenue / {days}, 2) AS avg_daily_revenue, \
           coalesce(round(revenue / nullif(orders, 0), 2), 0.0) AS avg_order_value \
         FROM (SELECT coalesce({revenue}, 0.0) AS revenue, CAST(coalesce({orders}, 0) AS BIGINT) AS orders FROM {table} s WHERE {condition})",
        revenue = money(&format!("sum({})", narrowed.amount())),
        orders = sums.orders(),
        table = sums.table(),
    );
    let found: Vec<Summary> = rows(&app, &reader, &sql, values).await?;
    Ok(Json(found.into_iter().next().map_or(none, |summary| Summary { days_analyzed: days, ..summary })))
}

/// The last day that is asked about and that there can be figures of; `None` of a source without any.
async fn last_day(app: &App, reader: &Reader, narrowed: &Narrowed) -> Result<Option<Date>, Problem> {
    let until = told(app, reader, &narrowed.source).await?.told_until;
    Ok(until.map(|until| narrowed.to.map_or(until, |to| to.min(until))))
}

/// Months that end with this one.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Months {
    /// How many, 1 to 120; 12 when it is left out.
    months: Option<i64>,
}

/// A month.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct MonthView {
    /// Its first day, as `2024-10-01T00:00:00`.
    sale_date: String,
    /// Net sales of the whole month: the name is TechStore's.
    daily_revenue: f64,
    /// Orders of the whole month.
    daily_orders: i64,
    monthly_revenue: f64,
    /// Against the month before; for the month that is not over, against the same days of the one before. Null without one.
    #[serde(default)]
    mom_revenue_growth_percent: Option<f64>,
}

/// Months
///
/// Net sales by month, the latest first.
#[utoipa::path(
    get, path = "/api/sales/trends", tag = "TechStore", params(Filters, Months),
    responses((status = 200, body = [MonthView]), (status = 422, body = ProblemDocument))
)]
pub(crate) async fn trends(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
    Query(months): Query<Months>,
) -> Result<Json<Vec<MonthView>>, Problem> {
    let count = within("months", months.months, 12, 1..=120)?;
    let narrowed = filters.check()?;
    if !narrowed.is_whole() || narrowed.gross {
        let Some(last) = last_day(&app, &reader, &narrowed).await? else { return Ok(Json(Vec::new())) };
        let days = days_sold(&app, &reader, &narrowed).await?;
        return Ok(Json(by_month(&days, last, usize::try_from(count).unwrap_or(12))));
    }
    let sql = format!(
        "SELECT concat(CAST(month AS VARCHAR), 'T00:00:00') AS sale_date, monthly_revenue AS daily_revenue, \
         monthly_orders AS daily_orders, monthly_revenue, mom_revenue_growth_percent \
         FROM gold_monthly_sales WHERE source = $1 ORDER BY month DESC LIMIT {count}"
    );
    Ok(Json(rows(&app, &reader, &sql, vec![text(&narrowed.source)]).await?))
}

/// What was sold on a day.
#[derive(Debug)]
struct DaySold {
    day: Date,
    revenue: f64,
    orders: i64,
}

#[derive(Deserialize)]
struct Row {
    day: String,
    revenue: f64,
    orders: i64,
}

async fn days_sold(app: &App, reader: &Reader, narrowed: &Narrowed) -> Result<Vec<DaySold>, Problem> {
    let (condition, values) = narrowed.sales(None);
    let sums = narrowed.sums(OF_ORDERS);
    let sql = format!(
        "SELECT CAST(s.ordered_on AS VARCHAR) AS day, coalesce({revenue}, 0.0) AS revenue, CAST(coalesce({orders}, 0) AS BIGINT) AS orders \
         FROM {table} s WHERE {condition} AND s.ordered_on IS NOT NULL GROUP BY s.ordered_on ORDER BY s.ordered_on",
        revenue = money(&format!("sum({})", narrowed.amount())),
        orders = sums.orders(),
        table = sums.table(),
    );
    let found: Vec<Row> = rows(app, reader, &sql, values).await?;
    let day = |row: Row| Some(DaySold { day: row.day.parse().ok()?, revenue: row.revenue, orders: row.orders });
    Ok(found.into_iter().filter_map(day).collect())
}

/// Days as months, the latest `count` of those with sales first. The month of `last` is compared with as much of the one before, unless
/// that day ends it.
fn by_month(days: &[DaySold], last: Date, count: usize) -> Vec<MonthView> {
    let mut months: BTreeMap<Date, (f64, i64)> = BTreeMap::new();
    for day in days {
        let month = months.entry(day.day.first_of_month()).or_default();
        *month = (month.0 + day.revenue, month.1 + day.orders);
    }
    let before = |month: Date| {
        let whole = month.last_of_month() <= last;
        let before = month.yesterday().ok()?.first_of_month();
        let of_it =
            days.iter().filter(|day| day.day.first_of_month() == before && (whole || day.day.day() <= last.day()));
        Some(of_it.map(|day| day.revenue).sum::<f64>())
    };
    let view = |(month, (revenue, orders)): (&Date, &(f64, i64))| {
        let revenue = two(*revenue);
        MonthView {
            sale_date: format!("{month}T00:00:00"),
            daily_revenue: revenue,
            daily_orders: *orders,
            monthly_revenue: revenue,
            mom_revenue_growth_percent: before(*month).and_then(|before| growth(revenue, before)),
        }
    };
    months.iter().rev().take(count).map(view).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{DaySold, by_month};

    #[test]
    fn the_month_that_is_not_over_stands_against_as_much_of_the_one_before() {
        let day = |month: i8, day: i8, revenue: f64| DaySold { day: date(2026, month, day), revenue, orders: 1 };
        let days = [day(9, 30, 50.0), day(10, 5, 100.0), day(10, 20, 300.0), day(11, 3, 150.0)];
        let months = by_month(&days, date(2026, 11, 10), 2);
        let told: Vec<_> = months
            .iter()
            .map(|month| (month.sale_date.as_str(), month.monthly_revenue, month.mom_revenue_growth_percent))
            .collect();
        let expected = [("2026-11-01T00:00:00", 150.0, Some(50.0)), ("2026-10-01T00:00:00", 400.0, Some(700.0))];
        assert_eq!(told, expected);
        assert_eq!(by_month(&days, date(2026, 11, 30), 1)[0].mom_revenue_growth_percent, Some(-62.5));
    }
}
