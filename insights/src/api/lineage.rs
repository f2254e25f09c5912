//! `/api/modelos` and dbt's two documents: what each table is made of, how its last run went, and what its tests found.

use std::collections::BTreeMap;

use axum::extract::State;
use belgrano_runtime::http::Json;
use belgrano_runtime::problem::Problem;
use belgrano_wire::timestamp::UnixMillis;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::table::sql_type;
use crate::access::Reader;
use crate::app::App;
use crate::models::lineage;
use crate::models::project::{Column, Model, Test};
use crate::models::render::Naming;
use crate::models::runner::Run;

/// A column of a table or a model.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LineageColumn {
    nombre: String,
    /// Its type in SQL; null where it is not known.
    tipo: Option<String>,
    descripcion: String,
}

/// A question that has to find nothing.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LineageTest {
    nombre: String,
    /// `not_null`, `unique`, `accepted_values` or `relationships`; null for one that is written out.
    clase: Option<String>,
    columna: Option<String>,
    /// Whether it found nothing; null while it was not run.
    bien: Option<bool>,
    /// Rows that it found.
    encontradas: usize,
}

/// A table that is made of others: how, of what, and how its last run went.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LineageModel {
    nombre: String,
    /// `silver` or `gold`.
    capa: &'static str,
    /// The folder of its file.
    carpeta: String,
    /// `table` or `view`.
    guardado: String,
    descripcion: String,
    /// Models and tables that it reads.
    lee: Vec<String>,
    columnas: Vec<LineageColumn>,
    pruebas: Vec<LineageTest>,
    /// The SQL that makes it.
    sql: String,
    /// When its table was last made; null before the first time, and for what no run makes: views, and silver, which is stored
    /// as it comes.
    construido: Option<UnixMillis>,
    /// When its tests were last run; null before the first time.
    probado: Option<UnixMillis>,
    /// How long the last run took, in milliseconds.
    ms: Option<u64>,
    /// Rows that it has; null for who sees one business alone.
    filas: Option<usize>,
    /// Whether its last run went well; null while there was none.
    bien: Option<bool>,
    /// Why it could not be made, or tested.
    problema: Option<String>,
}

/// A table that takes what comes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LineageSource {
    nombre: String,
    descripcion: String,
    columnas: Vec<LineageColumn>,
}

/// What everything is made of.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LineageView {
    /// Tables that take what comes.
    fuentes: Vec<LineageSource>,
    /// Models, each after those that it reads.
    modelos: Vec<LineageModel>,
}

/// Types by table and column.
type Types = BTreeMap<String, Vec<(String, String)>>;

async fn types(app: &App) -> Result<Types, Problem> {
    // Names of columns say nothing of anybody.
    let all = app.catalog.shown(&app.warehouse, true, None).await.map_err(|error| Problem::internal(&error))?;
    let columns = all.into_iter().map(|table| {
        let columns = table.columns.iter().map(|column| (column.name.clone(), sql_type(&column.data_type)));
        (table.name.clone(), columns.collect())
    });
    Ok(columns.collect())
}

/// The columns of a table as they are; as they are described where that is all there is.
fn columns(name: &str, described: &[Column], types: &Types) -> Vec<LineageColumn> {
    let words =
        |name: &str| described.iter().find(|column| column.name == name).map(|column| column.description.clone());
    match types.get(name) {
        Some(known) => known
            .iter()
            .map(|(name, kind)| LineageColumn {
                nombre: name.clone(),
                tipo: Some(kind.clone()),
                descripcion: words(name).unwrap_or_default(),
            })
            .collect(),
        None => described
            .iter()
            .map(|column| LineageColumn {
                nombre: column.name.clone(),
                tipo: None,
                descripcion: column.description.clone(),
            })
            .collect(),
    }
}

fn test(test: &Test, run: Option<&Run>) -> LineageTest {
    let run = run.filter(|run| run.broke.is_none());
    let found = |run: &Run| run.failed.iter().find(|(name, _)| *name == test.name).map_or(0, |(_, rows)| *rows);
    LineageTest {
        nombre: test.name.clone(),
        clase: test.kind.clone(),
        columna: test.column.clone(),
        bien: run.map(|run| found(run) == 0),
        encontradas: run.map_or(0, found),
    }
}

fn model(app: &App, model: &Model, run: Option<&Run>, types: &Types, rows: bool) -> Result<LineageModel, Problem> {
    let project = app.warehouse.project();
    let rendered = project.renderer().render(&model.template, &Naming::Live);
    let (sql, _) = rendered.map_err(|error| Problem::internal(&error))?;
    let tests = project.tests().iter().filter(|test| test.model == model.name);
    Ok(LineageModel {
        nombre: model.name.clone(),
        capa: model.layer.name(),
        carpeta: model.folder.clone(),
        guardado: model.materialized.clone(),
        descripcion: model.description.clone(),
        lee: model.sources.iter().chain(&model.refs).cloned().collect(),
        columnas: columns(&model.name, &model.columns, types),
        pruebas: tests.map(|of| test(of, run)).collect(),
        sql,
        construido: run.filter(|run| run.made).map(|run| run.at),
        probado: run.filter(|run| run.broke.is_none()).map(|run| run.at),
        ms: run.map(|run| run.ms),
        filas: run.filter(|_| rows).and_then(|run| run.rows),
        bien: run.map(Run::is_good),
        problema: run.and_then(|run| run.broke.clone()),
    })
}

/// What everything is made of
///
/// Each table and model with its columns, what it reads, its tests, and how its last run went.
#[utoipa::path(get, path = "/api/modelos", tag = "Belgrano", responses((status = 200, body = LineageView)))]
pub(crate) async fn models(State(app): State<App>, reader: Reader) -> Result<Json<LineageView>, Problem> {
    let (types, runs, project) = (types(&app).await?, app.runner.runs(), app.warehouse.project());
    let fuentes = project.sources().map(|(name, words, described)| LineageSource {
        nombre: name.to_owned(),
        descripcion: words.to_owned(),
        columnas: columns(name, described, &types),
    });
    let rows = reader.business.is_none();
    let models = project.models().iter();
    let models = models.map(|of| model(&app, of, runs.get(&of.name), &types, rows));
    Ok(Json(LineageView { fuentes: fuentes.collect(), modelos: models.collect::<Result<_, _>>()? }))
}

/// The models as dbt describes them
///
/// In the shape of dbt's `manifest.json` (schema 12): models, tests and tables, and what each reads.
#[utoipa::path(get, path = "/linaje/manifest.json", tag = "Belgrano", responses((status = 200, body = Value)))]
pub(crate) async fn manifest(State(app): State<App>, _reader: Reader) -> Result<Json<Value>, Problem> {
    let document = lineage::manifest(app.warehouse.project(), app.ambient.now());
    Ok(Json(document.map_err(|error| Problem::internal(&error))?))
}

/// The columns as dbt describes them
///
/// In the shape of dbt's `catalog.json` (schema 1): each table with its columns and their types.
#[utoipa::path(get, path = "/linaje/catalog.json", tag = "Belgrano", responses((status = 200, body = Value)))]
pub(crate) async fn catalog(State(app): State<App>, reader: Reader) -> Result<Json<Value>, Problem> {
    let tables = app.catalog.shown(&app.warehouse, true, None).await.map_err(|error| Problem::internal(&error))?;
    let runs = app.runner.runs().into_iter().filter(|_| reader.business.is_none());
    let rows = runs.filter_map(|(name, run)| Some((name, run.rows?))).collect();
    Ok(Json(lineage::catalog(app.warehouse.project(), &tables, sql_type, &rows, app.ambient.now())))
}
