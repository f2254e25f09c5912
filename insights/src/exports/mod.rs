//! Files to take along: a workbook, a report and all lines of orders, of the same figures as the API gives with the same filters.
//!
//! In: filters, and who asks. Out: XLSX, PDF and CSV. What must never happen here: a figure that is worked out anew, a cell that a
//! spreadsheet runs as a formula, or lines of orders in memory all at once.

mod columns;
mod content;
mod jobs;
mod lines;
mod make;
mod measures;
mod report;
mod routes;
#[cfg(test)]
mod tests;
mod words;
mod workbook;

pub use jobs::Jobs;
pub(crate) use jobs::forget_old;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

/// The addresses of the files.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(routes::excel))
        .routes(routes!(routes::pdf))
        .routes(routes!(routes::csv))
        .merge(jobs::routes())
}
