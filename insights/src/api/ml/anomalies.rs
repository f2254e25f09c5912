//! Strange orders and days: `/api/ml/anomalies`.

use axum::extract::State;
use axum::http::HeaderMap;
use belgrano_runtime::http::{Json, Query};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_wire::texts::{Language, Message};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::columns::{Batch, Columns, Words, day_of, each};
use super::{Source, note_age, of, subject, too_little};
use crate::access::Reader;
use crate::anomalies::{Forest, Severity, Strange, Usual, strange_days};
use crate::api::filters::{Filters, Narrowed, share, within};
use crate::app::App;
use crate::forecast::{Sum, after};
use crate::math::{real, rounded, whole};
use crate::training::{Training, Wait};

/// Orders that are compared, at most: the latest.
const ORDERS: usize = 200_000;
/// Fewer orders say nothing.
const LEAST: usize = 50;
/// The same orders are always as strange.
const SEED: u64 = 2_008;
/// Days before the first that is asked about, by which it is told what is usual.
const BEFORE: i64 = 90;

/// How much is taken for strange, and how far back is looked.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Odd {
    /// The share of orders that are taken to be strange, 0.01 to 0.1; 0.02 when it is left out.
    pub(crate) contamination: Option<f64>,
    /// The last so many days, 30 to 365; 90 when it is left out.
    pub(crate) days_back: Option<i64>,
}

/// An order unlike the others, with why.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Anomaly {
    /// The number of the order.
    pub(crate) id: String,
    /// Its local day, `YYYY-MM-DD`.
    pub(crate) date: String,
    /// Gross: an order that was cancelled within minutes is strange all the same.
    pub(crate) amount: f64,
    /// How easily it is told from all others, 0 to 1.
    score: f64,
    /// `high`, `medium` or `low`.
    severity: String,
    /// The figure that is furthest from that of other orders.
    pub(crate) why: String,
}

/// A day unlike what was expected of it, with why.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OddDay {
    /// The local day, `YYYY-MM-DD`.
    pub(crate) date: String,
    /// Net sales.
    pub(crate) value: f64,
    /// What such a weekday usually brings.
    pub(crate) usual: f64,
    /// How far off that is, in standard deviations.
    score: f64,
    /// `high`, `medium` or `low`.
    severity: String,
}

/// Strange orders and days.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Anomalies {
    /// The strangest first.
    pub(crate) anomalies: Vec<Anomaly>,
    total: usize,
    /// The latest first.
    pub(crate) days: Vec<OddDay>,
    /// Orders that were compared.
    learned_from: usize,
    /// What one should know before believing it; null where there is nothing.
    note: Option<String>,
}

#[derive(Clone, Debug)]
struct Order {
    id: String,
    day: Date,
    amount: f64,
    score: f64,
    /// The figure furthest off, and whether it is a high one.
    why: (usize, bool),
}

/// Orders that are compared, each by its place.
#[derive(Default)]
struct Orders {
    ids: Words,
    /// Days since 1970.
    days: Vec<i32>,
    /// Amount, pieces, lines and amount of a piece, on a logarithmic scale.
    figures: Vec<[f64; 4]>,
}

struct Lesson {
    orders: Vec<Order>,
    days: Vec<Strange>,
    learned_from: usize,
}

/// Strange orders and days
///
/// Orders by an isolation forest on their amount, pieces, lines and amount of a piece; days by their distance from the same weekdays
/// around them.
#[utoipa::path(
    get, path = "/api/ml/anomalies", tag = "Global", params(Filters, Odd),
    responses(
        (status = 200, body = Anomalies), (status = 422, body = ProblemDocument), (status = 503, body = ProblemDocument)
    )
)]
pub(crate) async fn anomalies(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
    Query(odd): Query<Odd>,
    headers: HeaderMap,
) -> Result<Json<Anomalies>, Problem> {
    let found = strange(&app, &reader, filters, &odd, Language::of(&headers), Wait::Request).await?;
    found.map(Json).ok_or_else(Training::not_yet)
}

/// The same, for who waits otherwise; `None` while it is being worked out for the first time.
pub(crate) async fn strange(
    app: &App,
    reader: &Reader,
    filters: Filters,
    odd: &Odd,
    language: Language,
    wait: Wait,
) -> Result<Option<Anomalies>, Problem> {
    let part = share("contamination", odd.contamination, 0.02, 0.01, 0.1)?;
    let back = within("days_back", odd.days_back, 90, 30..=365)?;
    let narrowed = filters.check()?;
    let source = Source::of(app, reader, &narrowed).await?;
    let subject = subject(reader, "anomalies", &format!("{part} {back}"), &narrowed);
    let of = of(app, &narrowed, source.as_ref()).await?;
    let learn = learn(app.clone(), reader.clone(), narrowed, source, part, back);
    let Some(lesson) = app.training.learned_in(wait, subject, of, learn).await? else { return Ok(None) };
    note_age(&lesson);
    let lesson = &lesson.what;
    let few = lesson.learned_from < LEAST;
    Ok(Some(Anomalies {
        anomalies: lesson.orders.iter().map(|order| order.shown(language)).collect(),
        total: lesson.orders.len(),
        days: lesson.days.iter().rev().map(shown_day).collect(),
        learned_from: lesson.learned_from,
        note: few.then(|| too_little(language, LEAST)),
    }))
}

