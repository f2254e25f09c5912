//! Running an import: the file is read once, its rows go into the lake part by part, then the models of its source are made anew.
//!
//! Memory holds a part of the rows, and of orders, customers and articles what the lines say of them together. A part has a number
//! that its rows bring into each table, so that an import that was killed goes on where it was.

use std::collections::BTreeMap;
use std::path::Path;

use belgrano_wire::ambient::Ambient;
use belgrano_wire::timestamp::UnixMillis;
use datafusion::arrow::record_batch::RecordBatch;
use deltalake::DeltaTable;
use tokio::sync::mpsc;

use super::file::{self, FileError};
use super::form::{Form, Reader, Reasons};
use super::online_retail::OnlineRetail;
use super::transactions::Transactions;
use crate::engine::{Warehouse, WarehouseError};
use crate::ingest::{Fresh, OWN};
use crate::lake::rows::{Origin, Rows};
use crate::lake::{self, LakeError, Reached, feeds, tables};
use crate::models::runner::Runner;

/// Columns that a form cannot do without.
const REQUIRED: usize = 6;

/// Rows of the file that go into the lake together.
const PART: u64 = if cfg!(test) { 5 } else { 1 << 16 };

/// How often an import goes on because another writer was first.
const ATTEMPTS: usize = 5;

/// Why a file was not imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file.
    #[error(transparent)]
    File(#[from] FileError),
    /// The lake.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// The data.
    #[error(transparent)]
    Warehouse(#[from] WarehouseError),
    /// Rows that do not fit their table.
    #[error("rows of the lake")]
    Rows(#[from] datafusion::arrow::error::ArrowError),
    /// Whoever read the file has ended before it was read.
    #[error("the file was not read to its end")]
    Ended,
    /// The name of our own source, or none.
    #[error("a source is called by lower case letters, digits and dashes, and not {OWN}")]
    Source,
}

impl ImportError {
    /// Whether another writer was first.
    fn is_conflict(&self) -> bool {
        match self {
            Self::Lake(error) | Self::Warehouse(WarehouseError::Lake(error)) => error.is_conflict(),
            _ => false,
        }
    }
}

/// What an import did.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Whether the same file was here already: then nothing changed.
    pub known: bool,
    /// Rows that were taken.
    pub taken: u64,
    /// Rows that were refused, by what is wrong with them; they are in the table `quarantine`.
    pub refused: Reasons,
}

/// Imports a file as (a part of) a source.
pub async fn import(
    warehouse: &Warehouse,
    runner: &Runner,
    ambient: &Ambient,
    form: Form,
    source: &str,
    path: &Path,
) -> Result<Report, ImportError> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if source.is_empty() || source == OWN || source.len() > 40 || !source.chars().all(fits) {
        return Err(ImportError::Source);
    }
    let feed = format!("import/{source}/{}", file::fingerprint(path)?);
    let mut attempt = 1;
    loop {
        match bring(warehouse, runner, ambient, (form, source, path), &feed).await {
            // The service, or another import, was first: what is done is known by its place.
            Err(error) if error.is_conflict() && attempt < ATTEMPTS => attempt += 1,
            done => return done,
        }
    }
}

async fn bring(
    warehouse: &Warehouse,
    runner: &Runner,
    ambient: &Ambient,
    (form, source, path): (Form, &str, &Path),
    feed: &str,
) -> Result<Report, ImportError> {
    let marks = warehouse.lake().table(tables::FEEDS.name, &tables::FEEDS.schema(), &[]).await?;
    if lake::reached(&marks, feed).await? > 0 {
        return Ok(Report { known: true, ..Report::default() });
    }
    let seq = number(marks, source, feed, ambient).await?;
    let begun = Begun { source: source.to_owned(), seq, at: ambient.now() };
    let report = store(warehouse, form, path, &begun, feed).await?;
    warehouse.refresh().await?;
    runner.rebuild_silver(source).await?;
    warehouse.refresh().await?;
    runner.build_import(source).await?;
    let marks = warehouse.lake().table(tables::FEEDS.name, &tables::FEEDS.schema(), &[]).await?;
    let mut mark = Rows::new(&tables::FEEDS);
    mark.push(begun.origin(), &[source.into(), feed.into()]);
    let done = [Reached { feed: feed.to_owned(), seq }, Reached { feed: feeds::imported(source), seq }];
    lake::append(marks, vec![mark.take()?], &done).await?;
    warehouse.refresh().await?;
    Ok(report)
}

