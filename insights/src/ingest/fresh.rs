//! Rows that have come and are not in the lake yet, by table.

use std::collections::BTreeMap;

use datafusion::arrow::error::ArrowError;
use datafusion::arrow::record_batch::RecordBatch;

use crate::lake::column::Table;
use crate::lake::rows::Rows;

/// Rows of any table.
#[derive(Debug, Default)]
pub struct Fresh(BTreeMap<&'static str, Rows>);

impl Fresh {
    /// The rows of one table so far.
    pub fn rows(&mut self, table: &'static Table) -> &mut Rows {
        self.0.entry(table.name).or_insert_with(|| Rows::new(table))
    }

    /// How many, over all tables.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.values().map(Rows::len).sum()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One batch for each table that has rows; there are none afterwards.
    pub fn take(&mut self) -> Result<Vec<(&'static str, RecordBatch)>, ArrowError> {
        let filled = self.0.iter_mut().filter(|(_, rows)| !rows.is_empty());
        filled.map(|(name, rows)| Ok((*name, rows.take()?))).collect()
    }
}
