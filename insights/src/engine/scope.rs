//! What a reader may see of the data, built into the names themselves: whatever is asked, in whatever words, the rows of others
//! are not there.
//!
//! A name is what it always is, seen through a [`Scope`]. Tables are narrowed one by one, by a rule for each; figures over them are
//! worked out anew over what is left. A table or a model without a rule has no rows: one that is added later tells nothing until
//! somebody decides what of it may be told.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use async_trait::async_trait;
use datafusion::catalog::{SchemaProvider, TableProvider};
use datafusion::datasource::ViewTable;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::context::SessionState;
use serde_json::json;

use super::ahead::ahead;
use super::names::Names;
use super::rules::{self, Rule};
use crate::lake::feeds::OWN;
use crate::lake::tables;
use crate::models::project::{Layer, Project};
use crate::models::render::Naming;

/// What a reader may see.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Scope {
    /// Names, e-mail addresses and telephones too.
    pub persons: bool,
    /// The number of the one business whose rows they are, as our own marketplace counts them; `None`: all.
    pub business: Option<i64>,
}

impl Scope {
    /// Everything.
    pub const WHOLE: Self = Self { persons: true, business: None };

    /// Whether nothing is left out.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        *self == Self::WHOLE
    }

    /// Whether a table or model of this name is shown to who asks in words of their own.
    pub(super) fn shows(&self, name: &str) -> bool {
        /// Tables about the lake itself, and about what could not be read, which may hold anything.
        const HIDDEN: [&str; 2] = [tables::FEEDS.name, tables::QUARANTINE.name];
        /// Words of customers, in which a person may be named.
        const WORDS: [&str; 2] = ["bronze_reviews", "silver_reviews"];
        let personal = rules::is_of_persons(name) || WORDS.contains(&name);
        let raw = tables::ALL.iter().any(|table| table.name == name);
        let own = !raw && (!name.starts_with("silver_") || rules::of(name).is_some());
        !HIDDEN.contains(&name) && (self.persons || !personal) && (self.business.is_none() || own)
    }
}

/// Before the name of a table as it is for who sees everything. Only the views of this file say it.
const WHOLE: &str = "whole_";

/// The names of a state of the data, within a scope.
pub(super) struct Scoped {
    names: Arc<Names>,
    project: Arc<Project>,
    scope: Scope,
    state: OnceLock<Weak<SessionState>>,
    made: Mutex<BTreeMap<String, Arc<dyn TableProvider>>>,
}

impl fmt::Debug for Scoped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scoped").field("scope", &self.scope).finish_non_exhaustive()
    }
}

impl Scoped {
    pub(super) fn new(names: Arc<Names>, project: Arc<Project>, scope: Scope) -> Self {
        Self { names, project, scope, state: OnceLock::new(), made: Mutex::default() }
    }

    /// Says whose planner resolves the views.
    pub(super) fn settle(&self, state: &Arc<SessionState>) {
        let _ = self.state.set(Arc::downgrade(state));
    }

    pub(super) fn scope(&self) -> &Scope {
        &self.scope
    }

    async fn make(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        if let Some(whole) = name.strip_prefix(WHOLE) {
            return self.names.table(whole).await;
        }
        if !self.names.table_exist(name) {
            return Ok(None);
        }
        let Some(whole) = self.names.table(name).await? else { return Ok(None) };
        let schema = whole.schema();
        let columns: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        let names_persons = rules::is_of_persons(name) || columns.iter().any(|it| rules::is_personal(name, it));
        let model = self.project.model(name);
        let figures = model.is_some_and(|model| model.layer == Layer::Gold && !model.is_kept());
        let sql = match &self.scope.business {
            None if self.scope.persons => return Ok(Some(whole)),
            // Figures that name persons are worked out of tables that do not.
            None if figures && (names_persons || self.reads_persons(name)) => self.anew(name)?,
            None if figures || !names_persons => return Ok(Some(whole)),
            None => self.narrowed(name, &columns, "", &[]),
            Some(_) if figures => self.anew(name)?,
            Some(business) => {
                // Figures that are kept are those of imports, which are of no business of ours.
                let Rule { only, instead } = rules::of(name).unwrap_or(Rule::NOTHING);
                let only = only.replace("{business}", &business.to_string()).replace("{source}", OWN);
                let only = only.replace("{whole}", WHOLE);
                self.narrowed(name, &columns, &only, instead)
            }
        };
        self.view(&sql).await.map(Some)
    }

    /// The rows of a table that `only` leaves, with something else in some columns.
    fn narrowed(&self, name: &str, columns: &[&str], only: &str, instead: &[(&str, &str)]) -> String {
        let shown = |column: &&str| {
            let other = instead.iter().find(|(replaced, _)| replaced == column).map(|(_, with)| (*with).to_owned());
            let hidden = !self.scope.persons && rules::is_personal(name, column);
            // A value that is none of the column's own type.
            let none = || format!("nullif(t.\"{column}\", t.\"{column}\")");
            match other.or_else(|| hidden.then(none)) {
                Some(with) => format!("{} AS \"{column}\"", with.replace("{none}", &none())),
                None => format!("t.\"{column}\""),
            }
        };
        let columns: Vec<String> = columns.iter().map(shown).collect();
        let only = if !self.scope.persons && rules::is_of_persons(name) { Rule::NOTHING.only } else { only };
        format!("SELECT {} FROM {WHOLE}{name} t {only}", columns.join(", "))
    }

    fn reads_persons(&self, name: &str) -> bool {
        self.project.sources_of(name).into_iter().any(rules::is_of_persons)
    }

    /// A model over what this scope leaves of the tables it reads.
    fn anew(&self, name: &str) -> Result<String> {
        let Some(model) = self.project.model(name) else { return Err(DataFusionError::Plan(name.to_owned())) };
        let vars = [("persons", json!(self.scope.persons))];
        let rendered = self.project.renderer().render_with(&model.template, &Naming::Live, &vars);
        rendered.map(|(sql, _)| sql).map_err(|error| DataFusionError::External(Box::new(error)))
    }

    async fn view(&self, sql: &str) -> Result<Arc<dyn TableProvider>> {
        let state = self.state.get().and_then(Weak::upgrade);
        let state = state.ok_or_else(|| DataFusionError::Internal("names without a planner".to_owned()))?;
        let plan = Box::pin(state.create_logical_plan(sql)).await.map_err(|error| error.context(sql.to_owned()))?;
        Ok(Arc::new(ViewTable::new(ahead(&state, plan)?, Some(sql.to_owned()))))
    }
}

#[async_trait]
impl SchemaProvider for Scoped {
    fn table_names(&self) -> Vec<String> {
        self.names.table_names()
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
        self.names.table_exist(name)
    }
}
