//! All of the data of one process: what is stored, what has come since, and which state of both an answer is of.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use datafusion::arrow::error::ArrowError;
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::catalog::CatalogProvider;
use datafusion::catalog::{MemoryCatalogProvider, SchemaProvider};
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::prelude::SessionContext;
use tokio::sync::{Mutex, watch};

use super::cold::Cold;
use super::context::{CATALOG, Limits, SCHEMA, context, runtime};
use super::data::{Came, Data, Reach};
use super::fresh::HotRows;
use super::hot::{self, Hot, beyond};
use super::names::{Names, Shape};
use super::part::Part;
use super::scope::{Scope, Scoped};
use super::session::{House, Session};
use super::visible::Visible;
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
    /// Rows that do not fit their table.
    #[error("rows of the lake")]
    Rows(#[from] ArrowError),
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
    /// Held by who looks at the lake: no look is ever followed by an older one.
    looking: Mutex<()>,
    /// Whether the last look failed.
    away: AtomicBool,
    version: watch::Sender<u64>,
    houses: AtomicU64,
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
            looking: Mutex::default(),
            away: AtomicBool::default(),
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

    /// Takes a look at the lake. What it holds leaves memory, whoever has stored it.
    pub async fn refresh(&self) -> Result<(), WarehouseError> {
        let _looking = self.0.looking.lock().await;
        let models = self.project().models().iter().map(|model| model.name.clone());
        let names = tables::ALL.iter().map(|table| table.name.to_owned()).chain(models).collect();
        let before = self.cold();
        let looked = Cold::look(self.lake(), names, &before).await;
        self.note_away(looked.is_err());
        let cold = Arc::new(looked?);
        let mut begun = Vec::new();
        for (feed, reach) in self.reached().into_iter().filter(|(_, reach)| reach.life.is_none()) {
            if let Some(life) = cold.life_of(feed, &reach.epoch).await? {
                begun.push((feed, reach.epoch, life));
            }
        }
        let goes_on = |feed: &str, reach: &Reach| reach.life.is_none_or(|life| life == cold.life(feed));
        let go_on = self.reached().iter().all(|(feed, reach)| goes_on(feed, reach));
        if begun.is_empty() && go_on && cold.is_same(&before) {
            return Ok(());
        }
        self.change(|data| {
            // Another writer has begun a life since: what of ours is stored in it, its own mark says, so it is read from there.
            data.reached.retain(|feed, reach| goes_on(feed, reach));
            let reached = |feed| if data.reached.contains_key(feed) { i64::MIN } else { i64::MAX };
            data.hot = hot::all_beyond(&data.hot, |_, feed| reached(feed))?;
            data.cold = Arc::clone(&cold);
            data.houses.clear();
            for (feed, epoch, life) in begun {
                if let Some(reach) = data.reached.get_mut(feed).filter(|reach| reach.epoch == epoch) {
                    reach.life = Some(life);
                }
            }
            Ok(data.drop_stored()?)
        })
    }

    /// Says whether the lake can be reached, for who has found out.
    pub fn note_away(&self, away: bool) {
        self.0.away.store(away, Ordering::Relaxed);
    }

    /// Whether it could not, when somebody last tried.
    #[must_use]
    pub fn is_away(&self) -> bool {
        self.0.away.load(Ordering::Relaxed)
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

    /// From now on the changes of a feed are those of a life of it. Where to read on: what another life said is forgotten.
    pub async fn begin(&self, feed: &'static str, epoch: &str) -> Result<i64, WarehouseError> {
        self.refresh().await?;
        let cold = self.cold();
        let life = cold.life_of(feed, epoch).await?;
        self.change(|data| {
            if let Some(reach) = data.reached.get(feed).filter(|reach| reach.epoch == epoch) {
                return Ok(reach.seq);
            }
            let others = |_, of: &str| if of == feed { i64::MAX } else { i64::MIN };
            data.hot = hot::all_beyond(&data.hot, others)?;
            let seq = if life.is_some() { cold.mark(feed) } else { 0 };
            data.reached.insert(feed, Reach { epoch: epoch.to_owned(), life, seq });
            Ok(seq)
        })
    }

    /// Adds rows that have come of a life of a feed, which bring it to `seq`. What was added before is not added again. Whether the
    /// feed still is in that life here: else it has to be begun anew.
    pub fn add(
        &self,
        fresh: Vec<(&'static str, RecordBatch)>,
        feed: &'static str,
        epoch: &str,
        seq: i64,
    ) -> Result<bool, WarehouseError> {
        self.change(|data| {
            let Some(reach) = data.reached.get_mut(feed).filter(|reach| reach.epoch == epoch) else { return Ok(false) };
            let before = reach.seq;
            reach.seq = before.max(seq);
            for (table, batch) in fresh {
                let batch = beyond(table, &batch, |_| before)?;
                if batch.num_rows() > 0 {
                    Arc::make_mut(data.hot.entry(table).or_default()).push(batch);
                }
            }
            data.drop_stored()?;
            Ok(true)
        })
    }

    /// Rows that have come and are not stored.
    #[must_use]
    pub fn came(&self) -> Came {
        let data = self.0.data.read().unwrap_or_else(PoisonError::into_inner);
        Came { rows: data.hot.clone(), reached: data.reached.clone() }
    }

    /// Up to where each feed was read.
    #[must_use]
    pub fn reached(&self) -> BTreeMap<&'static str, Reach> {
        self.0.data.read().unwrap_or_else(PoisonError::into_inner).reached.clone()
    }

    /// How many rows are in memory alone.
    #[must_use]
    pub fn waiting(&self) -> usize {
        hot::count(&self.0.data.read().unwrap_or_else(PoisonError::into_inner).hot)
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

    fn change<T>(&self, change: impl FnOnce(&mut Data) -> T) -> T {
        let mut data = self.0.data.write().unwrap_or_else(PoisonError::into_inner);
        let done = change(&mut data);
        data.sessions.clear();
        // While the lock is held: who asks for a session never gets one of an older state under a newer number.
        self.0.version.send_modify(|version| *version += 1);
        done
    }

    /// The present state, to be asked by who may see all of it.
    pub fn session(&self) -> Result<Arc<Session>, WarehouseError> {
        self.session_of(Part::All, &Scope::WHOLE)
    }

    /// The present state as it is within a scope, to be asked in our own words about a part of the sources.
    pub fn session_of(&self, part: Part, scope: &Scope) -> Result<Arc<Session>, WarehouseError> {
        let key = (part, scope.clone());
        if let Some(session) = self.0.data.read().unwrap_or_else(PoisonError::into_inner).sessions.get(&key) {
            return Ok(Arc::clone(session));
        }
        let mut data = self.0.data.write().unwrap_or_else(PoisonError::into_inner);
        let house = self.house(&mut data, part, scope)?;
        let context = with_rows(&house.context, data.rows(part)?);
        let session = Arc::new(Session { context, version: *self.0.version.borrow(), house });
        data.sessions.insert(key, Arc::clone(&session));
        Ok(session)
    }

    /// What plans of a scope are made in now.
    fn house(&self, data: &mut Data, part: Part, scope: &Scope) -> Result<Arc<House>, WarehouseError> {
        let shape = shape(&data.hot);
        // What comes is of no import.
        data.houses.retain(|(part, _), house| *part == Part::Imports || house.shape == shape);
        let key = (part, scope.clone());
        if let Some(house) = data.houses.get(&key) {
            return Ok(Arc::clone(house));
        }
        let house = if scope.is_whole() {
            self.build(data, part, shape, Vec::new())?
        } else {
            let whole = self.house(data, part, &Scope::WHOLE)?;
            self.within(data, &whole, scope)?
        };
        let house = Arc::new(house);
        data.houses.insert(key, Arc::clone(&house));
        Ok(house)
    }

    /// What another process has in memory and has seen of the lake.
    pub fn put(&self, cold: Cold, hot: Hot) {
        self.change(|data| {
            data.cold = Arc::new(cold);
            data.houses.clear();
            data.hot = hot;
        });
    }

    /// The present state as it is within a scope, to be asked in a caller's words.
    pub fn session_for(&self, scope: &Scope) -> Result<Session, WarehouseError> {
        let data = self.0.data.read().unwrap_or_else(PoisonError::into_inner);
        let vars = vec![("persons", serde_json::json!(scope.persons))];
        let whole = self.build(&data, Part::All, shape(&data.hot), vars)?;
        let house = self.within(&data, &whole, scope)?;
        let context = match &house.scoped {
            Some(scoped) => self.context_of(&data, Arc::new(Visible::new(Arc::clone(scoped))))?,
            None => house.context.clone(),
        };
        let context = with_rows(&context, data.rows(Part::All)?);
        Ok(Session { context, version: *self.0.version.borrow(), house: Arc::new(house) })
    }

    /// The same names, as far as they may be seen.
    fn within(&self, data: &Data, whole: &House, scope: &Scope) -> Result<House, WarehouseError> {
        let names = Arc::clone(&whole.names);
        let scoped = Arc::new(Scoped::new(Arc::clone(&names), Arc::clone(&self.0.project), scope.clone()));
        let context = self.context_of(data, Arc::clone(&scoped) as _)?;
        let planner = Arc::new(context.state());
        scoped.settle(&planner);
        let planners = whole.planners.iter().cloned().chain([planner]).collect();
        Ok(House { id: self.next_house(), shape: whole.shape.clone(), context, names, scoped: Some(scoped), planners })
    }

    fn next_house(&self) -> u64 {
        self.0.houses.fetch_add(1, Ordering::Relaxed)
    }

    fn context_of(&self, data: &Data, names: Arc<dyn SchemaProvider>) -> Result<SessionContext, WarehouseError> {
        let context = context(&self.0.runtime, self.0.limits);
        for table in data.cold.handles.values() {
            table.update_datafusion_session(&context.state()).map_err(LakeError::from)?;
        }
        register(&context, names)?;
        Ok(context)
    }

    fn build(
        &self,
        data: &Data,
        part: Part,
        shape: Shape,
        vars: Vec<(&'static str, serde_json::Value)>,
    ) -> Result<House, WarehouseError> {
        let names = Names::new(part, Arc::clone(&self.0.project), shape.clone(), Arc::clone(&data.cold), vars);
        let names = Arc::new(names);
        let context = self.context_of(data, Arc::clone(&names) as _)?;
        let planner = Arc::new(context.state());
        names.settle(&planner);
        Ok(House { id: self.next_house(), shape, context, names, scoped: None, planners: vec![planner] })
    }
}

fn shape(hot: &Hot) -> Shape {
    hot.iter().map(|(table, rows)| (*table, hot::first_day(rows))).collect()
}

/// The same context for one state: its rows come along.
fn with_rows(context: &SessionContext, rows: HotRows) -> SessionContext {
    let state = context.state();
    let config = state.config().clone().with_extension(Arc::new(rows));
    SessionContext::new_with_state(SessionStateBuilder::new_from_existing(state).with_config(config).build())
}

fn register(context: &SessionContext, names: Arc<dyn SchemaProvider>) -> datafusion::error::Result<()> {
    let catalog = MemoryCatalogProvider::new();
    catalog.register_schema(SCHEMA, names)?;
    context.register_catalog(CATALOG, Arc::new(catalog));
    Ok(())
}
