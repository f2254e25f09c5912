//! What a query's process is told on its input, and what it says on its output.
//!
//! In: the length of a JSON head, the head, then an Arrow stream for each table of rows that are not stored yet. Out: one byte
//! that says what follows, then an Arrow stream or words.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::Arc;

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::ipc::reader::StreamReader;
use datafusion::arrow::ipc::writer::StreamWriter;
use datafusion::arrow::record_batch::RecordBatch;
use serde::{Deserialize, Serialize};

use crate::engine::Hot;

/// What is asked.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Asked {
    pub(super) sql: String,
    pub(super) lake: String,
    pub(super) persons: bool,
    pub(super) business: Option<String>,
    pub(super) rows: usize,
    pub(super) memory_mib: u64,
    pub(super) cpu_s: u64,
}

#[derive(Serialize, Deserialize)]
struct Head<A> {
    asked: A,
    /// The table and the length of each stream that follows.
    streams: Vec<(String, usize)>,
}

/// What a query's process says.
#[derive(Debug)]
pub(super) enum Reply {
    Rows { schema: SchemaRef, batches: Vec<RecordBatch>, cut: bool },
    Wrong(String),
}

const ROWS: u8 = b'R';
const CUT: u8 = b'C';
const WRONG: u8 = b'W';

/// The input of a query's process.
pub(super) fn request(asked: &Asked, hot: &Hot) -> Result<Vec<u8>, ArrowError> {
    let mut streams = Vec::new();
    let mut bodies = Vec::new();
    for (table, batches) in hot {
        if let Some(first) = batches.first() {
            let body = stream(&first.schema(), batches)?;
            streams.push(((*table).to_owned(), body.len()));
            bodies.push(body);
        }
    }
    let head =
        serde_json::to_vec(&Head { asked, streams }).map_err(|error| ArrowError::JsonError(error.to_string()))?;
    let mut request = u32::try_from(head.len()).unwrap_or(u32::MAX).to_le_bytes().to_vec();
    request.extend(head);
    request.extend(bodies.into_iter().flatten());
    Ok(request)
}

/// Reads the input of a query's process; `None` when it is not one.
pub(super) fn asked(request: &[u8]) -> Option<(Asked, Hot)> {
    let (length, rest) = request.split_first_chunk::<4>()?;
    let (head, mut rest) = rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
    let head: Head<Asked> = serde_json::from_slice(head).ok()?;
    let mut hot = BTreeMap::new();
    for (name, length) in head.streams {
        let (body, after) = rest.split_at_checked(length)?;
        rest = after;
        let table = crate::lake::tables::ALL.iter().find(|table| table.name == name)?;
        hot.insert(table.name, Arc::new(batches(body)?.1));
    }
    Some((head.asked, hot))
}

/// The output of a query's process.
pub(super) fn said(reply: &Reply) -> Result<Vec<u8>, ArrowError> {
    match reply {
        Reply::Rows { schema, batches, cut } => {
            let mut said = vec![if *cut { CUT } else { ROWS }];
            said.extend(stream(schema, batches)?);
            Ok(said)
        }
        Reply::Wrong(words) => {
            let mut said = vec![WRONG];
            said.extend(words.as_bytes());
            Ok(said)
        }
    }
}

/// Reads the output of a query's process; `None` when it is cut off.
pub(super) fn reply(said: &[u8]) -> Option<Reply> {
    match said.split_first()? {
        (kind @ (&ROWS | &CUT), body) => {
            let (schema, batches) = batches(body)?;
            Some(Reply::Rows { schema, batches, cut: *kind == CUT })
        }
        (&WRONG, words) => Some(Reply::Wrong(String::from_utf8_lossy(words).into_owned())),
        _ => None,
    }
}

fn stream(schema: &SchemaRef, batches: &[RecordBatch]) -> Result<Vec<u8>, ArrowError> {
    let mut writer = StreamWriter::try_new(Vec::new(), schema)?;
    for batch in batches {
        writer.write(batch)?;
    }
    writer.into_inner()
}

fn batches(stream: &[u8]) -> Option<(SchemaRef, Vec<RecordBatch>)> {
    let reader = StreamReader::try_new(Cursor::new(stream), None).ok()?;
    let schema = reader.schema();
    let batches: Result<Vec<_>, _> = reader.collect();
    Some((schema, batches.ok()?))
}
