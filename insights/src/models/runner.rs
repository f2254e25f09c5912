//! Making tables of the models: silver by the months that changed, gold by the source, and what their tests say. Rows are written
//! as they are worked out, so that memory does not grow with the table.
//!
//! A model whose test finds something keeps its last good table; the lineage page shows it red.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use belgrano_wire::ambient::Ambient;
use belgrano_wire::timestamp::UnixMillis;
use datafusion::error::DataFusionError;
use datafusion::prelude::SessionContext;
use deltalake::DeltaTable;

use super::project::{Layer, Model};
use super::render::Naming;
use crate::engine::{Came, Cold, MONTH, Part, Scope, Warehouse, WarehouseError, first_day};
use crate::lake::feeds::OWN;
use crate::lake::{self, LakeError};

/// How often a table is made anew because another writer was first.
const ATTEMPTS: usize = 4;

/// How the last run of a model went.
#[derive(Clone, Debug)]
pub struct Run {
    /// When it ended.
    pub at: UnixMillis,
    /// Whether its table was made, and not only its tests run.
    pub made: bool,
    /// How long it took.
    pub ms: u64,
    /// Rows that it has now; `None` where nobody counted them.
    pub rows: Option<usize>,
    /// Tests that found something, with how many rows.
    pub failed: Vec<(String, usize)>,
    /// Why it could not be made at all.
    pub broke: Option<String>,
}

impl Run {
    /// Whether the table is what the model says.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.failed.is_empty() && self.broke.is_none()
    }
}

/// The rows of a model as far as they were counted, and which of its tests found how much.
type Done = (Option<usize>, Vec<(String, usize)>);

/// Runs models. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Runner {
    warehouse: Warehouse,
    ambient: Ambient,
    runs: Arc<Mutex<BTreeMap<String, Run>>>,
}

impl Runner {
    /// Nothing was run yet.
    #[must_use]
    pub fn new(warehouse: Warehouse, ambient: Ambient) -> Self {
        Self { warehouse, ambient, runs: Arc::default() }
    }

    /// How the last runs went, by model.
    #[must_use]
    pub fn runs(&self) -> BTreeMap<String, Run> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Stores the silver models as they are with what came: the months that changed, for the source that they came of.
    pub async fn store_silver(&self, came: &Came, source: &str) -> Result<(), WarehouseError> {
        let cold = self.warehouse.cold();
        let session = self.warehouse.session()?;
        for model in self.of(Layer::Silver) {
            let sources = self.warehouse.project().sources_of(&model.name);
            if sources.iter().any(|table| came.rows.contains_key(table)) {
                let first = model.keys_from().and_then(|table| came.rows.get(table)).and_then(|rows| first_day(rows));
                let since = first.filter(|_| model.day().is_some()).map(|day| format!(" AND {MONTH} >= DATE '{day}'"));
                let which = format!("{}{}", of_source(source), since.unwrap_or_default());
                self.put(session.context(), &cold, &model, &model.name, &which).await?;
            }
        }
        Ok(())
    }

    /// Works the silver models of a source out anew, from all that is stored of it.
    pub async fn rebuild_silver(&self, source: &str) -> Result<(), WarehouseError> {
        let cold = self.warehouse.cold();
        let session = self.warehouse.session()?;
        for model in self.of(Layer::Silver) {
            let rows = format!("({})", self.sql(&model, &Naming::Cold)?);
            self.put(session.context(), &cold, &model, &rows, &of_source(source)).await?;
        }
        Ok(())
    }

    /// Makes the gold models of our own source; those of all imports with `imports`, too. Each has its tests run, and so has every
    /// model that is not made here: silver, which is stored with what came, and views.
    pub async fn build_gold(&self, imports: bool) -> Result<(), WarehouseError> {
        for model in self.warehouse.project().models().to_vec() {
            let makes = model.layer == Layer::Gold && !model.is_view();
            if makes && imports {
                self.note(&model, Part::Imports, Some(&format!("source <> '{OWN}'"))).await;
            }
            if !model.is_kept() {
                self.note(&model, Part::Own, makes.then(|| of_source(OWN)).as_deref()).await;
            }
        }
        Ok(())
    }

