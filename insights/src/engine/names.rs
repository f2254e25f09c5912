//! What a name in SQL stands for: a table of the lake, what has just come of it, or a model, made when it is first asked for.
//!
//! `orders`-like names are everything there is; `cold_…` is what is stored, `hot_…` what has come since. Models are views over
//! those, so that an answer holds what came a second ago. Gold models of imports are read as their import left them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use async_trait::async_trait;
use datafusion::catalog::{SchemaProvider, TableProvider};
use datafusion::datasource::{MemTable, ViewTable};
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::context::SessionState;
use jiff::civil::Date;

use super::ahead::ahead;
use super::cold::Cold;
use super::fresh::Fresh;
use super::part::Part;
use crate::lake::column::Table;
use crate::lake::feeds::OWN;
use crate::lake::tables;
use crate::models::project::{Layer, Model, Project};
use crate::models::render::Naming;

/// The column that divides a stored table into folders: the first day of a month.
pub(crate) const MONTH: &str = "month";

/// Before the name of a model: its rows of our own source. Only the views of this file say it.
const OWN_ROWS: &str = "own_";
/// Before the name of a silver model: its rows of every source. Only the views of this file say it.
const EVERY: &str = "every_";

/// What plans depend on of the rows that came, by table: the first of the month of their oldest day; `None` when some row has none.
pub(super) type Shape = BTreeMap<&'static str, Option<Date>>;

/// The names of one state of the data.
pub(super) struct Names {
    /// Of which sources the rows are that they stand for; those of others may be there or not.
    part: Part,
    project: Arc<Project>,
    /// Tables of which something has come.
    hot: Shape,
    cold: Arc<Cold>,
    vars: Vec<(&'static str, serde_json::Value)>,
    state: OnceLock<Weak<SessionState>>,
    made: Mutex<BTreeMap<String, Arc<dyn TableProvider>>>,
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Names").field("hot", &self.hot.keys()).finish_non_exhaustive()
    }
}

