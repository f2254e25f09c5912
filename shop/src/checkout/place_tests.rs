//! Orders from the cart, once for each key.

use axum::http::Method;
use belgrano_runtime::idempotency::{IdempotencyKey, Once};
use belgrano_runtime::on_both_engines;
use belgrano_wire::PaymentMethod;
use serde_json::json;

use super::{Checkout, Delivery, Source};
use crate::basket::Basket;
use crate::testing::{Browser, TestShop};
use crate::visits::Arrival;

async fn put(shop: &TestShop, who: &mut Browser, product: i64, quantity: i64) {
    let body = Some(json!({ "cantidad": quantity }));
    let answer = shop.send(who, Method::PUT, &format!("/api/carrito/{product}"), body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

fn delivery() -> Delivery {
    Delivery {
        address: None,
        barrio: None,
        position: None,
        phone: None,
        payment_method: PaymentMethod::parse("efectivo").expect("known"),
        notes: String::new(),
    }
}

async fn count(shop: &TestShop, sql: &'static str) -> i64 {
    let mut session = shop.app.db.read().await.expect("a connection");
    belgrano_runtime::fetch_scalar!(one, session, i64, sql).expect("one row")
}

on_both_engines! {
    async fn the_cart_is_bought_once_for_each_key(database) {
        let shop = TestShop::new(database).await;
        let mut ana = shop.customer("ana@example.com").await;
        let account_id = shop.get(&mut ana, "/api/me").await.body["id"].as_i64().expect("an id");
        put(&shop, &mut ana, 1, 2).await;
        let key = IdempotencyKey { scope: "pedido:1".to_owned(), key: "una".to_owned(), fingerprint: [7; 32] };
        let checkout = || {
            let checkout = Checkout { account_id, source: Source::Cart, delivery: delivery(), seen: None, arrival: Arrival::unknown(), trace: String::new() };
            Once::creating(checkout, Some(key.clone()))
        };
        let writer = &shop.app.writer;
        let (first, second) = tokio::join!(writer.submit(checkout()), writer.submit(checkout()));
        let (first, second) = (first.expect("placed"), second.expect("the same answer"));
        assert_eq!((first.status, &first), (201, &second));
        assert_eq!(writer.submit(checkout()).await.expect("the same answer"), first);
        assert_eq!(count(&shop, "SELECT COUNT(*) FROM orders").await, 1);
        assert_eq!(shop.get(&mut ana, "/api/carrito").await.body["items"], json!([]));
        assert_eq!(shop.post(&mut ana, "/api/pedidos", json!({})).await.status, 422, "an empty cart");
    }

    async fn an_answer_that_cannot_be_read_is_no_success(database) {
        let shop = TestShop::new(database).await;
        let mut ana = shop.customer("ana@example.com").await;
        let order = json!({ "items": [{ "producto_id": 1, "cantidad": 1 }], "lat": -34.56, "lng": -58.45 });
        assert_eq!(shop.keyed(&mut ana, "/api/pedidos", "una", order.clone()).await.status, 201);
        database.execute(&shop.app.db, "UPDATE idempotency_keys SET status = 70000").await;
        assert_eq!(shop.keyed(&mut ana, "/api/pedidos", "una", order.clone()).await.status, 500);
        assert_eq!(count(&shop, "SELECT COUNT(*) FROM orders").await, 1);
    }

    async fn an_order_with_a_pin_that_cannot_be_read_is_not_repeated_without_it(database) {
        let shop = TestShop::new(database).await;
        let mut ana = shop.customer("ana@example.com").await;
        let order = json!({ "items": [{ "producto_id": 1, "cantidad": 1 }] });
        let placed = shop.post(&mut ana, "/api/pedidos", order).await.body;
        let repeat = format!("/api/pedidos/{}/repetir", placed["numero"].as_str().expect("a number"));
        assert_eq!(shop.post(&mut ana, &repeat, json!({})).await.status, 201);
        database.execute(&shop.app.db, "UPDATE orders SET lat = 200, lng = 0").await;
        assert_eq!(shop.post(&mut ana, &repeat, json!({})).await.status, 500);
        assert_eq!(count(&shop, "SELECT COUNT(*) FROM orders").await, 2);
    }

    async fn what_is_bought_is_what_was_shown_and_once(database) {
        let shop = TestShop::new(database).await;
        let mut ana = shop.customer("ana@example.com").await;
        let account_id = shop.get(&mut ana, "/api/me").await.body["id"].as_i64().expect("an id");
        for (product, quantity) in [(1, 2), (2, 3), (3, 1)] {
            put(&shop, &mut ana, product, quantity).await;
        }
        let shown = async |basket: [(i64, i64); 2]| {
            let source = Source::Shown(Basket::parse(basket).expect("a basket"));
            shop.app.writer.submit(Checkout { account_id, source, delivery: delivery(), seen: None, arrival: Arrival::unknown(), trace: String::new() }).await
        };
        shown([(1, 2), (2, 1)]).await.expect_err("changed since");
        let (first, second) = tokio::join!(shown([(1, 2), (2, 3)]), shown([(1, 2), (2, 3)]));
        assert!(first.is_ok() != second.is_ok(), "two windows are one order");
        assert_eq!(count(&shop, "SELECT COUNT(*) FROM orders").await, 1);
        let cart = shop.get(&mut ana, "/api/carrito").await.body;
        let left: Vec<_> = cart["items"].as_array().expect("a list").iter().map(|item| &item["producto_id"]).collect();
        assert_eq!(left, [3], "what was put beside it stays");
    }
}
