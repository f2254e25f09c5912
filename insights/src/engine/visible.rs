//! The names that other people's SQL may say: those of a scope, without the ones that only this program has a use for.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::catalog::{SchemaProvider, TableProvider};
use datafusion::error::Result;

use super::fence::Fenced;
use super::scope::Scoped;

/// The names of a scope as far as a caller may say them.
#[derive(Debug)]
pub(super) struct Visible(Arc<Scoped>);

impl Visible {
    pub(super) fn new(scoped: Arc<Scoped>) -> Self {
        Self(scoped)
    }

    fn shows(&self, name: &str) -> bool {
        self.0.table_exist(name) && self.0.scope().shows(name)
    }
}

#[async_trait]
impl SchemaProvider for Visible {
    fn table_names(&self) -> Vec<String> {
        self.0.table_names().into_iter().filter(|name| self.shows(name)).collect()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        if !self.shows(name) {
            return Ok(None);
        }
        let table = self.0.table(name).await?;
        let fenced = self.0.scope().business.is_some();
        Ok(table.map(|table| if fenced { Arc::new(Fenced(table)) as _ } else { table }))
    }

    fn table_exist(&self, name: &str) -> bool {
        self.shows(name)
    }
}
