//! Many rows, column by column, to learn from.

use belgrano_shared::problem::Problem;
use datafusion::arrow::array::{Array as _, ArrayRef, AsArray as _};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type};
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::common::ScalarValue;
use jiff::civil::Date;

use crate::access::Reader;
use crate::app::App;

/// The rows of a question, of which nothing is kept when they are let go.
pub(super) struct Columns(std::sync::Arc<Vec<RecordBatch>>);

impl Columns {
    /// Asks, as far as `reader` may see.
    pub(super) async fn ask(app: &App, reader: &Reader, sql: &str, values: Vec<ScalarValue>) -> Result<Self, Problem> {
        Ok(Self(Box::pin(app.answers.ask_once(&reader.scope(), sql, values)).await?.batches))
    }

    fn column(&self, place: usize, kind: &DataType) -> Result<Vec<ArrayRef>, Problem> {
        let columns = self.0.iter().filter(|batch| batch.num_rows() > 0).map(|batch| cast(batch.column(place), kind));
        columns.collect::<Result<_, _>>().map_err(|error| Problem::internal(&error))
    }

    /// A column of words; what is none is empty.
    pub(super) fn texts(&self, place: usize) -> Result<Vec<String>, Problem> {
        let columns = self.column(place, &DataType::Utf8)?;
        let texts = columns.iter().flat_map(|column| column.as_string::<i32>().iter());
        Ok(texts.map(|text| text.unwrap_or_default().to_owned()).collect())
    }

    /// A column of numbers; `None` for what is none.
    pub(super) fn numbers(&self, place: usize) -> Result<Vec<Option<f64>>, Problem> {
        let columns = self.column(place, &DataType::Float64)?;
        let of = |column: &ArrayRef| -> Vec<Option<f64>> {
            let numbers = column.as_primitive::<Float64Type>();
            (0..numbers.len()).map(|row| numbers.is_valid(row).then(|| numbers.value(row))).collect()
        };
        Ok(columns.iter().flat_map(of).collect())
    }

    /// A column of days, which the question gives as text.
    pub(super) fn days(&self, place: usize) -> Result<Vec<Date>, Problem> {
        let day = |text: String| text.parse().map_err(|error: jiff::Error| Problem::internal(&error));
        self.texts(place)?.into_iter().map(day).collect()
    }
}
