//! Two boards on one Postgres are one board: whoever watches either sees every change of both, in one order.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::{Admin, Driver, Engine, LiveReader, Node, Pair, Service, check_journal};

const ORDERS: usize = 40;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_of_either_see_every_change_of_both() {
    let pair = Pair::start(Engine::Postgres).await;
    let mut other = pair.node(Service::Tickets);
    other.start().await;
    let boards = [&pair.tickets, &other];
    let admins = join_all(boards.map(Admin::log_in)).await;
    let driver = admins[0].hire(&pair.tickets, "caro").await;
    let readers = join_all(admins.iter().map(|admin| LiveReader::follow(admin.viewer()))).await;

    // Both at once: each board takes half of the orders in, and each ticket is worked on at the other.
    let work = (0..ORDERS).map(|n| {
        let (here, there) = (boards[n % 2], &admins[(n + 1) % 2]);
        one_ticket(n, here, there, &driver)
    });
    join_all(work).await;
    // The same order at both at once is still one.
    let replies = join_all((0..50).map(|n| take_in(boards[n % 2], "BA-20261121-AMBOS"))).await;
    assert_eq!(replies.iter().filter(|(status, _)| *status == 201).count(), 1, "{replies:?}");

    for reader in &readers {
        check_journal(&pair, reader).await;
        assert_eq!(reader.journal().events.len(), ORDERS * 3 + 1);
    }
    let gaps = "SELECT MAX(seq) - COUNT(*) FROM events";
    assert_eq!(pair.database.number(Service::Tickets, gaps).await, 0, "the log has no holes");
    drop(readers);
    other.stop().await;
    pair.finish().await;
}

async fn one_ticket(n: usize, here: &Node, there: &Admin, driver: &Driver) {
    let number = format!("BA-20261121-D{n:03}");
    let (status, reply) = take_in(here, &number).await;
    assert_eq!(status, 201, "{reply}");
    there.assign(&number, driver.id).await.expect(200);
    assert_eq!(driver.step(&number, "aceptado").await.expect(200)["estado"], "aceptado");
}

async fn take_in(board: &Node, number: &str) -> (u16, Value) {
    let order = json!({ "numero": number, "cliente_nombre": "Ana Díaz", "total": 100 });
    let key = [("x-api-key", "clave-de-la-pareja-vieja")];
    let reply = board.client().send(reqwest::Method::POST, "/api/tickets", &key, Some(&order)).await;
    let reply = reply.expect("the board answers");
    (reply.status, reply.json())
}
