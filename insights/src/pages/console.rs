//! `/consola`: SQL of one's own, with the tables at its side and the answer below; the same answer as a file.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use belgrano_runtime::http::{ClientIp, Query};
use belgrano_runtime::problem::{FieldError, Problem};
use belgrano_web::pages::{Form, Layout, Notice};
use belgrano_wire::texts::Language;
use serde::Deserialize;
use serde_json::Value;

use super::Frame;
use super::answer::drawn;
use super::csv::{download, file};
use super::figure::Figure;
use crate::access::Reader;
use crate::api::{self, TableView, Tabular};
use crate::app::App;
use crate::saved::{self, NewView, SavedView, save_view};
use crate::sessions::Session;

const PATH: &str = "/consola";
/// Rows that a page shows; the file has all.
const SHOWN: usize = 200;

/// What became of the query.
enum Outcome {
    /// Nothing was asked yet.
    Unasked,
    /// Why there is no answer.
    Refused(String),
    /// What a query found, as the page shows it.
    Found(Tabular),
}

#[derive(Template)]
#[template(path = "console.html")]
struct ConsolePage<'a> {
    layout: &'a Layout,
    sql: String,
    tables: Vec<TableView>,
    outcome: Outcome,
    /// What was found, drawn; `None` of what is no series of numbers.
    chart: Option<Figure>,
    /// Queries that the account saved; `None` for who has no account.
    saved: Option<Vec<SavedView>>,
}

/// What the address of the console may bring.
#[derive(Deserialize)]
pub(super) struct Brought {
    /// A query to begin with. It is shown and not asked: whoever gets a link reads it first.
    #[serde(default)]
    sql: String,
}

/// The console before anything was asked.
pub(super) async fn show(
    State(app): State<App>,
    reader: Reader,
    Query(brought): Query<Brought>,
    frame: Frame,
) -> Result<Response, Problem> {
    page(app, reader, &frame.layout, brought.sql, StatusCode::OK, Outcome::Unasked).await
}

/// Saves a query under a name, as the address that has it.
pub(super) async fn save(
    State(app): State<App>,
    reader: Reader,
    Session(who): Session,
    frame: Frame,
    form: Form,
) -> Result<Response, Problem> {
    let (sql, layout) = (form.value("sql").to_owned(), frame.layout);
    let query: String = url::form_urlencoded::Serializer::new(String::new()).append_pair("sql", &sql).finish();
    match save_view(&app, &who, NewView::new(form.value("nombre"), format!("{PATH}?{query}"))).await {
        Ok(view) => Ok(Notice::done(layout.t("insights-query-saved").with("name", view.name)).then(&view.address)),
        Err(problem) if Form::takes(&problem) => {
            let field = |name: &str| if name == "nombre" { "insights-query-name" } else { "insights-sql" };
            let of = |error: &FieldError| format!("{}: {}", layout.t(field(&error.field)), error.to(layout.language));
            let why = problem.errors().first().map_or_else(|| problem.to(layout.language), of);
            page(app, reader, &layout, sql, problem.status(), Outcome::Refused(why)).await
        }
        Err(problem) => Err(problem),
    }
}

/// Asks, and shows the answer below the query.
pub(super) async fn ask(
    State(app): State<App>,
    reader: Reader,
    ip: ClientIp,
    frame: Frame,
    form: Form,
) -> Result<Response, Problem> {
    let (sql, layout) = (form.value("sql").to_owned(), frame.layout);
    if sql.is_empty() {
        return page(app, reader, &layout, sql, StatusCode::OK, Outcome::Unasked).await;
    }
    match api::tabular(&app, &reader, ip, sql.clone()).await {
        Ok(found) => page(app, reader, &layout, sql, StatusCode::OK, Outcome::Found(found)).await,
        Err(problem) => refused(app, reader, &layout, sql, &problem).await,
    }
}

/// Asks, and gives the answer as a file.
pub(super) async fn ask_csv(
    State(app): State<App>,
    reader: Reader,
    ip: ClientIp,
    frame: Frame,
    form: Form,
) -> Result<Response, Problem> {
    let (sql, layout) = (form.value("sql").to_owned(), frame.layout);
    let found = match api::tabular(&app, &reader, ip, sql.clone()).await {
        Ok(found) => found,
        Err(problem) => return refused(app, reader, &layout, sql, &problem).await,
    };
    let language = layout.language;
    let head = found.columns.into_iter().map(|(name, _)| name).collect();
    let rows = found.rows.into_iter().map(|row| row.iter().map(|value| written(language, value)).collect());
    Ok((download("consulta.csv"), file(language, std::iter::once(head).chain(rows))).into_response())
}

async fn refused(
    app: App,
    reader: Reader,
    layout: &Layout,
    sql: String,
    problem: &Problem,
) -> Result<Response, Problem> {
    let why = Outcome::Refused(problem.to(layout.language));
    page(app, reader, layout, sql, problem.status(), why).await
}

async fn page(
    app: App,
    reader: Reader,
    layout: &Layout,
    sql: String,
    status: StatusCode,
    outcome: Outcome,
) -> Result<Response, Problem> {
    let saved = match reader.account {
        Some(account) => Some(queries(saved::of_account(&app.db, account).await?)),
        None => None,
    };
    let tables = Box::pin(api::schema_for(&app, &reader)).await?.tablas;
    let chart = match &outcome {
        Outcome::Found(found) => drawn(layout, found, SHOWN),
        Outcome::Unasked | Outcome::Refused(_) => None,
    };
    layout.show_as(status, &ConsolePage { layout, sql, tables, outcome, chart, saved })
}

/// Those views that are of the console.
fn queries(mut views: Vec<SavedView>) -> Vec<SavedView> {
    views.retain(|view| view.address.split('?').next() == Some(PATH));
    views
}

/// A value as a cell of a file: decimals as the reader's spreadsheet has them.
fn written(language: Language, value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Number(number) if language == Language::Spanish => number.to_string().replace('.', ","),
        other => other.to_string(),
    }
}

impl ConsolePage<'_> {
    /// The tables by layer.
    fn layers(&self) -> Vec<(&'static str, Vec<&TableView>)> {
        let layers = ["gold", "silver", "bronze", "pharmavida"];
        let keys = ["insights-layer-gold", "insights-layer-silver", "insights-layer-bronze", "insights-layer-views"];
        let of = |layer: &str| self.tables.iter().filter(|table| table.capa == layer).collect::<Vec<_>>();
        keys.into_iter().zip(layers.map(of)).filter(|(_, tables)| !tables.is_empty()).collect()
    }

    fn shown(found: &Tabular) -> &[Vec<Value>] {
        &found.rows[..found.rows.len().min(SHOWN)]
    }

    /// Whether the page leaves rows off.
    fn is_cut(found: &Tabular) -> bool {
        found.rows.len() > SHOWN
    }

    fn cell(value: &Value) -> String {
        match value {
            Value::Null => "–".to_owned(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }

    fn class(value: &Value) -> &'static str {
        match value {
            Value::Null => "muted",
            Value::Number(_) => "number",
            _ => "",
        }
    }
}
