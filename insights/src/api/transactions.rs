//! The list of lines of orders, the latest first unless it is asked for in another order.

use axum::extract::State;
use belgrano_runtime::http::Query;
use belgrano_runtime::problem::{Problem, ProblemDocument};
use datafusion::common::ScalarValue;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::IntoParams;

use super::ask::{Ids, rows};
use super::filters::{Filters, Narrowed};
use super::global::{List, Slice, as_source_has_them, listed, one_of};
use super::sums::OF_ORDERS;
use crate::access::Reader;
use crate::app::App;

/// In which order lines come.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Sorting {
    /// `date`, `order_id`, `product_name`, `category`, `quantity`, `unit_price` or `total_amount`; `date` when it is left out.
    sort: Option<String>,
    /// `desc` or `asc`; `desc` when it is left out.
    direction: Option<String>,
}

/// The words of `sort`, and the columns.
const SORTS: [(&str, &str); 7] = [
    ("date", "s.ordered_at"),
    ("order_id", "s.order_id"),
    ("product_name", "s.product_name"),
    ("category", "s.category"),
    ("quantity", "s.quantity"),
    ("unit_price", "s.unit_price"),
    ("total_amount", "s.amount"),
];

impl Sorting {
    /// The order that a page asks for: a column and a direction.
    pub(crate) fn by(sort: &str, direction: &str) -> Self {
        Self { sort: Some(sort.to_owned()), direction: Some(direction.to_owned()) }
    }

    /// The words that it is asked for with.
    pub(crate) fn words() -> [&'static str; 7] {
        SORTS.map(|(word, _)| word)
    }

    /// The order in SQL; `None` for the latest first.
    fn check(&self) -> Result<Option<String>, Problem> {
        let sort = one_of("sort", self.sort.as_deref(), &Self::words())?;
        let direction = one_of("direction", self.direction.as_deref(), &["desc", "asc"])?;
        if (sort, direction) == ("date", "desc") {
            return Ok(None);
        }
        let column = SORTS.iter().find(|(word, _)| *word == sort).map_or("s.ordered_at", |(_, column)| column);
        Ok(Some(format!("{column} {direction} NULLS LAST, s.ordered_at DESC, s.order_id DESC, s.line_no")))
    }
}

/// Lines of orders
///
/// The latest first, or as `sort` says; what the source does not know is null.
#[utoipa::path(
    get, path = "/api/transactions", tag = "Global", params(Filters, Slice, Sorting),
    responses((status = 200, body = Object), (status = 422, body = ProblemDocument))
)]
pub(super) async fn transactions(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
    Query(slice): Query<Slice>,
    Query(sorting): Query<Sorting>,
) -> Result<List, Problem> {
    let Lines { lines, total } = Box::pin(lines_for(&app, &reader, filters, &slice, &sorting)).await?;
    Ok(listed("transactions", lines, total))
}

/// Some lines of orders, with identifiers as their source has them.
pub(crate) struct Lines {
    /// The columns of each.
    pub(crate) lines: Vec<Map<String, Value>>,
    /// How many there are in all.
    pub(crate) total: i64,
}

/// Lines of orders, as `reader` may see them.
pub(crate) async fn lines_for(
    app: &App,
    reader: &Reader,
    filters: Filters,
    slice: &Slice,
    sorting: &Sorting,
) -> Result<Lines, Problem> {
    let (limit, offset) = slice.check()?;
    let sorted = sorting.check()?;
    let narrowed = filters.check()?;
    let (mut lines, total) = lines(app, reader, &narrowed, sorted, limit, offset).await?;
    for line in &mut lines {
        line.remove(LOCAL);
    }
    as_source_has_them(&mut lines, Ids::of(app, reader, &narrowed.source).await?);
    Ok(Lines { lines, total })
}

/// When a line was ordered on a clock on the wall of its source, as `2026-11-21 15:04:05`. Zones are whole hours from UTC.
pub(crate) const LOCAL: &str = "local_date";

