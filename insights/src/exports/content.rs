//! All that a workbook or a report says, asked of the same functions that answer the API.

use std::time::Duration;

use axum::extract::State;
use belgrano_runtime::http::Query;
use belgrano_runtime::problem::Problem;
use belgrano_wire::texts::Language;
use belgrano_wire::timestamp::UnixMillis;
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::{Map, Value};

use super::measures::{Measure, measures};
use crate::access::Reader;
use crate::api::{self, Compare, Days, Filters, Granularity, Narrowed, Place, Point, Ranking, Slice, WhichCustomers};
use crate::app::App;
use crate::ingest::OWN;
use crate::pages::segment;

/// Rows of a table, by the names of its columns.
pub(super) type Rows = Vec<Map<String, Value>>;

/// The latest lines that a workbook has.
pub(super) const MOST_LINES: i64 = 1000;
/// Products and customers of the highest value.
pub(super) const TOP: i64 = 100;
/// Days of the series of a workbook.
const SERIES_DAYS: i64 = 90;
/// For what a content is gathered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum For {
    /// With the latest lines and the best customers.
    Workbook,
    /// With the series of all its days.
    Report,
}

/// What a file is about and what it says.
#[derive(Debug)]
pub(super) struct Content {
    pub(super) source: String,
    /// The currency's code of three letters; empty where a source has none.
    pub(super) currency: String,
    /// First and last day; `None` while the source has none.
    pub(super) days: Option<Days>,
    /// The filters beside days and source, as they were given.
    pub(super) filters: Vec<(&'static str, String)>,
    /// Before cancellations and returns.
    pub(super) gross: bool,
    pub(super) measures: Vec<Measure>,
    /// The latest lines, the newest first, and how many there are in all.
    pub(super) lines: (Rows, i64),
    /// Countries, or barrios where the source knows no countries.
    pub(super) places: (Place, Rows),
    pub(super) categories: Rows,
    pub(super) products: Rows,
    pub(super) customers: Rows,
    /// Whether customers have names.
    pub(super) named: bool,
    pub(super) segments: Rows,
    /// By day, the last ninety.
    pub(super) series: Rows,
    /// All days by `day`, `week` or `month`, whichever makes a line that can be read.
    pub(super) whole: (&'static str, Rows),
    /// Until when everything that had happened is in the figures.
    pub(super) until: Option<UnixMillis>,
    /// When it was made.
    pub(super) made: UnixMillis,
    /// How old the oldest figure is, where the lake cannot be reached.
    pub(super) age: Option<Duration>,
}

/// Asks the functions of the API on somebody's behalf, one after the other.
struct Asking<'a> {
    app: &'a App,
    reader: &'a Reader,
    filters: &'a Filters,
    narrowed: Narrowed,
    what: For,
    /// Told after each answer.
    step: &'a (dyn Fn() + Send + Sync),
}

impl Content {
    /// Asks for all of it; `step` is called after each answer.
    pub(super) async fn gather(
        app: &App,
        reader: &Reader,
        filters: Filters,
        what: For,
        step: &(dyn Fn() + Send + Sync),
    ) -> Result<Self, Problem> {
        let narrowed = filters.clone().check()?;
        let asking = Asking { app, reader, filters: &filters, narrowed, what, step };
        let (content, age) = api::aged(Box::pin(asking.all())).await;
        Ok(Self { age, ..content? })
    }
}

impl Content {
    /// The same with segments by their names in a language.
    pub(super) fn in_words(mut self, language: Language) -> Self {
        let named = |rows: &mut Rows, member: &str| {
            for value in rows.iter_mut().filter_map(|row| row.get_mut(member)) {
                if let Some(segment) = value.as_str() {
                    *value = segment::name(segment, language).into();
                }
            }
        };
        named(&mut self.customers, "rfm_segment");
        named(&mut self.segments, "segment");
        self
    }
}

impl Asking<'_> {
    async fn all(&self) -> Result<Content, Problem> {
        let (app, reader, narrowed) = (self.app, self.reader, &self.narrowed);
        let currency = self.currency().await?;
        let days = api::days_of(app, reader, narrowed).await?;
        let kpis = Box::pin(api::kpis_for(app, reader, self.filters.clone())).await?;
        (self.step)();
        let lines = self.told(self.lines().await?);
        let places = self.told(self.places().await?);
        let categories = api::by_category(State(app.clone()), reader.clone(), self.query()).await?;
        let categories = self.told(listed(categories.0, "categories"));
        let ranking = Query(Ranking::first(TOP));
        let products = api::top_products(State(app.clone()), reader.clone(), self.query(), ranking).await?;
        let products = self.told(listed(products.0, "products"));
        let customers = self.told(self.customers().await?);
        let segments = self.told(api::rfm_segments(app, reader, narrowed).await?);
        let (series, whole) = self.told(self.over_time(days).await?);
        let until = self.until(days);
        Ok(Content {
            source: narrowed.source.clone(),
            currency,
            days,
            filters: self.filters.narrowing(),
            gross: narrowed.gross,
            measures: self.told(measures(&kpis)),
            lines,
            places,
            categories,
            products,
            customers,
            named: reader.persons,
            segments,
            series,
            whole,
            until,
            made: app.ambient.now(),
            age: None,
        })
    }