    /// Makes the gold models of a source that was imported, each out of those that it reads.
    pub async fn build_import(&self, source: &str) -> Result<(), WarehouseError> {
        for model in self.of(Layer::Gold).into_iter().filter(|model| !model.is_view()) {
            let (_, failed) = self.make(&model, Part::Imports, &of_source(source)).await?;
            told(&model, &failed, true);
        }
        Ok(())
    }

    /// Makes the rows of a model that `made` holds for, or only tests it, and notes how that went.
    async fn note(&self, model: &Model, part: Part, made: Option<&str>) {
        let begun = Instant::now();
        let done = match made {
            Some(which) => self.make(model, part, which).await,
            None => self.test(model, part).await,
        };
        let (rows, failed, broke) = match done {
            Ok((rows, failed)) => (rows, failed, None),
            Err(error) => {
                let error = belgrano_runtime::chain(&error);
                tracing::error!(model = model.name, error, "a model could not be made or tested");
                (None, Vec::new(), Some(error))
            }
        };
        told(model, &failed, made.is_some());
        let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let run = Run { at: self.ambient.now(), made: made.is_some(), ms, rows, failed, broke };
        self.runs.lock().unwrap_or_else(PoisonError::into_inner).insert(model.name.clone(), run);
    }

    /// Makes the rows of a gold table that `which` holds for, if the tests find nothing. Begins anew when another writer was first.
    async fn make(&self, model: &Model, part: Part, which: &str) -> Result<Done, WarehouseError> {
        let mut attempt = 1;
        loop {
            let made = match part {
                Part::Imports => Box::pin(self.make_imported(model, which)).await,
                Part::All | Part::Own => Box::pin(self.make_own(model, part, which)).await,
            };
            match made {
                Err(WarehouseError::Lake(error)) if error.is_conflict() && attempt < ATTEMPTS => attempt += 1,
                made => return made,
            }
            self.warehouse.refresh().await?;
        }
    }

    /// Our own rows come all day, so the tests look at what is asked at this moment, and the table follows.
    async fn make_own(&self, model: &Model, part: Part, which: &str) -> Result<Done, WarehouseError> {
        let context = self.warehouse.session_of(part, &Scope::WHOLE)?.in_the_background();
        let failed = self.failed_tests(&context, model).await?;
        let rows = if failed.is_empty() { Some(self.write(&context, model, which).await?.0) } else { None };
        Ok((rows, failed))
    }

    /// Runs the tests of a model that is made elsewhere.
    async fn test(&self, model: &Model, part: Part) -> Result<Done, WarehouseError> {
        let context = self.warehouse.session_of(part, &Scope::WHOLE)?.in_the_background();
        let failed = self.failed_tests(&context, model).await?;
        // What a view has is worked out for whoever asks, so nobody counts it for nothing.
        let rows = if model.is_view() {
            None
        } else {
            Some(context.sql(&format!("SELECT 1 FROM {}", model.name)).await?.count().await?)
        };
        Ok((rows, failed))
    }

    /// The rows of an import are asked of the table itself: they are written, then tested, and what was before comes back when a
    /// test finds something. In between, a question may see them.
    async fn make_imported(&self, model: &Model, which: &str) -> Result<Done, WarehouseError> {
        let session = self.warehouse.session_of(Part::Imports, &Scope::WHOLE)?;
        let (rows, before, table) = self.write(session.context(), model, which).await?;
        self.warehouse.refresh().await?;
        let session = self.warehouse.session_of(Part::Imports, &Scope::WHOLE)?;
        let failed = self.failed_tests(session.context(), model).await?;
        if !failed.is_empty() {
            lake::put_back(table, before).await?;
            self.warehouse.refresh().await?;
        }
        Ok((Some(rows), failed))
    }

