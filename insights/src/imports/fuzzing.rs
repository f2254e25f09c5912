//! What the fuzz target of files of sales does with an input, and what has to hold whatever it is.
#![expect(clippy::missing_panics_doc, reason = "a panic is what a target reports")]

use belgrano_wire::timestamp::UnixMillis;

use super::file;
use super::form::Reader;
use super::online_retail::OnlineRetail;
use super::transactions::Transactions;
use crate::ingest::Fresh;
use crate::lake::rows::Origin;

/// Columns that the two forms need; the rest may be missing.
const REQUIRED: usize = 1;

/// A CSV of sales in each of the forms: every row is taken or refused, and what was taken goes into the lake's tables.
pub fn sales(input: &[u8]) {
    let origin = Origin { source: "corpus", seq: 1, at: UnixMillis(1_795_284_245_000) };
    let forms: [Box<dyn Reader>; 2] = [Box::new(OnlineRetail::new()), Box::new(Transactions::new())];
    for mut form in forms {
        let (mut fresh, mut rows, mut taken, mut refused) = (Fresh::default(), 0, 0, 0);
        let columns = form.columns();
        let read = file::csv(input, columns, REQUIRED, &mut |_, values: &[&str]| {
            rows += 1;
            match form.take(values, origin, &mut fresh) {
                Ok(()) => taken += 1,
                Err(row) => {
                    assert!(!row.reason.is_empty(), "a refusal that says nothing");
                    refused += 1;
                }
            }
            Ok(())
        });
        assert_eq!(rows, taken + refused);
        if read.is_ok() {
            form.finish(origin, &mut fresh);
        }
        fresh.take().expect("rows that were taken make a table");
    }
}

#[cfg(test)]
mod tests {
    use belgrano_testing::try_corpus;

    #[test]
    fn sales_of_the_corpus_and_near_it_are_taken_or_refused() {
        try_corpus("sales", super::sales);
    }
}
