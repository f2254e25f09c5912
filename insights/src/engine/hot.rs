//! Rows that have come and are not stored yet, by table: what of them is beyond a place of their feed.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::{Array, AsArray, BooleanArray, Date32Array};
use datafusion::arrow::compute::filter_record_batch;
use datafusion::arrow::datatypes::Int64Type;
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::record_batch::RecordBatch;
use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::lake::{feeds, tables};

/// Rows that have come and are not stored yet, by table.
pub type Hot = BTreeMap<&'static str, Arc<Vec<RecordBatch>>>;

/// The rows of a table that came of a feed beyond the place that `place` says the feed is at.
pub fn beyond(
    table: &str,
    batch: &RecordBatch,
    place: impl Fn(&'static str) -> i64,
) -> Result<RecordBatch, ArrowError> {
    let Some(seq) = batch.column_by_name("seq") else { return Ok(batch.clone()) };
    let seqs = seq.as_primitive::<Int64Type>().iter().map(Option::unwrap_or_default);
    let newer: BooleanArray = if table == tables::QUARANTINE.name {
        let Some(feed) = batch.column_by_name("feed") else { return Ok(batch.clone()) };
        let known = |name: Option<&str>| feeds::FEEDS.into_iter().find(|feed| Some(*feed) == name);
        let feeds = feed.as_string::<i32>().iter().map(known);
        seqs.zip(feeds).map(|(seq, feed)| Some(feed.is_none_or(|feed| seq > place(feed)))).collect()
    } else {
        let place = feeds::filling(table).into_iter().map(place).max().unwrap_or(i64::MIN);
        seqs.map(|seq| Some(seq > place)).collect()
    };
    if newer.true_count() == batch.num_rows() { Ok(batch.clone()) } else { filter_record_batch(batch, &newer) }
}

/// The same of all tables; `place` says of a table and a feed where it is.
pub(super) fn all_beyond(hot: &Hot, place: impl Fn(&'static str, &'static str) -> i64) -> Result<Hot, ArrowError> {
    let mut rest = Hot::new();
    for (table, batches) in hot {
        let left = batches.iter().map(|batch| beyond(table, batch, |feed| place(table, feed)));
        let left: Vec<RecordBatch> = left.collect::<Result<_, _>>()?;
        let left: Vec<RecordBatch> = left.into_iter().filter(|batch| batch.num_rows() > 0).collect();
        if !left.is_empty() {
            rest.insert(table, Arc::new(left));
        }
    }
    Ok(rest)
}

/// How many rows all tables hold together.
pub(super) fn count(hot: &Hot) -> usize {
    hot.values().flat_map(|batches| batches.iter()).map(RecordBatch::num_rows).sum()
}

/// The first of the month of the oldest day (`ordered_on`, `created_on` …) among rows; `None` when some row has none.
pub(crate) fn first_day(batches: &[RecordBatch]) -> Option<Date> {
    let mut first: Option<i32> = None;
    for batch in batches {
        let column = batch.schema().fields().iter().position(|field| field.name().ends_with("_on"))?;
        let days = batch.column(column).as_any().downcast_ref::<Date32Array>()?;
        if days.null_count() > 0 {
            return None;
        }
        let earliest = days.iter().flatten().min();
        first = first.into_iter().chain(earliest).min();
    }
    let day = Date::constant(1970, 1, 1).checked_add(i64::from(first?).days()).ok()?;
    Some(day.first_of_month())
}
