//! Many rows, column by column, to learn from.
//!
//! In: a question. Out: its rows, a batch at a time, none of which is kept; what is learned from is put into arrays of numbers. What
//! must never happen here: a text of its own for each of a million lines.

use belgrano_runtime::problem::Problem;
use datafusion::arrow::array::{ArrayRef, AsArray as _, PrimitiveArray, StringArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{ArrowPrimitiveType, DataType, Date32Type, Float64Type};
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::common::ScalarValue;
use datafusion::error::DataFusionError;
use jiff::civil::{Date, date};

use crate::access::Reader;
use crate::app::App;
use crate::forecast::after;

/// Hands each batch of the rows of a question to `take`, as far as `reader` may see.
pub(super) async fn each(
    app: &App,
    reader: &Reader,
    sql: &str,
    values: Vec<ScalarValue>,
    mut take: impl FnMut(Batch<'_>) -> Result<(), DataFusionError> + Send,
) -> Result<(), Problem> {
    let take = |batch: &RecordBatch| if batch.num_rows() > 0 { take(Batch(batch)) } else { Ok(()) };
    Ok(Box::pin(app.answers.ask_each(&reader.scope(), sql, values, take)).await?)
}

/// Rows of an answer, read column by column.
pub(super) struct Batch<'a>(&'a RecordBatch);

impl Batch<'_> {
    fn column(&self, place: usize, kind: &DataType) -> Result<ArrayRef, DataFusionError> {
        Ok(cast(self.0.column(place), kind)?)
    }

    fn primitive<T: ArrowPrimitiveType>(&self, place: usize) -> Result<PrimitiveArray<T>, DataFusionError> {
        Ok(self.column(place, &T::DATA_TYPE)?.as_primitive::<T>().clone())
    }

    /// A column of words.
    pub(super) fn texts(&self, place: usize) -> Result<StringArray, DataFusionError> {
        Ok(self.column(place, &DataType::Utf8)?.as_string::<i32>().clone())
    }

    /// A column of numbers; `None` for what is none.
    pub(super) fn numbers(&self, place: usize) -> Result<Vec<Option<f64>>, DataFusionError> {
        Ok(self.primitive::<Float64Type>(place)?.iter().collect())
    }

    /// A column of days, as days since 1970.
    pub(super) fn days(&self, place: usize) -> Result<Vec<i32>, DataFusionError> {
        Ok(self.primitive::<Date32Type>(place)?.iter().map(Option::unwrap_or_default).collect())
    }
}

/// The day so many days after the first of 1970.
pub(super) fn day_of(days: i32) -> Date {
    after(date(1970, 1, 1), i64::from(days))
}

/// So many days after the first of 1970.
pub(super) fn days_of(day: Date) -> i32 {
    (day - date(1970, 1, 1)).get_days()
}

/// All rows of a question that has few.
pub(super) struct Columns(Vec<RecordBatch>);

impl Columns {
    /// Asks, as far as `reader` may see.
    pub(super) async fn ask(app: &App, reader: &Reader, sql: &str, values: Vec<ScalarValue>) -> Result<Self, Problem> {
        let mut batches = Vec::new();
        let keep = |batch: Batch<'_>| {
            batches.push(batch.0.clone());
            Ok(())
        };
        each(app, reader, sql, values, keep).await?;
        Ok(Self(batches))
    }

    fn all<T>(&self, of: impl Fn(Batch<'_>) -> Result<Vec<T>, DataFusionError>) -> Result<Vec<T>, Problem> {
        let all: Result<Vec<Vec<T>>, _> = self.0.iter().map(|batch| of(Batch(batch))).collect();
        all.map(|all| all.into_iter().flatten().collect()).map_err(|error| Problem::internal(&error))
    }

    /// A column of words; what is none is empty.
    pub(super) fn texts(&self, place: usize) -> Result<Vec<String>, Problem> {
        let words = |texts: &StringArray| texts.iter().map(|text| text.unwrap_or_default().to_owned()).collect();
        self.all(|batch| Ok(words(&batch.texts(place)?)))
    }

    /// A column of numbers; `None` for what is none.
    pub(super) fn numbers(&self, place: usize) -> Result<Vec<Option<f64>>, Problem> {
        self.all(|batch| batch.numbers(place))
    }

    /// A column of days.
    pub(super) fn days(&self, place: usize) -> Result<Vec<Date>, Problem> {
        self.all(|batch| Ok(batch.days(place)?.into_iter().map(day_of).collect()))
    }
}

/// Words one behind the other in one text.
#[derive(Clone, Debug, Default)]
pub(super) struct Words {
    text: String,
    ends: Vec<usize>,
}

impl Words {
    /// Adds one more word at the end.
    pub(super) fn push(&mut self, word: &str) {
        self.text.push_str(word);
        self.ends.push(self.text.len());
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The one at a place; nothing beyond the last.
    pub(super) fn get(&self, place: usize) -> &str {
        let from = place.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied());
        from.zip(self.ends.get(place)).map_or("", |(from, to)| &self.text[from..*to])
    }

    /// Where a word is, if the words are in order.
    pub(super) fn find(&self, word: &str) -> Option<usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            match self.get(middle).cmp(word) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{Words, day_of, days_of};

    #[test]
    fn words_are_found_where_they_are() {
        let mut words = Words::default();
        let all = ["", "10", "7", "7a", "ñandú"];
        for word in all {
            words.push(word);
        }
        assert_eq!((0..all.len()).map(|place| words.get(place)).collect::<Vec<_>>(), all);
        for (place, word) in all.iter().enumerate() {
            assert_eq!(words.find(word), Some(place), "{word}");
        }
        assert_eq!(
            (words.find("8"), words.find("0"), words.get(5), Words::default().find("7")),
            (None, None, "", None)
        );
    }

    #[test]
    fn a_day_is_a_number() {
        assert_eq!((day_of(14_944), days_of(date(2010, 12, 1))), (date(2010, 12, 1), 14_944));
    }
}
