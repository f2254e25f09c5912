//! Catalog: what is for sale, where, and at what price.
//!
//! Anybody reads it; administrators change single products; a file in the old pair's format fills it. Prices leave here
//! with today's offers already in them, and checkout has them from the same place (`crate::price`). What must never happen here: a price
//! taken from a client.

mod builtin;
mod change;
mod changed;
#[cfg(test)]
mod cost_tests;
mod edit;
mod file;
mod fold_stored;
mod found;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod import;
mod lists;
mod manage;
mod manage_api;
mod meant;
mod merge;
mod photo;
#[cfg(test)]
mod photo_tests;
mod photos_from;
mod prices;
mod product;
mod products;
mod redraw;
mod rows;
mod search;
mod some_words;
#[cfg(test)]
mod tests;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use builtin::{CATALOG, fill_if_empty};
pub(crate) use change::Change;
pub(crate) use changed::{Changed, stock_changed};
pub(crate) use edit::{EditBody, EditProduct, MAX_STOCK, NotEdited, edit};
pub(crate) use fold_stored::fold_stored;
pub use import::{ImportError, ImportOptions, Refused, Report, import};
pub(crate) use lists::{
    BusinessView, CategoryView, CurrentOffer, all_businesses, all_categories, current_offers, stocked,
};
pub(crate) use manage::{
    LOW_STOCK, Managed, ManagedFilter, ManagedPage, Shelf, managed, managed_by_id, require_product,
};
pub(crate) use photo::set_photo;
pub use photos_from::{PhotosError, PhotosReport, photos_from};
pub(crate) use prices::{PriceView, prices_of};
pub use product::{Named, ProductView, products_by_id};
pub(crate) use products::{Filter, no_such_product, product, products};
pub(crate) use redraw::redraw_photos;

use crate::app::App;

/// The routes of this room.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(lists::businesses))
        .routes(routes!(lists::categories))
        .routes(routes!(lists::offers))
        .routes(routes!(products::list_products))
        .routes(routes!(products::show_product, edit::edit_product))
        .routes(routes!(prices::list_prices))
        .routes(routes!(manage_api::list_managed))
        .routes(routes!(manage_api::show_managed))
        .merge(photo::routes())
}
