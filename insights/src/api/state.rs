//! `/api/estado` and `/api/fuentes`: how far everything is, and what there is to ask about.

use axum::extract::State;
use belgrano_runtime::http::Json;
use belgrano_runtime::problem::Problem;
use belgrano_wire::timestamp::UnixMillis;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ask::rows;
use super::stream::{StreamView, stream};
use crate::access::Reader;
use crate::app::App;
use crate::ingest::{Cause, FeedState};
use crate::training::Progress;

/// How far a feed is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct FeedView {
    pub(crate) nombre: &'static str,
    /// The last change that was read; null for who sees one business alone, as all that tells of how much there is.
    pub(crate) hasta_seq: Option<i64>,
    /// Seconds since everything that the feed had to say was here; null before that.
    pub(crate) retraso_s: Option<i64>,
    /// Rows that came of it since the start.
    pub(crate) filas: Option<u64>,
    /// Changes that could not be read, since the start; they are in the table `quarantine`.
    pub(crate) rechazadas: Option<u64>,
    /// Why it does not answer.
    pub(crate) problema: Option<String>,
    /// Of which kind that is, for a page.
    #[serde(skip)]
    pub(crate) causa: Option<Cause>,
}

/// How the last run of a model went.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ModelView {
    nombre: String,
    capa: &'static str,
    /// Null for who sees one business alone.
    filas: Option<usize>,
    /// When its table was last made; null for what no run makes, silver and views.
    construido: Option<UnixMillis>,
    ms: Option<u64>,
    bien: bool,
    /// Tests that found something.
    pruebas_fallidas: Vec<String>,
}

/// A model of `/api/ml` that was learned, or that learns.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LessonView {
    /// `forecast`, `churn`, `clusters`, `baskets`, `demand` or `anomalies`.
    modelo: &'static str,
    fuente: String,
    /// Seconds since it was learned last; null while the first lesson is not over.
    edad_s: Option<u64>,
    /// Milliseconds that took.
    ms: Option<u64>,
    /// What it does now: `lee` its rows, `espera` until another one has worked out, `calcula`; null when it rests.
    paso: Option<&'static str>,
    /// Seconds since that began.
    aprende_s: Option<u64>,
}

impl From<Progress> for LessonView {
    fn from(progress: Progress) -> Self {
        let Progress { subject, last, now } = progress;
        Self {
            modelo: subject.model,
            fuente: subject.source,
            edad_s: last.map(|(age, _)| age.as_secs()),
            ms: last.and_then(|(_, took)| u64::try_from(took.as_millis()).ok()),
            paso: now.map(|(step, _)| step.name()),
            aprende_s: now.map(|(_, since)| since.as_secs()),
        }
    }
}

/// How far everything is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StateView {
    pub(crate) fuentes: Vec<FeedView>,
    pub(crate) modelos: Vec<ModelView>,
    /// What was learned from rows that the reader may see, and what is being learned.
    pub(crate) aprendizaje: Vec<LessonView>,
    /// How far the broker of `STREAM_URL` is with each feed; null without one, and for who sees one business alone.
    pub(crate) transmision: Option<Vec<StreamView>>,
    /// As of when the answers are.
    pub(crate) datos_hasta: Option<UnixMillis>,
}

/// How far everything is
///
/// Each feed with its lag, the stream to a broker with its own, each model with its last run, and what was learned.
#[utoipa::path(get, path = "/api/estado", tag = "Belgrano", responses((status = 200, body = StateView)))]
pub(super) async fn state(State(app): State<App>, reader: Reader) -> Result<Json<StateView>, Problem> {
    Box::pin(state_for(&app, &reader)).await.map(Json)
}

/// Where the figures come from, and how they stand.
pub(crate) async fn state_for(app: &App, reader: &Reader) -> Result<StateView, Problem> {
    let whole = reader.business.is_none();
    let until = app.feeds.all().values().map(|state| state.current_at).min().flatten();
    let fuentes = feeds(app, reader);
    let runs = app.runner.runs();
    let modelos = app.warehouse.project().models().iter().map(|model| {
        let run = runs.get(&model.name);
        ModelView {
            nombre: model.name.clone(),
            capa: model.layer.name(),
            filas: run.filter(|_| whole).and_then(|run| run.rows),
            construido: run.filter(|run| run.made).map(|run| run.at),
            ms: run.map(|run| run.ms),
            bien: run.is_none_or(crate::models::runner::Run::is_good),
            pruebas_fallidas: run
                .map(|run| run.failed.iter().map(|(name, _)| name.clone()).collect())
                .unwrap_or_default(),
        }
    });
    let lessons = app.training.progress(&reader.scope()).into_iter().map(LessonView::from);
    Ok(StateView {
        fuentes,
        modelos: modelos.collect(),
        aprendizaje: lessons.collect(),
        transmision: stream(app, reader).await?,
        datos_hasta: until,
    })
}

/// Each feed with its lag, as somebody may know of it.
pub(super) fn feeds(app: &App, reader: &Reader) -> Vec<FeedView> {
    let (now, whole) = (app.ambient.now(), reader.business.is_none());
    let view = |(nombre, state): (&'static str, FeedState)| FeedView {
        nombre,
        hasta_seq: whole.then_some(state.seq),
        retraso_s: state.current_at.map(|at| now.since_ms(at).max(0) / 1000),
        filas: whole.then_some(state.rows),
        rechazadas: whole.then_some(state.refused),
        causa: state.trouble.as_ref().filter(|_| whole).map(|trouble| trouble.cause),
        problema: state.trouble.filter(|_| whole).map(|trouble| trouble.words),
    };
    app.feeds.all().into_iter().map(view).collect()
}

/// A source of data.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct SourceView {
    /// Its name, for `fuente=`.
    pub(crate) nombre: String,
    /// Whether it is our own marketplace.
    pub(crate) propia: bool,
    /// First and last day of its orders.
    pub(crate) desde: Option<String>,
    pub(crate) hasta: Option<String>,
    pub(crate) moneda: Option<String>,
    pub(crate) pedidos: i64,
}

/// All sources.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SourceList {
    pub(crate) fuentes: Vec<SourceView>,
}

/// What there is to ask about
///
/// Our own marketplace, and every source that was imported.
#[utoipa::path(get, path = "/api/fuentes", tag = "Belgrano", responses((status = 200, body = SourceList)))]
pub(super) async fn sources(State(app): State<App>, reader: Reader) -> Result<Json<SourceList>, Problem> {
    Box::pin(sources_for(&app, &reader)).await.map(Json)
}

/// Every source that there are figures of.
pub(crate) async fn sources_for(app: &App, reader: &Reader) -> Result<SourceList, Problem> {
    const SQL: &str = "SELECT source AS nombre, own AS propia, CAST(first_day AS VARCHAR) AS desde, \
         CAST(last_day AS VARCHAR) AS hasta, currency AS moneda, orders AS pedidos FROM gold_sources ORDER BY own DESC, source";
    Ok(SourceList { fuentes: rows(app, reader, SQL, Vec::new()).await? })
}
