//! The database turns read-only, or away, under both services: nobody is told a lie, and all is well by itself afterwards.

use std::net::SocketAddr;

use belgrano_testing::Pooler;
use futures_util::future::join_all;

use crate::harness::{Cast, Database, Engine, Node, Pair, Plan, Proxy, eventually};

/// What both services answer until the database takes writes again.
async fn told_to_come_back(cast: &Cast, round: &str) {
    for node in [&cast.pair.shop, &cast.pair.tickets] {
        unready(node).await;
    }
    for order in 0..5 {
        let reply = cast.customer.try_checkout(&format!("{round}-{order}"), &[(1, 1)]).await.expect("the shop answers");
        reply.problem(503);
        assert!(!reply.header("retry-after").is_empty(), "{reply:?}");
    }
    let tickets = cast.admin.tickets().await;
    let number = tickets[0]["numero"].as_str().expect("a number");
    let reply = cast.admin.step(number, "cancelado").await;
    reply.problem(503);
    assert!(!reply.header("retry-after").is_empty(), "{reply:?}");
}

async fn unready(node: &Node) {
    let client = node.client();
    eventually("it is not ready", async || {
        let reply = client.get("/ready").await.expect("it answers");
        if reply.status == 503 { Ok(()) } else { Err(reply.status) }
    })
    .await;
}

/// What works by itself: the relay, the board, the feed.
async fn all_is_well(cast: &mut Cast, round: &str) {
    cast.pair.shop.ready().await;
    cast.pair.tickets.ready().await;
    for order in 0..5 {
        let number = cast.customer.order(&format!("{round}-{order}"), &[(1, 1)]).await;
        cast.admin.await_ticket(&number).await;
        if order == 0 {
            cast.admin.assign(&number, cast.driver.id).await.expect(200);
            cast.driver.deliver(&number).await;
            cast.customer.await_state(&number, "entregado").await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_turned_read_only_is_waited_for() {
    let mut cast = Cast::on(Engine::Postgres).await;
    all_is_well(&mut cast, "antes").await;
    for round in ["primera", "segunda"] {
        cast.pair.database.turn_read_only().await;
        told_to_come_back(&cast, round).await;
        cast.pair.database.turn_writable().await;
        all_is_well(&mut cast, &format!("despues-{round}")).await;
    }
    cast.check_journal().await;
    cast.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_went_away_is_waited_for() {
    let (pair, proxy) = behind_a_proxy().await;
    let mut cast = Cast::around(pair).await;
    all_is_well(&mut cast, "antes").await;
    proxy.set(|faults| faults.refuse = true);
    proxy.cut();
    nothing_works_for_now(&cast, "lejos").await;
    proxy.heal();
    all_is_well(&mut cast, "despues").await;
    cast.check_journal().await;
    cast.finish().await;
}

/// Both say that they are not ready, and that an order should come back.
async fn nothing_works_for_now(cast: &Cast, key: &str) {
    for node in [&cast.pair.shop, &cast.pair.tickets] {
        unready(node).await;
    }
    let reply = cast.customer.try_checkout(key, &[(1, 1)]).await.expect("the shop answers");
    reply.problem(503);
    assert!(!reply.header("retry-after").is_empty(), "{reply:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_with_no_connection_for_us_is_waited_for() {
    let mut cast = Cast::on(Engine::Postgres).await;
    all_is_well(&mut cast, "antes").await;
    for round in ["primera", "segunda"] {
        cast.pair.database.turn_full().await;
        nothing_works_for_now(&cast, round).await;
        cast.pair.database.make_room().await;
        all_is_well(&mut cast, &format!("despues-{round}")).await;
    }
    cast.check_journal().await;
    cast.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_starts_first_leaves_connections_to_the_other() {
    let mut pair = Plan::new(Engine::Postgres).env("DATABASE_READERS", "20").prepare().await;
    pair.database.give(9).await;
    pair.shop.start().await;
    let client = pair.shop.client();
    let read = join_all((0..20).map(|_| client.get("/api/productos"))).await;
    assert!(read.iter().all(|reply| reply.as_ref().is_ok_and(|reply| reply.status == 200)), "{read:?}");
    pair.tickets.start().await;
    let mut cast = Cast::around(pair).await;
    all_is_well(&mut cast, "justo").await;
    cast.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pooler_that_stands_still_or_dies_is_waited_for() {
    let mut pooler = Pooler::start("transaction", 40, "extra_float_digits").await;
    let pair = by_way_of(SocketAddr::from(([127, 0, 0, 1], pooler.port()))).await;
    let mut cast = Cast::around(pair).await;
    all_is_well(&mut cast, "antes").await;
    pooler.freeze();
    nothing_works_for_now(&cast, "quieto").await;
    pooler.thaw();
    all_is_well(&mut cast, "sigue").await;
    pooler.kill();
    nothing_works_for_now(&cast, "muerto").await;
    pooler.restart().await;
    all_is_well(&mut cast, "despues").await;
    cast.check_journal().await;
    cast.finish().await;
}

/// A pair whose way to the server can be cut.
async fn behind_a_proxy() -> (Pair, Proxy) {
    let proxy = Proxy::before(Database::server_address()).await;
    (by_way_of(proxy.address()).await, proxy)
}

/// A pair whose way to the server leads by way of `there`.
async fn by_way_of(there: SocketAddr) -> Pair {
    let mut pair = Plan::new(Engine::Postgres).prepare().await;
    let (server, there) = (Database::server_address().to_string(), there.to_string());
    for node in [&mut pair.shop, &mut pair.tickets] {
        for (name, value) in &mut node.program().env {
            if name == "DATABASE_URL" {
                *value = value.replace(&server, &there);
            }
        }
    }
    pair.tickets.start().await;
    pair.shop.start().await;
    pair
}
