//! The SQL console: what it may ask, and its answers as a table.

use std::time::Duration;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use belgrano_runtime::http::{ClientIp, Json};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_wire::texts::Message;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::table::{self, sql_type};
use crate::access::Reader;
use crate::app::App;
use crate::guard::{self, About, Question, Refused, Wrong};

/// A query of somebody's own.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ConsoleQuery {
    /// One `SELECT` over the tables of `/api/consola/esquema`; at most 64 KiB.
    sql: String,
}

/// A column of a table.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ColumnView {
    pub(crate) nombre: String,
    /// As SQL calls it: `BIGINT`, `DECIMAL(18,4)`, `VARCHAR`, `DATE`, `TIMESTAMPTZ` ….
    pub(crate) tipo: String,
    /// What it holds, in words; left out in answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) descripcion: Option<String>,
}

/// An answer as a table.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConsoleAnswer {
    columnas: Vec<ColumnView>,
    /// A list for each row, with a value for each column, in order.
    #[schema(value_type = Vec<Vec<Object>>)]
    filas: Box<RawValue>,
    /// Whether there were more rows than an answer may have.
    cortada: bool,
    /// Milliseconds that it took.
    ms: u64,
}

/// Answers a query as a table
///
/// One `SELECT` over the tables of `/api/consola/esquema`, within limits on its time, its memory and its rows. It ends when
/// whoever asked closes the connection.
#[utoipa::path(
    post, path = "/api/consola", tag = "Belgrano", request_body = ConsoleQuery,
    responses(
        (status = 200, body = ConsoleAnswer),
        (status = 400, body = ProblemDocument, description = "It is wrong, too large, took too long, or asks for what cannot be reached"),
        (status = 429, body = ProblemDocument, description = "Another query of the same caller is running"),
        (status = 503, body = ProblemDocument, description = "Too many queries are running, or the data cannot be read"),
    )
)]
pub(crate) async fn ask(
    State(app): State<App>,
    reader: Reader,
    ip: ClientIp,
    Json(query): Json<ConsoleQuery>,
) -> Result<Response, Problem> {
    let (caller, start) = (reader.caller(ip), app.ambient.steady());
    let found = app.guard.run(&caller, &reader, Question::rows(query.sql), &app.warehouse).await.map_err(refused)?;
    let columnas = found.schema.fields().iter().map(|field| ColumnView {
        nombre: field.name().clone(),
        tipo: sql_type(field.data_type()),
        descripcion: None,
    });
    let (columnas, cortada) = (columnas.collect(), found.cut);
    let filas = written(found, |found| table::lists(&found.batches)).await?;
    let filas = String::from_utf8(filas).map_err(|error| Problem::internal(&error))?;
    let filas = RawValue::from_string(filas).map_err(|error| Problem::internal(&error))?;
    let took = app.ambient.steady().left(start);
    let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let answer = ConsoleAnswer { columnas, filas, cortada, ms };
    let body = serde_json::to_vec(&answer).map_err(|error| Problem::internal(&error))?;
    Ok(([(CONTENT_TYPE, "application/json")], body).into_response())
}

/// An answer for a page or a file.
#[derive(Debug)]
pub(crate) struct Tabular {
    /// Each column's name, and what it holds as SQL calls it.
    pub(crate) columns: Vec<(String, String)>,
    pub(crate) rows: Vec<Vec<Value>>,
    /// Whether there were more rows than an answer may have.
    pub(crate) cut: bool,
    /// Milliseconds that it took.
    pub(crate) ms: u64,
}

/// Answers a query as [`ask`] does.
pub(crate) async fn tabular(app: &App, reader: &Reader, ip: ClientIp, sql: String) -> Result<Tabular, Problem> {
    let (caller, start) = (reader.caller(ip), app.ambient.steady());
    let found = app.guard.run(&caller, reader, Question::rows(sql), &app.warehouse).await.map_err(refused)?;
    let fields = found.schema.fields().iter();
    let columns = fields.map(|field| (field.name().clone(), sql_type(field.data_type()))).collect();
    let cut = found.cut;
    let text = written(found, |found| table::lists(&found.batches)).await?;
    let rows = serde_json::from_slice(&text).map_err(|error| Problem::internal(&error))?;
    let ms = u64::try_from(app.ambient.steady().left(start).as_millis()).unwrap_or(u64::MAX);
    Ok(Tabular { columns, rows, cut, ms })
}

