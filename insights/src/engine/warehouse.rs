//! All of the data of one process: what is stored, what has come since, and which state of both an answer is of.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use datafusion::arrow::array::{Array, AsArray, Date32Array};
use datafusion::arrow::datatypes::Int64Type;
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::catalog::CatalogProvider;
use datafusion::catalog::{MemoryCatalogProvider, SchemaProvider, TableProvider};
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::execution::session_state::{SessionState, SessionStateBuilder};
use datafusion::prelude::SessionContext;
use deltalake::DeltaTable;
use jiff::ToSpan;
use jiff::civil::Date;
use tokio::sync::watch;

use super::context::{CATALOG, Limits, SCHEMA, context, runtime};
use super::fresh::HotRows;
use super::names::{self, Hot, Names, Shape};
use super::visible::{Scope, Visible};
use crate::lake::{Lake, LakeError, tables};
use crate::models::project::{Project, ProjectError};

/// Why the data cannot be reached.
#[derive(Debug, thiserror::Error)]
pub enum WarehouseError {
    /// The lake.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// The models.
    #[error(transparent)]
    Project(#[from] ProjectError),
    /// The engine.
    #[error("the engine")]
    Engine(#[from] datafusion::error::DataFusionError),
}

/// What the lake holds, as it was when it was last looked at.
#[derive(Debug, Default)]
pub struct Cold {
    /// Tables and models by name.
    pub tables: BTreeMap<String, Arc<dyn TableProvider>>,
    /// The same as the format knows them.
    pub handles: BTreeMap<String, DeltaTable>,
}

/// The data. Cheap to clone.
#[derive(Clone)]
pub struct Warehouse(Arc<Inner>);

impl std::fmt::Debug for Warehouse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Warehouse({})", self.0.lake.root())
    }
}

struct Inner {
    lake: Lake,
    project: Arc<Project>,
    runtime: Arc<RuntimeEnv>,
    limits: Limits,
    data: RwLock<Data>,
    version: watch::Sender<u64>,
    houses: AtomicU64,
}

#[derive(Default)]
struct Data {
    hot: Hot,
    /// Up to where the rows are that came, by feed.
    reached: BTreeMap<String, i64>,
    cold: Arc<Cold>,
    house: Option<Arc<House>>,
    session: Option<Arc<Session>>,
}

/// What plans are made in: it holds while rows come, until the lake is looked at again or rows of another month come.
struct House {
    /// Told apart from every other house of this process.
    id: u64,
    shape: Shape,
    context: SessionContext,
    names: Arc<Names>,
    // The names hold their planner weakly.
    _planner: Arc<SessionState>,
}

/// Rows that have come, and up to where, at one moment.
#[derive(Clone, Debug, Default)]
pub struct Came {
    /// The rows, by table.
    pub rows: Hot,
    /// Up to where, by feed.
    pub reached: BTreeMap<String, i64>,
}

/// One state of the data, to be asked. Cheap to share; it stays as it is while others come.
pub struct Session {
    context: SessionContext,
    /// Which state it is of.
    version: u64,
    house: Arc<House>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("version", &self.version).finish_non_exhaustive()
    }
}

impl Session {
    /// What SQL is asked of.
    #[must_use]
    pub fn context(&self) -> &SessionContext {
        &self.context
    }

    /// Which state of the data it is of.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// What plans are made in: a plan is good for every session of the same house.
    #[must_use]
    pub fn house(&self) -> u64 {
        self.house.id
    }

    /// What its names stand for.
    pub(super) fn names(&self) -> &Arc<Names> {
        &self.house.names
    }

    /// The same with none but these functions, and no function that makes tables.
    #[must_use]
    pub fn confined(&self, scalar: &[&str], aggregate: &[&str], window: &[&str]) -> SessionContext {
        let state = self.context.state();
        let scalars = state.scalar_functions().values().filter(|function| scalar.contains(&function.name()));
        let aggregates = state.aggregate_functions().values().filter(|function| aggregate.contains(&function.name()));
        let windows = state.window_functions().values().filter(|function| window.contains(&function.name()));
        let confined = SessionStateBuilder::new_from_existing(state.clone())
            .with_scalar_functions(scalars.cloned().collect())
            .with_aggregate_functions(aggregates.cloned().collect())
            .with_window_functions(windows.cloned().collect())
            .with_table_functions(HashMap::new())
            .build();
        SessionContext::new_with_state(confined)
    }
}

