//! The days to come: `POST /api/ml/forecast`.

use axum::extract::State;
use axum::http::HeaderMap;
use belgrano_runtime::http::{Json, Query};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_wire::texts::Language;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::columns::Columns;
use super::{Source, note_age, of, subject, too_little};
use crate::access::Reader;
use crate::api::filters::{Filters, Narrowed, within};
use crate::api::global::one_of;
use crate::api::sums::OF_ORDERS;
use crate::app::App;
use crate::forecast::{Calendar, Forecast, LEAST_DAYS, Measures, Step, Sum, forecast as days_to_come};
use crate::math::rounded;
use crate::training::{Training, Wait};

/// What is foretold, and how far ahead.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Horizon {
    /// So many days, 7 to 180; 30 when it is left out.
    days_ahead: Option<i64>,
    /// `revenue` or `orders`; `revenue` when it is left out.
    metric: Option<String>,
    /// `day`, `week` (from Monday) or `month`; `day` when it is left out. The one that has begun has what came in of it so far.
    granularity: Option<String>,
}

impl Horizon {
    /// Revenue of so many days, as fine as a page shows it.
    pub(crate) fn of(days_ahead: i64, step: &str) -> Self {
        Self { days_ahead: Some(days_ahead), metric: None, granularity: Some(step.to_owned()) }
    }
}

/// What is expected of a coming day, week or month, with bands of 80 and 95 percent.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Predicted {
    /// The local day, `YYYY-MM-DD`; of a week or a month the first.
    pub(crate) date: String,
    /// The most likely value.
    pub(crate) value: f64,
    /// In eight of ten cases at least so much.
    pub(crate) lower_80: f64,
    /// In eight of ten cases at most so much.
    pub(crate) upper_80: f64,
    /// In nineteen of twenty cases at least so much.
    pub(crate) lower_95: f64,
    /// In nineteen of twenty cases at most so much.
    pub(crate) upper_95: f64,
    /// The shop is closed on it.
    pub(crate) closed: bool,
}

/// How well the model foretold days that it did not know. Null where there are too few to tell.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct ModelMetrics {
    /// Mean error as a share of each day's own value, percent; null where a day brought nothing.
    pub(crate) mape: Option<f64>,
    /// All errors over all that the days brought, percent.
    pub(crate) wape: Option<f64>,
    /// Root of the mean squared error.
    rmse: Option<f64>,
    /// Share of the variance that was foretold.
    r2: Option<f64>,
    /// Percent of the days that were within the band of 80 %.
    pub(crate) coverage_80: Option<f64>,
    /// Percent of the days that were within the band of 95 %.
    pub(crate) coverage_95: Option<f64>,
    /// Between which the share within the band of 80 % may lie, by as many days as were tried.
    coverage_80_range: Option<[f64; 2]>,
    /// Between which the share within the band of 95 % may lie.
    coverage_95_range: Option<[f64; 2]>,
    /// Days it was judged by.
    pub(crate) days: usize,
}

/// How a model did on the days by which one was chosen.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Competitor {
    pub(crate) model: String,
    /// All errors over all that the days brought, percent.
    pub(crate) wape: Option<f64>,
}

/// The coming days.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Foretold {
    pub(crate) predictions: Vec<Predicted>,
    /// The model that was chosen; `mean` where there are too few days to choose by.
    pub(crate) model: String,
    pub(crate) model_metrics: ModelMetrics,
    /// All models that competed.
    pub(crate) candidates: Vec<Competitor>,
    /// Days with sales that were learned from.
    pub(crate) days: usize,
    /// What one should know before believing it; null where there is nothing.
    pub(crate) note: Option<String>,
}

/// Revenue or orders of the coming days
///
/// From the day after the last one that is over, a value for each day, or for each week or month whose end is within the days asked for. Days on which the shop is closed are learned from its days of
/// sale and from the calendar. Several models compete on the past; the one that did best is used. Fewer than 28 days give their mean
/// with its range, and say so.
#[utoipa::path(
    post, path = "/api/ml/forecast", tag = "Global", params(Filters, Horizon),
    responses(
        (status = 200, body = Foretold), (status = 422, body = ProblemDocument), (status = 503, body = ProblemDocument)
    )
)]
pub(crate) async fn forecast(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
    Query(horizon): Query<Horizon>,
    headers: HeaderMap,
) -> Result<Json<Foretold>, Problem> {
    let found = foretell(&app, &reader, filters, &horizon, Language::of(&headers), Wait::Request).await?;
    found.map(Json).ok_or_else(Training::not_yet)
}

