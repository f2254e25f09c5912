//! An order that a person holds in `psql` waits; what the board says of others arrives.

use sqlx::Connection;

use crate::harness::{Cast, Engine, Service, eventually};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_board_says_of_other_orders_does_not_wait() {
    let cast = Cast::on(Engine::Postgres).await;
    let held = cast.customer.order("retenido", &[(1, 1)]).await;
    let other = cast.customer.order("otro", &[(2, 1)]).await;
    for number in [&held, &other] {
        cast.customer.await_state(number, "pendiente").await;
        cast.admin.await_ticket(number).await;
    }
    let lock = format!("SELECT 1 FROM orders WHERE number = '{held}' FOR UPDATE");
    let person = cast.pair.database.hold(Service::Shop, &lock).await;
    for number in [&held, &other] {
        cast.admin.assign(number, cast.driver.id).await.expect(200);
        cast.driver.deliver(number).await;
    }
    cast.customer.await_state(&other, "entregado").await;
    let later = cast.customer.order("mientras", &[(2, 1)]).await;
    cast.admin.await_ticket(&later).await;
    cast.admin.assign(&later, cast.driver.id).await.expect(200);
    cast.driver.deliver(&later).await;
    cast.customer.await_state(&later, "entregado").await;
    assert_ne!(cast.customer.show(&held).await["estado"], "entregado", "somebody holds it");

    person.close().await.expect("the server answers");
    cast.customer.await_state(&held, "entregado").await;
    eventually("the cursor has caught up", async || {
        let cursor = cast.pair.database.number(Service::Shop, "SELECT seq FROM feed_cursor").await;
        let last = cast.pair.database.number(Service::Tickets, "SELECT MAX(seq) FROM events").await;
        if cursor == last { Ok(()) } else { Err((cursor, last)) }
    })
    .await;
    cast.finish().await;
}
