//! `key_of(text)`: a text as a number, so that different ones are counted in a twentieth of the room that texts take.
//!
//! The number is a hash of 64 bits: of a million different texts, two are taken for one with a probability of three in a hundred
//! million. Sums of money never go through it.

use std::sync::Arc;

use datafusion::arrow::array::{Array as _, Int64Array};
use datafusion::arrow::buffer::ScalarBuffer;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::exec_err;
use datafusion::common::hash_utils::{QualityRandomState, create_hashes};
use datafusion::error::Result;
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};

/// The same of every process, since a count may be put together of what several found.
const SEED: u64 = 0x0062_656c_6772_616e;

/// The function.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct KeyOf(Signature);

impl Default for KeyOf {
    fn default() -> Self {
        Self(Signature::exact(vec![DataType::Utf8], Volatility::Immutable))
    }
}

impl ScalarUDFImpl for KeyOf {
    fn name(&self) -> &'static str {
        "key_of"
    }

    fn signature(&self) -> &Signature {
        &self.0
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Int64)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [texts] = args.args.as_slice() else { return exec_err!("key_of takes one text") };
        let texts = texts.to_array(args.number_rows)?;
        let mut hashes = vec![0; args.number_rows];
        create_hashes([&texts], &QualityRandomState::with_seed(SEED), &mut hashes)?;
        let keys: ScalarBuffer<i64> = hashes.into_iter().map(u64::cast_signed).collect();
        Ok(ColumnarValue::Array(Arc::new(Int64Array::try_new(keys, texts.nulls().cloned())?)))
    }
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::util::pretty::pretty_format_batches;

    use crate::engine::context::{Limits, context, runtime};

    async fn ask(sql: &str) -> String {
        let limits = Limits::default();
        let context = context(&runtime(limits).expect("a runtime"), limits);
        let rows = context.sql(sql).await.expect(sql).collect().await.expect(sql);
        pretty_format_batches(&rows).expect("a table").to_string()
    }

    #[tokio::test]
    async fn as_many_keys_as_texts_and_none_of_nothing() {
        let counted = ask("SELECT g, count(DISTINCT key_of(t)) FILTER (WHERE ok) AS n, count(key_of(t)) AS lines \
             FROM (VALUES ('a', 'x', true), ('a', 'x', true), ('a', 'y', true), ('a', 'z', false), ('b', NULL, true), ('b', 'x', true)) \
             v(g, t, ok) GROUP BY g ORDER BY g")
        .await;
        assert!(counted.contains("| a | 2 | 4     |"), "{counted}");
        assert!(counted.contains("| b | 1 | 1     |"), "{counted}");
        let many =
            ask("SELECT count(DISTINCT key_of(CAST(value AS VARCHAR))) AS n FROM generate_series(1, 200000)").await;
        assert!(many.contains("| 200000 |"), "{many}");
    }
}
