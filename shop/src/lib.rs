//! Belgrano Ahorro: customers and merchants browse, fill a cart and check out; a relay carries their orders to the board.

pub mod accounts;
pub mod app;
pub mod arrival;
pub mod basket;
pub mod cart;
pub mod catalog;
pub mod changes;
pub mod checkout;
pub mod feed;
pub mod housekeeping;
mod kept;
pub mod merchants;
pub mod notices;
pub mod orders;
pub mod outbox;
mod pages;
pub mod past;
#[cfg(test)]
mod pasted_tests;
pub mod persons;
mod price;
pub mod relay;
pub mod reviews;
#[cfg(test)]
mod rooms_tests;
pub mod router;
pub mod schema;
mod security;
pub mod service;
pub mod settings;
pub mod stock;
pub mod takeover;
#[cfg(test)]
mod testing;
pub mod unit;
pub mod visits;
