//! The security log, for administrators.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use belgrano_runtime::problem::Problem;
use belgrano_web::security_log::{LogReaders, show_log};

use super::Frame;
use crate::accounts::NAMES;
use crate::app::App;
use crate::sessions::Admin;

const READERS: LogReaders = LogReaders { names: NAMES, notices: false };

/// The newest that fit the filter.
pub(super) async fn show(
    State(app): State<App>,
    _: Admin,
    Frame { layout, .. }: Frame,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    show_log(&layout, &app.db, READERS, &query.unwrap_or_default()).await
}
