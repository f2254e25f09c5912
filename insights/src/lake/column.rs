//! The columns of the lake's tables, by the kinds that every reader of the lake has.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};

/// Digits of an amount, and how many of them stand after the point.
pub const MONEY: (u8, i8) = (18, 4);

/// Whole numbers of a row stay below this, either way: sums of 64 bits wrap in the engine without a word, and it takes nine thousand
/// million rows of such numbers to get there.
pub const WHOLE_LIMIT: i64 = 1_000_000_000;
/// Amounts of a row stay below this, in ten-thousandths: a million million, as everywhere in Belgrano.
pub const MONEY_LIMIT: i64 = 10_000_000_000_000_000;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// UTF-8. Identifiers too, whatever they look like at their source.
    Text,
    /// A whole number of 64 bits.
    Whole,
    /// A whole number of 32 bits.
    Small,
    /// Yes or no.
    Flag,
    /// An amount in the source's currency, [`MONEY`].
    Money,
    /// A point in time: microseconds, UTC.
    Instant,
    /// A day in the zone of the source.
    Day,
    /// A coordinate.
    Real,
}

impl Kind {
    /// As Arrow, Parquet and Delta call it.
    #[must_use]
    pub fn data_type(self) -> DataType {
        match self {
            Self::Text => DataType::Utf8,
            Self::Whole => DataType::Int64,
            Self::Small => DataType::Int32,
            Self::Flag => DataType::Boolean,
            Self::Money => DataType::Decimal128(MONEY.0, MONEY.1),
            Self::Instant => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            Self::Day => DataType::Date32,
            Self::Real => DataType::Float64,
        }
    }
}

/// A table of the lake that takes what comes: its rows are only ever added.
#[derive(Debug)]
pub struct Table {
    /// Its name, in the lake and in SQL.
    pub name: &'static str,
    /// What follows [`HEAD`], in order.
    pub columns: &'static [(&'static str, Kind)],
}

/// What every row of every table says first: where it is from, its place in the source's feed, and when it came.
pub const HEAD: [(&str, Kind); 3] = [("source", Kind::Text), ("seq", Kind::Whole), ("ingested_at", Kind::Instant)];

impl Table {
    /// Its columns, [`HEAD`] among them.
    #[must_use]
    pub fn schema(&self) -> SchemaRef {
        let columns = HEAD.iter().chain(self.columns);
        let field = |(name, kind): &(&str, Kind)| {
            let required = HEAD.iter().any(|(head, _)| head == name);
            Field::new(*name, kind.data_type(), !required)
        };
        Arc::new(Schema::new(columns.map(field).collect::<Vec<_>>()))
    }
}