    fn told<T>(&self, found: T) -> T {
        (self.step)();
        found
    }

    fn query(&self) -> Query<Filters> {
        Query(self.filters.clone())
    }

    async fn currency(&self) -> Result<String, Problem> {
        let sources = Box::pin(api::sources_for(self.app, self.reader)).await?;
        let source = sources.fuentes.into_iter().find(|source| source.nombre == self.narrowed.source);
        let known = source.and_then(|source| source.moneda).filter(|code| is_currency(code));
        Ok(known.unwrap_or_else(|| if self.narrowed.source == OWN { "ARS".to_owned() } else { String::new() }))
    }

    /// By country; by barrio where there is one country at most and barrios are known.
    async fn places(&self) -> Result<(Place, Rows), Problem> {
        let by = async |place: Place, list: &'static str| {
            let found = api::by_place(self.app, self.reader, &self.narrowed, place).await?;
            Ok::<_, Problem>((place, listed(found.0, list)))
        };
        let countries = by(Place::Country, "countries").await?;
        if known(&countries) > 1 || countries.1.is_empty() {
            return Ok(countries);
        }
        let barrios = by(Place::Barrio, "barrios").await?;
        Ok(if known(&barrios) > 0 { barrios } else { countries })
    }

    async fn lines(&self) -> Result<(Rows, i64), Problem> {
        if self.what == For::Report {
            return Ok((Rows::new(), 0));
        }
        api::lines(self.app, self.reader, &self.narrowed, None, MOST_LINES, 0).await
    }

    async fn customers(&self) -> Result<Rows, Problem> {
        if self.what == For::Report {
            return Ok(Rows::new());
        }
        let best = api::best_customers(
            self.app,
            self.reader,
            self.filters.clone(),
            Slice::of(TOP, 0),
            WhichCustomers::default(),
            true,
        )
        .await?;
        Ok(listed(best.0, "customers"))
    }

    /// The last ninety days for a workbook, all of them for a report.
    async fn over_time(&self, days: Option<Days>) -> Result<(Rows, (&'static str, Rows)), Problem> {
        let Some(days) = days else { return Ok((Rows::new(), ("day", Rows::new()))) };
        if self.what == For::Report {
            let step = api::step_of(days);
            return Ok((Rows::new(), (step, self.series(days, step).await?)));
        }
        let begin = days.to.checked_sub((SERIES_DAYS - 1).days()).unwrap_or(days.from);
        let last = Days { from: days.from.max(begin), to: days.to };
        Ok((self.series(last, "day").await?, ("day", Rows::new())))
    }

    async fn series(&self, days: Days, step: &str) -> Result<Rows, Problem> {
        let filters = self.filters.clone().over(Some(days), Compare::Before);
        let found = Box::pin(api::time_series_for(self.app, self.reader, filters, Granularity::of(step))).await?;
        let every = api::filled(found.series, days, step).into_iter();
        Ok(every.filter_map(|(day, point)| row(&Point { date: day.to_string(), ..point })).collect())
    }

    /// Of our own marketplace the feed that is furthest behind says; an import is of its last day.
    fn until(&self, days: Option<Days>) -> Option<UnixMillis> {
        if self.narrowed.source == OWN {
            return self.app.feeds.all().values().map(|feed| feed.current_at).min().flatten();
        }
        let last: Date = days?.to;
        UnixMillis::of_local(last.at(23, 59, 59, 0))
    }
}

/// A point of a series as a row of a table.
fn row(point: &Point) -> Option<Map<String, Value>> {
    match serde_json::to_value(point) {
        Ok(Value::Object(row)) => Some(row),
        _ => None,
    }
}

/// The rows of a list of the API.
fn listed(mut list: Map<String, Value>, name: &str) -> Rows {
    let rows = match list.remove(name) {
        Some(Value::Array(rows)) => rows,
        _ => Vec::new(),
    };
    rows.into_iter()
        .filter_map(|row| match row {
            Value::Object(row) => Some(row),
            _ => None,
        })
        .collect()
}

/// How many places are known by their names.
fn known((place, rows): &(Place, Rows)) -> usize {
    let name = |row: &Map<String, Value>| row.get(place.column()).and_then(Value::as_str).map(ToOwned::to_owned);
    rows.iter().filter_map(name).filter(|name| name != api::UNKNOWN).count()
}

/// Three capital letters: what else a file says of its currency is no part of a format.
fn is_currency(code: &str) -> bool {
    code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase())
}