async fn learn(
    app: App,
    reader: Reader,
    narrowed: Narrowed,
    source: Option<Source>,
    part: f64,
    back: i64,
) -> Result<Lesson, Problem> {
    let Some(source) = source else { return Ok(Lesson { orders: Vec::new(), days: Vec::new(), learned_from: 0 }) };
    // An order of today may be strange today; what a day brings is known when it is over.
    let today = narrowed.to.map_or(source.told_until, |to| to.min(source.told_until));
    let first = after(today, 1 - back);
    let orders = orders(&app, &reader, &narrowed, first, today).await?;
    let sums = sums(&app, &reader, &narrowed, after(first, -BEFORE), source.last_day(&narrowed)).await?;
    let learned_from = orders.ids.len();
    let work = move || {
        let days = strange_days(&sums).into_iter().filter(|strange| strange.day >= first).collect();
        Lesson { orders: strangest(&orders, part), days, learned_from }
    };
    app.training.work_out(work).await
}

/// Orders of some days with the figures they are compared by.
async fn orders(app: &App, reader: &Reader, narrowed: &Narrowed, first: Date, last: Date) -> Result<Orders, Problem> {
    let (condition, values) = narrowed.sales(None);
    let sql = format!(
        "SELECT s.order_id, min(s.ordered_on) AS day, CAST(sum(s.gross) AS DOUBLE) AS amount, \
         CAST(sum(s.gross_units) AS DOUBLE) AS units, CAST(count(*) AS DOUBLE) AS lines FROM gold_sales s \
         WHERE {condition} AND s.kind = 'sale' AND NOT s.fee AND s.ordered_on BETWEEN DATE '{first}' AND DATE '{last}' \
         GROUP BY s.order_id ORDER BY 2 DESC, 1 LIMIT {ORDERS}"
    );
    let mut orders = Orders::default();
    let take = |batch: Batch<'_>| {
        let (amounts, units, lines) = (batch.numbers(2)?, batch.numbers(3)?, batch.numbers(4)?);
        for (row, id) in batch.texts(0)?.iter().enumerate() {
            let figure = |column: &[Option<f64>]| column[row].unwrap_or(0.0).max(0.0);
            let (amount, pieces) = (figure(&amounts), figure(&units));
            orders.ids.push(id.unwrap_or_default());
            orders.figures.push([amount, pieces, figure(&lines), amount / pieces.max(1.0)].map(f64::ln_1p));
        }
        orders.days.extend(batch.days(1)?);
        Ok(())
    };
    each(app, reader, &sql, values, take).await?;
    Ok(orders)
}

/// What each of some days brought.
async fn sums(app: &App, reader: &Reader, narrowed: &Narrowed, first: Date, last: Date) -> Result<Vec<Sum>, Problem> {
    let (condition, values) = narrowed.sales(None);
    let sql = format!(
        "SELECT s.ordered_on, CAST(sum({amount}) AS DOUBLE) AS value FROM gold_sales s WHERE {condition} \
         AND s.ordered_on BETWEEN DATE '{first}' AND DATE '{last}' GROUP BY s.ordered_on ORDER BY s.ordered_on",
        amount = narrowed.amount(),
    );
    let found = Columns::ask(app, reader, &sql, values).await?;
    let sums = found.days(0)?.into_iter().zip(found.numbers(1)?);
    Ok(sums.map(|(day, value)| Sum { day, value: value.unwrap_or(0.0) }).collect())
}

/// The part of the orders that is most easily told from all others, the strangest first.
fn strangest(orders: &Orders, part: f64) -> Vec<Order> {
    let Orders { ids, days, figures } = orders;
    if figures.len() < LEAST {
        return Vec::new();
    }
    let forest = Forest::grow(figures, SEED);
    let mut scores: Vec<(f64, usize)> = figures.iter().map(|row| forest.score(row)).zip(0..).collect();
    scores.sort_by(|one, other| other.0.total_cmp(&one.0).then_with(|| ids.get(one.1).cmp(ids.get(other.1))));
    scores.truncate(whole((part * real(scores.len())).ceil()));
    let usual = Usual::of(figures);
    let order = |(score, place): (f64, usize)| {
        let apart = usual.distances(&figures[place]).into_iter().enumerate();
        let furthest = apart.max_by(|one, other| one.1.abs().total_cmp(&other.1.abs()));
        let why = furthest.map_or((0, true), |(figure, distance)| (figure, distance >= 0.0));
        let amount = figures[place][0].exp_m1();
        Order { id: ids.get(place).to_owned(), day: day_of(days[place]), amount, score, why }
    };
    scores.into_iter().map(order).collect()
}

fn grave(severity: Severity) -> String {
    match severity {
        Severity::High => "high",
        Severity::Medium => "medium",
        Severity::Low => "low",
    }
    .to_owned()
}

impl Order {
    fn shown(&self, language: Language) -> Anomaly {
        let why = match self.why {
            (0, true) => "insights-odd-amount-high",
            (0, false) => "insights-odd-amount-low",
            (1, true) => "insights-odd-pieces-high",
            (1, false) => "insights-odd-pieces-low",
            (2, true) => "insights-odd-lines-high",
            (2, false) => "insights-odd-lines-low",
            (_, true) => "insights-odd-price-high",
            (_, false) => "insights-odd-price-low",
        };
        Anomaly {
            id: self.id.clone(),
            date: self.day.to_string(),
            amount: rounded(self.amount, 2),
            score: rounded(self.score, 4),
            severity: grave(Severity::of_score(self.score)),
            why: Message::new(why).to(language),
        }
    }
}

fn shown_day(strange: &Strange) -> OddDay {
    OddDay {
        date: strange.day.to_string(),
        value: rounded(strange.value, 2),
        usual: rounded(strange.usual, 2),
        score: rounded(strange.distance, 2),
        severity: grave(strange.severity),
    }
}