impl Names {
    pub(super) fn new(
        part: Part,
        project: Arc<Project>,
        hot: Shape,
        cold: Arc<Cold>,
        vars: Vec<(&'static str, serde_json::Value)>,
    ) -> Self {
        Self { part, project, hot, cold, vars, state: OnceLock::new(), made: Mutex::default() }
    }

    /// Says whose planner resolves the views.
    pub(super) fn settle(&self, state: &Arc<SessionState>) {
        let _ = self.state.set(Arc::downgrade(state));
    }

    async fn make(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        if let Some(stored) = name.strip_prefix("stored_") {
            return self.stored(stored);
        }
        if let Some(stored) = name.strip_prefix("cold_") {
            return self.columns_of(stored).await;
        }
        if let Some(fresh) = name.strip_prefix("hot_") {
            return match (table(fresh), self.project.model(fresh)) {
                (Some(table), _) => Ok(Some(Arc::new(Fresh::of(table)))),
                (None, Some(model)) => self.view(&self.sql(model, &Naming::Hot)?).await.map(Some),
                (None, None) => Ok(None),
            };
        }
        if let Some(table) = name.strip_prefix("beyond_").and_then(table) {
            return Ok(Some(Arc::new(Fresh::beyond(table))));
        }
        if let Some(model) = name.strip_prefix(EVERY).and_then(|name| self.project.model(name)) {
            return self.silver(model).await.map(Some);
        }
        if let Some(model) = name.strip_prefix(OWN_ROWS).and_then(|name| self.project.model(name)) {
            return self.own(model).await.map(Some);
        }
        match (table(name), self.project.model(name)) {
            (Some(table), _) => self.both(table).await.map(Some),
            (None, Some(model)) if model.layer == Layer::Silver => match self.part {
                Part::All => self.silver(model).await.map(Some),
                Part::Own => self.view(&format!("SELECT * FROM {EVERY}{name} WHERE source = '{OWN}'")).await.map(Some),
                Part::Imports => {
                    self.view(&format!("SELECT * FROM {EVERY}{name} WHERE source <> '{OWN}'")).await.map(Some)
                }
            },
            (None, Some(model)) => self.gold(model).await.map(Some),
            (None, None) => Ok(None),
        }
    }

    /// A gold model: of our own source as it is now, of imports as they were last worked out.
    async fn gold(&self, model: &Model) -> Result<Arc<dyn TableProvider>> {
        let name = &model.name;
        let stored = self.cold.tables.contains_key(name);
        let by_source = stored && self.cold.is_by_source(name);
        match self.part {
            Part::Own if model.is_kept() => self.none_of(model).await,
            Part::All | Part::Imports if model.is_kept() && stored => self.whole(name).await,
            Part::Imports if !model.is_view() && by_source => self.whole(name).await,
            Part::All if !model.is_view() && by_source => {
                let imported = format!("SELECT * FROM cold_{name} WHERE source <> '{OWN}'");
                self.view(&format!("SELECT * FROM {OWN_ROWS}{name} UNION ALL {imported}")).await
            }
            _ => self.view(&self.sql(model, &Naming::Live)?).await,
        }
    }

    /// Rows of our own source alone of a model.
    async fn own(&self, model: &Model) -> Result<Arc<dyn TableProvider>> {
        if model.is_kept() {
            return self.none_of(model).await;
        }
        if model.layer == Layer::Silver {
            return self.view(&format!("SELECT * FROM {} WHERE source = '{OWN}'", model.name)).await;
        }
        self.view(&self.sql(model, &Naming::Own)?).await
    }

    /// The columns of a model, without a row.
    async fn none_of(&self, model: &Model) -> Result<Arc<dyn TableProvider>> {
        if self.cold.tables.contains_key(&model.name) {
            return self.view(&format!("SELECT * FROM cold_{} WHERE false", model.name)).await;
        }
        self.view(&format!("SELECT * FROM ({}) WHERE false", self.sql(model, &Naming::Live)?)).await
    }

    /// The table of a model whose rows are kept.
    async fn whole(&self, name: &str) -> Result<Arc<dyn TableProvider>> {
        self.columns_of(name).await?.ok_or_else(|| missing(name))
    }

    /// What the lake holds of a table or model, without the column that only divides it into folders.
    async fn columns_of(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        let divided = self.project.model(name).is_some_and(|model| model.day().is_some());
        let Some(stored) = self.stored(name)? else { return Ok(None) };
        if !divided {
            return Ok(Some(stored));
        }
        let schema = stored.schema();
        let columns = schema.fields().iter().map(|field| field.name().as_str()).filter(|column| *column != MONTH);
        let columns: Vec<String> = columns.map(|column| format!("\"{column}\"")).collect();
        self.view(&format!("SELECT {} FROM stored_{name}", columns.join(", "))).await.map(Some)
    }

    /// A table or model as the lake holds it; without rows when it does not hold it yet.
    fn stored(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        if let Some(stored) = self.cold.tables.get(name) {
            return Ok(Some(Arc::clone(stored)));
        }
        let empty = |table: &'static Table| MemTable::try_new(table.schema(), vec![Vec::new()]);
        Ok(match table(name) {
            Some(table) => Some(Arc::new(empty(table)?)),
            None => None,
        })
    }

    async fn both(&self, table: &'static Table) -> Result<Arc<dyn TableProvider>> {
        let name = table.name;
        if self.part == Part::Imports || !self.hot.contains_key(name) {
            return self.stored(name)?.ok_or_else(|| missing(name));
        }
        // After a kill in the middle of a flush some of what came is stored.
        let both = format!("SELECT * FROM cold_{name} UNION ALL SELECT * FROM beyond_{name}");
        if name != tables::PERSONS.name {
            return self.view(&both).await;
        }
        // Who was erased is gone at once, not when the lake is next written.
        let erased = format!("SELECT source AS e_source, customer_id AS e_id FROM hot_{name} WHERE deleted");
        self.view(&format!(
            "SELECT p.* FROM ({both}) p LEFT ANTI JOIN ({erased}) e \
             ON p.source = e.e_source AND p.customer_id = e.e_id AND NOT p.deleted"
        ))
        .await
    }

    /// A model that is worked out key by key: what came wins, and what is stored of other keys stays.
    async fn silver(&self, model: &Model) -> Result<Arc<dyn TableProvider>> {
        let name = &model.name;
        let sources = self.project.sources_of(name);
        let has_hot = self.part != Part::Imports && sources.iter().any(|source| self.hot.contains_key(source));
        let has_cold = self.cold.tables.contains_key(name.as_str());
        match (has_hot, has_cold) {
            (false, true) => self.whole(name).await,
            (_, false) => self.view(&self.sql(model, &Naming::Live)?).await,
            (true, true) => self.view(&self.united(model)).await,
        }
    }

    fn united(&self, model: &Model) -> String {
        let name = &model.name;
        let keys_from = model.keys_from().unwrap_or(name);
        let columns = model.key();
        let same: Vec<String> = columns.iter().map(|column| format!("c.{column} = k.k_{column}")).collect();
        let same = same.join(" AND ");
        let keys: Vec<String> = columns.iter().map(|column| format!("{column} AS k_{column}")).collect();
        let keys = format!("SELECT DISTINCT {} FROM hot_{keys_from}", keys.join(", "));
        let anti = |rows: &str| format!("SELECT c.* FROM ({rows}) c LEFT ANTI JOIN ({keys}) k ON {same}");
        let stored = format!("SELECT * FROM cold_{name}");
        let hot = format!("SELECT * FROM hot_{name}");
        match model.day().zip(self.first_day(keys_from)) {
            // A row's day is its for good, so older days hold no key that came anew.
            Some((day, first)) => format!(
                "{hot} UNION ALL {stored} WHERE {day} < DATE '{first}' OR {day} IS NULL UNION ALL {}",
                anti(&format!("{stored} WHERE {day} >= DATE '{first}'"))
            ),
            None => format!("{hot} UNION ALL {}", anti(&stored)),
        }
    }

    /// The first of the month of the oldest day among the rows that came.
    fn first_day(&self, table: &str) -> Option<Date> {
        *self.hot.get(table)?
    }

    fn sql(&self, model: &Model, naming: &Naming) -> Result<String> {
        let rendered = self.project.renderer().render_with(&model.template, naming, &self.vars);
        rendered.map(|(sql, _)| sql).map_err(|error| DataFusionError::External(Box::new(error)))
    }

    pub(super) async fn view(&self, sql: &str) -> Result<Arc<dyn TableProvider>> {
        let state = self.state.get().and_then(Weak::upgrade);
        let state = state.ok_or_else(|| DataFusionError::Internal("names without a planner".to_owned()))?;
        // Models read models read models.
        let plan = Box::pin(state.create_logical_plan(sql)).await.map_err(|error| error.context(sql.to_owned()))?;
        Ok(Arc::new(ViewTable::new(ahead(&state, plan)?, Some(sql.to_owned()))))
    }
}

fn missing(name: &str) -> DataFusionError {
    DataFusionError::Plan(format!("the lake does not hold {name}"))
}

fn table(name: &str) -> Option<&'static Table> {
    tables::ALL.into_iter().find(|table| table.name == name)
}

#[async_trait]
impl SchemaProvider for Names {
    fn table_names(&self) -> Vec<String> {
        let tables = tables::ALL.iter().map(|table| table.name.to_owned());
        tables.chain(self.project.models().iter().map(|model| model.name.clone())).collect()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        let known = self.made.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
        if known.is_some() {
            return Ok(known);
        }
        let made = self.make(name).await?;
        if let Some(made) = &made {
            self.made.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), Arc::clone(made));
        }
        Ok(made)
    }

    fn table_exist(&self, name: &str) -> bool {
        table(name).is_some() || self.project.model(name).is_some()
    }
}
