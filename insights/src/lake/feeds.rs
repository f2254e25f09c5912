//! The feeds of our own services, and how the lake says up to where it holds them.
//!
//! A feed has lives: a database that was restored begins another one, with another epoch, and its changes are counted from the
//! start. The lake numbers the lives of each feed. Its tables name the place that they are at in a life by the format's own
//! transaction identifiers, so that a place moves with its rows or not at all.

use super::column::Table;
use super::tables as t;

/// The source that our own services are.
pub const OWN: &str = "belgrano";
/// Name of the shop's feed, as the lake writes it down.
pub const SHOP_FEED: &str = "shop";
/// Name of the board's feed, as the lake writes it down.
pub const BOARD_FEED: &str = "board";
/// The feeds that are read into the lake.
pub const FEEDS: [&str; 2] = [SHOP_FEED, BOARD_FEED];

/// Tables of the shop's feed.
pub static SHOP: [&Table; 14] = [
    &t::CUSTOMERS,
    &t::PERSONS,
    &t::PRODUCTS,
    &t::PRODUCT_CATEGORIES,
    &t::BUSINESSES,
    &t::BRANCHES,
    &t::OFFERS,
    &t::OFFER_PRODUCTS,
    &t::ORDERS,
    &t::ORDER_ITEMS,
    &t::REVIEWS,
    &t::STOCK_MOVEMENTS,
    &t::PRICES,
    &t::FUNNEL,
];
/// Tables of the board's feed.
pub static BOARD: [&Table; 3] = [&t::TICKETS, &t::STEPS, &t::DRIVERS];

/// The tables of a feed alone; what could not be read of any feed has a table that names the feed in each row.
#[must_use]
pub fn tables(feed: &str) -> &'static [&'static Table] {
    match feed {
        SHOP_FEED => &SHOP,
        BOARD_FEED => &BOARD,
        _ => &[],
    }
}

/// The feeds that fill a table.
#[must_use]
pub fn filling(table: &str) -> Vec<&'static str> {
    if table == t::QUARANTINE.name {
        return FEEDS.to_vec();
    }
    FEEDS.into_iter().filter(|feed| tables(feed).iter().any(|own| own.name == table)).collect()
}

/// What counts the lives of a feed, in `lake_feeds`.
#[must_use]
pub fn lives(feed: &str) -> String {
    format!("{OWN}/{feed}")
}

/// Which life the last of an epoch was, in `lake_feeds`.
#[must_use]
pub fn life_of(feed: &str, epoch: &str) -> String {
    format!("{OWN}/{feed}/epoch/{epoch}")
}

/// The place in a life of a feed that a table is at; in `lake_feeds`, that all tables are at.
#[must_use]
pub fn place(feed: &str, life: i64) -> String {
    format!("{OWN}/{feed}/{life}")
}

/// Which file of an import was the last that is wholly in, in `lake_feeds`.
#[must_use]
pub fn imported(source: &str) -> String {
    format!("imported/{source}")
}
