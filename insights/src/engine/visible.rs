//! The views that a caller may see: all of the models, or without persons, or of one business alone.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::catalog::{SchemaProvider, TableProvider};
use datafusion::error::Result;

use super::fence::Fenced;
use super::names::Names;
use crate::lake::tables;

/// The column that says whose a row is.
const BUSINESS: &str = "business";
/// Tables about the lake itself, and about what could not be read, which may hold anything.
const HIDDEN: [&str; 2] = [tables::FEEDS.name, tables::QUARANTINE.name];
/// Tables that name persons.
const PERSONS: [&str; 2] = [tables::PERSONS.name, "silver_persons"];
/// Words of customers, in which a person may be named.
const WORDS: [&str; 2] = ["bronze_reviews", "silver_reviews"];

/// Columns that name a person, in tables that do not: who may see no persons finds them empty.
const NAMES: [&str; 1] = ["driver_name"];

/// What a caller may see.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    /// Names, e-mail addresses and telephones too.
    pub(super) persons: bool,
    /// The one business whose rows they are.
    pub(super) business: Option<String>,
}

impl Scope {
    /// Whether a table or model of this name is shown at all.
    pub(super) fn shows(&self, name: &str) -> bool {
        let personal = PERSONS.contains(&name) || WORDS.contains(&name);
        !HIDDEN.contains(&name) && (self.persons || !personal)
    }

    /// Whether a table with these columns says which of its rows may be shown. One that does not say whose its rows are shows
    /// none of them to who sees one business alone.
    pub(super) fn has_rows_of<'a>(&self, mut columns: impl Iterator<Item = &'a str>) -> bool {
        self.business.is_none() || columns.any(|column| column == BUSINESS)
    }
}

/// The names of a state of the data as far as a caller may see them.
#[derive(Debug)]
pub(super) struct Visible {
    names: Arc<Names>,
    scope: Scope,
}

impl Visible {
    pub(super) fn new(names: Arc<Names>, scope: Scope) -> Self {
        Self { names, scope }
    }

    fn shows(&self, name: &str) -> bool {
        self.names.table_exist(name) && self.scope.shows(name)
    }
}

#[async_trait]
impl SchemaProvider for Visible {
    fn table_names(&self) -> Vec<String> {
        self.names.table_names().into_iter().filter(|name| self.shows(name)).collect()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        if !self.shows(name) {
            return Ok(None);
        }
        let Some(table) = self.names.table(name).await? else { return Ok(None) };
        let schema = table.schema();
        let columns = || schema.fields().iter().map(|field| field.name().as_str());
        if !self.scope.has_rows_of(columns()) {
            return Ok(None);
        }
        let hides = !self.scope.persons && columns().any(|column| NAMES.contains(&column));
        if !hides && self.scope.business.is_none() {
            return Ok(Some(table));
        }
        let column = |name: &str| {
            if hides && NAMES.contains(&name) {
                format!("CAST(NULL AS VARCHAR) AS \"{name}\"")
            } else {
                format!("\"{name}\"")
            }
        };
        let columns = columns().map(column).collect::<Vec<_>>().join(", ");
        let Some(business) = &self.scope.business else {
            return self.names.view(&format!("SELECT {columns} FROM {name}")).await.map(Some);
        };
        let business = business.replace('\'', "''");
        let own = self.names.view(&format!("SELECT {columns} FROM {name} WHERE {BUSINESS} = '{business}'")).await?;
        Ok(Some(Arc::new(Fenced(own))))
    }

    fn table_exist(&self, name: &str) -> bool {
        self.shows(name)
    }
}
