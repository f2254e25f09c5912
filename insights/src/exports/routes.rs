//! The files at the addresses of Global Ecommerce Analytics: each is made while whoever asked waits, and no longer.

use std::io;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use belgrano_runtime::http::Query;
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_wire::texts::Language;
use futures_util::stream;

use super::content::For;
use super::lines::Lines;
use super::make::{CSV, Made, PDF, XLSX, make};
use crate::access::Reader;
use crate::api::Filters;
use crate::app::App;

/// Workbook of eight sheets
///
/// `Resumen`, `Transacciones` (the latest 1000), `Por País` (by barrio where no country is known), `Por Categoría`,
/// `Top 100 Productos`, `Clientes VIP` (names for who may see them), `Segmentación RFM` and `Serie Temporal` (the last 90 days).
/// Headings are in the language of the cookie or of `Accept-Language`.
#[utoipa::path(
    get, path = "/api/export/excel", tag = "Global", params(Filters),
    responses(
        (status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = Vec<u8>),
        (status = 422, body = ProblemDocument),
    )
)]
pub(crate) async fn excel(
    State(app): State<App>,
    reader: Reader,
    language: Language,
    Query(filters): Query<Filters>,
) -> Result<Response, Problem> {
    Ok(answer(XLSX, make(&app, &reader, filters, language, For::Workbook, &|| ()).await?))
}

/// Report to print
///
/// Key figures, sales over time, the ten best countries (barrios where no country is known) and articles, categories and segments,
/// on pages of A4. In the language of the cookie or of `Accept-Language`.
#[utoipa::path(
    get, path = "/api/export/pdf", tag = "Global", params(Filters),
    responses((status = 200, content_type = "application/pdf", body = Vec<u8>), (status = 422, body = ProblemDocument))
)]
pub(crate) async fn pdf(
    State(app): State<App>,
    reader: Reader,
    language: Language,
    Query(filters): Query<Filters>,
) -> Result<Response, Problem> {
    Ok(answer(PDF, make(&app, &reader, filters, language, For::Report, &|| ()).await?))
}

/// A file with how old its figures are, where they are not of now.
fn answer(kind: &'static str, made: Made) -> Response {
    let age = made.age.map(|age| [(header::AGE, HeaderValue::from(age.as_secs()))]);
    (saved(kind, &made.name), age, made.bytes).into_response()
}

/// All lines of orders
///
/// The latest first, under the names of the table `transactions`; `date` is the day and time at the place of the source, an amount
/// that is given back has its sign, so that the lines that are not voided add up to the net sales. In Spanish its cells are apart by `;` and
/// its decimals by a comma. It is sent as it is read, and ends when whoever asked closes the connection.
#[utoipa::path(
    get, path = "/api/export/csv", tag = "Global", params(Filters),
    responses((status = 200, content_type = "text/csv", body = String), (status = 422, body = ProblemDocument))
)]
pub(crate) async fn csv(
    State(app): State<App>,
    reader: Reader,
    language: Language,
    Query(filters): Query<Filters>,
) -> Result<Response, Problem> {
    let lines = Lines::open(&app, &reader, filters, language).await?;
    let parts = stream::try_unfold(lines, |mut lines| async move {
        let part = Box::pin(lines.next()).await.map_err(|problem| broken(&problem))?;
        Ok::<_, io::Error>(part.map(|(text, _)| (text, lines)))
    });
    Ok((saved(CSV, "transacciones.csv"), Body::from_stream(parts)).into_response())
}

/// The end of a file that cannot be finished: the connection is cut, so that nobody takes it for whole.
fn broken(problem: &Problem) -> io::Error {
    tracing::error!(why = problem.to(Language::English), "a file of lines of orders could not be finished");
    io::Error::other("the lines cannot be read")
}

/// What an answer says about itself.
pub(super) fn saved(kind: &'static str, name: &str) -> [(HeaderName, HeaderValue); 2] {
    let saved = HeaderValue::try_from(format!("attachment; filename=\"{name}\""));
    [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, saved.unwrap_or(HeaderValue::from_static("attachment"))),
    ]
}
