//! Answers to SQL of our own, remembered for as long as the data stays as it is.
//!
//! What the same question asks twice of the same state is worked out once, also when many ask at the same moment.

use std::sync::Arc;

use datafusion::arrow::record_batch::RecordBatch;
use datafusion::common::ParamValues;
use datafusion::common::ScalarValue;
use datafusion::execution::context::SQLOptions;
use quick_cache::sync::Cache;

use super::warehouse::{Warehouse, WarehouseError};

/// Answers kept.
const KEPT: usize = 512;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The data.
    #[error(transparent)]
    Warehouse(#[from] WarehouseError),
    /// The engine.
    #[error("the engine")]
    Engine(#[from] datafusion::error::DataFusionError),
}

/// Rows, and which state of the data they are of.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The rows.
    pub batches: Arc<Vec<RecordBatch>>,
    /// Which state.
    pub version: u64,
}

/// Asks, and remembers. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Answers {
    warehouse: Warehouse,
    known: Arc<Cache<(u64, String), Answer>>,
}

impl Answers {
    /// Nothing was asked yet.
    #[must_use]
    pub fn new(warehouse: Warehouse) -> Self {
        Self { warehouse, known: Arc::new(Cache::new(KEPT)) }
    }

    /// What is asked.
    #[must_use]
    pub fn warehouse(&self) -> &Warehouse {
        &self.warehouse
    }

    /// The rows of `sql`, where `$1`, `$2` … are `values`.
    pub async fn ask(&self, sql: &str, values: Vec<ScalarValue>) -> Result<Answer, QueryError> {
        let session = self.warehouse.session()?;
        let version = session.version();
        let key = (version, format!("{sql}\u{0}{values:?}"));
        let work = async {
            let options = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
            let mut frame = session.context().sql_with_options(sql, options).await?;
            if !values.is_empty() {
                frame = frame.with_param_values(ParamValues::List(values.into_iter().map(Into::into).collect()))?;
            }
            let batches = frame.collect().await?;
            Ok(Answer { batches: Arc::new(batches), version })
        };
        self.known.get_or_insert_async(&key, work).await
    }
}
