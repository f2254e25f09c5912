//! Every table that takes what comes, as the lake keeps it: the one place that names their columns.
//!
//! Rows are added and never changed; the newest row of a key is the one of the highest `seq` of its source. `deleted` says that
//! the source has it no longer. Beside an instant (`…_at`) stands the day it was in the zone of the source (`…_on`).

use super::column::Kind::{Day, Flag, Instant, Money, Real, Small, Text, Whole};
use super::column::Table;

/// Accounts, without what names a person.
pub static CUSTOMERS: Table = Table {
    name: "bronze_customers",
    columns: &[
        ("customer_id", Text),
        ("role", Text),
        ("plan", Text),
        ("registered_at", Instant),
        ("registered_on", Day),
        ("birth_year", Small),
        ("gender", Text),
        ("barrio", Text),
        ("city", Text),
        ("region", Text),
        ("country", Text),
        ("active", Flag),
        ("business_name", Text),
        ("deleted", Flag),
    ],
};

/// What names a person, by account. Who is erased goes from here; where their orders went and what was written of them goes from the tables
/// of those (`ingest/erased.rs`).
pub static PERSONS: Table = Table {
    name: "persons",
    columns: &[
        ("customer_id", Text),
        ("first_name", Text),
        ("last_name", Text),
        ("email", Text),
        ("phone", Text),
        ("address", Text),
        ("deleted", Flag),
    ],
};

/// Products.
pub static PRODUCTS: Table = Table {
    name: "bronze_products",
    columns: &[
        ("product_id", Text),
        ("product_name", Text),
        ("business_id", Text),
        ("category_id", Text),
        ("category_name", Text),
        ("brand", Text),
        ("price", Money),
        ("list_price", Money),
        ("cost", Money),
        ("stock", Whole),
        ("reorder_point", Whole),
        ("lead_days", Small),
        ("active", Flag),
        ("featured", Flag),
        ("deleted", Flag),
    ],
};

/// Categories.
pub static PRODUCT_CATEGORIES: Table = Table {
    name: "bronze_product_categories",
    columns: &[("category_id", Text), ("category_name", Text), ("deleted", Flag)],
};

/// Businesses of the marketplace.
pub static BUSINESSES: Table = Table {
    name: "bronze_businesses",
    columns: &[("business_id", Text), ("business_name", Text), ("active", Flag), ("deleted", Flag)],
};

/// Branches of the businesses.
pub static BRANCHES: Table = Table {
    name: "bronze_branches",
    columns: &[("branch_id", Text), ("business_id", Text), ("branch_name", Text), ("active", Flag), ("deleted", Flag)],
};

/// Offers.
pub static OFFERS: Table = Table {
    name: "bronze_offers",
    columns: &[
        ("offer_id", Text),
        ("business_id", Text),
        ("title", Text),
        ("percent", Small),
        ("starts_at", Instant),
        ("ends_at", Instant),
        ("starts_on", Day),
        ("ends_on", Day),
        ("deleted", Flag),
    ],
};

/// Which products an offer is of: the rows of its newest `seq`.
pub static OFFER_PRODUCTS: Table =
    Table { name: "bronze_offer_products", columns: &[("offer_id", Text), ("product_id", Text)] };

/// Orders, each time they change.
pub static ORDERS: Table = Table {
    name: "bronze_orders",
    columns: &[
        ("order_id", Text),
        ("customer_id", Text),
        ("status", Text),
        ("cancellation", Flag),
        ("ordered_at", Instant),
        ("ordered_on", Day),
        ("ordered_hour", Small),
        ("total", Money),
        ("currency", Text),
        ("payment_method", Text),
        ("country", Text),
        ("region", Text),
        ("city", Text),
        ("barrio", Text),
        ("lat", Real),
        ("lng", Real),
        ("customer_kind", Text),
        ("priority", Text),
        ("device", Text),
        ("traffic_source", Text),
        ("promised_at", Instant),
        ("updated_at", Instant),
        ("deleted", Flag),
    ],
};

/// Lines of orders: all of them again each time the order changes.
pub static ORDER_ITEMS: Table = Table {
    name: "bronze_order_items",
    columns: &[
        ("order_id", Text),
        ("line_no", Small),
        ("product_id", Text),
        ("product_name", Text),
        ("quantity", Whole),
        ("unit_price", Money),
        ("unit_cost", Money),
        ("amount", Money),
        ("discount", Money),
        ("category", Text),
        ("subcategory", Text),
        ("business", Text),
        ("branch", Text),
        ("fee", Flag),
        ("ordered_on", Day),
    ],
};

