//! What has come of a table, as a query finds it: the rows of the state that the query is asked of.
//!
//! The plan of a question stays good while rows come, so the rows are no part of it: they come along with the session.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{Session, TableProvider};
use datafusion::datasource::{MemTable, TableType};
use datafusion::error::Result;
use datafusion::logical_expr::Expr;
use datafusion::physical_plan::ExecutionPlan;

use super::hot::Hot;
use crate::lake::column::Table;

/// The rows of one state, on the session that asks it.
#[derive(Debug, Default)]
pub(super) struct HotRows {
    /// All rows that came and are still in memory.
    pub(super) all: Hot,
    /// Those that their own table does not hold.
    pub(super) beyond: Hot,
}

/// What has come of a table.
#[derive(Debug)]
pub(super) struct Fresh {
    name: &'static str,
    /// Only what its table does not hold.
    beyond: bool,
    schema: SchemaRef,
}

impl Fresh {
    pub(super) fn of(table: &'static Table) -> Self {
        Self { name: table.name, beyond: false, schema: table.schema() }
    }

    pub(super) fn beyond(table: &'static Table) -> Self {
        Self { beyond: true, ..Self::of(table) }
    }
}

#[async_trait]
impl TableProvider for Fresh {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let hot = state.config().get_extension::<HotRows>();
        let of = |hot: &HotRows| if self.beyond { hot.beyond.get(self.name) } else { hot.all.get(self.name) }.cloned();
        let rows = hot.and_then(|hot| of(&hot)).map(|rows| rows.as_ref().clone()).unwrap_or_default();
        MemTable::try_new(self.schema(), vec![rows])?.scan(state, projection, filters, limit).await
    }
}