    /// Writes the rows of a gold table that `which` holds for: how many, the version before, and the table as it is now.
    async fn write(
        &self,
        context: &SessionContext,
        model: &Model,
        which: &str,
    ) -> Result<(usize, u64, DeltaTable), WarehouseError> {
        let sql = self.sql(model, &Naming::Live)?;
        let rows = context.sql(&format!("SELECT *{} FROM ({sql}) WHERE {which}", month(model))).await?;
        let schema = Arc::new(nullable(rows.schema().as_arrow()));
        let table = self.warehouse.lake().table(&model.name, &schema, folders(model)).await?;
        let before = table.version().unwrap_or(0);
        let table = lake::replace_by(table, rows, which).await?;
        let written = context.read_table(lake::reader(&table).await?)?;
        let of = written.parse_sql_expr(which)?;
        let written = written.filter(of)?.count().await?;
        Ok((written, before, table))
    }

    fn sql(&self, model: &Model, naming: &Naming) -> Result<String, WarehouseError> {
        let rendered = self.warehouse.project().renderer().render(&model.template, naming);
        Ok(rendered.map_err(|error| DataFusionError::External(Box::new(error)))?.0)
    }

    /// The tests of a model that find something.
    pub async fn failed_tests(
        &self,
        context: &SessionContext,
        model: &Model,
    ) -> Result<Vec<(String, usize)>, WarehouseError> {
        let mut failed = Vec::new();
        let project = self.warehouse.project();
        for test in project.tests().iter().filter(|test| test.model == model.name) {
            let rendered = project.renderer().render(&test.sql, &Naming::Live);
            let (sql, _) = rendered.map_err(|error| DataFusionError::External(Box::new(error)))?;
            let found = context.sql(&sql).await?.count().await?;
            if found > 0 {
                failed.push((test.name.clone(), found));
            }
        }
        Ok(failed)
    }

    fn of(&self, layer: Layer) -> Vec<Model> {
        self.warehouse.project().models().iter().filter(|model| model.layer == layer).cloned().collect()
    }

    /// Stores those of `rows` (a name, or a question in brackets) that `which` holds for, in the place of those that are stored;
    /// refused when the table is not what it is in `cold`, which the rows were planned over.
    async fn put(
        &self,
        context: &SessionContext,
        cold: &Cold,
        model: &Model,
        rows: &str,
        which: &str,
    ) -> Result<(), WarehouseError> {
        let select = format!("SELECT * FROM (SELECT *{} FROM {rows}) WHERE {which}", month(model));
        let rows = context.sql(&select).await?;
        let schema = Arc::new(nullable(rows.schema().as_arrow()));
        let table = if let Some(table) = cold.handles.get(&model.name) {
            table.clone()
        } else {
            let made = self.warehouse.lake().table(&model.name, &schema, folders(model)).await?;
            if made.version() != Some(0) {
                return Err(LakeError::Overtaken.into());
            }
            made
        };
        lake::replace_by(table, rows, which).await?;
        Ok(())
    }
}

/// What holds for the rows of a source.
fn of_source(source: &str) -> String {
    format!("source = '{}'", source.replace('\'', "''"))
}

/// The column that divides a model's table into folders beside the source, as one more of a `SELECT *`.
fn month(model: &Model) -> String {
    let month = model.day().map(|day| format!(", CAST(date_trunc('month', {day}) AS DATE) AS {MONTH}"));
    month.unwrap_or_default()
}

/// The columns that divide a model's table into folders.
fn folders(model: &Model) -> &'static [&'static str] {
    if model.day().is_some() { &["source", MONTH] } else { &["source"] }
}

fn told(model: &Model, failed: &[(String, usize)], made: bool) {
    for (test, found) in failed {
        let what = if made { "its last good table stays" } else { "it is shown as it is" };
        tracing::error!(model = model.name, test, found, "a test of a model found something; {what}");
    }
}

/// The format keeps no promise about nulls that a query makes.
fn nullable(schema: &datafusion::arrow::datatypes::Schema) -> datafusion::arrow::datatypes::Schema {
    let fields = schema.fields().iter().map(|field| field.as_ref().clone().with_nullable(true));
    datafusion::arrow::datatypes::Schema::new(fields.collect::<Vec<_>>())
}
