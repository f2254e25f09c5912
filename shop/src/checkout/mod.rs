//! Checkout: a basket becomes an order, its stock is taken and the message to the board is written, all or nothing.

mod delivery;
#[cfg(test)]
mod held_tests;
mod http;
mod limits;
#[cfg(test)]
mod limits_tests;
#[cfg(test)]
mod message_tests;
#[cfg(test)]
mod oversell_tests;
mod place;
#[cfg(test)]
mod place_tests;
#[cfg(test)]
mod statements_tests;

pub use delivery::{Delivery, DeliveryFields};
pub use http::routes;
pub(crate) use http::{order, scope};
pub use place::{Checkout, CheckoutRefusal, Source, place_order};