/// Where the rows of a file are from, and since when.
#[derive(Clone)]
pub(super) struct Begun {
    pub(super) source: String,
    pub(super) seq: i64,
    pub(super) at: UnixMillis,
}

impl Begun {
    fn origin(&self) -> Origin<'_> {
        Origin { source: &self.source, seq: self.seq, at: self.at }
    }
}

/// Rows of a file that go into the lake together, by table.
type Part = Vec<(&'static str, RecordBatch)>;

/// Brings the rows of a file into the lake, as far as they are not there.
pub(super) async fn store(
    warehouse: &Warehouse,
    form: Form,
    path: &Path,
    begun: &Begun,
    feed: &str,
) -> Result<Report, ImportError> {
    // One part is read while another is written, and no more.
    let (sender, mut parts) = mpsc::channel(1);
    let (path, of) = (path.to_owned(), begun.clone());
    let reading = tokio::task::spawn_blocking(move || read(form, &path, of.origin(), &sender));
    let place = format!("{feed}/rows");
    let (mut stored, mut number) = (BTreeMap::new(), 0);
    while let Some(part) = parts.recv().await {
        number += 1;
        for (name, batch) in part {
            let Some(table) = tables::ALL.iter().find(|table| table.name == name) else { continue };
            let handle: DeltaTable = match stored.remove(name) {
                Some(handle) => handle,
                None => warehouse.lake().table(name, &table.schema(), &[]).await?,
            };
            let handle = if lake::reached(&handle, &place).await? < number {
                lake::append(handle, vec![batch], &[Reached { feed: place.clone(), seq: number }]).await?
            } else {
                handle
            };
            stored.insert(name, handle);
        }
    }
    reading.await.map_err(|_| ImportError::Ended)?
}

/// The place of a file among those of its source: what a later one says of the same order holds. It is written down first, so
/// that an import that was killed goes on with the same number.
async fn number(marks: DeltaTable, source: &str, feed: &str, ambient: &Ambient) -> Result<i64, LakeError> {
    let (begun, files) = (format!("{feed}/begun"), format!("import/{source}"));
    let known = lake::reached(&marks, &begun).await?;
    if known > 0 {
        return Ok(known);
    }
    let seq = lake::reached(&marks, &files).await? + 1;
    let mut row = Rows::new(&tables::FEEDS);
    row.push(Origin { source, seq, at: ambient.now() }, &[source.into(), begun.as_str().into()]);
    lake::append(marks, vec![row.take()?], &[Reached { feed: begun, seq }, Reached { feed: files, seq }]).await?;
    Ok(seq)
}

/// Reads the file into parts: the same ones each time.
fn read(form: Form, path: &Path, origin: Origin<'_>, parts: &mpsc::Sender<Part>) -> Result<Report, ImportError> {
    let mut reader: Box<dyn Reader> = match form {
        Form::OnlineRetail => Box::new(OnlineRetail::new()),
        Form::Transactions => Box::new(Transactions::new()),
    };
    let columns = reader.columns();
    let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let (mut report, mut fresh, mut seen) = (Report::default(), Fresh::default(), 0);
    file::rows(path, columns, REQUIRED, |number, values| {
        match reader.take(values, origin, &mut fresh) {
            Ok(()) => report.taken += 1,
            Err(refused) => {
                *report.refused.entry(refused.reason).or_default() += 1;
                let (number, content) = (number.to_string(), values.join(","));
                let row = [file.as_str().into(), (&number).into(), refused.reason.into(), (&content).into()];
                fresh.rows(&tables::QUARANTINE).push(origin, &row);
            }
        }
        seen += 1;
        if seen % PART == 0 { hand_over(&mut fresh, parts) } else { Ok(()) }
    })?;
    reader.finish(origin, &mut fresh);
    hand_over(&mut fresh, parts)?;
    Ok(report)
}

/// Gives the rows so far to who writes them; waits while that one has enough to do.
fn hand_over(fresh: &mut Fresh, parts: &mpsc::Sender<Part>) -> Result<(), FileError> {
    let part = fresh.take()?;
    // Nobody writes any more: why, the writer says.
    parts.blocking_send(part).map_err(|_| FileError::Unwanted)
}
