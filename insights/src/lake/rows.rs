//! Rows of one table on their way into the lake: values in the order of its columns, one builder each.

use std::sync::Arc;

use belgrano_wire::timestamp::UnixMillis;
use datafusion::arrow::array::{
    ArrayBuilder, ArrayRef, BooleanBuilder, Date32Builder, Decimal128Builder, Float64Builder, Int32Builder,
    Int64Builder, StringBuilder, TimestampMicrosecondBuilder,
};
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::record_batch::RecordBatch;
use jiff::civil::Date;

use super::column::{HEAD, Kind, MONEY_LIMIT, Table, WHOLE_LIMIT};

/// An amount in ten-thousandths of the currency, as a money column stores it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(pub i64);

impl Amount {
    /// Of an amount in hundredths.
    #[must_use]
    pub fn of_cents(cents: i64) -> Self {
        Self(cents.saturating_mul(100))
    }

    /// So many times the amount; beyond every limit where that is more than there is room for.
    #[must_use]
    pub fn times(self, quantity: i64) -> Self {
        Self(self.0.saturating_mul(quantity))
    }

    /// Whether sums can bear it.
    #[must_use]
    pub fn is_possible(self) -> bool {
        within(self.0, MONEY_LIMIT)
    }
}

fn within(number: i64, limit: i64) -> bool {
    -limit < number && number < limit
}

/// The first column of a row whose value is beyond what sums can bear: such a row is refused.
#[must_use]
pub fn excessive(table: &Table, values: &[Value<'_>]) -> Option<&'static str> {
    let possible = |value: &Value<'_>| match value {
        Value::Whole(Some(number)) => within(*number, WHOLE_LIMIT),
        Value::Money(Some(amount)) => amount.is_possible(),
        _ => true,
    };
    table.columns.iter().zip(values).find(|(_, value)| !possible(value)).map(|((name, _), _)| *name)
}

/// One value of a row.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// For a column of text.
    Text(Option<&'a str>),
    /// For a column of whole numbers, of either size.
    Whole(Option<i64>),
    /// For a column of flags.
    Flag(Option<bool>),
    /// For a column of amounts.
    Money(Option<Amount>),
    /// For a column of instants.
    Instant(Option<UnixMillis>),
    /// For a column of days.
    Day(Option<Date>),
    /// For a column of coordinates.
    Real(Option<f64>),
}

macro_rules! values {
    ($($from:ty => $kind:ident),* $(,)?) => {$(
        impl<'a> From<$from> for Value<'a> {
            fn from(value: $from) -> Self {
                Self::$kind(Some(value.into()))
            }
        }
        impl<'a> From<Option<$from>> for Value<'a> {
            fn from(value: Option<$from>) -> Self {
                Self::$kind(value.map(Into::into))
            }
        }
    )*};
}

values! { &'a str => Text, i64 => Whole, i32 => Whole, bool => Flag, Amount => Money, UnixMillis => Instant, Date => Day, f64 => Real }

impl<'a> From<&'a String> for Value<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(Some(value))
    }
}

impl<'a> From<&'a Option<String>> for Value<'a> {
    fn from(value: &'a Option<String>) -> Self {
        Self::Text(value.as_deref())
    }
}

enum Builder {
    Text(StringBuilder),
    Whole(Int64Builder),
    Small(Int32Builder),
    Flag(BooleanBuilder),
    Money(Decimal128Builder),
    Instant(TimestampMicrosecondBuilder),
    Day(Date32Builder),
    Real(Float64Builder),
}

