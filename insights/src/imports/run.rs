//! Running an import: the file is read once, its rows go into the lake together, then the models of its source are made anew.

use std::path::Path;

use belgrano_shared::ambient::Ambient;

use super::file::{self, FileError};
use super::form::{Form, Reader, Reasons};
use super::online_retail::OnlineRetail;
use super::transactions::Transactions;
use crate::engine::{Came, Warehouse, WarehouseError};
use crate::ingest::{Fresh, OWN};
use crate::lake::rows::{Origin, Rows};
use crate::lake::{self, LakeError, Reached, tables};
use crate::models::runner::Runner;

/// Columns that a form cannot do without.
const REQUIRED: usize = 6;

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
    let marks = warehouse.lake().table(tables::FEEDS.name, &tables::FEEDS.schema(), &[]).await?;
    if lake::reached(&marks, &feed).await? > 0 {
        return Ok(Report { known: true, ..Report::default() });
    }
    // Files of one source follow each other: what a later one says of the same order holds.
    let seq = i64::try_from(marks.version().unwrap_or_default()).unwrap_or(i64::MAX - 1) + 1;
    let origin = Origin { source, seq, at: ambient.now() };
    let mut fresh = Fresh::default();
    let report = read(form, path, origin, &mut fresh)?;
    for (name, batch) in fresh.take()? {
        let Some(table) = tables::ALL.iter().find(|table| table.name == name) else { continue };
        let stored = warehouse.lake().table(name, &table.schema(), &[]).await?;
        if lake::reached(&stored, &feed).await? == 0 {
            lake::append(stored, vec![batch], &[Reached { feed: feed.clone(), seq }]).await?;
        }
    }
    let look = async || -> Result<(), ImportError> {
        let cold = warehouse.look().await?;
        warehouse.settle(cold, &Came::default());
        Ok(())
    };
    look().await?;
    runner.rebuild_silver(source).await?;
    look().await?;
    runner.build_imports().await?;
    let mut mark = Rows::new(&tables::FEEDS);
    mark.push(origin, &[source.into(), feed.as_str().into()]);
    lake::append(marks, vec![mark.take()?], &[Reached { feed, seq }]).await?;
    look().await?;
    Ok(report)
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
