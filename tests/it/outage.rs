//! The board is away: orders go on, nothing is lost, and what happened meanwhile arrives in order.

use std::collections::BTreeSet;

use rand::RngExt;

use crate::harness::{Admin, Cast, Customer, Pair, Plan, Proxy, Service, eventually, on_both_engines, seeded};

on_both_engines! {
    async fn a_board_that_hangs_costs_nothing(engine) {
        let mut cast = Cast::on(engine).await;
        cast.pair.tickets.signal("-STOP");
        let (numbers, cancelled) = shop_meanwhile(&cast.customer, "colgado").await;
        cast.pair.tickets.signal("-CONT");
        all_arrived(&cast.pair, &cast.admin, &cast.customer, &numbers, &cancelled).await;
        cast.check_journal().await;
        assert!(cast.pair.tickets.lives());
        cast.finish().await;
    }

    async fn a_board_that_was_killed_costs_nothing(engine) {
        let mut cast = Cast::on(engine).await;
        cast.pair.tickets.kill();
        let (numbers, cancelled) = shop_meanwhile(&cast.customer, "muerto").await;
        cast.pair.tickets.start().await;
        all_arrived(&cast.pair, &cast.admin, &cast.customer, &numbers, &cancelled).await;
        cast.check_journal().await;
        cast.finish().await;
    }

    async fn both_killed_with_orders_under_way(engine) {
        let mut cast = Cast::on(engine).await;
        cast.pair.tickets.kill();
        let (numbers, cancelled) = shop_meanwhile(&cast.customer, "ambos").await;
        cast.pair.shop.kill();
        cast.pair.tickets.start().await;
        cast.pair.shop.start().await;
        all_arrived(&cast.pair, &cast.admin, &cast.customer, &numbers, &cancelled).await;
        cast.check_journal().await;
        cast.finish().await;
    }

    async fn lost_answers_and_doubled_requests_make_one_ticket_each(engine) {
        let mut rng = seeded();
        // The proxy needs the board's address and the shop the proxy's, so the board is there first.
        let mut pair = Plan::new(engine).prepare().await;
        let proxy = Proxy::before(pair.tickets.address()).await;
        pair.shop.program().env.push(("TICKETERA_URL".to_owned(), proxy.url()));
        pair.tickets.start().await;
        pair.shop.start().await;
        let cast = Cast::around(pair).await;
        let mut numbers = BTreeSet::new();
        for round in 0..12 {
            let answer_bytes = [None, Some(0), Some(rng.random_range(1..200))][rng.random_range(0..3)];
            let (twice, refuse) = (rng.random(), rng.random_range(0..4) == 0);
            proxy.set(|faults| {
                faults.answer_bytes = answer_bytes;
                faults.twice = twice;
                faults.refuse = refuse;
            });
            proxy.cut();
            let before = proxy.connections();
            for order in 0..3 {
                let items = [(1, rng.random_range(1..4))];
                numbers.insert(cast.customer.order(&format!("r{round}-{order}"), &items).await);
            }
            eventually("the relay tries", async || if proxy.connections() > before { Ok(()) } else { Err("idle") }).await;
        }
        proxy.heal();
        proxy.cut();
        all_arrived(&cast.pair, &cast.admin, &cast.customer, &numbers, &BTreeSet::new()).await;
        cast.check_journal().await;
        cast.finish().await;
    }
}

/// Orders while the board is away, and cancels some of them. Every one has to be answered.
async fn shop_meanwhile(customer: &Customer, key: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut numbers, mut cancelled) = (BTreeSet::new(), BTreeSet::new());
    for order in 0..15 {
        let number = customer.order(&format!("{key}-{order}"), &[(1, 1 + order % 3), (2, 1)]).await;
        if order % 3 == 0 {
            let reply = customer.cancel(&number).await;
            assert!(matches!(reply.status, 200 | 202), "{reply:?}");
            cancelled.insert(number.clone());
        }
        assert_eq!(customer.show(&number).await["estado"], "pendiente");
        numbers.insert(number);
    }
    (numbers, cancelled)
}

/// Every order has its one ticket, the cancelled ones are called off, and the shop knows.
pub async fn all_arrived(
    pair: &Pair,
    admin: &Admin,
    customer: &Customer,
    numbers: &BTreeSet<String>,
    cancelled: &BTreeSet<String>,
) {
    for number in numbers {
        let state = if cancelled.contains(number) { "cancelado" } else { "pendiente" };
        admin.await_state(number, state).await;
        customer.await_state(number, state).await;
    }
    let tickets: Vec<String> = admin.tickets().await.iter().map(|ticket| text(&ticket["numero"])).collect();
    assert_eq!(tickets.len(), numbers.len(), "no more tickets than orders");
    assert_eq!(&tickets.into_iter().collect::<BTreeSet<_>>(), numbers);
    settled(pair).await;
    let events = pair.database.number(Service::Tickets, "SELECT COUNT(*) FROM events").await;
    assert_eq!(usize::try_from(events).expect("a count"), numbers.len() + cancelled.len(), "each change is told once");
}

fn text(value: &serde_json::Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// Waits until nothing is left in the outbox, and insists that nothing died in it.
pub async fn settled(pair: &Pair) {
    assert_eq!(dead_letters(pair).await, [], "dead letters");
}

/// Waits until nothing is left in the outbox. Returns what died in it: kind, order and reason.
pub async fn dead_letters(pair: &Pair) -> Vec<(String, String, String)> {
    eventually("an empty outbox", async || {
        let open = "SELECT COUNT(*) FROM outbox WHERE state = 'pendiente'";
        match pair.database.number(Service::Shop, open).await {
            0 => Ok(()),
            open => Err(open),
        }
    })
    .await;
    let dead = "SELECT kind, order_number, reason FROM outbox WHERE state IN ('muerto', 'descartado')";
    pair.database.rows(Service::Shop, dead).await
}
