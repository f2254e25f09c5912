//! `/api/fuentes/rechazadas`: rows that could not be taken, and why.

use axum::extract::State;
use belgrano_runtime::http::Json;
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_wire::texts::Message;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ask::{rows, text};
use crate::access::Reader;
use crate::app::App;

/// How many rows of a file or a feed were refused for one reason.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct RefusedView {
    pub(crate) fuente: String,
    /// The file of an import, or the entity of a feed.
    pub(crate) tipo: String,
    /// The column that could not be read (`columns`: their number is wrong), or what a feed's reader said.
    pub(crate) motivo: String,
    pub(crate) filas: i64,
}

/// A page of the refused rows, and how many there are in all.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RefusedList {
    pub(crate) rechazadas: Vec<RefusedView>,
}

/// A refused row as it came.
#[derive(Debug, Deserialize)]
pub(crate) struct RefusedRow {
    pub(crate) tipo: String,
    /// The row of the file, or the key in the feed.
    pub(crate) clave: String,
    pub(crate) motivo: String,
    pub(crate) contenido: String,
}

/// Refused rows
///
/// By source, file and reason; for who sees persons and every business, because such a row may hold anything.
#[utoipa::path(get, path = "/api/fuentes/rechazadas", tag = "Belgrano", responses(
    (status = 200, body = RefusedList), (status = 403, body = ProblemDocument)))]
pub(super) async fn refused(State(app): State<App>, reader: Reader) -> Result<Json<RefusedList>, Problem> {
    Box::pin(refused_for(&app, &reader)).await.map(Json)
}

/// Rows that were not taken in, and why.
pub(crate) async fn refused_for(app: &App, reader: &Reader) -> Result<RefusedList, Problem> {
    const SQL: &str = "SELECT source AS fuente, coalesce(entity, '') AS tipo, coalesce(reason, '') AS motivo, count(*) AS filas \
         FROM quarantine GROUP BY 1, 2, 3 ORDER BY 1, 4 DESC, 2, 3";
    check(reader)?;
    Ok(RefusedList { rechazadas: rows(app, reader, SQL, Vec::new()).await? })
}

/// The refused rows of a source, the first hundred thousand.
pub(crate) async fn refused_rows(app: &App, reader: &Reader, source: &str) -> Result<Vec<RefusedRow>, Problem> {
    const SQL: &str = "SELECT coalesce(entity, '') AS tipo, coalesce(key, '') AS clave, coalesce(reason, '') AS motivo, \
         coalesce(content, '') AS contenido FROM quarantine WHERE source = $1 ORDER BY 1, 2 LIMIT 100000";
    check(reader)?;
    rows(app, reader, SQL, vec![text(source)]).await
}

fn check(reader: &Reader) -> Result<(), Problem> {
    if reader.sees_all() { Ok(()) } else { Err(Problem::forbidden(Message::new("refusal-insights-whole"))) }
}
