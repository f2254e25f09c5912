//! One state of the data, read part by part: for what is longer than any answer may be.
//!
//! However long it takes, all parts are of the same state. Nothing of it is remembered.

use std::sync::Arc;

use datafusion::arrow::record_batch::RecordBatch;
use datafusion::common::{ParamValues, ScalarValue};
use datafusion::execution::context::SQLOptions;
use tokio::sync::Semaphore;

use super::answers::{QueryError, is_of_the_store};
use super::session::Session;

/// A state that is being read, as somebody sees it.
pub struct Reading {
    session: Arc<Session>,
    /// For who works out an answer.
    turns: Arc<Semaphore>,
}

impl std::fmt::Debug for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reading").field("session", &self.session).finish_non_exhaustive()
    }
}

impl Reading {
    pub(super) fn new(session: Arc<Session>, turns: Arc<Semaphore>) -> Self {
        Self { session, turns }
    }

    /// The rows of `sql`, where `$1`, `$2` … are `values`, all at once: who asks sees to it that they are few enough. Waits its turn
    /// as every answer does, and lets the next have it before it returns.
    pub async fn rows(&self, sql: &str, values: Vec<ScalarValue>) -> Result<Vec<RecordBatch>, QueryError> {
        // Never closed.
        let _turn = self.turns.acquire().await.ok();
        let rows = Box::pin(self.ask(sql, values)).await;
        rows.map_err(|error| if is_of_the_store(&error) { QueryError::Away } else { error.into() })
    }

    async fn ask(&self, sql: &str, values: Vec<ScalarValue>) -> datafusion::error::Result<Vec<RecordBatch>> {
        let options = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
        let frame = self.session.context().sql_with_options(sql, options).await?;
        let values = ParamValues::List(values.into_iter().map(Into::into).collect());
        frame.with_param_values(values)?.collect().await
    }
}