/// What customers say of products (`product_id`) and deliveries (none).
pub static REVIEWS: Table = Table {
    name: "bronze_reviews",
    columns: &[
        ("review_id", Text),
        ("order_id", Text),
        ("customer_id", Text),
        ("product_id", Text),
        ("stars", Small),
        ("words", Text),
        ("reviewed_at", Instant),
        ("reviewed_on", Day),
        ("hidden", Flag),
        ("deleted", Flag),
    ],
};

/// Changes of stock.
pub static STOCK_MOVEMENTS: Table = Table {
    name: "bronze_stock_movements",
    columns: &[
        ("movement_id", Text),
        ("product_id", Text),
        ("kind", Text),
        ("quantity", Whole),
        ("stock_after", Whole),
        ("reason", Text),
        ("actor", Text),
        ("order_id", Text),
        ("moved_at", Instant),
        ("moved_on", Day),
    ],
};

/// Changes of price.
pub static PRICES: Table = Table {
    name: "bronze_prices",
    columns: &[
        ("price_id", Text),
        ("product_id", Text),
        ("price", Money),
        ("list_price", Money),
        ("cost", Money),
        ("changed_at", Instant),
        ("changed_on", Day),
    ],
};

/// Page views and orders, counted by hour.
pub static FUNNEL: Table = Table {
    name: "bronze_funnel",
    columns: &[
        ("hour_at", Instant),
        ("hour_on", Day),
        ("device", Text),
        ("traffic_source", Text),
        ("home", Whole),
        ("product", Whole),
        ("cart", Whole),
        ("checkout", Whole),
        ("orders", Whole),
        ("visits", Whole),
    ],
};

/// Tickets of the board, each time they change.
pub static TICKETS: Table = Table {
    name: "bronze_tickets",
    columns: &[
        ("ticket_id", Text),
        ("order_id", Text),
        ("status", Text),
        ("priority", Text),
        ("customer_kind", Text),
        ("total", Money),
        ("payment_method", Text),
        ("barrio", Text),
        ("driver_id", Text),
        ("driver_name", Text),
        ("reason", Text),
        ("created_at", Instant),
        ("created_on", Day),
        ("recorded_at", Instant),
        ("assigned_at", Instant),
        ("accepted_at", Instant),
        ("departed_at", Instant),
        ("delivered_at", Instant),
        ("failed_at", Instant),
        ("cancelled_at", Instant),
        ("promised_at", Instant),
        ("attempts", Small),
        ("version", Whole),
        ("deleted", Flag),
    ],
};

/// Steps of tickets.
pub static STEPS: Table = Table {
    name: "bronze_steps",
    columns: &[
        ("step_id", Text),
        ("order_id", Text),
        ("kind", Text),
        ("action", Text),
        ("status", Text),
        ("actor", Text),
        ("driver_id", Text),
        ("occurred_at", Instant),
        ("occurred_on", Day),
        ("recorded_at", Instant),
        ("reason", Text),
    ],
};

/// Drivers.
pub static DRIVERS: Table = Table {
    name: "bronze_drivers",
    columns: &[
        ("driver_id", Text),
        ("driver_name", Text),
        ("active", Flag),
        ("capacity", Small),
        ("barrio", Text),
        ("on_shift", Flag),
        ("deleted", Flag),
    ],
};

/// Up to where each feed is in the lake: a row for each time that all of its tables were brought there.
pub static FEEDS: Table = Table { name: "lake_feeds", columns: &[("feed", Text), ("epoch", Text)] };

/// Changes and rows of files that could not be read, with why. `feed`: which of our own feeds said it.
pub static QUARANTINE: Table = Table {
    name: "quarantine",
    columns: &[("entity", Text), ("key", Text), ("reason", Text), ("content", Text), ("feed", Text)],
};

/// Tables and models in which persons are named.
pub const PERSONAL: [&str; 3] = [PERSONS.name, "silver_persons", QUARANTINE.name];

/// All of them.
pub static ALL: [&Table; 19] = [
    &CUSTOMERS,
    &PERSONS,
    &PRODUCTS,
    &PRODUCT_CATEGORIES,
    &BUSINESSES,
    &BRANCHES,
    &OFFERS,
    &OFFER_PRODUCTS,
    &ORDERS,
    &ORDER_ITEMS,
    &REVIEWS,
    &STOCK_MOVEMENTS,
    &PRICES,
    &FUNNEL,
    &TICKETS,
    &STEPS,
    &DRIVERS,
    &FEEDS,
    &QUARANTINE,
];
