//! Demand of articles and what to order: `/api/ml/demand-forecast`.

use std::collections::HashMap;

use axum::extract::State;
use axum::http::HeaderMap;
use belgrano_runtime::http::{Json, Query};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_wire::texts::{Language, Message};
use datafusion::common::ScalarValue;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::columns::{Batch, Columns, days_of, each};
use super::{Source, note_age, of, subject};
use crate::access::Reader;
use crate::api::ask::Ids;
use crate::api::filters::{Filters, Narrowed, share, within};
use crate::app::App;
use crate::forecast::after;
use crate::forecast::demand::{Demand, Kind};
use crate::math::{rounded, whole};
use crate::training::{Training, Wait};

/// Days that are looked back.
const BACK: i64 = 365;
/// Days that a delivery takes where the catalog does not say.
const LEAD_DAYS: f64 = 7.0;
/// Days until somebody looks again.
const LOOK_DAYS: f64 = 7.0;
/// The share of cases in which the stock is to be enough, where nobody says.
const SERVICE: f64 = 0.95;

/// How many articles are told, those that sell most first, and how sure their stock is to be.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// The articles of the highest net sales of the last 90 days, so many, 1 to 200; 20 when it is left out.
    pub(crate) top_n: Option<i64>,
    /// The share of cases in which the stock is to be enough, 0.5 to 0.999; 0.95 when it is left out.
    pub(crate) service_level: Option<f64>,
}

/// What will be asked for of an article.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Asked {
    /// A number where the source's are numbers, else text.
    pub(crate) product_id: Value,
    pub(crate) product_name: String,
    /// `smooth`, `intermittent` or `dead`.
    demand_kind: String,
    /// By which it is foretold: `ses`, `mean-28`, `tsb`, `croston` or `none`.
    model: String,
    daily_demand: f64,
    /// Pieces in the next 30 days.
    pub(crate) forecast_30d: f64,
    /// Pieces in the next 60 days.
    pub(crate) forecast_60d: f64,
    /// Pieces in the next 90 days.
    pub(crate) forecast_90d: f64,
    /// Null where stock is not counted.
    pub(crate) current_stock: Option<f64>,
    /// Null where nothing is asked for, or stock is not counted.
    pub(crate) days_of_stock: Option<f64>,
    /// The day on which it is gone, `YYYY-MM-DD`.
    pub(crate) stock_out_date: Option<String>,
    /// How likely it is to be out of stock before what is ordered now has come, 0 to 1.
    pub(crate) stock_out_risk: Option<f64>,
    /// Days a delivery takes; 7 where the catalog does not say.
    pub(crate) lead_days: f64,
    /// Pieces to order now, so that stock is enough in so many cases until the delivery after the next weekly look.
    pub(crate) reorder_quantity: Option<f64>,
    pub(crate) recommendation: String,
}

/// Demand of articles.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AllAsked {
    pub(crate) products: Vec<Asked>,
    total: usize,
}

struct Article {
    id: String,
    name: String,
    stock: Option<f64>,
    lead_days: f64,
    demand: Demand,
}

struct Lesson {
    articles: Vec<Article>,
    last: Option<Date>,
}