/// The same, for who waits otherwise; `None` while it is being worked out for the first time.
pub(crate) async fn foretell(
    app: &App,
    reader: &Reader,
    filters: Filters,
    horizon: &Horizon,
    language: Language,
    wait: Wait,
) -> Result<Option<Foretold>, Problem> {
    let metric = one_of("metric", horizon.metric.as_deref(), &["revenue", "orders"])?;
    let ahead = within("days_ahead", horizon.days_ahead, 30, 7..=180)?;
    let step = one_of("granularity", horizon.granularity.as_deref(), &["day", "week", "month"])?;
    let narrowed = filters.check()?;
    let source = Source::of(app, reader, &narrowed).await?;
    let subject = subject(reader, "forecast", &format!("{metric} {ahead} {step}"), &narrowed);
    let of = of(app, &narrowed, source.as_ref()).await?;
    let ahead = Ahead { days: usize::try_from(ahead).unwrap_or(30), step: Step::read(step) };
    let learn = learn(app.clone(), reader.clone(), narrowed, source, metric, ahead);
    let lesson = app.training.learned_in(wait, subject, of, learn).await?;
    Ok(lesson.map(|lesson| {
        note_age(&lesson);
        shown(&lesson.what, metric, language)
    }))
}

/// How far ahead, and how fine.
#[derive(Clone, Copy)]
struct Ahead {
    days: usize,
    step: Step,
}

async fn learn(
    app: App,
    reader: Reader,
    narrowed: Narrowed,
    source: Option<Source>,
    metric: &'static str,
    ahead: Ahead,
) -> Result<Forecast, Problem> {
    // Of a source that is not there nothing is foretold.
    let Some(source) = source else { return Ok(Forecast::default()) };
    let last = source.last_day(&narrowed);
    let (condition, values) = narrowed.sales(None);
    let sums = narrowed.sums(OF_ORDERS);
    let value = if metric == "revenue" { format!("sum({})", narrowed.amount()) } else { sums.orders().to_owned() };
    let sql = format!(
        "SELECT s.ordered_on, CAST({value} AS DOUBLE) AS value FROM {table} s \
         WHERE {condition} GROUP BY s.ordered_on ORDER BY s.ordered_on",
        table = sums.table(),
    );
    let found = Columns::ask(&app, &reader, &sql, values).await?;
    let sums = found.days(0)?.into_iter().zip(found.numbers(1)?);
    let sums: Vec<Sum> = sums.map(|(day, value)| Sum { day, value: value.unwrap_or(0.0) }).collect();
    let calendar = Calendar::of_currency(source.currency.as_deref());
    app.training.work_out(move || days_to_come(&sums, last, ahead.days, calendar, ahead.step)).await
}

fn shown(found: &Forecast, metric: &str, language: Language) -> Foretold {
    let decimals = if metric == "revenue" { 2 } else { 1 };
    let predictions = found.predictions.iter().map(|it| Predicted {
        date: it.day.to_string(),
        value: rounded(it.band.value, decimals),
        lower_80: rounded(it.band.lower_80, decimals),
        upper_80: rounded(it.band.upper_80, decimals),
        lower_95: rounded(it.band.lower_95, decimals),
        upper_95: rounded(it.band.upper_95, decimals),
        closed: it.closed,
    });
    let candidates = found.candidates.iter().map(|(model, wape)| Competitor {
        model: (*model).to_owned(),
        wape: wape.is_finite().then(|| rounded(100.0 * wape, 2)),
    });
    Foretold {
        predictions: predictions.collect(),
        model: found.model.to_owned(),
        model_metrics: found.measures.as_ref().map(metrics).unwrap_or_default(),
        candidates: candidates.collect(),
        days: found.days,
        note: found.measures.is_none().then(|| too_little(language, LEAST_DAYS)),
    }
}

fn metrics(found: &Measures) -> ModelMetrics {
    let percent = |share: f64| rounded(100.0 * share, 1);
    let range = |coverage: Option<(f64, f64, f64)>| coverage.map(|(_, low, high)| [percent(low), percent(high)]);
    ModelMetrics {
        mape: found.mape.map(|it| rounded(it, 2)),
        wape: found.wape.map(|it| rounded(it, 2)),
        rmse: Some(rounded(found.rmse, 2)),
        r2: found.r2.map(|it| rounded(it, 4)),
        coverage_80: found.coverage_80.map(|it| percent(it.0)),
        coverage_95: found.coverage_95.map(|it| percent(it.0)),
        coverage_80_range: range(found.coverage_80),
        coverage_95_range: range(found.coverage_95),
        days: found.days,
    }
}