impl Builder {
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::Text => Self::Text(StringBuilder::new()),
            Kind::Whole => Self::Whole(Int64Builder::new()),
            Kind::Small => Self::Small(Int32Builder::new()),
            Kind::Flag => Self::Flag(BooleanBuilder::new()),
            Kind::Money => Self::Money(Decimal128Builder::new().with_data_type(kind.data_type())),
            Kind::Instant => Self::Instant(TimestampMicrosecondBuilder::new().with_timezone("UTC")),
            Kind::Day => Self::Day(Date32Builder::new()),
            Kind::Real => Self::Real(Float64Builder::new()),
        }
    }

    /// Appends a value of the column's kind. One of another kind is a mistake of the caller's, and becomes null.
    fn push(&mut self, value: Value<'_>) {
        match (self, value) {
            (Self::Text(column), Value::Text(value)) => column.append_option(value),
            (Self::Whole(column), Value::Whole(value)) => column.append_option(value),
            (Self::Small(column), Value::Whole(value)) => {
                column.append_option(value.and_then(|value| i32::try_from(value).ok()));
            }
            (Self::Flag(column), Value::Flag(value)) => column.append_option(value),
            (Self::Money(column), Value::Money(value)) => {
                column.append_option(value.map(|Amount(units)| i128::from(units)));
            }
            (Self::Instant(column), Value::Instant(value)) => {
                column.append_option(value.map(|UnixMillis(ms)| ms.saturating_mul(1000)));
            }
            (Self::Day(column), Value::Day(value)) => column.append_option(value.map(days_since_1970)),
            (Self::Real(column), Value::Real(value)) => column.append_option(value),
            (column, value) => {
                debug_assert!(false, "a value of another kind: {value:?}");
                column.push_null();
            }
        }
    }

    fn push_null(&mut self) {
        match self {
            Self::Text(column) => column.append_null(),
            Self::Whole(column) => column.append_null(),
            Self::Small(column) => column.append_null(),
            Self::Flag(column) => column.append_null(),
            Self::Money(column) => column.append_null(),
            Self::Instant(column) => column.append_null(),
            Self::Day(column) => column.append_null(),
            Self::Real(column) => column.append_null(),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(column) => Arc::new(column.finish()),
            Self::Whole(column) => Arc::new(column.finish()),
            Self::Small(column) => Arc::new(column.finish()),
            Self::Flag(column) => Arc::new(column.finish()),
            Self::Money(column) => Arc::new(column.finish()),
            Self::Instant(column) => Arc::new(column.finish()),
            Self::Day(column) => Arc::new(column.finish()),
            Self::Real(column) => Arc::new(column.finish()),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Text(column) => column.len(),
            Self::Whole(column) => column.len(),
            Self::Small(column) => column.len(),
            Self::Flag(column) => column.len(),
            Self::Money(column) => column.len(),
            Self::Instant(column) => column.len(),
            Self::Day(column) => column.len(),
            Self::Real(column) => column.len(),
        }
    }
}

fn days_since_1970(day: Date) -> i32 {
    (day - Date::constant(1970, 1, 1)).get_days()
}

/// Rows of one table, one after the other.
pub struct Rows {
    table: &'static Table,
    columns: Vec<Builder>,
}

impl std::fmt::Debug for Rows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Rows({} of {})", self.len(), self.table.name)
    }
}

/// Where a row is from: the first three columns.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// Name of the source.
    pub source: &'a str,
    /// Its place in the source's feed.
    pub seq: i64,
    /// When it came.
    pub at: UnixMillis,
}

impl Rows {
    /// None yet.
    #[must_use]
    pub fn new(table: &'static Table) -> Self {
        let kinds = HEAD.iter().chain(table.columns).map(|(_, kind)| *kind);
        Self { table, columns: kinds.map(Builder::new).collect() }
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.columns.first().map_or(0, Builder::len)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds a row: `values` in the order of the table's columns; what is missing at the end is null.
    pub fn push(&mut self, origin: Origin<'_>, values: &[Value<'_>]) {
        debug_assert!(values.len() <= self.table.columns.len(), "more values than columns in {}", self.table.name);
        let head = [Value::from(origin.source), Value::from(origin.seq), Value::from(origin.at)];
        let mut given = head.iter().chain(values);
        for column in &mut self.columns {
            match given.next() {
                Some(value) => column.push(*value),
                None => column.push_null(),
            }
        }
    }

    /// The rows as one batch; there are none afterwards.
    pub fn take(&mut self) -> Result<RecordBatch, ArrowError> {
        let columns = self.columns.iter_mut().map(Builder::finish).collect();
        RecordBatch::try_new(self.table.schema(), columns)
    }
}

#[cfg(test)]
mod tests {
    use belgrano_wire::timestamp::UnixMillis;
    use datafusion::arrow::util::pretty::pretty_format_batches;
    use jiff::civil::date;

    use super::{Amount, Origin, Rows, Value};
    use crate::lake::tables;

    #[test]
    fn a_row_is_its_values_in_the_order_of_the_columns() {
        let mut rows = Rows::new(&tables::PRICES);
        let origin = Origin { source: "belgrano", seq: 7, at: UnixMillis(1_000) };
        let at = Value::from(UnixMillis(1_732_190_645_000));
        rows.push(
            origin,
            &[
                "1".into(),
                "23".into(),
                Amount::of_cents(345_050).into(),
                Value::Money(None),
                Value::Money(None),
                at,
                date(2024, 11, 21).into(),
            ],
        );
        rows.push(origin, &["2".into()]);
        let text = pretty_format_batches(&[rows.take().expect("a batch")]).expect("a table").to_string();
        assert!(
            text.contains("| belgrano | 7   | 1970-01-01T00:00:01Z | 1        | 23         | 3450.5000 |"),
            "{text}"
        );
        assert!(text.contains("2024-11-21T12:04:05Z | 2024-11-21 |"), "{text}");
        assert!(rows.is_empty());
    }
}