/// Demand of articles, and what to order
///
/// Pieces of the next 30, 60 and 90 days of the articles that sell most, with the day on which their stock is gone.
#[utoipa::path(
    get, path = "/api/ml/demand-forecast", tag = "Global", params(Filters, Wanted),
    responses(
        (status = 200, body = AllAsked), (status = 422, body = ProblemDocument), (status = 503, body = ProblemDocument)
    )
)]
pub(crate) async fn demand(
    State(app): State<App>,
    reader: Reader,
    Query(filters): Query<Filters>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Result<Json<AllAsked>, Problem> {
    let found = asked_for(&app, &reader, filters, &wanted, Language::of(&headers), Wait::Request).await?;
    found.map(Json).ok_or_else(Training::not_yet)
}

/// The same, for who waits otherwise; `None` while it is being worked out for the first time.
pub(crate) async fn asked_for(
    app: &App,
    reader: &Reader,
    filters: Filters,
    wanted: &Wanted,
    language: Language,
    wait: Wait,
) -> Result<Option<AllAsked>, Problem> {
    let top = within("top_n", wanted.top_n, 20, 1..=200)?;
    let service = share("service_level", wanted.service_level, SERVICE, 0.5, 0.999)?;
    let narrowed = filters.check()?.by_line();
    let ids = Ids::of(app, reader, &narrowed.source).await?;
    let source = Source::of(app, reader, &narrowed).await?;
    let subject = subject(reader, "demand", &top.to_string(), &narrowed);
    let of = of(app, &narrowed, source.as_ref()).await?;
    let learn = learn(app.clone(), reader.clone(), narrowed, source, top);
    let Some(lesson) = app.training.learned_in(wait, subject, of, learn).await? else { return Ok(None) };
    note_age(&lesson);
    let last = lesson.what.last;
    let shown = lesson.what.articles.iter().map(|article| article.shown(last, ids, language, service));
    let products: Vec<Asked> = shown.collect();
    Ok(Some(AllAsked { total: products.len(), products }))
}

async fn learn(
    app: App,
    reader: Reader,
    narrowed: Narrowed,
    source: Option<Source>,
    top: i64,
) -> Result<Lesson, Problem> {
    let Some(last) = source.map(|source| source.last_day(&narrowed)) else {
        return Ok(Lesson { articles: Vec::new(), last: None });
    };
    let (of_it, values) = narrowed.articles_sold();
    let articles = format!(
        "SELECT p.product_id AS p_product_id, p.product_name, p.current_stock, p.lead_days FROM gold_product_performance p \
         WHERE {of_it} AND p.units_90d > 0 ORDER BY p.revenue_90d DESC, p.product_id LIMIT {top}"
    );
    let found = Columns::ask(&app, &reader, &articles, values.clone()).await?;
    let (ids, names, stock, lead) = (found.texts(0)?, found.texts(1)?, found.numbers(2)?, found.numbers(3)?);
    let mut sold = sold(&app, &reader, &narrowed, (&articles, values), last).await?;
    let article = |(row, id): (usize, String)| {
        let days = sold.remove(&id).unwrap_or_default();
        let demand = Demand::of(&days);
        let lead_days = lead[row].filter(|days| *days > 0.0).unwrap_or(LEAD_DAYS);
        Article { name: names[row].clone(), stock: stock[row], lead_days, demand, id }
    };
    Ok(Lesson { articles: ids.into_iter().enumerate().map(article).collect(), last: Some(last) })
}

/// Pieces of each day from the first sale on, by article.
async fn sold(
    app: &App,
    reader: &Reader,
    narrowed: &Narrowed,
    (articles, mut values): (&str, Vec<ScalarValue>),
    last: Date,
) -> Result<HashMap<String, Vec<f64>>, Problem> {
    let condition = narrowed.lines(None, &mut values);
    let first = after(last, 1 - BACK);
    let sql = format!(
        "SELECT s.product_id, s.ordered_on, CAST(sum({units}) AS DOUBLE) AS units FROM gold_sales s \
         WHERE {condition} AND NOT s.fee AND s.ordered_on BETWEEN DATE '{first}' AND DATE '{last}' \
         AND s.product_id IN (SELECT p_product_id FROM ({articles}) a) GROUP BY s.product_id, s.ordered_on ORDER BY 1, 2",
        units = narrowed.units(),
    );
    let last = days_of(last);
    let mut sold: HashMap<String, Vec<f64>> = HashMap::new();
    let take = |batch: Batch<'_>| {
        let (ids, days, units) = (batch.texts(0)?, batch.days(1)?, batch.numbers(2)?);
        for (row, id) in ids.iter().enumerate() {
            let (id, left) = (id.unwrap_or_default(), usize::try_from(last - days[row]).unwrap_or(0));
            if !sold.contains_key(id) {
                // Rows are in order of days: the first one says how long the list is.
                sold.insert(id.to_owned(), vec![0.0; left + 1]);
            }
            let days = sold.get_mut(id).map_or(&mut [][..], Vec::as_mut_slice);
            if let Some(place) = days.len().checked_sub(left + 1) {
                days[place] += units[row].unwrap_or(0.0);
            }
        }
        Ok(())
    };
    each(app, reader, &sql, values, take).await?;
    Ok(sold)
}

impl Article {
    fn shown(&self, last: Option<Date>, ids: Ids, language: Language, service: f64) -> Asked {
        let demand = &self.demand;
        let days = self.stock.and_then(|stock| demand.days_of(stock));
        let order = self.stock.map(|stock| demand.to_order(stock, self.lead_days, LOOK_DAYS, service));
        let say = |key: &'static str, pieces: f64| {
            Message::new(key).with("pieces", rounded(pieces, 0).to_string()).to(language)
        };
        let recommendation = match order {
            _ if demand.kind == Kind::Dead => say("insights-demand-dead", 0.0),
            None => say("insights-demand-uncounted", 0.0),
            Some(pieces) if pieces > 0.0 => say("insights-demand-order", pieces),
            Some(_) => say("insights-demand-enough", 0.0),
        };
        let within = |days: f64| rounded(demand.within(days), 1);
        // A stock for more than ten years has no day on which it is gone.
        let whole_days = days.filter(|days| *days < 3_650.0).and_then(|days| i64::try_from(whole(days)).ok());
        Asked {
            product_id: ids.product(Value::from(self.id.clone())),
            product_name: self.name.clone(),
            demand_kind: kind(demand.kind).to_owned(),
            model: demand.method.to_owned(),
            daily_demand: rounded(demand.daily, 3),
            forecast_30d: within(30.0),
            forecast_60d: within(60.0),
            forecast_90d: within(90.0),
            current_stock: self.stock,
            days_of_stock: days.map(|days| rounded(days, 1)),
            stock_out_date: last.zip(whole_days).map(|(last, days)| after(last, days + 1).to_string()),
            stock_out_risk: self.stock.map(|stock| rounded(demand.risk(stock, self.lead_days), 3)),
            lead_days: self.lead_days,
            reorder_quantity: order,
            recommendation,
        }
    }
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Smooth => "smooth",
        Kind::Intermittent => "intermittent",
        Kind::Dead => "dead",
    }
}
