//! A workbook or a report, from filters to bytes.

use std::time::Duration;

use belgrano_runtime::problem::Problem;
use belgrano_wire::texts::Language;

use super::content::{Content, For};
use super::report::report;
use super::workbook::workbook;
use crate::access::Reader;
use crate::api::Filters;
use crate::app::App;

pub(super) const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
pub(super) const PDF: &str = "application/pdf";
pub(super) const CSV: &str = "text/csv; charset=utf-8; header=present";

/// A file that was made in memory.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    /// How old its figures are, where they are not of now.
    pub(super) age: Option<Duration>,
}

/// Makes a file; `step` is called after each part of it.
pub(super) async fn make(
    app: &App,
    reader: &Reader,
    filters: Filters,
    language: Language,
    what: For,
    step: &(dyn Fn() + Send + Sync),
) -> Result<Made, Problem> {
    let content = Content::gather(app, reader, filters, what, step).await?.in_words(language);
    let (age, name) = (content.age, name(&content, what));
    let bytes = tokio::task::spawn_blocking(move || match what {
        For::Workbook => workbook(&content, language).map_err(|error| Problem::internal(&error)),
        For::Report => report(&content, language).map_err(|error| Problem::internal(&error)),
    });
    let bytes = bytes.await.map_err(|error| Problem::internal(&error))??;
    Ok(Made { name, bytes, age })
}

/// A file's name: its source and its days.
fn name(content: &Content, what: For) -> String {
    let kind = match what {
        For::Workbook => "xlsx",
        For::Report => "pdf",
    };
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let source: String = content.source.chars().take(40).map(plain).collect();
    match content.days {
        Some(days) => format!("{source}-{}-{}.{kind}", days.from, days.to),
        None => format!("{source}.{kind}"),
    }
}
