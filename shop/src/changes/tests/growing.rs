//! Orders and movements of stock get their marks when somebody reads, and are told all the same.

use belgrano_runtime::storage::Session;
use belgrano_runtime::{execute, fetch_scalar, on_both_engines};
use serde_json::json;

use super::reader::Reader;
use crate::testing::TestShop;

const MARKS: &str = "SELECT COUNT(*) FROM changes WHERE entity = $1";
const NEWEST: &str = "SELECT COALESCE(MAX(seq), 0) FROM changes WHERE entity = 'pedido'";

/// How many things of a kind have a mark.
async fn marks(session: &mut Session, entity: &str) -> i64 {
    fetch_scalar!(one, *session, i64, MARKS, entity).expect("a count")
}

on_both_engines! {
    async fn an_order_marks_neither_itself_nor_its_movements_until_somebody_reads(database) {
        let shop = TestShop::new(database).await;
        let mut ana = shop.customer("ana@example.com").await;
        let mut reader = Reader::default();
        reader.catch_up(&shop).await;
        let mut session = shop.app.db.read().await.expect("a connection");
        let (before, orders) = (marks(&mut session, "movimiento").await, marks(&mut session, "pedido").await);
        for _ in 0..2 {
            let items = json!([{ "producto_id": 1, "cantidad": 1 }, { "producto_id": 2, "cantidad": 2 }]);
            let answer = shop.post(&mut ana, "/api/pedidos", json!({ "items": items })).await;
            assert_eq!(answer.status, 201, "{answer:?}");
        }
        let unread = (marks(&mut session, "movimiento").await, marks(&mut session, "pedido").await);
        assert_eq!(unread, (before, orders));
        let known = reader.copy.len();
        reader.catch_up(&shop).await;
        assert_eq!(marks(&mut session, "movimiento").await, before + 4);
        assert_eq!(marks(&mut session, "pedido").await, orders + 2);
        assert_eq!(reader.copy.len(), known + 6, "two orders and four movements");

        // Another has read them, so nothing of them comes again.
        let until = reader.after;
        assert!(!reader.page(&shop, 700).await);
        assert_eq!(reader.after, until);
        drop(session);
        shop.app.db.close().await;
    }

    async fn an_order_is_told_as_it_is_when_somebody_reads_and_at_each_change_from_then_on(database) {
        let shop = TestShop::new(database).await;
        let mut ana = shop.customer("ana@example.com").await;
        let mut reader = Reader::default();
        reader.catch_up(&shop).await;
        let items = json!([{ "producto_id": 1, "cantidad": 1 }]);
        let placed = shop.post(&mut ana, "/api/pedidos", json!({ "items": items })).await;
        let number = placed.body["numero"].as_str().expect("a number").to_owned();
        let state = async |state: &str| {
            let sql = format!("UPDATE orders SET state = '{state}' WHERE number = '{number}'");
            let mut session = database.begin(&shop.app.db).await;
            if database.server().is_some() {
                execute!(session, "SELECT set_config('belgrano.now', '1', true)").expect("a turn");
            }
            execute!(session, sqlx::AssertSqlSafe(sql)).expect("a change");
            session.commit().await.expect("a commit");
        };
        let mut session = shop.app.db.read().await.expect("a connection");
        let key = ("pedido".to_owned(), number.clone());
        state("asignado").await;
        assert_eq!(marks(&mut session, "pedido").await, 0, "nobody has read it yet");
        reader.catch_up(&shop).await;
        assert_eq!(reader.copy[&key]["estado"], "asignado");
        let newest = fetch_scalar!(one, session, i64, NEWEST).expect("a number");
        state("en-camino").await;
        assert!(fetch_scalar!(one, session, i64, NEWEST).expect("a number") > newest, "marked at once");
        reader.catch_up(&shop).await;
        assert_eq!(reader.copy[&key]["estado"], "en-camino");
        drop(session);
        shop.app.db.close().await;
    }

    async fn a_movement_with_an_id_of_before_is_marked_at_once(database) {
        let shop = TestShop::new(database).await;
        let mut reader = Reader::default();
        reader.catch_up(&shop).await;
        for (id, turn) in [(1_000_000, false), (17, true), (18, false)] {
            let mut session = database.begin(&shop.app.db).await;
            if turn && database.server().is_some() {
                execute!(session, "SELECT set_config('belgrano.now', '1', true)").expect("a turn");
            }
            let by_hand = "INSERT INTO stock_movements (id, product_id, kind, quantity, at) VALUES ($1, 1, 'recuento', 1, 1)";
            execute!(session, by_hand, id).expect("a movement");
            session.commit().await.expect("a commit");
            reader.catch_up(&shop).await;
            assert!(reader.copy.contains_key(&("movimiento".to_owned(), id.to_string())), "{id}");
        }
        shop.app.db.close().await;
    }
}
