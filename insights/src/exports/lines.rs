//! All lines of orders as CSV, the latest first, some days at a time: never more of them in memory than a day has, or a few tens of
//! thousands.
//!
//! Headings are the members of `/api/transactions`, for programs; values are written as the reader's spreadsheet has them.

use std::collections::VecDeque;

use axum::body::Bytes;
use belgrano_runtime::problem::Problem;
use belgrano_web::spreadsheet::harmless;
use belgrano_wire::texts::Language;
use csv::{Terminator, WriterBuilder};
use datafusion::arrow::array::Array as _;
use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};

use crate::access::Reader;
use crate::api::{self, COLUMNS, DayCount, Filters, Narrowed};
use crate::app::App;
use crate::engine::Reading;
use crate::pages::separator;

/// Lines that are asked for at once, but for a day that has more.
const AT_ONCE: i64 = 25_000;
/// The columns of a file: those of the contract in its order, then ours.
const HEADS: [&str; 29] = [
    "transaction_id",
    "date",
    "customer_id",
    "country",
    "region",
    "city",
    "product_id",
    "product_name",
    "category",
    "subcategory",
    "quantity",
    "unit_price",
    "total_amount",
    "discount_applied",
    "payment_method",
    "shipping_cost",
    "delivery_time",
    "customer_segment",
    "device_type",
    "traffic_source",
    "currency",
    "exchange_rate",
    "total_amount_usd",
    "cost_price",
    "profit",
    "order_id",
    "barrio",
    "kind",
    "voided",
];

/// Days that are asked about at once.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Stretch {
    /// From a day to a day, both included.
    Days { from: String, to: String },
    /// Lines whose day is not known.
    NoDay,
}

impl Stretch {
    /// A condition over lines, called `s`. Days are digits and dashes: the engine wrote them.
    fn condition(&self) -> String {
        match self {
            Self::Days { from, to } => format!("s.ordered_on BETWEEN DATE '{from}' AND DATE '{to}'"),
            Self::NoDay => "s.ordered_on IS NULL".to_owned(),
        }
    }
}

/// Cuts the days, the latest first, into stretches of [`AT_ONCE`] lines at most; a day that has more is one of its own.
fn stretches(days: Vec<DayCount>) -> VecDeque<Stretch> {
    let mut all = VecDeque::new();
    let mut lines = 0_i64;
    for DayCount { day, n } in days {
        lines = lines.saturating_add(n);
        match (day, all.back_mut()) {
            (None, _) => all.push_back(Stretch::NoDay),
            (Some(day), Some(Stretch::Days { from, .. })) if lines <= AT_ONCE => *from = day,
            (Some(day), _) => {
                lines = n;
                all.push_back(Stretch::Days { from: day.clone(), to: day });
            }
        }
    }
    all
}

/// The file, part by part. All of it is of one state of the data.
#[derive(Debug)]
pub(super) struct Lines {
    reading: Reading,
    narrowed: Narrowed,
    language: Language,
    left: VecDeque<Stretch>,
    read: VecDeque<RecordBatch>,
    begun: bool,
    total: i64,
}

impl Lines {
    /// Finds out how many lines there are.
    pub(super) async fn open(
        app: &App,
        reader: &Reader,
        filters: Filters,
        language: Language,
    ) -> Result<Self, Problem> {
        let narrowed = filters.check()?;
        let reading = api::reading(app, reader, &narrowed.source)?;
        let (sql, values) = api::by_day(&narrowed);
        let days = api::json(&reading.rows(&sql, values).await?)?;
        let days: Vec<DayCount> = serde_json::from_value(days).map_err(|error| Problem::internal(&error))?;
        let total = days.iter().map(|day| day.n).sum();
        Ok(Self { reading, narrowed, language, left: stretches(days), read: VecDeque::new(), begun: false, total })
    }

    /// How many lines there are in all.
    pub(super) fn total(&self) -> i64 {
        self.total
    }

    /// The next part of the file, and how many lines it has; `None` at its end.
    pub(super) async fn next(&mut self) -> Result<Option<(Bytes, usize)>, Problem> {
        if !self.begun {
            self.begun = true;
            return Ok(Some((head(self.language), 0)));
        }
        while self.read.is_empty() {
            let Some(stretch) = self.left.pop_front() else { return Ok(None) };
            let (condition, values) = self.narrowed.sales(None);
            let sql = format!(
                "SELECT {columns} FROM (SELECT {COLUMNS}, s.ordered_at AS at, s.line_no AS line FROM gold_sales s \
                 WHERE {condition} AND {days}) ORDER BY at DESC, order_id DESC, line",
                columns = HEADS.map(column).join(", "),
                days = stretch.condition(),
            );
            self.read = self.reading.rows(&sql, values).await?.into();
        }
        let Some(batch) = self.read.pop_front() else { return Ok(None) };
        let text = written(self.language, &batch).map_err(|error| Problem::internal(&error))?;
        Ok(Some((text, batch.num_rows())))
    }
}