impl Warehouse {
    /// The data of a lake; nothing has come yet.
    pub fn open(lake: Lake, limits: Limits) -> Result<Self, WarehouseError> {
        let (project, runtime) = (Arc::new(Project::load()?), runtime(limits)?);
        let inner = Inner {
            lake,
            project,
            runtime,
            limits,
            data: RwLock::default(),
            version: watch::Sender::new(1),
            houses: AtomicU64::new(0),
        };
        Ok(Self(Arc::new(inner)))
    }

    /// The lake.
    #[must_use]
    pub fn lake(&self) -> &Lake {
        &self.0.lake
    }

    /// The models.
    #[must_use]
    pub fn project(&self) -> &Project {
        &self.0.project
    }

    /// What the lake holds now.
    pub async fn look(&self) -> Result<Cold, WarehouseError> {
        let models = self.project().models().iter().map(|model| model.name.as_str());
        let names = tables::ALL.iter().map(|table| table.name).chain(models);
        let mut cold = Cold::default();
        for name in names {
            if let Some(table) = self.lake().find(name).await? {
                cold.tables.insert(name.to_owned(), table.table_provider().await?);
                cold.handles.insert(name.to_owned(), table);
            }
        }
        Ok(cold)
    }

    /// Tells of every new state.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.0.version.subscribe()
    }

    /// Which state it is in now.
    #[must_use]
    pub fn version(&self) -> u64 {
        *self.0.version.borrow()
    }

    /// Adds rows that have come, which bring `feed` to `seq`.
    pub fn add(&self, fresh: Vec<(&'static str, RecordBatch)>, feed: &str, seq: i64) {
        self.change(|data| {
            for (table, batch) in fresh {
                Arc::make_mut(data.hot.entry(table).or_default()).push(batch);
            }
            data.reached.insert(feed.to_owned(), seq);
        });
    }

    /// Rows that have come and are not stored.
    #[must_use]
    pub fn came(&self) -> Came {
        let data = self.0.data.read().unwrap_or_else(PoisonError::into_inner);
        Came { rows: data.hot.clone(), reached: data.reached.clone() }
    }

    /// What came and what is stored, of the same state.
    pub(crate) fn parts(&self) -> (Hot, Arc<Cold>) {
        let data = self.0.data.read().unwrap_or_else(PoisonError::into_inner);
        (data.hot.clone(), Arc::clone(&data.cold))
    }

    /// What the lake holds.
    #[must_use]
    pub fn cold(&self) -> Arc<Cold> {
        Arc::clone(&self.0.data.read().unwrap_or_else(PoisonError::into_inner).cold)
    }

    /// Takes another look of the lake, which holds what `stored` says: that leaves memory.
    pub fn settle(&self, cold: Cold, stored: &Came) {
        self.change(|data| {
            data.cold = Arc::new(cold);
            data.house = None;
            for (table, batches) in &stored.rows {
                if let Some(rows) = data.hot.get_mut(table) {
                    Arc::make_mut(rows).drain(..batches.len());
                }
            }
            data.hot.retain(|_, rows| !rows.is_empty());
        });
    }

    /// Forgets the rows of some tables that came, and how far the feeds were whose names begin with `feed`: it begins anew.
    pub fn forget(&self, tables: &[&str], feed: &str) {
        self.change(|data| {
            data.hot.retain(|table, _| !tables.contains(table));
            data.reached.retain(|name, _| !name.starts_with(feed));
        });
    }

    fn change(&self, change: impl FnOnce(&mut Data)) {
        let mut data = self.0.data.write().unwrap_or_else(PoisonError::into_inner);
        change(&mut data);
        data.session = None;
        // While the lock is held: who asks for a session never gets one of an older state under a newer number.
        self.0.version.send_modify(|version| *version += 1);
    }

    /// The present state, to be asked.
    pub fn session(&self) -> Result<Arc<Session>, WarehouseError> {
        if let Some(session) = &self.0.data.read().unwrap_or_else(PoisonError::into_inner).session {
            return Ok(Arc::clone(session));
        }
        let mut data = self.0.data.write().unwrap_or_else(PoisonError::into_inner);
        let shape = shape(&data.hot);
        let house = match &data.house {
            Some(house) if house.shape == shape => Arc::clone(house),
            _ => Arc::new(self.build(&data, shape, Vec::new())?),
        };
        data.house = Some(Arc::clone(&house));
        let context = with_rows(&house.context, &data.hot);
        let session = Arc::new(Session { context, version: *self.0.version.borrow(), house });
        data.session = Some(Arc::clone(&session));
        Ok(session)
    }

    /// Puts `hot` in the place of what came.
    pub fn put(&self, hot: Hot) {
        self.change(|data| data.hot = hot);
    }

    /// The present state as a caller may see it: with persons or without, of one business or of all.
    pub fn session_for(
        &self,
        vars: Vec<(&'static str, serde_json::Value)>,
        persons: bool,
        business: Option<&str>,
    ) -> Result<Session, WarehouseError> {
        let data = self.0.data.read().unwrap_or_else(PoisonError::into_inner);
        let house = Arc::new(self.build(&data, shape(&data.hot), vars)?);
        let scope = Scope { persons, business: business.map(ToOwned::to_owned) };
        let context = context(&self.0.runtime, self.0.limits);
        register(&context, Arc::new(Visible::new(Arc::clone(&house.names), scope)))?;
        for table in data.cold.handles.values() {
            table.update_datafusion_session(&context.state()).map_err(LakeError::from)?;
        }
        let context = with_rows(&context, &data.hot);
        Ok(Session { context, version: *self.0.version.borrow(), house })
    }

    fn build(
        &self,
        data: &Data,
        shape: Shape,
        vars: Vec<(&'static str, serde_json::Value)>,
    ) -> Result<House, WarehouseError> {
        let context = context(&self.0.runtime, self.0.limits);
        for table in data.cold.handles.values() {
            table.update_datafusion_session(&context.state()).map_err(LakeError::from)?;
        }
        let names = Names::new(Arc::clone(&self.0.project), shape.clone(), Arc::clone(&data.cold), vars);
        let names = Arc::new(names);
        register(&context, Arc::clone(&names) as _)?;
        let planner = Arc::new(context.state());
        names.settle(&planner);
        let id = self.0.houses.fetch_add(1, Ordering::Relaxed);
        Ok(House { id, shape, context, names, _planner: planner })
    }
}

fn shape(hot: &Hot) -> Shape {
    let came = |rows: &[RecordBatch]| names::Came { since: first_day(rows), first_seq: first_seq(rows) };
    hot.iter().map(|(table, rows)| (*table, came(rows))).collect()
}

/// The same context for one state: its rows come along.
fn with_rows(context: &SessionContext, hot: &Hot) -> SessionContext {
    let state = context.state();
    let config = state.config().clone().with_extension(Arc::new(HotRows(hot.clone())));
    SessionContext::new_with_state(SessionStateBuilder::new_from_existing(state).with_config(config).build())
}

fn register(context: &SessionContext, names: Arc<dyn SchemaProvider>) -> datafusion::error::Result<()> {
    let catalog = MemoryCatalogProvider::new();
    catalog.register_schema(SCHEMA, names)?;
    context.register_catalog(CATALOG, Arc::new(catalog));
    Ok(())
}

/// The smallest `seq` among rows.
fn first_seq(batches: &[RecordBatch]) -> i64 {
    let seqs = batches.iter().filter_map(|batch| batch.column_by_name("seq")).map(AsArray::as_primitive::<Int64Type>);
    seqs.flat_map(|seqs| seqs.values().iter().copied()).min().unwrap_or(i64::MAX)
}

/// The first of the month of the oldest day (`ordered_on`, `created_on` …) among rows; `None` when some row has none.
pub(crate) fn first_day(batches: &[RecordBatch]) -> Option<Date> {
    let mut first: Option<i32> = None;
    for batch in batches {
        let column = batch.schema().fields().iter().position(|field| field.name().ends_with("_on"))?;
        let days = batch.column(column).as_any().downcast_ref::<Date32Array>()?;
        if days.null_count() > 0 {
            return None;
        }
        let earliest = days.iter().flatten().min();
        first = first.into_iter().chain(earliest).min();
    }
    let day = Date::constant(1970, 1, 1).checked_add(i64::from(first?).days()).ok()?;
    Some(day.first_of_month())
}
