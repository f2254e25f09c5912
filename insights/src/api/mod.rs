//! The addresses that four systems published, and our own: their words outside, one set of figures inside.
//!
//! What must never happen here: a figure that is worked out in two places, or an answer that does not say as of when it is.

mod age;
pub(crate) use age::{of as aged, tell as tell_age};
mod ask;
mod asked;
mod blank;
mod breakdown;
mod by;
pub(crate) use ask::{json, reading};
mod businesses;
pub(crate) use breakdown::{Dimension, Share, WeekHour, breakdown_for, week_for};
pub(crate) use businesses::{BusinessView, businesses};
mod choices;
mod console;
pub(crate) use console::{TableView, Tabular, schema_for, tabular, words as query_words};
mod courses;
pub(crate) use courses::{Courses, courses};
mod customers;
pub(crate) use customers::{Which as WhichCustomers, best as best_customers, segments as rfm_segments};
mod days;
pub(crate) use choices::{Choices, OfSource, choices_for};
pub(crate) use days::{Compare, Days};
mod filters;
mod given;
pub(crate) use filters::{Filters, Narrowed};
pub(crate) use given::alone as only_filters;
mod funnel;
pub(crate) use funnel::{Funnel, funnel_for};
mod global;
mod instashop;
pub(crate) use global::{Ranking, Slice, categories as by_category, top_products};
pub(crate) use instashop::{Back, CRITICAL, StockPage, categories_for, cohorts_for, journey_for, plans_for, stock_for};
mod known;
mod kpis;
pub(crate) use known::{Known, Parameters, check as check_parameters, is_source};
pub(crate) use kpis::{Figures, Kpis, days as days_of, kpis_for};
mod lineage;
mod ml;
pub(crate) use ml::{
    AllAtRisk, Anomalies, Asked, AtRisk, Clusters, Foretold, FutureValue, Groups, Horizon, MostTogether, Odd,
    Predicted, Risk, Set, Wanted, asked_for, foretell, groups, leaving, sets, strange, worth,
};
mod narrowed;
mod pharmavida;
mod places;
pub(crate) use places::{Place, UNKNOWN, by_place};
mod refused;
pub(crate) use refused::{RefusedRow, RefusedView, refused_for, refused_rows};
mod series;
pub(crate) use series::{Granularity, Point, time_series_for};
mod state;
mod steps;
mod stream;
mod sums;
pub(crate) use state::{FeedView, SourceView, StateView, sources_for, state_for};
pub(crate) use steps::{filled, step_of};
pub(crate) use stream::StreamView;
mod table;
mod techstore;
mod today;
mod transactions;
pub(crate) use today::{Cash, Late, Looks, ShortStock, Today, today_for};
pub(crate) use transactions::{COLUMNS, DayCount, LOCAL, Lines, Sorting, by_day, lines, lines_for};
mod version;
mod views;
pub(crate) use views::{
    Deliveries, DeliveryPart, Matrix, MatrixView, Most, PlaceView, Places, Quadrant, ValueView, deliveries_for,
    matrix_for, places_for, returning_for, segments_for, tree_for, unsold_for, values_for,
};

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

/// All of them.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(pharmavida::ping))
        .routes(routes!(pharmavida::sales_by_district))
        .routes(routes!(pharmavida::sales_by_product))
        .routes(routes!(pharmavida::top_customers))
        .routes(routes!(pharmavida::products_without_offer))
        .routes(routes!(pharmavida::query))
        .routes(routes!(console::ask))
        .routes(routes!(console::schema))
        .routes(routes!(techstore::top_customers))
        .routes(routes!(techstore::by_segment))
        .routes(routes!(techstore::best_sellers))
        .routes(routes!(techstore::low_stock))
        .routes(routes!(techstore::sales::summary))
        .routes(routes!(techstore::sales::trends))
        .routes(routes!(kpis::kpis))
        .routes(routes!(transactions::transactions))
        .routes(routes!(customers::customers))
        .routes(routes!(global::products))
        .routes(routes!(places::countries))
        .routes(routes!(global::categories))
        .routes(routes!(series::time_series))
        .routes(routes!(global::top_products))
        .merge(ml::routes())
        .routes(routes!(state::state))
        .routes(routes!(state::sources))
        .routes(routes!(choices::choices))
        .routes(routes!(version::version))
        .routes(routes!(today::today))
        .routes(routes!(breakdown::breakdown))
        .routes(routes!(breakdown::week))
        .routes(routes!(funnel::funnel))
        .routes(routes!(refused::refused))
        .routes(routes!(lineage::models))
        .routes(routes!(lineage::manifest))
        .routes(routes!(lineage::catalog))
        .merge(instashop::routes())
        .merge(views::routes())
}
