//! Making tables of the models: silver by the months that changed, gold as a whole, and what their tests say.
//!
//! A model whose test finds something keeps its last good table; the lineage page shows it red.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use belgrano_shared::ambient::Ambient;
use belgrano_shared::timestamp::UnixMillis;
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::prelude::SessionContext;

use super::project::{Layer, Model};
use crate::engine::{Came, Cold, MONTH, Warehouse, WarehouseError, first_day};
use crate::lake::{self, LakeError};

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
                let since = first.filter(|_| model.day().is_some()).map(|day| format!("{MONTH} >= DATE '{day}'"));
                let select = format!("SELECT * FROM {}", model.name);
                let part = Part { source, since: since.as_deref() };
                self.put(session.context(), &cold, &model, &select, part).await?;
            }
        }
        Ok(())
    }

    /// Works the silver models of a source out anew, from all that is stored of it.
    pub async fn rebuild_silver(&self, source: &str) -> Result<(), WarehouseError> {
        let cold = self.warehouse.cold();
        let session = self.warehouse.session()?;
        for model in self.of(Layer::Silver) {
            let naming = super::render::Naming::Cold;
            let rendered = self.warehouse.project().renderer().render(&model.template, &naming);
            let (sql, _) = rendered.map_err(|error| datafusion::error::DataFusionError::External(Box::new(error)))?;
            let select = format!("SELECT * FROM ({sql})");
            self.put(session.context(), &cold, &model, &select, Part { source, since: None }).await?;
        }
        Ok(())
    }

    /// Makes the gold models: those that only an import changes with `imports`, the others always. Each has its tests run, and so
    /// has every model that is not made here: silver, which is stored with what came, and views.
    pub async fn build_gold(&self, imports: bool) -> Result<(), WarehouseError> {
        for model in self.warehouse.project().models().to_vec() {
            let makes = model.layer == Layer::Gold && !model.is_view() && (imports || !model.is_kept());
            self.note(&model, makes).await;
            if makes && model.is_kept() {
                self.warehouse.refresh().await?;
            }
        }
        Ok(())
    }

    /// Makes the gold models that only an import changes.
    pub async fn build_imports(&self) -> Result<(), WarehouseError> {
        for model in self.of(Layer::Gold).into_iter().filter(Model::is_kept) {
            self.make(&model).await?;
            self.warehouse.refresh().await?;
        }
        Ok(())
    }

    async fn note(&self, model: &Model, makes: bool) {
        let begun = Instant::now();
        let done = if makes { self.make(model).await } else { self.test(model).await };
        let (rows, failed, broke) = match done {
            Ok((rows, failed)) => (rows, failed, None),
            Err(error) => {
                let error = belgrano_shared::chain(&error);
                tracing::error!(model = model.name, error, "a model could not be made or tested");
                (None, Vec::new(), Some(error))
            }
        };
        for (test, found) in &failed {
            let what = if makes { "its last good table stays" } else { "it is shown as it is" };
            tracing::error!(model = model.name, test, found, "a test of a model found something; {what}");
        }
        let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let run = Run { at: self.ambient.now(), made: makes, ms, rows, failed, broke };
        self.runs.lock().unwrap_or_else(PoisonError::into_inner).insert(model.name.clone(), run);
    }

    /// Makes a gold table, if its tests find nothing.
    async fn make(&self, model: &Model) -> Result<Done, WarehouseError> {
        let session = self.warehouse.session()?;
        let naming = super::render::Naming::Live;
        let rendered = self.warehouse.project().renderer().render(&model.template, &naming);
        let (sql, _) = rendered.map_err(|error| datafusion::error::DataFusionError::External(Box::new(error)))?;
        let frame = session.context().sql(&sql).await?;
        let schema = frame.schema().as_arrow().clone();
        let batches = some(frame.collect().await?, &schema);
        let rows = batches.iter().map(RecordBatch::num_rows).sum();
        let failed = self.failed_tests(session.context(), model).await?;
        if failed.is_empty() {
            let table = self.warehouse.lake().table(&model.name, &Arc::new(nullable(&schema)), &[]).await?;
            lake::replace(table, batches, None).await?;
        }
        Ok((Some(rows), failed))
    }

    /// Runs the tests of a model that is made elsewhere.
    async fn test(&self, model: &Model) -> Result<Done, WarehouseError> {
        let session = self.warehouse.session()?;
        let failed = self.failed_tests(session.context(), model).await?;
        // What a view has is worked out for whoever asks, so nobody counts it for nothing.
        let rows = if model.is_view() {
            None
        } else {
            Some(session.context().sql(&format!("SELECT 1 FROM {}", model.name)).await?.count().await?)
        };
        Ok((rows, failed))
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
            let rendered = project.renderer().render(&test.sql, &super::render::Naming::Live);
            let (sql, _) = rendered.map_err(|error| datafusion::error::DataFusionError::External(Box::new(error)))?;
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

    /// Stores the rows of `select` that are of a part, in the place of those that are stored; refused when the table is not what
    /// it is in `cold`, which `select` was planned over.
    async fn put(
        &self,
        context: &SessionContext,
        cold: &Cold,
        model: &Model,
        select: &str,
        part: Part<'_>,
    ) -> Result<(), WarehouseError> {
        let month = model.day().map(|day| format!(", CAST(date_trunc('month', {day}) AS DATE) AS {MONTH}"));
        let select = format!("SELECT *{} FROM ({select})", month.unwrap_or_default());
        let mut which = format!("source = '{}'", part.source.replace('\'', "''"));
        if let Some(since) = part.since {
            which = format!("{which} AND {since}");
        }
        let frame = context.sql(&format!("SELECT * FROM ({select}) WHERE {which}")).await?;
        let schema = Arc::new(nullable(frame.schema().as_arrow()));
        let batches = some(frame.collect().await?, &schema);
        let table = if let Some(table) = cold.handles.get(&model.name) {
            table.clone()
        } else {
            let partitions: &[&str] = if model.day().is_some() { &["source", MONTH] } else { &["source"] };
            let made = self.warehouse.lake().table(&model.name, &schema, partitions).await?;
            if made.version() != Some(0) {
                return Err(LakeError::Overtaken.into());
            }
            made
        };
        lake::replace(table, batches, Some(&which)).await?;
        Ok(())
    }
}

/// Rows of a silver model that are worked out together.
#[derive(Clone, Copy, Debug)]
struct Part<'a> {
    source: &'a str,
    /// A condition on their month.
    since: Option<&'a str>,
}

/// At least one batch, if without rows: the table is then emptied.
fn some(batches: Vec<RecordBatch>, schema: &datafusion::arrow::datatypes::Schema) -> Vec<RecordBatch> {
    if batches.is_empty() { vec![RecordBatch::new_empty(Arc::new(schema.clone()))] } else { batches }
}

/// The format keeps no promise about nulls that a query makes.
fn nullable(schema: &datafusion::arrow::datatypes::Schema) -> datafusion::arrow::datatypes::Schema {
    let fields = schema.fields().iter().map(|field| field.as_ref().clone().with_nullable(true));
    datafusion::arrow::datatypes::Schema::new(fields.collect::<Vec<_>>())
}
