//! `/consola`: SQL of one's own, with the tables at its side and the answer below; the same answer as a file.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use belgrano_shared::http::ClientIp;
use belgrano_shared::pages::{Form, Layout};
use belgrano_shared::problem::Problem;
use belgrano_shared::texts::Language;
use serde_json::Value;

use super::Frame;
use super::csv::{download, file};
use crate::access::Reader;
use crate::api::{self, TableView, Tabular};
use crate::app::App;

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
}

/// The console before anything was asked.
pub(super) async fn show(State(app): State<App>, reader: Reader, frame: Frame) -> Result<Response, Problem> {
    page(app, reader, &frame.layout, String::new(), StatusCode::OK, Outcome::Unasked).await
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
    let tables = api::schema(State(app), reader).await?.0.tablas;
    layout.show_as(status, &ConsolePage { layout, sql, tables, outcome })
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
