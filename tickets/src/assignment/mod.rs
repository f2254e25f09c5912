//! Assignment: who carries what, by hand, in bulk or automatically, and offers that run out.
//!
//! [`choose`] decides, [`assign`] records; the state machine of the progress room says whether a ticket may be offered at
//! all. What must never happen here: a driver beyond its capacity by the machine's choice, or an offer without an end.

mod assign;
mod auto;
mod bulk;
mod choose;
mod offers;
mod routes;

pub use assign::{Assign, Chosen, OnShift, Terms, Unassign, assign};
pub(crate) use assign::{held_by, offerable};
pub use auto::{AssignPending, Place};
pub use bulk::{Bulk, BulkAction, BulkResult, RowResult};
pub use choose::{Candidate, Choice, FRESH_FIX_MS, Wanted, choose};
pub use offers::Offers;
pub use routes::routes;

use belgrano_runtime::lifecycle::Lifecycle;

use crate::app::App;

/// Starts what expires offers and, if configured, what makes them.
pub fn spawn(app: &App, life: &Lifecycle) {
    life.spawn_critical("offers", offers::sweep(app.clone(), life.soft().clone()));
    if app.settings.auto_assign {
        life.spawn_critical("auto-assign", auto::offer(app.clone(), life.soft().clone()));
    }
}
