//! Belgrano Ahorro: customers and merchants browse, fill a cart and check out; a relay carries their orders to the board.

pub mod app;
pub mod cart;
pub mod catalog;
pub mod checkout;
pub mod merchants;
pub mod orders;
pub mod outbox;
pub mod relay;
pub mod schema;
pub mod unit;
