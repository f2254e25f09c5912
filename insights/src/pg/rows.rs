//! Rows of the engine as `PostgreSQL`'s clients read them, as text or in its binary form.

use std::sync::Arc;

use bytes::{BufMut as _, BytesMut};
use datafusion::arrow::array::{Array, ArrayRef, AsArray as _};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Float64Type, Int32Type, Int64Type, Schema, TimeUnit, TimestampMicrosecondType,
};
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use pgwire::api::Type;
use pgwire::api::portal::Format;
use pgwire::api::results::{FieldFormat, FieldInfo};
use pgwire::messages::data::DataRow;

use super::values::EPOCH_US;

/// Days from 1970 to 2000, from where `PostgreSQL` counts.
const EPOCH_DAYS: i32 = 10_957;
/// How text of the engine looks.
const TEXT: FormatOptions<'static> = FormatOptions::new()
    .with_timestamp_format(Some("%Y-%m-%d %H:%M:%S%.f"))
    .with_timestamp_tz_format(Some("%Y-%m-%d %H:%M:%S%.f+00"));

/// The type that a column has for clients, and the one it is brought to before its values are written.
fn types(of: &DataType) -> (Type, DataType) {
    match of {
        DataType::Boolean => (Type::BOOL, DataType::Boolean),
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::UInt8 | DataType::UInt16 => {
            (Type::INT4, DataType::Int32)
        }
        DataType::Int64 | DataType::UInt32 => (Type::INT8, DataType::Int64),
        DataType::UInt64 => (Type::NUMERIC, DataType::Decimal128(20, 0)),
        DataType::Float16 | DataType::Float32 | DataType::Float64 => (Type::FLOAT8, DataType::Float64),
        DataType::Decimal32(digits, places)
        | DataType::Decimal64(digits, places)
        | DataType::Decimal128(digits, places) => (Type::NUMERIC, DataType::Decimal128(*digits, *places)),
        DataType::Date32 | DataType::Date64 => (Type::DATE, DataType::Date32),
        DataType::Timestamp(_, None) => (Type::TIMESTAMP, DataType::Timestamp(TimeUnit::Microsecond, None)),
        DataType::Timestamp(_, Some(_)) => {
            (Type::TIMESTAMPTZ, DataType::Timestamp(TimeUnit::Microsecond, Some("+00:00".into())))
        }
        _ => (Type::TEXT, DataType::Utf8),
    }
}

/// The type that a column has for clients.
pub(super) fn pg_type(of: &DataType) -> Type {
    types(of).0
}

/// The columns of an answer, each in the format that the client wants.
pub(super) fn fields(schema: &Schema, format: &Format) -> Vec<FieldInfo> {
    let field = |(index, field): (usize, &Arc<datafusion::arrow::datatypes::Field>)| {
        let (of, kept) = types(field.data_type());
        let modifier = match kept {
            DataType::Decimal128(digits, places) => ((i32::from(digits) << 16) | i32::from(places.max(0))) + 4,
            _ => -1,
        };
        let size = match of {
            Type::BOOL => 1,
            Type::INT4 | Type::DATE => 4,
            Type::INT8 | Type::FLOAT8 | Type::TIMESTAMP | Type::TIMESTAMPTZ => 8,
            _ => -1,
        };
        FieldInfo::new(field.name().clone(), None, None, of, format_of(format, index))
            .with_type_size(size)
            .with_type_modifier(modifier)
    };
    schema.fields().iter().enumerate().map(field).collect()
}

/// What the client wants of a column; one that it says nothing about is text.
fn format_of(format: &Format, index: usize) -> FieldFormat {
    match format {
        Format::UnifiedBinary => FieldFormat::Binary,
        Format::Individual(codes) => codes.get(index).map_or(FieldFormat::Text, |code| FieldFormat::from(*code)),
        Format::UnifiedText => FieldFormat::Text,
    }
}

/// The rows of a batch.
pub(super) fn rows(batch: &RecordBatch, fields: &[FieldInfo]) -> Result<Vec<DataRow>, ArrowError> {
    let columns: Result<Vec<Column>, ArrowError> = batch.columns().iter().map(Column::of).collect();
    let columns = columns?;
    let formatters: Result<Vec<_>, ArrowError> =
        columns.iter().map(|column| ArrayFormatter::try_new(column.0.as_ref(), &TEXT)).collect();
    let formatters = formatters?;
    let count = i16::try_from(columns.len()).map_err(|error| ArrowError::ComputeError(error.to_string()))?;
    let mut rows = Vec::with_capacity(batch.num_rows());
    for row in 0..batch.num_rows() {
        let mut data = BytesMut::new();
        for ((column, formatter), field) in columns.iter().zip(&formatters).zip(fields) {
            if column.0.is_null(row) || *column.0.data_type() == DataType::Null {
                data.put_i32(-1);
                continue;
            }
            let value = match field.format() {
                FieldFormat::Binary => column.binary(row),
                FieldFormat::Text => None,
            };
            let value = match value {
                Some(value) => value,
                None => column.text(row, &formatter.value(row).try_to_string()?),
            };
            data.put_i32(i32::try_from(value.len()).map_err(|error| ArrowError::ComputeError(error.to_string()))?);
            data.extend_from_slice(&value);
        }
        rows.push(DataRow::new(data, count));
    }
    Ok(rows)
}