/// A table that may be asked about.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TableView {
    pub(crate) nombre: String,
    /// `bronze` (as it came), `silver` (cleaned), `gold` (what answers are made of) or `pharmavida` (under that system's names).
    pub(crate) capa: &'static str,
    pub(crate) descripcion: String,
    pub(crate) columnas: Vec<ColumnView>,
}

/// All tables that may be asked about.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SchemaView {
    pub(crate) tablas: Vec<TableView>,
}

/// What the console may ask about
///
/// The tables that are shown to whoever asks, with their columns, types and descriptions.
#[utoipa::path(get, path = "/api/consola/esquema", tag = "Belgrano", responses((status = 200, body = SchemaView)))]
pub(super) async fn schema(State(app): State<App>, reader: Reader) -> Result<Json<SchemaView>, Problem> {
    Box::pin(schema_for(&app, &reader)).await.map(Json)
}

/// The tables that `reader` may ask about.
pub(crate) async fn schema_for(app: &App, reader: &Reader) -> Result<SchemaView, Problem> {
    let shown = app.catalog.shown(&app.warehouse, reader.persons, reader.business).await;
    let tablas = shown.map_err(|error| Problem::internal(&error))?.into_iter().map(|table| TableView {
        capa: layer(&table.name),
        nombre: table.name.clone(),
        descripcion: table.description.clone(),
        columnas: table
            .columns
            .iter()
            .map(|column| ColumnView {
                nombre: column.name.clone(),
                tipo: sql_type(&column.data_type),
                descripcion: Some(column.description.clone()),
            })
            .collect(),
    });
    Ok(SchemaView { tablas: tablas.collect() })
}

fn layer(name: &str) -> &'static str {
    match name.split_once('_').map(|(layer, _)| layer) {
        Some("gold") => "gold",
        Some("silver") => "silver",
        Some("bronze") => "bronze",
        _ if name == "persons" => "bronze",
        _ => "pharmavida",
    }
}

/// The text of an answer, made where it holds nobody up.
pub(super) async fn written(
    found: guard::Result,
    write: impl FnOnce(&guard::Result) -> Option<Vec<u8>> + Send + 'static,
) -> Result<Vec<u8>, Problem> {
    let text = tokio::task::spawn_blocking(move || write(&found)).await;
    let text = text.map_err(|error| Problem::internal(&error))?;
    text.ok_or_else(|| Problem::malformed(Message::new("refusal-query-answer")))
}

/// A refusal as every caller gets it.
pub(super) fn refused(refused: Refused) -> Problem {
    match refused {
        Refused::Busy => Problem::too_many_requests(Duration::from_secs(1)),
        Refused::Full | Refused::NotStarted => Problem::unavailable(Duration::from_secs(5)),
        Refused::Wrong(wrong) if wrong.about == About::Data => Problem::unavailable(Duration::from_secs(5)),
        other => Problem::malformed(words(other)),
    }
}

/// A refusal in words.
pub(crate) fn words(refused: Refused) -> Message {
    let wrong = match refused {
        Refused::Busy => return Message::new("refusal-query-busy"),
        Refused::Full | Refused::NotStarted => return Message::new("refusal-query-full"),
        Refused::Deadline => return Message::new("refusal-query-deadline"),
        Refused::TooLarge => return Message::new("refusal-query-memory"),
        Refused::TooDeep => return Message::new("refusal-query-deep"),
        Refused::Wrong(wrong) => wrong,
    };
    let Wrong { about, words } = wrong;
    let key = match about {
        About::Syntax => "refusal-query-syntax",
        About::Statement => "refusal-query-statement",
        About::Table => "refusal-query-table",
        About::Function => "refusal-query-function",
        About::Division => "refusal-query-division",
        About::Columns => "refusal-query-columns",
        About::Memory => "refusal-query-memory",
        About::Answer => "refusal-query-answer",
        About::Data => "refusal-query-data",
        About::Engine => "refusal-query-engine",
        About::Column | About::Range | About::Value | About::Other => "refusal-query",
    };
    Message::new(key).with("why", words)
}
