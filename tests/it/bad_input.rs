//! Whatever a stranger sends is answered with a problem document, never with a 5xx, and the processes live on.

mod requests;
mod sockets;

use crate::harness::Cast;

/// Insists that both processes live and work: an order still becomes a ticket.
async fn still_well(cast: &mut Cast) {
    assert!(cast.pair.shop.lives() && cast.pair.tickets.lives());
    let number = cast.customer.order("todo-sigue-bien", &[(1, 1)]).await;
    cast.admin.await_ticket(&number).await;
    cast.check_journal().await;
}
