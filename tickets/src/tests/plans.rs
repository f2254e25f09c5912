//! Postgres enters a table by an index whatever the writer does, and whatever it knew of the table when it planned that.

use belgrano_notices as notices;
use belgrano_testing::pictures::{data_url, jpeg};
use belgrano_testing::{START, TestDatabase, keep_statistics, table_readers};
use serde_json::{Value, json};

use super::board::{Board, Client, NOBODY};
use crate::housekeeping::Prune;

/// What grows with the orders.
const TABLES: [&str; 5] = ["tickets", "events", "idempotency_keys", "notices", "proofs"];

const FILL: [&str; 4] = [
    "INSERT INTO tickets (id, number, fingerprint, customer_name, customer_kind, lines, total, state, priority, created_at, \
     recorded_at, updated_at, version, search) SELECT n + 1000, 'X-' || n, '', 'x', 'cliente', '[]', 1, \
     CASE WHEN n % 4 = 0 THEN 'pendiente' ELSE 'entregado' END, 'normal', 0, 0, 0, 1, 'x' FROM generate_series(1, 20000) n",
    "INSERT INTO events (seq, ticket_id, kind, action, actor, occurred_at, recorded_at, version, ticket) \
     SELECT n + 1000, n + 1000, 'ticket.created', 'recibido', 'tienda', 0, 9000000000000, 1, '{}' FROM generate_series(1, 20000) n",
    "INSERT INTO idempotency_keys (scope, key, fingerprint, status, body, created_at) \
     SELECT 'x:' || n, 'k' || n, '', 200, '', 9000000000000 FROM generate_series(1, 20000) n",
    "UPDATE counters SET seq = seq + 30000, ticket_id = ticket_id + 30000",
];

const ANALYZE: &str = "ANALYZE tickets, events, idempotency_keys, notices, proofs";

/// From intake to delivery, a step taken back, a cancellation, and the night's housekeeping.
async fn a_day(board: &Board, admin: &Client, driver: &(Client, i64), day: u32) {
    let number = |order: u32| format!("BA-{day}-{order}");
    for order in 0..4 {
        assert_eq!(board.order(&number(order)).await.0, 201);
        assert_eq!(board.order(&number(order)).await.0, 200, "the same again");
    }
    for order in 0..3 {
        assert_eq!(board.assign(admin, &number(order), driver.1).await.0, 200);
        assert_eq!(board.step(&driver.0, &number(order), json!({ "estado": "aceptado" })).await.0, 200);
        assert_eq!(board.step(&driver.0, &number(order), json!({ "estado": "en-camino" })).await.0, 200);
    }
    let photo = json!({ "estado": "entregado", "foto": data_url(&jpeg(8, 8, 1)) });
    assert_eq!(board.step(&driver.0, &number(0), photo.clone()).await.0, 200);
    assert_eq!(board.post(admin, &format!("/api/tickets/{}/deshacer", number(0)), Value::Null).await.0, 200);
    assert_eq!(board.step(&driver.0, &number(0), photo).await.0, 200);
    for order in 1..3 {
        assert_eq!(board.step(&driver.0, &number(order), json!({ "estado": "entregado" })).await.0, 200);
    }
    let path = format!("/api/tickets/{}/cancelar", number(3));
    let cancelled = board.call_with(&NOBODY, "POST", &path, &[("x-api-key", "clave")], json!({ "motivo": "no" })).await;
    assert_eq!(cancelled.0, 200, "{cancelled:?}");
    board
        .app
        .writer
        .submit(Prune { session_lifetime: std::time::Duration::MAX, log_kept_ms: i64::MAX })
        .await
        .expect("pruned");
    board.app.writer.submit(notices::Prune { before: START, dead_before: START }).await.expect("pruned");
}

#[tokio::test]
async fn no_order_reads_a_table() {
    let database = TestDatabase::postgres();
    let board = Board::start(&database).await;
    let admin = board.admin().await;
    let driver = board.driver(&admin, "beto").await;
    // What the planner knows is said here, and by nobody else in between.
    keep_statistics(&board.app.db, &TABLES).await;
    // The worst that statistics can say: there is nothing in it.
    database.execute(&board.app.db, ANALYZE).await;
    a_day(&board, &admin, &driver, 1).await;
    let planned_on_nothing = table_readers(&board.app.db, &TABLES).await;
    assert!(planned_on_nothing.is_empty(), "{}", planned_on_nothing.join("\n"));
    for fill in FILL {
        database.execute(&board.app.db, fill).await;
    }
    a_day(&board, &admin, &driver, 2).await;
    database.execute(&board.app.db, ANALYZE).await;
    a_day(&board, &admin, &driver, 3).await;
    let planned_on_much = table_readers(&board.app.db, &TABLES).await;
    assert!(planned_on_much.is_empty(), "{}", planned_on_much.join("\n"));
    board.app.db.close().await;
    database.remove().await;
}
