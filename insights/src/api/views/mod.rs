//! What the pages of places, articles, customers and deliveries show, as JSON.
//!
//! In: the common filters. Out: figures that are asked of the models, one function each. What must never happen here: a figure that
//! another address gives otherwise.

mod customers;
mod deliveries;
mod matrix;
mod places;

pub(crate) use customers::{ValueView, returning_for, segments_for, values_for};
pub(crate) use deliveries::{Deliveries, DeliveryPart, deliveries_for};
pub(crate) use matrix::{Matrix, MatrixView, Most, Quadrant, matrix_for, unsold_for};
pub(crate) use places::{PlaceView, Places, places_for, tree_for};

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

/// All of them.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(places::places))
        .routes(routes!(places::tree))
        .routes(routes!(matrix::matrix))
        .routes(routes!(matrix::unsold))
        .routes(routes!(customers::segments))
        .routes(routes!(customers::returning))
        .routes(routes!(customers::values))
        .routes(routes!(deliveries::deliveries))
}
