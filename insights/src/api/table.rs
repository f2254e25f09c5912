//! Rows of an answer as JSON text, no more of it than the service can bear.

use std::io::{self, Write};

use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::json::writer::JsonArray;
use datafusion::arrow::json::{StructMode, WriterBuilder};
use datafusion::arrow::record_batch::RecordBatch;

/// Bytes of an answer as text.
const MOST_BYTES: usize = 32 << 20;

/// Text that refuses to grow beyond its limit.
struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MOST_BYTES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A list with an object for each row; `None` when it is too large.
pub(super) fn objects(batches: &[RecordBatch]) -> Option<Vec<u8>> {
    text(batches, StructMode::ObjectOnly)
}

/// A list with a list for each row; `None` when it is too large.
pub(super) fn lists(batches: &[RecordBatch]) -> Option<Vec<u8>> {
    text(batches, StructMode::ListOnly)
}

fn text(batches: &[RecordBatch], mode: StructMode) -> Option<Vec<u8>> {
    let builder = WriterBuilder::new().with_explicit_nulls(true).with_struct_mode(mode);
    let mut writer = builder.build::<_, JsonArray>(Bounded(Vec::new()));
    for batch in batches {
        // A few rows at a time: the writer makes the text of what it is given before any of it is counted.
        for start in (0..batch.num_rows()).step_by(STEP) {
            writer.write(&batch.slice(start, STEP.min(batch.num_rows() - start))).ok()?;
        }
    }
    writer.finish().ok()?;
    let text = writer.into_inner().0;
    Some(if text.is_empty() { b"[]".to_vec() } else { text })
}

/// Rows of which the text is made at once.
const STEP: usize = 100;

/// How SQL calls what a column holds.
pub(super) fn sql_type(data_type: &DataType) -> String {
    match data_type {
        DataType::Null => "NULL".to_owned(),
        DataType::Boolean => "BOOLEAN".to_owned(),
        DataType::Float16 | DataType::Float32 | DataType::Float64 => "DOUBLE".to_owned(),
        DataType::Date32 | DataType::Date64 => "DATE".to_owned(),
        DataType::Time32(_) | DataType::Time64(_) => "TIME".to_owned(),
        DataType::Timestamp(_, None) => "TIMESTAMP".to_owned(),
        DataType::Timestamp(_, Some(_)) => "TIMESTAMPTZ".to_owned(),
        DataType::Interval(_) | DataType::Duration(_) => "INTERVAL".to_owned(),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "VARCHAR".to_owned(),
        DataType::Dictionary(_, values) => sql_type(values),
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::UInt8 | DataType::UInt16 => "INTEGER".to_owned(),
        DataType::UInt32 | DataType::Int64 | DataType::UInt64 => "BIGINT".to_owned(),
        DataType::Decimal32(digits, places)
        | DataType::Decimal64(digits, places)
        | DataType::Decimal128(digits, places)
        | DataType::Decimal256(digits, places) => format!("DECIMAL({digits},{places})"),
        DataType::List(_) | DataType::LargeList(_) | DataType::FixedSizeList(..) => "ARRAY".to_owned(),
        other => other.to_string().to_uppercase(),
    }
}
