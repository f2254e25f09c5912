//! `/`: what there is, for a program; the key figures of the business, for a person.

use std::borrow::Borrow;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use belgrano_shared::http::{Json, Query};
use belgrano_shared::pages::{LOGIN_PATH, Layout, see_other};
use belgrano_shared::problem::Problem;
use belgrano_shared::texts::Language;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Frame;
use super::as_of::AsOf;
use super::figures::{Card, cards};
use crate::access::Reader;
use crate::api::{self, Filters, Kpis, SourceView};
use crate::app::App;
use crate::ingest::OWN;

/// Days that can be looked at, today among them.
const PERIODS: [i64; 3] = [1, 7, 30];

/// That the service is well, and where to go on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Welcome {
    message: &'static str,
    version: &'static str,
    docs: &'static str,
    endpoints: [&'static str; 4],
}

/// What of the figures is looked at.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    dias: String,
    #[serde(default)]
    fuente: String,
}

/// What there is
///
/// A browser that asks for a page (`Accept: text/html`) gets the key figures, or is sent to the log-in.
#[utoipa::path(get, path = "/", tag = "TechStore", security(()), responses(
    (status = 200, body = Welcome), (status = 303, description = "To the log-in, for a browser.")))]
pub(crate) async fn root(
    State(app): State<App>,
    headers: HeaderMap,
    frame: Result<Frame, Problem>,
    reader: Result<Reader, Problem>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let mut answer = if accept.contains("text/html") {
        Box::pin(page(&app, frame?, reader, asked)).await?
    } else {
        Json(Welcome {
            message: "TechStore Analytics API",
            version: env!("CARGO_PKG_VERSION"),
            docs: "/docs",
            endpoints: ["/api/customers", "/api/products", "/api/sales", "/health"],
        })
        .into_response()
    };
    answer.headers_mut().append(header::VARY, header::HeaderValue::from_static("accept"));
    Ok(answer)
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage<'a> {
    layout: &'a Layout,
    /// What there is to choose from.
    sources: Vec<SourceView>,
    source: String,
    days: i64,
    /// First and last day that are looked at; `None` while the source has none.
    stretch: Option<(Date, Date)>,
    /// Empty when nothing was sold in either stretch.
    cards: Vec<Card>,
    as_of: AsOf,
    /// Whether the figures could not be worked out.
    failed: bool,
}

/// Says why somebody who is logged in sees nothing.
#[derive(Template)]
#[template(path = "waiting.html")]
struct WaitingPage<'a> {
    layout: &'a Layout,
    why: String,
}

async fn page(
    app: &App,
    Frame { layout, who }: Frame,
    reader: Result<Reader, Problem>,
    asked: Asked,
) -> Result<Response, Problem> {
    let reader = match reader {
        Ok(reader) => reader,
        Err(problem) if who.is_some() && problem.status() == StatusCode::FORBIDDEN => {
            let page = WaitingPage { layout: &layout, why: problem.to(layout.language) };
            return layout.show_as(problem.status(), &page);
        }
        Err(problem) if problem.status() == StatusCode::UNAUTHORIZED => return Ok(see_other(LOGIN_PATH)),
        Err(problem) => return Err(problem),
    };
    let days = asked.dias.parse().ok().filter(|days| PERIODS.contains(days)).unwrap_or(PERIODS[0]);
    let mut page = HomePage {
        layout: &layout,
        sources: Vec::new(),
        source: OWN.to_owned(),
        days,
        stretch: None,
        cards: Vec::new(),
        as_of: AsOf::of(app),
        failed: false,
    };
    let (filled, age) = api::aged(page.fill(app, &reader, asked.fuente)).await;
    page.as_of.aged(age);
    if let Err(problem) = filled {
        if problem.status().is_client_error() {
            return Err(problem);
        }
        tracing::error!(why = problem.to(Language::English), "the key figures could not be worked out");
        page.failed = true;
        return layout.show_as(StatusCode::SERVICE_UNAVAILABLE, &page);
    }
    layout.show(&page)
}

impl HomePage<'_> {
    async fn fill(&mut self, app: &App, reader: &Reader, wanted: String) -> Result<(), Problem> {
        self.sources = api::sources(State(app.clone()), reader.clone()).await?.0.fuentes;
        let source = self.sources.iter().find(|source| source.nombre == wanted && !source.propia);
        let (last, currency) = match source {
            // An import has no today: its last days are looked at.
            Some(source) => (source.hasta.as_deref().and_then(|day| day.parse().ok()), source.moneda.clone()),
            None => (app.ambient.now().local().map(|now| now.date()), Some("ARS".to_owned())),
        };
        self.source = source.map_or_else(|| OWN.to_owned(), |source| source.nombre.clone());
        let first = last.and_then(|last: Date| last.checked_sub((self.days - 1).days()).ok());
        self.stretch = first.zip(last);
        let Some((first, last)) = self.stretch else { return Ok(()) };
        let filters = Filters::of_days(first, last, &self.source);
        let Json(found): Json<Kpis> = Box::pin(api::kpis(State(app.clone()), reader.clone(), Query(filters))).await?;
        self.cards = cards(self.layout.language, &found, currency.as_deref().unwrap_or_default());
        Ok(())
    }

    /// The address of the same figures over other days, or of another source.
    fn address(days: impl Borrow<i64>, source: &str) -> String {
        let query: String = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("dias", &days.borrow().to_string())
            .append_pair("fuente", source)
            .finish();
        format!("/?{query}")
    }

    /// A day as the reader's language writes it.
    fn day(&self, day: impl Borrow<Date>) -> String {
        let form = if self.layout.language == Language::Spanish { "%d/%m/%Y" } else { "%-d %b %Y" };
        day.borrow().strftime(form).to_string()
    }

    fn is_over(&self, days: impl Borrow<i64>) -> bool {
        self.days == *days.borrow()
    }

    fn periods() -> [(i64, &'static str); 3] {
        let [one, week, month] = PERIODS;
        [(one, "insights-days-1"), (week, "insights-days-7"), (month, "insights-days-30")]
    }
}
