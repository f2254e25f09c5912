//! Two instances that write at once, on Postgres: a number that a reader sees has none below it still to come.

use std::cell::Cell;

use belgrano_testing::TestDatabase;
use serde_json::json;
use sqlx::Connection;

use super::reader::Reader;
use crate::testing::TestShop;

/// How many wait for the session that asks.
const WAITING: &str = "SELECT COUNT(*) FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))";

#[tokio::test]
async fn what_another_instance_numbered_and_did_not_commit_yet_is_not_passed_over() {
    let database = TestDatabase::postgres();
    let shop = TestShop::new(&database).await;
    let mut ana = shop.customer("ana@example.com").await;
    let mut reader = Reader::default();
    reader.catch_up(&shop).await;
    // It has its turn, and what it changed has a number that nobody sees yet.
    let turn = "UPDATE counters SET clock = clock + 1; SELECT set_config('belgrano.now', '1', true); \
        UPDATE products SET stock = 7 WHERE id = 1";
    let mut other = database.hold(turn).await;
    let is_bought = Cell::new(false);
    let buying = async {
        let answer =
            shop.post(&mut ana, "/api/pedidos", json!({ "items": [{ "producto_id": 2, "cantidad": 1 }] })).await;
        is_bought.set(true);
        answer
    };
    let reading = async {
        loop {
            let (waiting,): (i64,) = sqlx::query_as(WAITING).fetch_one(&mut other).await.expect("a count");
            if waiting > 0 || is_bought.get() {
                break;
            }
        }
        reader.catch_up(&shop).await;
        sqlx::raw_sql("COMMIT").execute(&mut other).await.expect("the server answers");
    };
    let (answer, ()) = tokio::join!(buying, reading);
    assert_eq!(answer.status, 201, "{answer:?}");
    reader.catch_up(&shop).await;
    let of = |entity: &str, key: &str| reader.copy[&(entity.to_owned(), key.to_owned())].clone();
    assert_eq!(of("producto", "1")["stock"], 7);
    assert_eq!(of("pedido", answer.body["numero"].as_str().expect("a number"))["lineas"][0]["producto_id"], 2);
    other.close().await.expect("the server answers");
    shop.app.db.close().await;
    database.remove().await;
}
