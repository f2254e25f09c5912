//! A disk without space: writes are answered 503, reads go on, nothing is broken, and with space the service resumes.
//!
//! The stand-in is a limit on the size of files (`RLIMIT_FSIZE` with SIGXFSZ ignored): beyond it every write fails, as on a
//! full disk, and it can be set on a running process without being root. Postgres has a disk of its own; this is `DATA_DIR`.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::{Value, json};

use crate::harness::{Cast, Engine, Node, Plan, Service, eventually};
use crate::outage::settled;

const IGNORE_SIGXFSZ: &str = "trap '' XFSZ";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shop_without_space_says_so_and_resumes() {
    let cast = Cast::of(Plan::new(Engine::Sqlite).before_shop(IGNORE_SIGXFSZ)).await;
    let mut accepted = BTreeSet::from([cast.customer.order("antes", &[(1, 1)]).await]);
    fill_up(&cast, &cast.pair.shop, Service::Shop);
    let refused = order_until_refused(&cast, &mut accepted).await;
    let numbers = |orders: Vec<Value>| orders.iter().map(number_of).collect::<BTreeSet<_>>();
    assert_eq!(numbers(cast.customer.orders().await), accepted, "reading goes on, and what was refused is not there");

    make_room(&cast.pair.shop);
    // The key of the refused order is as good as new.
    let number = eventually("the shop resumes", async || {
        let reply = cast.customer.try_checkout(&refused, &[(1, 1)]).await.expect("the shop answers");
        if reply.status == 201 { Ok(number_of(&reply.json())) } else { Err(reply) }
    })
    .await;
    accepted.insert(number);
    settled(&cast.pair).await;
    assert_eq!(numbers(cast.customer.orders().await), accepted);
    assert_eq!(numbers(cast.admin.tickets().await), accepted);
    assert_whole(&cast, Service::Shop).await;
    cast.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_board_without_space_gets_its_orders_later() {
    let cast = Cast::of(Plan::new(Engine::Sqlite).before_tickets(IGNORE_SIGXFSZ)).await;
    let first = cast.customer.order("antes", &[(1, 1)]).await;
    cast.admin.await_ticket(&first).await;
    fill_up(&cast, &cast.pair.tickets, Service::Tickets);
    let (client, mut direct) = (cast.pair.tickets.client(), BTreeSet::new());
    let refusal = loop {
        let number = format!("BA-20261121-LLENO{}", direct.len());
        let order = json!({ "numero": number, "cliente_nombre": "Ana", "total": 1, "indicaciones": "x".repeat(1500) });
        let key = [("x-api-key", "clave-de-la-pareja-vieja")];
        let reply =
            client.send(reqwest::Method::POST, "/api/tickets", &key, Some(&order)).await.expect("the board answers");
        if reply.status != 201 {
            break reply;
        }
        direct.insert(number);
    };
    refusal.problem(503);
    assert!(!refusal.header("retry-after").is_empty(), "{refusal:?}");
    let mut accepted = BTreeSet::from([first]);
    for n in 0..5 {
        accepted.insert(cast.customer.order(&format!("lleno-{n}"), &[(1, 1)]).await);
    }
    // A small order may have found the room that a large one did not.
    let there = cast.admin.tickets().await.len();
    assert!((direct.len() + 1..=direct.len() + 6).contains(&there), "reading goes on: {there}");

    make_room(&cast.pair.tickets);
    settled(&cast.pair).await;
    let tickets: BTreeSet<String> = cast.admin.tickets().await.iter().map(number_of).collect();
    accepted.extend(direct);
    assert_eq!(tickets, accepted);
    assert_whole(&cast, Service::Tickets).await;
    cast.check_journal().await;
    cast.finish().await;
}

fn number_of(value: &Value) -> String {
    value["numero"].as_str().expect("a number").to_owned()
}

/// Orders until there is no room. Returns the key of the one that was refused.
async fn order_until_refused(cast: &Cast, accepted: &mut BTreeSet<String>) -> String {
    loop {
        let key = format!("lleno-{}", accepted.len());
        let reply = cast.customer.try_checkout(&key, &[(1, 1)]).await.expect("the shop answers");
        if reply.status != 201 {
            reply.problem(503);
            assert!(!reply.header("retry-after").is_empty(), "{reply:?}");
            return key;
        }
        accepted.insert(number_of(&reply.json()));
    }
}

/// From now on no file of the process grows beyond what its largest has, and a little.
fn fill_up(cast: &Cast, node: &Node, service: Service) {
    let size = |suffix: &str| {
        let file = cast.pair.database.folder().join(format!("{}.{suffix}", service.name()));
        std::fs::metadata(file).map_or(0, |metadata| metadata.len())
    };
    limit(node, &format!("--fsize={}:unlimited", size("db").max(size("db-wal")) + 64 * 1024));
}

fn make_room(node: &Node) {
    limit(node, "--fsize=unlimited:unlimited");
}

fn limit(node: &Node, limit: &str) {
    let done = Command::new("prlimit").args(["--pid", &node.pid().to_string(), limit]).status();
    let done = done.expect("prlimit (util-linux) is needed to make a disk look full");
    assert!(done.success(), "prlimit {limit}: {done}");
}

/// The engine finds nothing wrong with its file.
async fn assert_whole(cast: &Cast, service: Service) {
    let found: Vec<(String,)> = cast.pair.database.rows(service, "PRAGMA integrity_check").await;
    assert_eq!(found, [("ok".to_owned(),)]);
    let found: Vec<(String,)> = cast.pair.database.rows(service, "PRAGMA foreign_key_check").await;
    assert_eq!(found, []);
}
