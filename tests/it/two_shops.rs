//! Two shops on one Postgres: they share the work without doing it twice, and a customer may watch at either.

use crate::harness::{Admin, Cast, Customer, Engine, Heard, OldBoard, Plan, Proxy, Service, Viewer, eventually};
use crate::outage::settled;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_may_watch_at_either() {
    let cast = Cast::on(Engine::Postgres).await;
    let mut other = cast.pair.node(Service::Shop);
    other.start().await;
    for round in 0..5 {
        let number = cast.customer.order(&format!("ronda-{round}"), &[(1, 1)]).await;
        let here = Viewer::session(&cast.customer.client).at(format!("/api/pedidos/{number}/ws"));
        // The same session, at the other address.
        let there = Viewer::session(&other.client_as(&cast.customer.client)).at(format!("/api/pedidos/{number}/ws"));
        let mut watches = Vec::new();
        for viewer in [here, there] {
            watches.push(tokio::spawn(viewer.open().await.expect("the customer's own order").drain()));
        }
        cast.admin.await_ticket(&number).await;
        cast.admin.assign(&number, cast.driver.id).await.expect(200);
        cast.driver.deliver(&number).await;
        for watch in watches {
            let (frames, end) = watch.await.expect("a reader that does not panic");
            assert_eq!(end, Heard::Closed(1000), "{frames:?}");
            assert_eq!(frames.last().expect("a frame")["pedido"]["estado"], "entregado");
        }
    }
    other.stop().await;
    cast.finish().await;
}

/// One relay takes an order and freezes with the board's refusal unread. Its lease ends, the other shop's relay delivers.
/// Then the first wakes up: what it has to say about the order is too late.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_that_slept_past_its_lease_changes_nothing() {
    let refusing = OldBoard::start().await;
    refusing.answer(400);
    let proxy = Proxy::before(refusing.address()).await;
    let plan = Plan::new(Engine::Postgres).env("RELAY_DEADLINE", "2").env("RELAY_LEASE", "3");
    let mut pair = plan.prepare().await;
    pair.tickets.start().await;
    // Two relays that see different boards: whose verdict counts can be told apart.
    let mut awake = pair.node(Service::Shop);
    pair.shop.program().env.push(("TICKETERA_URL".to_owned(), proxy.url()));
    pair.shop.start().await;
    let customer = Customer::join(&pair.shop, "ana").await;
    // The feed knocks here as well; a request that the board has not answered is the order's.
    proxy.set(|faults| faults.stall = true);
    let number = customer.order("una", &[(1, 1)]).await;
    eventually("the relay has taken the order", async || {
        let taken = "SELECT COUNT(*) FROM outbox WHERE lease_token IS NOT NULL";
        if pair.database.number(Service::Shop, taken).await == 1 { Ok(()) } else { Err("not yet") }
    })
    .await;
    // Between two of its transactions: with one open it would keep every other instance from writing.
    eventually("the relay sleeps, and holds nothing", async || {
        pair.shop.signal("-STOP");
        let open = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() \
             AND state IN ('active', 'idle in transaction')";
        if pair.database.number(Service::Shop, open).await == 0 {
            return Ok(());
        }
        pair.shop.signal("-CONT");
        Err("a transaction is open")
    })
    .await;
    proxy.heal();
    awake.start().await;
    Admin::log_in(&pair.tickets).await.await_ticket(&number).await;
    settled(&pair).await;

    pair.shop.signal("-CONT");
    let woken = pair.shop.client();
    eventually("the late verdict is refused", async || {
        let metrics = woken.get("/metrics").await.expect("the shop answers").body;
        let stale = metrics.lines().find(|line| line.contains("relay_stale_verdicts_total"));
        stale.filter(|line| line.ends_with(" 1")).map(drop).ok_or_else(|| stale.map(str::to_owned))
    })
    .await;
    settled(&pair).await;
    let told = "SELECT COUNT(*) FROM outbox_attempts WHERE outcome = 'entregado'";
    assert_eq!(pair.database.number(Service::Shop, told).await, 1, "what was delivered was not delivered again");
    awake.stop().await;
    pair.finish().await;
}
