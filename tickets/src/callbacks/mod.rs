//! Callbacks: the old shop has no feed, so the board tells it, when `BELGRANO_AHORRO_URL` is set.
//!
//! In: the event log, from a cursor on. Out: `POST /api/pedido/confirmar/{numero}` for a new ticket and
//! `PUT /api/v1/pedidos/{numero}/estado` for a step, with the API key. The log is the queue: the cursor moves once the shop
//! has answered, so a restart of either side loses nothing, and a call made twice says the same thing twice. Of several boards
//! the one that holds the lease on the cursor calls. What must never happen here: a state sent before an older one of the
//! same order.

mod call;
mod follow;
mod lease;
#[cfg(test)]
mod tests;

pub use follow::follow;

use belgrano_runtime::lifecycle::Lifecycle;

use crate::app::App;

/// Starts the task, when there is a shop to call back.
pub fn spawn(app: &App, life: &Lifecycle) {
    if let Some(shop) = app.settings.ahorro_url.clone() {
        life.spawn_critical("callbacks", follow(app.clone(), shop, life.soft().clone()));
    }
}
