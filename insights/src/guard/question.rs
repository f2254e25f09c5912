//! A question in other people's SQL, with the values of its `$1`, `$2` ….

use datafusion::arrow::datatypes::{DataType, TimeUnit};
use datafusion::common::ScalarValue;
use datafusion::error::DataFusionError;
use serde::{Deserialize, Serialize};

use super::words::{About, Wrong};

/// What a value is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// Text, or whatever the query takes it for.
    Text,
    /// A whole number of 64 bits.
    Whole,
    /// A number in floating point.
    Real,
    /// A decimal number.
    Decimal,
    /// Yes or no.
    Flag,
    /// A day.
    Day,
    /// A point in time.
    Instant,
}

/// A value for one of the query's parameters.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Value {
    /// As text; `None`: null.
    pub text: Option<String>,
    /// What whoever asks takes it for; `None`: as the query takes it.
    pub kind: Option<Kind>,
}

/// What is asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Question {
    /// The rows.
    Rows {
        /// One `SELECT`.
        sql: String,
        /// For its `$1`, `$2` ….
        values: Vec<Value>,
    },
    /// Its columns and parameters alone.
    Shape {
        /// One `SELECT`.
        sql: String,
    },
}

impl Question {
    /// The rows of `sql`, which has no parameters.
    pub fn rows(sql: impl Into<String>) -> Self {
        Self::Rows { sql: sql.into(), values: Vec::new() }
    }

    /// What is asked, in SQL.
    #[must_use]
    pub fn sql(&self) -> &str {
        match self {
            Self::Rows { sql, .. } | Self::Shape { sql } => sql,
        }
    }
}

impl Kind {
    /// The nearest kind to what the engine has.
    pub(super) fn of(data_type: &DataType) -> Self {
        match data_type {
            DataType::Boolean => Self::Flag,
            DataType::Float16 | DataType::Float32 | DataType::Float64 => Self::Real,
            DataType::Date32 | DataType::Date64 => Self::Day,
            DataType::Timestamp(..) => Self::Instant,
            other if other.is_integer() => Self::Whole,
            other if other.is_decimal() => Self::Decimal,
            _ => Self::Text,
        }
    }

    fn data_type(self, text: &str) -> DataType {
        match self {
            Self::Text => DataType::Utf8,
            Self::Whole => DataType::Int64,
            Self::Real => DataType::Float64,
            Self::Decimal => {
                let places = text.rsplit_once('.').map_or(0, |(_, places)| places.len());
                DataType::Decimal128(38, i8::try_from(places.min(18)).unwrap_or(18))
            }
            Self::Flag => DataType::Boolean,
            Self::Day => DataType::Date32,
            Self::Instant => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        }
    }
}

/// The value as the engine has it, where the query takes it for `inferred`.
pub(super) fn scalar(value: &Value, inferred: Option<&DataType>) -> Result<ScalarValue, Wrong> {
    let given = value.kind.filter(|kind| *kind != Kind::Text);
    let Some(text) = &value.text else {
        let none = inferred.cloned().or_else(|| given.map(|kind| kind.data_type(""))).unwrap_or(DataType::Utf8);
        return ScalarValue::try_from(&none).map_err(|error| Wrong::from(&error));
    };
    let data_type = match (given, inferred) {
        (Some(kind), _) => kind.data_type(text),
        (None, Some(inferred)) => inferred.clone(),
        (None, None) => DataType::Utf8,
    };
    let read = |error: DataFusionError| Wrong { about: About::Value, words: Wrong::from(&error).words };
    ScalarValue::try_from_string(text.clone(), &data_type).map_err(read)
}
