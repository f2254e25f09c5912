//! What a query's process is told on its input, and what it says on its output.
//!
//! In: the length of a JSON head, the head, then for each table that the query may read the state it is in and an Arrow stream of
//! its rows that are not stored yet. Out: the length of a JSON head that says what became of it, the head, then an Arrow stream.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::Arc;

use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::ipc::reader::StreamReader;
use datafusion::arrow::ipc::writer::StreamWriter;
use datafusion::arrow::record_batch::{RecordBatch, RecordBatchOptions};
use serde::{Deserialize, Serialize};

use super::question::{Kind, Question};
use super::words::Wrong;
use crate::engine::Hot;

/// What is asked.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Asked {
    pub(super) question: Question,
    pub(super) lake: String,
    pub(super) persons: bool,
    pub(super) business: Option<i64>,
    pub(super) rows: usize,
    pub(super) memory_mib: u64,
    /// Seconds until it ends itself, and of each of its threads on a processor.
    pub(super) deadline_s: u64,
    /// Where stored tables hold more than their feed's mark says: table, feed, place.
    pub(super) ahead: Vec<(String, String, i64)>,
}

/// The state of each stored table that may be read, as [`crate::lake::described`] has it.
pub(super) type States = BTreeMap<String, Arc<Vec<u8>>>;

#[derive(Serialize, Deserialize)]
struct Head<A> {
    asked: A,
    /// The table and the length of each state that follows.
    states: Vec<(String, usize)>,
    /// The table and the length of each stream that follows after those.
    streams: Vec<(String, usize)>,
}

/// Rows that a query's process found.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) schema: SchemaRef,
    pub(crate) batches: Vec<RecordBatch>,
    /// Whether rows were left off at the limit.
    pub(crate) cut: bool,
    /// What the query's `$1`, `$2` … are taken for.
    pub(crate) parameters: Vec<Kind>,
}

/// What a query's process says.
#[derive(Debug)]
pub(super) enum Reply {
    Found(Found),
    Wrong(Wrong),
}

#[derive(Serialize, Deserialize)]
enum Said {
    Found { cut: bool, parameters: Vec<Kind> },
    Wrong(Wrong),
}

/// The input of a query's process.
pub(super) fn request(asked: &Asked, states: &States, hot: &Hot) -> Result<Vec<u8>, ArrowError> {
    let mut bodies: Vec<Vec<u8>> = Vec::new();
    let mut streams = Vec::new();
    for (table, batches) in hot {
        if let Some(first) = batches.first() {
            let body = stream(&first.schema(), batches)?;
            streams.push(((*table).to_owned(), body.len()));
            bodies.push(body);
        }
    }
    let lengths = states.iter().map(|(name, state)| (name.clone(), state.len())).collect();
    let mut request = headed(&Head { asked, states: lengths, streams })?;
    for state in states.values() {
        request.extend_from_slice(state);
    }
    request.extend(bodies.into_iter().flatten());
    Ok(request)
}

/// Reads the input of a query's process; `None` when it is not one.
pub(super) fn asked(request: &[u8]) -> Option<(Asked, States, Hot)> {
    let (head, mut rest): (Head<Asked>, _) = head_of(request)?;
    let (mut states, mut hot) = (States::new(), Hot::new());
    for (name, length) in head.states {
        let (state, after) = rest.split_at_checked(length)?;
        rest = after;
        states.insert(name, Arc::new(state.to_vec()));
    }
    for (name, length) in head.streams {
        let (body, after) = rest.split_at_checked(length)?;
        rest = after;
        let table = crate::lake::tables::ALL.iter().find(|table| table.name == name)?;
        hot.insert(table.name, Arc::new(batches(body)?.1));
    }
    Some((head.asked, states, hot))
}

/// The output of a query's process.
pub(super) fn said(reply: Reply) -> Result<Vec<u8>, ArrowError> {
    match reply {
        Reply::Found(Found { schema, batches, cut, parameters }) => {
            let mut said = headed(&Said::Found { cut, parameters })?;
            said.extend(stream(&schema, &batches)?);
            Ok(said)
        }
        Reply::Wrong(wrong) => headed(&Said::Wrong(wrong)),
    }
}

/// Reads the output of a query's process; `None` when it is cut off.
pub(super) fn reply(said: &[u8]) -> Option<Reply> {
    let (head, body) = head_of(said)?;
    match head {
        Said::Found { cut, parameters } => {
            let (schema, batches) = batches(body)?;
            Some(Reply::Found(Found { schema, batches, cut, parameters }))
        }
        Said::Wrong(wrong) => Some(Reply::Wrong(wrong)),
    }
}

fn headed(head: &impl Serialize) -> Result<Vec<u8>, ArrowError> {
    let head = serde_json::to_vec(head).map_err(|error| ArrowError::JsonError(error.to_string()))?;
    let length = u32::try_from(head.len()).map_err(|error| ArrowError::JsonError(error.to_string()))?;
    let mut bytes = length.to_le_bytes().to_vec();
    bytes.extend(head);
    Ok(bytes)
}

fn head_of<'a, H: Deserialize<'a>>(bytes: &'a [u8]) -> Option<(H, &'a [u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (head, rest) = rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
    Some((serde_json::from_slice(head).ok()?, rest))
}

fn stream(schema: &SchemaRef, batches: &[RecordBatch]) -> Result<Vec<u8>, ArrowError> {
    let mut writer = StreamWriter::try_new(Vec::new(), schema)?;
    for batch in batches {
        writer.write(&as_told(schema, batch)?)?;
    }
    writer.into_inner()
}

/// A batch in the types of `schema`, which the writer believes without a look: what comes from a file may hold its texts in another
/// way than the plan says.
fn as_told(schema: &SchemaRef, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let columns = batch.columns().iter().zip(schema.fields()).map(|(column, field)| cast(column, field.data_type()));
    RecordBatch::try_new_with_options(
        Arc::clone(schema),
        columns.collect::<Result<_, _>>()?,
        &RecordBatchOptions::new().with_row_count(Some(batch.num_rows())),
    )
}

fn batches(stream: &[u8]) -> Option<(SchemaRef, Vec<RecordBatch>)> {
    let reader = StreamReader::try_new(Cursor::new(stream), None).ok()?;
    let schema = reader.schema();
    let batches: Result<Vec<_>, _> = reader.collect();
    Some((schema, batches.ok()?))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{ArrayRef, StringArray, StringViewArray};
    use datafusion::arrow::record_batch::RecordBatch;

    use super::{Found, Reply, reply, said};

    #[test]
    fn texts_that_are_held_in_another_way_than_the_plan_says_are_told_as_it_says() {
        let of = |words: ArrayRef| RecordBatch::try_from_iter([("status", words)]).expect("a batch");
        let planned = of(Arc::new(StringArray::from(vec!["pendiente", "aceptado"])));
        let read = of(Arc::new(StringViewArray::from(vec!["pendiente", "aceptado"])));
        let found = Found { schema: planned.schema(), batches: vec![read], cut: false, parameters: Vec::new() };
        let told = said(Reply::Found(found)).expect("told");
        let Some(Reply::Found(found)) = reply(&told) else { panic!("it cannot be read") };
        assert_eq!(found.batches, [planned]);
    }
}
