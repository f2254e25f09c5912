//! A person and what the shop knows of them: all of it to take along, and its end.
//!
//! In: somebody who is logged in, and for the end knows their password; or the operator or an administrator with an address. Out: one document with everything
//! ([`export`]), or an account that is nobody's any more ([`Erase`]) and, for each of its orders, a message that has the board
//! forget it too. Orders stay with their figures. What must never happen here: something of a person that is in a table and
//! not in the document, or left in a table afterwards; the tests look through every column of every table for both.

mod customers;
mod erase;
mod export;
mod http;
mod left_behind;
#[cfg(test)]
mod tests;
mod told;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) use customers::{EraseCustomerBody, customer_of, erase_customer};
pub use erase::{Erase, EraseRefusal, Erased, Proof};
pub use export::{NoteExport, PersonData, export, find};
pub(crate) use http::{EraseBody, erase_me, open_orders_of};

use crate::app::App;

/// The routes of this room.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(http::take_along))
        .routes(routes!(http::erase_me))
        .routes(routes!(customers::hand_out))
        .routes(routes!(customers::erase_customer))
}
