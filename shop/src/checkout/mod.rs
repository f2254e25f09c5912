//! Checkout: a basket becomes an order, its stock is taken and the message to the board is written, all or nothing.

mod basket;
mod place;

pub use basket::{Basket, BasketItem};
pub use place::{Checkout, CheckoutRefusal, Delivery, PlacedOrder, place_order};