/// A column of lines under the name that the file has for it.
fn column(head: &str) -> String {
    if head == "date" { format!("{} AS date", api::LOCAL) } else { head.to_owned() }
}

/// The mark without which Excel takes UTF-8 for something else, and the headings.
fn head(language: Language) -> Bytes {
    let mut writer = builder(language).from_writer("\u{feff}".as_bytes().to_vec());
    // Into memory: there is nothing that could fail.
    let _ = writer.write_record(HEADS);
    writer.into_inner().unwrap_or_default().into()
}

fn builder(language: Language) -> WriterBuilder {
    let mut builder = WriterBuilder::new();
    builder.delimiter(separator(language)).terminator(Terminator::CRLF);
    builder
}

/// Rows as lines of text.
fn written(language: Language, batch: &RecordBatch) -> Result<Bytes, ArrowError> {
    let options = FormatOptions::new();
    let mut columns = Vec::with_capacity(batch.num_columns());
    for column in batch.columns() {
        columns.push((column, ArrayFormatter::try_new(column.as_ref(), &options)?, is_number(column.data_type())));
    }
    let mut writer = builder(language).from_writer(Vec::new());
    for row in 0..batch.num_rows() {
        for (column, format, number) in &columns {
            let value = if column.is_null(row) { String::new() } else { format.value(row).try_to_string()? };
            let value = match (number, language) {
                (true, Language::Spanish) => value.replace('.', ","),
                (true, Language::English) => value,
                (false, _) => harmless(&value),
            };
            // Into memory: there is nothing that could fail.
            let _ = writer.write_field(value);
        }
        let _ = writer.write_record(None::<&[u8]>);
    }
    Ok(writer.into_inner().unwrap_or_default().into())
}

fn is_number(data_type: &DataType) -> bool {
    data_type.is_numeric()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use belgrano_web::spreadsheet::FORMULA;
    use belgrano_wire::texts::Language;
    use datafusion::arrow::array::{ArrayRef, Float64Array, StringArray};
    use datafusion::arrow::record_batch::RecordBatch;

    use super::{AT_ONCE, Stretch, stretches, written};
    use crate::api::DayCount;

    fn day(day: &str, n: i64) -> DayCount {
        DayCount { day: Some(day.to_owned()), n }
    }

    fn days(from: &str, to: &str) -> Stretch {
        Stretch::Days { from: from.to_owned(), to: to.to_owned() }
    }

    #[test]
    fn no_part_has_more_lines_than_may_be_at_once_but_for_a_day_that_has_more() {
        let half = AT_ONCE / 2;
        let told = vec![
            day("2026-01-09", half),
            day("2026-01-08", half),
            day("2026-01-07", 1),
            day("2026-01-06", AT_ONCE * 3),
            day("2026-01-05", 1),
            day("2026-01-04", 1),
            DayCount { day: None, n: 5 },
        ];
        let expected = [
            days("2026-01-08", "2026-01-09"),
            days("2026-01-07", "2026-01-07"),
            days("2026-01-06", "2026-01-06"),
            days("2026-01-04", "2026-01-05"),
            Stretch::NoDay,
        ];
        assert_eq!(stretches(told), expected);
    }

    #[test]
    fn no_text_is_a_formula_and_a_number_is_as_the_language_writes_it() {
        for begin in FORMULA {
            let text: ArrayRef = Arc::new(StringArray::from(vec![Some(format!("{begin}cmd|'/C calc'!A0")), None]));
            let number: ArrayRef = Arc::new(Float64Array::from(vec![-12.5, 7.0]));
            let batch = RecordBatch::try_from_iter([("a", text), ("b", number)]).expect("rows");
            let lines = |language| String::from_utf8(written(language, &batch).expect("text").to_vec()).expect("text");
            assert_eq!(lines(Language::Spanish), format!("'{begin}cmd|'/C calc'!A0;-12,5\r\n;7,0\r\n"));
            assert_eq!(lines(Language::English), format!("'{begin}cmd|'/C calc'!A0,-12.5\r\n,7.0\r\n"));
        }
    }
}
