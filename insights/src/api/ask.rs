//! From a question of ours to rows of JSON.

use std::time::Duration;

use belgrano_runtime::problem::Problem;
use datafusion::arrow::json::WriterBuilder;
use datafusion::arrow::json::writer::JsonArray;
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::common::ScalarValue;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::access::Reader;
use crate::app::App;
use crate::engine::{QueryError, Reading};
use crate::ingest::OWN;

/// When it may be worth another try while the lake cannot be reached, or memory is short.
const TRY_AGAIN: Duration = Duration::from_secs(10);

impl From<QueryError> for Problem {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Away | QueryError::NoRoom => Self::unavailable(TRY_AGAIN),
            error => Self::internal(&error),
        }
    }
}

/// The rows of `sql` as `T`, as far as `reader` may see them; members are named as its columns are. There is no other way from
/// a handler to the data, so none can forget whose rows it shows.
pub(super) async fn rows<T: DeserializeOwned>(
    app: &App,
    reader: &Reader,
    sql: &str,
    values: Vec<ScalarValue>,
) -> Result<Vec<T>, Problem> {
    // Boxed: what the engine keeps while it works is large.
    let answer = Box::pin(app.answers.ask(&reader.scope(), sql, values)).await?;
    if let Some(since) = answer.since {
        super::age::note(since.elapsed());
    }
    serde_json::from_value(json(&answer.batches)?).map_err(|error| Problem::internal(&error))
}

/// The present state of a source as `reader` sees it, for what is too long to be one answer.
pub(crate) fn reading(app: &App, reader: &Reader, source: &str) -> Result<Reading, Problem> {
    Ok(app.answers.reading(&reader.scope(), source)?)
}

/// Rows as a list of objects; a value that is none is null.
pub(crate) fn json(batches: &[RecordBatch]) -> Result<Value, Problem> {
    let mut writer = WriterBuilder::new().with_explicit_nulls(true).build::<_, JsonArray>(Vec::new());
    let written = writer.write_batches(&batches.iter().collect::<Vec<_>>()).and_then(|()| writer.finish());
    written.map_err(|error| Problem::internal(&error))?;
    let text = writer.into_inner();
    if text.is_empty() {
        return Ok(Value::Array(Vec::new()));
    }
    serde_json::from_slice(&text).map_err(|error| Problem::internal(&error))
}

/// A text as a value of a question.
pub(super) fn text(value: impl Into<String>) -> ScalarValue {
    ScalarValue::Utf8(Some(value.into()))
}

/// A question for one count, called `n`; of no rows it is none.
#[derive(Deserialize)]
pub(super) struct Count {
    pub(super) n: Option<i64>,
}

/// A whole number as its source writes it, as a pattern in SQL.
const NUMBER: &str = "'^(0|[1-9][0-9]{0,17})$'";

/// Whether the identifiers of a source are numbers there.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct Ids {
    products: Option<bool>,
    customers: Option<bool>,
}

impl Ids {
    /// Of a source: ours are numbers; those of an import where every one of them is.
    pub(super) async fn of(app: &App, reader: &Reader, source: &str) -> Result<Self, Problem> {
        if source == OWN {
            return Ok(Self { products: Some(true), customers: Some(true) });
        }
        let sql = format!(
            "SELECT (SELECT bool_and(regexp_like(product_id, {NUMBER})) FROM silver_products WHERE source = $1) AS products, \
             (SELECT bool_and(regexp_like(customer_id, {NUMBER})) FROM silver_customers WHERE source = $1) AS customers"
        );
        let found: Vec<Self> = rows(app, reader, &sql, vec![text(source)]).await?;
        Ok(found.into_iter().next().unwrap_or(Self { products: None, customers: None }))
    }

    /// A product's identifier, which the engine gives as text.
    pub(super) fn product(self, id: Value) -> Value {
        as_source_has_it(self.products == Some(true), id)
    }

    /// A customer's identifier, which the engine gives as text.
    pub(super) fn customer(self, id: Value) -> Value {
        as_source_has_it(self.customers == Some(true), id)
    }
}

fn as_source_has_it(numbers: bool, id: Value) -> Value {
    let number = id.as_str().filter(|_| numbers).and_then(|text| text.parse::<i64>().ok());
    number.map_or(id, Value::from)
}
