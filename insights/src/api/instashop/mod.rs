//! What InstaShop's dashboard shows, as JSON: the figures that pages stand on, too.
//!
//! Each question has one function, its handler, which pages call as well. What must never happen here: a figure that `/api/kpis` or
//! a list of another system gives otherwise.

mod alerts;
mod cohorts;
mod journey;
mod overview;
mod plans;
mod sales;
mod sentiment;
mod shares;
mod stock;
mod trend;
mod words;

pub(crate) use cohorts::{Back, cohorts_for};
pub(crate) use journey::journey_for;
pub(crate) use plans::plans_for;
pub(crate) use shares::categories_for;
pub(crate) use stock::{CRITICAL, StockPage, stock_for};

use jiff::ToSpan;
use jiff::civil::Date;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::days::Days;
use super::kpis::{as_real, two};
use crate::app::App;

/// All of them.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(overview::overview))
        .routes(routes!(plans::plans))
        .routes(routes!(stock::stock))
        .routes(routes!(sales::sales))
        .routes(routes!(shares::categories))
        .routes(routes!(shares::payments))
        .routes(routes!(cohorts::cohorts))
        .routes(routes!(journey::journey))
        .routes(routes!(sentiment::sentiment))
        .routes(routes!(alerts::alerts))
}

/// The last `count` days up to `last`.
pub(super) fn last_days(last: Date, count: i64) -> Option<Days> {
    Some(Days { from: last.checked_sub((count - 1).days()).ok()?, to: last })
}

/// A part of a whole in percent, with two decimals; `None` where the whole is nothing.
pub(super) fn percent(part: f64, whole: f64) -> Option<f64> {
    (whole != 0.0).then(|| two(100.0 * part / whole))
}

/// The same of counts.
pub(super) fn share(part: i64, whole: i64) -> Option<f64> {
    percent(as_real(part), as_real(whole))
}

/// By how much `now` is above `before`, in percent; `None` where there was nothing before.
pub(super) fn growth(now: f64, before: f64) -> Option<f64> {
    (before > 0.0).then(|| two(100.0 * (now - before) / before))
}
