//! The views that a caller may see: all of the models, or without persons, or of one business alone.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::catalog::{SchemaProvider, TableProvider};
use datafusion::error::Result;

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

/// What a caller may see.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    /// Names, e-mail addresses and telephones too.
    pub(super) persons: bool,
    /// The one business whose rows they are.
    pub(super) business: Option<String>,
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
        let personal = PERSONS.contains(&name) || WORDS.contains(&name);
        self.names.table_exist(name) && !HIDDEN.contains(&name) && (self.scope.persons || !personal)
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
        let Some(business) = &self.scope.business else { return Ok(Some(table)) };
        // A table that does not say whose its rows are shows none of them.
        if table.schema().column_with_name(BUSINESS).is_none() {
            return Ok(None);
        }
        let business = business.replace('\'', "''");
        self.names.view(&format!("SELECT * FROM {name} WHERE {BUSINESS} = '{business}'")).await.map(Some)
    }

    fn table_exist(&self, name: &str) -> bool {
        self.shows(name)
    }
}
