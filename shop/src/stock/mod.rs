//! Stock: what administrators take in and count, and what happened to each product's stock since.
//!
//! Orders move it too, through the same movements (`unit/movements.rs`). What must never happen here: a stock that is changed
//! without saying who did it and why.

mod history;
mod http;
mod moving;
#[cfg(test)]
mod never_told_tests;
#[cfg(test)]
mod sum_tests;
#[cfg(test)]
mod tests;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) use history::{MovementView, movements_of};
pub(crate) use http::move_once;
pub(crate) use moving::StockBody;

use crate::app::App;

/// The routes of this room.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(http::list_movements, http::move_stock))
}