/// A column, brought to one of the few types that are written.
struct Column(ArrayRef);

impl Column {
    fn of(array: &ArrayRef) -> Result<Self, ArrowError> {
        let (of, kept) = types(array.data_type());
        // What has no type of its own there is shown as the engine shows it.
        let same =
            *array.data_type() == kept || (of == Type::TEXT && !matches!(array.data_type(), DataType::Dictionary(..)));
        Ok(Self(if same { Arc::clone(array) } else { cast(array, &kept)? }))
    }

    /// As text, which the engine has made already.
    fn text(&self, row: usize, text: &str) -> Vec<u8> {
        let text = match self.0.data_type() {
            DataType::Boolean => {
                if self.0.as_boolean().value(row) {
                    "t"
                } else {
                    "f"
                }
            }
            DataType::Float64 => match text {
                "inf" => "Infinity",
                "-inf" => "-Infinity",
                text => text.strip_suffix(".0").unwrap_or(text),
            },
            _ => text,
        };
        text.as_bytes().to_vec()
    }

    /// In `PostgreSQL`'s binary form; `None` where it is the text.
    fn binary(&self, row: usize) -> Option<Vec<u8>> {
        let array = &self.0;
        Some(match array.data_type() {
            DataType::Boolean => vec![u8::from(array.as_boolean().value(row))],
            DataType::Int32 => array.as_primitive::<Int32Type>().value(row).to_be_bytes().to_vec(),
            DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_be_bytes().to_vec(),
            DataType::Float64 => array.as_primitive::<Float64Type>().value(row).to_be_bytes().to_vec(),
            DataType::Date32 => {
                (array.as_primitive::<Date32Type>().value(row).saturating_sub(EPOCH_DAYS)).to_be_bytes().to_vec()
            }
            DataType::Timestamp(..) => {
                let us = array.as_primitive::<TimestampMicrosecondType>().value(row);
                us.saturating_sub(EPOCH_US).to_be_bytes().to_vec()
            }
            DataType::Decimal128(_, places) => numeric(array.as_primitive::<Decimal128Type>().value(row), *places),
            _ => return None,
        })
    }
}

/// A decimal number as `PostgreSQL`'s `numeric`: groups of four digits from the point on, both ways.
fn numeric(value: i128, places: i8) -> Vec<u8> {
    let places = usize::try_from(places).unwrap_or(0);
    let digits = format!("{:0>width$}", value.unsigned_abs(), width = places + 1);
    let (whole, after) = digits.split_at(digits.len() - places);
    let whole = format!("{}{whole}", "0".repeat((4 - whole.len() % 4) % 4));
    let after = format!("{after}{}", "0".repeat((4 - after.len() % 4) % 4));
    let weight = i16::try_from(whole.len() / 4).unwrap_or(1) - 1;
    let all = format!("{whole}{after}");
    let groups: Vec<i16> = all
        .as_bytes()
        .chunks(4)
        .map(|four| four.iter().fold(0, |sum, digit| sum * 10 + i16::from(digit - b'0')))
        .collect();
    let mut bytes = Vec::with_capacity(8 + groups.len() * 2);
    bytes.extend(i16::try_from(groups.len()).unwrap_or(0).to_be_bytes());
    bytes.extend(weight.to_be_bytes());
    bytes.extend(if value < 0 { 0x4000_u16 } else { 0 }.to_be_bytes());
    bytes.extend(i16::try_from(places).unwrap_or(0).to_be_bytes());
    bytes.extend(groups.iter().flat_map(|group| group.to_be_bytes()));
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_written_in_groups_of_four() {
        let words =
            |bytes: Vec<u8>| bytes.chunks(2).map(|pair| i16::from_be_bytes([pair[0], pair[1]])).collect::<Vec<_>>();
        assert_eq!(words(numeric(12_345_600, 4)), [2, 0, 0, 4, 1234, 5600]);
        assert_eq!(words(numeric(-5, 4)), [2, 0, 0x4000, 4, 0, 5]);
        assert_eq!(words(numeric(70_000, 0)), [2, 1, 0, 0, 7, 0]);
        assert_eq!(words(numeric(0, 0)), [1, 0, 0, 0, 0]);
        assert_eq!(words(numeric(1_225, 2)), [2, 0, 0, 2, 12, 2500]);
    }
}
