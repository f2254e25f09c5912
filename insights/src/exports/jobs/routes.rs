//! `/api/exportaciones`: asking for a file, looking how far it is, fetching it, and calling it off.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::body::{Body, Bytes};
use axum::extract::State as Here;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use belgrano_runtime::http::{ClientIp, Json, Path};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_wire::texts::{Language, Message};
use belgrano_wire::timestamp::UnixMillis;
use futures_util::stream;
use serde::{Deserialize, Serialize};
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Job, Owner, State, What, run};
use crate::access::Reader;
use crate::api::{Filters, is_source, only_filters};
use crate::app::App;
use crate::exports::make::{CSV, PDF, XLSX};
use crate::exports::routes::saved;

/// Bytes of a file that are read at once.
const PART: usize = 64 << 10;

/// The addresses.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(ask)).routes(routes!(look, call_off)).routes(routes!(fetch))
}

/// A file that is wanted.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Wanted {
    tipo: What,
    /// As the parameters of the other addresses.
    #[serde(default, deserialize_with = "only_filters")]
    filtros: Filters,
}

/// How far a file is.
#[derive(Serialize, ToSchema)]
pub(crate) struct Asked {
    id: String,
    /// Where to look how far it is, and to call it off.
    direccion: String,
    tipo: What,
    /// `en-curso`, `lista`, `cancelada` or `fallida`.
    estado: &'static str,
    porcentaje: u8,
    bytes: u64,
    /// Where the file is; null until it is ready.
    archivo: Option<String>,
    /// When the file is removed, once it is there.
    vence: Option<UnixMillis>,
    /// Why there is none.
    problema: Option<String>,
}

impl Asked {
    fn of(job: &Job) -> Self {
        let direccion = format!("/api/exportaciones/{}", job.id);
        let (estado, archivo, vence, problema) = match job.state() {
            State::Making => ("en-curso", None, None, None),
            State::Ready { until, .. } => ("lista", Some(format!("{direccion}/archivo")), Some(until), None),
            State::CalledOff => ("cancelada", None, None, None),
            State::Failed(why) => ("fallida", None, None, Some(why)),
        };
        let (porcentaje, bytes) = (job.percent.load(Ordering::Relaxed), job.bytes.load(Ordering::Relaxed));
        Self { id: job.id.clone(), direccion, tipo: job.what, estado, porcentaje, bytes, archivo, vence, problema }
    }
}

fn owner(reader: &Reader, ip: ClientIp) -> Owner {
    Owner { name: reader.caller(ip), scope: reader.scope() }
}

/// Ask for a file
///
/// It is made in the background and kept for an hour, for whoever asked alone. Of one account two are made at once and ten are kept.
#[utoipa::path(post, path = "/api/exportaciones", tag = "Belgrano", request_body = Wanted, responses(
    (status = 202, body = Asked), (status = 422, body = ProblemDocument),
    (status = 429, body = ProblemDocument, description = "Two are being made, or ten are kept"),
    (status = 503, body = ProblemDocument, description = "Too many are being made, or there is no room")))]
pub(crate) async fn ask(
    Here(app): Here<App>,
    reader: Reader,
    ip: ClientIp,
    language: Language,
    Json(wanted): Json<Wanted>,
) -> Result<Response, Problem> {
    let narrowed = wanted.filtros.clone().check()?;
    is_source(&app, &reader, &narrowed.source).await?;
    app.jobs.prune(app.ambient.steady());
    let job = app.jobs.begin(&app.ambient, &owner(&reader, ip), wanted.tipo)?;
    run::spawn(&app, reader, wanted.filtros, language, Arc::clone(&job));
    let asked = Asked::of(&job);
    let place = [(header::LOCATION, asked.direccion.clone())];
    Ok((StatusCode::ACCEPTED, place, Json(asked)).into_response())
}

/// How far a file is
#[utoipa::path(get, path = "/api/exportaciones/{id}", tag = "Belgrano", params(("id" = String, Path)), responses(
    (status = 200, body = Asked), (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument, description = "Another instance has it")))]
pub(crate) async fn look(
    Here(app): Here<App>,
    reader: Reader,
    ip: ClientIp,
    Path(id): Path<String>,
) -> Result<Json<Asked>, Problem> {
    app.jobs.prune(app.ambient.steady());
    Ok(Json(Asked::of(&*app.jobs.find(&id, &owner(&reader, ip))?)))
}

/// Call a file off
///
/// One that is ready is removed.
#[utoipa::path(delete, path = "/api/exportaciones/{id}", tag = "Belgrano", params(("id" = String, Path)), responses(
    (status = 204), (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument, description = "Another instance has it")))]
pub(crate) async fn call_off(
    Here(app): Here<App>,
    reader: Reader,
    ip: ClientIp,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let job = app.jobs.find(&id, &owner(&reader, ip))?;
    app.jobs.remove(&job);
    Ok(StatusCode::NO_CONTENT)
}

/// Fetch a file
#[utoipa::path(get, path = "/api/exportaciones/{id}/archivo", tag = "Belgrano", params(("id" = String, Path)), responses(
    (status = 200, content_type = "application/octet-stream", body = Vec<u8>), (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument, description = "Another instance has it")))]
pub(crate) async fn fetch(
    Here(app): Here<App>,
    reader: Reader,
    ip: ClientIp,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    app.jobs.prune(app.ambient.steady());
    let job = app.jobs.find(&id, &owner(&reader, ip))?;
    let gone = || Problem::not_found(Message::new("refusal-export-gone"));
    let State::Ready { name, .. } = job.state() else { return Err(gone()) };
    let file = File::open(&job.path).await.map_err(|_| gone())?;
    let kind = match job.what {
        What::Excel => XLSX,
        What::Pdf => PDF,
        What::Csv => CSV,
    };
    let parts = stream::try_unfold(file, |mut file| async move {
        let mut part = vec![0; PART];
        let read = file.read(&mut part).await?;
        part.truncate(read);
        Ok::<_, io::Error>((read > 0).then(|| (Bytes::from(part), file)))
    });
    let length = [(header::CONTENT_LENGTH, job.bytes.load(Ordering::Relaxed))];
    Ok((saved(kind, &name), length, Body::from_stream(parts)).into_response())
}
