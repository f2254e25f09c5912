//! `/api/hoy`: how today goes against an ordinary day like it, and what deserves a look now.

mod looks;
mod ordinary;

use axum::extract::State;
use belgrano_runtime::http::{Json, Query};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(crate) use looks::{Cash, Late, Looks, ShortStock};
use ordinary::Hour;

use super::ask::{rows, text};
use super::days::{Compare, Days};
use super::filters::{Filters, Narrowed, money};
use super::kpis::{self, Figures};
use super::sums::OF_HOURS;
use crate::access::Reader;
use crate::app::App;
use crate::ingest::OWN;

/// Days of the same weekday that an ordinary one is the median of.
const WEEKS: i64 = 8;

/// What came in by now, or by the same time on an ordinary day.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub(crate) struct SoFar {
    pub(crate) ventas: f64,
    pub(crate) pedidos: f64,
    /// Of the lines whose cost is known; null while none is.
    pub(crate) ganancia: Option<f64>,
}

/// How today goes.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Today {
    /// The day, in the zone of the source.
    pub(crate) dia: String,
    /// The hour that it is there; null when the day is over.
    pub(crate) hora: Option<i64>,
    /// How many days like it the ordinary one is the median of, at most eight: none of before the first sale.
    pub(crate) dias_comunes: usize,
    /// Today up to this moment.
    pub(crate) hoy: SoFar,
    /// An ordinary day like it up to the same time; null without a day to compare with.
    pub(crate) comun: Option<SoFar>,
    /// The whole of an ordinary day like it.
    pub(crate) comun_entero: Option<SoFar>,
    /// Each of the 24 hours.
    pub(crate) horas: Vec<Hour>,
    /// The month so far.
    pub(crate) mes: Figures,
    /// The same part of the month before.
    pub(crate) mes_anterior: Option<Figures>,
    /// What deserves a look; null for an import, whose world has ended.
    pub(crate) atencion: Option<Looks>,
}

/// What was sold in an hour of a day.
#[derive(Clone, Debug, Deserialize)]
struct Sold {
    day: String,
    hour: i64,
    revenue: f64,
    orders: i64,
    profit: Option<f64>,
}

/// How today goes
///
/// Against the median of the last eight days of its weekday, hour by hour; the month so far against the same part of the last; and
/// what deserves a look now. `end_date` names another day than the last; `start_date` and `compare` say nothing here.
#[utoipa::path(
    get, path = "/api/hoy", tag = "Belgrano", params(Filters),
    responses((status = 200, body = Today), (status = 422, body = ProblemDocument))
)]
pub(super) async fn today(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
) -> Result<Json<Today>, Problem> {
    Box::pin(today_for(&app, &reader, filters)).await.map(Json)
}

/// Today up to now beside an ordinary day like it, and what deserves a look; of the last day with sales where a past one is asked for.
pub(crate) async fn today_for(app: &App, reader: &Reader, filters: Filters) -> Result<Today, Problem> {
    let narrowed = filters.clone().check()?;
    let (first, day) = span(app, reader, &narrowed).await?;
    let now = app.ambient.now().local();
    let now = now.filter(|now| narrowed.source == OWN && now.date() == day);
    let like = like(day, first);
    let sold = sold(app, reader, &narrowed, day, &like).await?;
    let elapsed = now.as_ref().map(|now| (i64::from(now.hour()), f64::from(now.minute()) / 60.0));
    let of = ordinary::Days { day, like: &like, elapsed };
    let month = Days { from: day.first_of_month(), to: day };
    let month = filters.over(Some(month), Compare::Month);
    let month = Box::pin(kpis::kpis_for(app, reader, month)).await?;
    let looks = if narrowed.source == OWN { Some(Box::pin(looks::looks(app, reader)).await?) } else { None };
    Ok(Today {
        dia: day.to_string(),
        hora: elapsed.map(|(hour, _)| hour),
        dias_comunes: like.len(),
        hoy: of.today(&sold),
        comun: of.so_far(&sold),
        comun_entero: of.whole(&sold),
        horas: of.hours(&sold),
        mes: month.now,
        mes_anterior: month.previous,
        atencion: looks,
    })
}

#[derive(Deserialize)]
struct Span {
    first_day: Option<String>,
    told_until: Option<String>,
}

/// The first day of the source, if it has one, and the day that is looked at.
async fn span(app: &App, reader: &Reader, narrowed: &Narrowed) -> Result<(Option<Date>, Date), Problem> {
    const SQL: &str = "SELECT CAST(first_day AS VARCHAR) AS first_day, CAST(told_until AS VARCHAR) AS told_until \
         FROM gold_sources WHERE source = $1";
    let found: Vec<Span> = rows(app, reader, SQL, vec![text(&narrowed.source)]).await?;
    let found = found.into_iter().next();
    let day = |text: Option<&String>| text.and_then(|text| text.parse::<Date>().ok());
    let first = day(found.as_ref().and_then(|span| span.first_day.as_ref()));
    let here = app.ambient.now().local().map(|now| now.date());
    // Our own last day is today by the clock here, of which what was stored yesterday knows nothing.
    let last =
        if narrowed.source == OWN { here } else { day(found.as_ref().and_then(|span| span.told_until.as_ref())) };
    Ok((first, narrowed.to.or(last).or(here).unwrap_or_default()))
}

/// The last days of the same weekday, but none of before the first sale.
fn like(day: Date, first: Option<Date>) -> Vec<Date> {
    let earlier = (1..=WEEKS).filter_map(|weeks| day.checked_sub(weeks.weeks()).ok());
    earlier.filter(|earlier| first.is_some_and(|first| *earlier >= first)).collect()
}

/// What was sold in each hour of the day and of those like it.
async fn sold(app: &App, reader: &Reader, narrowed: &Narrowed, day: Date, like: &[Date]) -> Result<Vec<Sold>, Problem> {
    let from = like.last().copied().unwrap_or(day);
    let (condition, values) = narrowed.sales(Some(Days { from, to: day }));
    let sums = narrowed.sums_with_profit(OF_HOURS);
    let days: Vec<String> = [day].iter().chain(like).map(|day| format!("DATE '{day}'")).collect();
    let sql = format!(
        "SELECT CAST(s.ordered_on AS VARCHAR) AS day, CAST(s.ordered_hour AS BIGINT) AS hour, coalesce({revenue}, 0.0) AS revenue, \
         CAST(coalesce({orders}, 0) AS BIGINT) AS orders, {profit} AS profit FROM {table} s \
         WHERE {condition} AND s.ordered_on IN ({days}) AND s.ordered_hour IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2",
        revenue = money(&format!("sum({})", narrowed.amount())),
        orders = sums.orders(),
        profit = money(sums.profit()),
        table = sums.table(),
        days = days.join(", "),
    );
    rows(app, reader, &sql, values).await
}