/// The columns of a line of `gold_sales`, called `s`.
pub(crate) const COLUMNS: &str = "concat(s.order_id, '-', CAST(s.line_no AS VARCHAR)) AS transaction_id, s.order_id, s.ordered_at AS date, \
     concat(CAST(s.ordered_on AS VARCHAR), ' ', right(concat('0', CAST(s.ordered_hour AS VARCHAR)), 2), to_char(s.ordered_at, ':%M:%S')) AS local_date, \
     s.customer_id, s.country, s.region, s.city, s.barrio, s.product_id, s.product_name, s.category, s.subcategory, s.quantity, \
     CAST(s.unit_price AS DOUBLE) AS unit_price, CAST(s.amount AS DOUBLE) AS total_amount, \
     CAST(s.discount AS DOUBLE) AS discount_applied, s.payment_method, CAST(NULL AS DOUBLE) AS shipping_cost, \
     CAST(NULL AS DOUBLE) AS delivery_time, CAST(NULL AS VARCHAR) AS customer_segment, s.device AS device_type, \
     s.traffic_source, s.currency, CAST(NULL AS DOUBLE) AS exchange_rate, CAST(NULL AS DOUBLE) AS total_amount_usd, \
     CAST(s.cost AS DOUBLE) AS cost_price, CAST(s.amount - s.cost AS DOUBLE) AS profit, s.kind, s.voided";

/// Lines, the latest first or in an order in SQL, so many after so many, and how many there are in all.
pub(crate) async fn lines(
    app: &App,
    reader: &Reader,
    narrowed: &Narrowed,
    order: Option<String>,
    limit: i64,
    offset: i64,
) -> Result<(Vec<Map<String, Value>>, i64), Problem> {
    let (total, mut since) = latest(app, reader, narrowed, offset.saturating_add(limit)).await?;
    if total <= offset {
        return Ok((Vec::new(), total));
    }
    if order.is_some() {
        // The first by another order may be of any day.
        since.clear();
    }
    let order = order.unwrap_or_else(|| "s.ordered_at DESC, s.order_id DESC, s.line_no".to_owned());
    let (condition, values) = narrowed.sales(None);
    let sql = format!(
        "SELECT {COLUMNS} FROM gold_sales s WHERE {condition}{since} ORDER BY {order} LIMIT {limit} OFFSET {offset}"
    );
    Ok((rows(app, reader, &sql, values).await?, total))
}

/// How many lines there are of a day; `None`: of no day that is known.
#[derive(Debug, Deserialize)]
pub(crate) struct DayCount {
    pub(crate) day: Option<String>,
    pub(crate) n: i64,
}

/// A question for how many lines there are of each day, the latest first, with its values.
pub(crate) fn by_day(narrowed: &Narrowed) -> (String, Vec<ScalarValue>) {
    let (condition, values) = narrowed.sales(None);
    let sums = narrowed.sums(OF_ORDERS);
    let sql = format!(
        "SELECT CAST(s.ordered_on AS VARCHAR) AS day, CAST({lines} AS BIGINT) AS n FROM {table} s \
         WHERE {condition} GROUP BY s.ordered_on ORDER BY s.ordered_on DESC NULLS LAST",
        lines = sums.lines(),
        table = sums.table(),
    );
    (sql, values)
}

/// How many lines there are, and a condition on their day that the latest `wanted` hold: days are in the order of instants, so that
/// the rest need not be looked at.
async fn latest(app: &App, reader: &Reader, narrowed: &Narrowed, wanted: i64) -> Result<(i64, String), Problem> {
    let (sql, values) = by_day(narrowed);
    let days: Vec<DayCount> = rows(app, reader, &sql, values).await?;
    let (mut total, mut since) = (0_i64, None);
    for DayCount { day, n } in days {
        total = total.saturating_add(n);
        if since.is_none() && total >= wanted {
            since = day;
        }
    }
    Ok((total, since.map(|day| format!(" AND s.ordered_on >= DATE '{day}'")).unwrap_or_default()))
}
