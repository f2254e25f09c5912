//! SIGTERM under load: everybody is told, everything that was accepted is kept, and the process ends well and in time.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::{Cast, Customer, Engine, Heard, Node, Plan, Viewer, admin_of_shop, eventually, on_both_engines};
use crate::outage::settled;

const READERS: usize = 20;

on_both_engines! {
    async fn a_board_that_stops_says_goodbye(engine) {
        let mut cast = Cast::on(engine).await;
        let mut sockets = Vec::new();
        for n in 0..READERS {
            let viewer = if n % 2 == 0 { cast.admin.viewer() } else { cast.driver.viewer() };
            let mut socket = viewer.open().await.expect("a socket");
            assert!(matches!(socket.hear().await, Heard::Frame(_)), "a welcome");
            // Some have subscribed, some have not yet.
            if n % 3 != 0 {
                socket.say(&json!({ "type": "subscribe" })).await.expect("an open socket");
            }
            sockets.push(tokio::spawn(socket.drain()));
        }
        let enough = AtomicBool::new(false);
        let (accepted, ends) = tokio::join!(orders(&cast.customer, &enough), async {
            stop_in_time(&mut cast.pair.tickets).await;
            let ends = join_all(sockets).await;
            enough.store(true, Ordering::Relaxed);
            ends
        });
        let mut waits = BTreeSet::new();
        for end in ends {
            let (frames, end) = end.expect("a reader that does not panic");
            assert_eq!(end, Heard::Closed(1012));
            let bye = frames.last().expect("a goodbye");
            assert_eq!(bye["type"], "bye", "{bye}");
            waits.insert(bye["retry_after_ms"].as_u64().expect("a wait"));
        }
        assert!(waits.len() > READERS / 4, "they would all come back at once: {waits:?}");

        cast.pair.tickets.start().await;
        settled(&cast.pair).await;
        let tickets: BTreeSet<String> = cast.admin.tickets().await.iter().map(number_of).collect();
        assert_eq!(tickets, accepted);
        cast.check_journal().await;
        assert!(cast.reader.journal().closes.contains(&1012));
        cast.finish().await;
    }

    async fn a_shop_that_stops_keeps_what_it_accepted(engine) {
        let mut cast = Cast::on(engine).await;
        let first = cast.customer.order("la-primera", &[(1, 1)]).await;
        let watch = Viewer::session(&cast.customer.client).at(format!("/api/pedidos/{first}/ws"));
        let watch = tokio::spawn(watch.open().await.expect("a socket").drain());
        let enough = AtomicBool::new(false);
        let (mut accepted, ()) = tokio::join!(orders(&cast.customer, &enough), async {
            stop_in_time(&mut cast.pair.shop).await;
            cast.pair.shop.start().await;
            enough.store(true, Ordering::Relaxed);
        });
        accepted.insert(first);
        let (_, end) = watch.await.expect("a reader that does not panic");
        assert_eq!(end, Heard::Closed(1012));
        settled(&cast.pair).await;
        let orders: BTreeSet<String> = cast.customer.orders().await.iter().map(number_of).collect();
        assert_eq!(orders, accepted);
        let tickets: BTreeSet<String> = cast.admin.tickets().await.iter().map(number_of).collect();
        assert_eq!(tickets, accepted);
        // Counters are in memory for seconds; a stop writes them down.
        stop_in_time(&mut cast.pair.shop).await;
        cast.pair.shop.start().await;
        let counted = admin_of_shop(&cast.pair.shop).await.read("/api/embudo").await;
        assert_eq!(counted["total"]["pedidos"], accepted.len());
        cast.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_in_one_process_stop_together() {
    let mut cast = Cast::of(Plan::new(Engine::Sqlite).combined()).await;
    let enough = AtomicBool::new(false);
    let (accepted, ()) = tokio::join!(orders(&cast.customer, &enough), async {
        stop_in_time(&mut cast.pair.shop).await;
        cast.pair.shop.start().await;
        cast.pair.tickets.ready().await;
        enough.store(true, Ordering::Relaxed);
    });
    settled(&cast.pair).await;
    let tickets: BTreeSet<String> = cast.admin.tickets().await.iter().map(number_of).collect();
    assert_eq!(tickets, accepted);
    cast.check_journal().await;
    cast.finish().await;
}

fn number_of(value: &Value) -> String {
    value["numero"].as_str().expect("a number").to_owned()
}

/// Orders until it is enough. Returns the numbers of all that were accepted.
async fn orders(customer: &Customer, enough: &AtomicBool) -> BTreeSet<String> {
    let mut accepted = BTreeSet::new();
    while !enough.load(Ordering::Relaxed) {
        let reply = customer.checkout(&format!("orden-{}", accepted.len()), &[(1, 1)]).await;
        accepted.insert(number_of(&reply.expect(201)));
    }
    accepted
}

/// SIGTERM, and a clean end. It says by itself that it met its deadline: tasks that are left make it end badly.
async fn stop_in_time(node: &mut Node) {
    // Under load: the first order has been answered.
    let client = node.client();
    eventually("the process works", async || client.get("/healthz").await).await;
    node.stop().await;
}
