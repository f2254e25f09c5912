//! Running an import: the file is read once, its rows go into the lake together, then the models of its source are made anew.

use std::path::Path;

use belgrano_shared::ambient::Ambient;
use deltalake::DeltaTable;

use super::file::{self, FileError};
use super::form::{Form, Reader, Reasons};
use super::online_retail::OnlineRetail;
use super::transactions::Transactions;
use crate::engine::{Warehouse, WarehouseError};
use crate::ingest::{Fresh, OWN};
use crate::lake::rows::{Origin, Rows};
use crate::lake::{self, LakeError, Reached, tables};
use crate::models::runner::Runner;

/// Columns that a form cannot do without.
const REQUIRED: usize = 6;

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
    let origin = Origin { source, seq, at: ambient.now() };
    let mut fresh = Fresh::default();
    let report = read(form, path, origin, &mut fresh)?;
    for (name, batch) in fresh.take()? {
        let Some(table) = tables::ALL.iter().find(|table| table.name == name) else { continue };
        let stored = warehouse.lake().table(name, &table.schema(), &[]).await?;
        if lake::reached(&stored, feed).await? == 0 {
            lake::append(stored, vec![batch], &[Reached { feed: feed.to_owned(), seq }]).await?;
        }
    }
    warehouse.refresh().await?;
    runner.rebuild_silver(source).await?;
    warehouse.refresh().await?;
    runner.build_imports().await?;
    let marks = warehouse.lake().table(tables::FEEDS.name, &tables::FEEDS.schema(), &[]).await?;
    let mut mark = Rows::new(&tables::FEEDS);
    mark.push(origin, &[source.into(), feed.into()]);
    lake::append(marks, vec![mark.take()?], &[Reached { feed: feed.to_owned(), seq }]).await?;
    warehouse.refresh().await?;
    Ok(report)
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

/// Reads the file into rows.
fn read(form: Form, path: &Path, origin: Origin<'_>, fresh: &mut Fresh) -> Result<Report, FileError> {
    let mut reader: Box<dyn Reader> = match form {
        Form::OnlineRetail => Box::new(OnlineRetail::new()),
        Form::Transactions => Box::new(Transactions::new()),
    };
    let columns = reader.columns();
    let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut report = Report::default();
    file::rows(path, columns, REQUIRED, |number, values| match reader.take(values, origin, fresh) {
        Ok(()) => report.taken += 1,
        Err(refused) => {
            *report.refused.entry(refused.reason).or_default() += 1;
            let (number, content) = (number.to_string(), values.join(","));
            let row = [file.as_str().into(), (&number).into(), refused.reason.into(), (&content).into()];
            fresh.rows(&tables::QUARANTINE).push(origin, &row);
        }
    })?;
    reader.finish(origin, fresh);
    Ok(report)
}
