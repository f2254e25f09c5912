//! Nobody empties the shelves with a few requests.

use belgrano_runtime::{fetch_scalar, on_both_engines};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::testing::{Answer, TestShop};

fn order(quantity: i64) -> Value {
    json!({ "items": [{ "producto_id": 1, "cantidad": quantity }], "direccion": "Av. Cabildo 2040" })
}

fn refused(answer: &Answer) -> (u16, String) {
    (answer.status, answer.body["type"].as_str().unwrap_or_default().to_owned())
}

on_both_engines! {
    async fn so_many_orders_are_under_way_and_no_more(database) {
        let shop = TestShop::with(database, &[("ORDERS_OPEN", "3")]).await;
        let ana = shop.customer("ana@example.com").await;
        // All at once: those of one batch count too.
        let answers = join_all((0..8).map(|_| async {
            shop.post(&mut ana.clone(), "/api/pedidos", order(1)).await
        }))
        .await;
        let (placed, others): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
        assert_eq!((placed.len(), others.len()), (3, 5), "{answers:?}");
        let wanted = (409, "urn:belgrano:problema:pedidos-abiertos".to_owned());
        assert!(others.iter().all(|answer| refused(answer) == wanted), "{others:?}");
        let over = "UPDATE orders SET state = 'entregado' WHERE id = (SELECT MIN(id) FROM orders)";
        database.execute(&shop.app.db, over).await;
        assert_eq!(shop.post(&mut ana.clone(), "/api/pedidos", order(1)).await.status, 201, "one is over");
        let mut eva = shop.customer("eva@example.com").await;
        assert_eq!(shop.post(&mut eva, "/api/pedidos", order(1)).await.status, 201, "another account's count for it");
    }

    async fn of_one_product_nobody_takes_all_there_is(database) {
        let shop = TestShop::with(database, &[("ORDER_QUANTITY", "10")]).await;
        database.execute(&shop.app.db, "UPDATE products SET stock = 1000 WHERE id = 1").await;
        let mut ana = shop.customer("ana@example.com").await;
        let answer = shop.post(&mut ana, "/api/pedidos", order(11)).await;
        assert_eq!((answer.status, &answer.body["errors"][0]["field"]), (422, &json!("items[0].cantidad")), "{answer:?}");
        assert_eq!(shop.post(&mut ana, "/api/pedidos", order(10)).await.status, 201);
    }

    async fn a_new_account_orders_for_so_much_and_an_old_one_for_more(database) {
        let shop = TestShop::with(database, &[("NEW_ACCOUNT_TOTAL", "1000")]).await;
        for sql in ["UPDATE products SET price = 40000, stock = 1000 WHERE id = 1", "DELETE FROM offer_products"] {
            database.execute(&shop.app.db, sql).await;
        }
        let mut ana = shop.customer("ana@example.com").await;
        assert_eq!(shop.post(&mut ana, "/api/pedidos", order(2)).await.status, 201, "800 of 1000");
        let answer = shop.post(&mut ana, "/api/pedidos", order(1)).await;
        assert_eq!((answer.status, &answer.body["errors"][0]["field"]), (422, &json!("items")), "{answer:?}");
        let mut session = shop.app.db.read().await.expect("a connection");
        assert_eq!(fetch_scalar!(one, session, i64, "SELECT stock FROM products WHERE id = 1").expect("stock"), 998);
        drop(session);
        database.execute(&shop.app.db, "UPDATE accounts SET created_at = created_at - 691200000").await;
        assert_eq!(shop.post(&mut ana, "/api/pedidos", order(1)).await.status, 201, "eight days old");
    }

    async fn one_address_does_not_fill_the_table_of_carts(database) {
        let shop = TestShop::with(database, &[("CARTS", "5")]).await;
        let put = |cookie: &'static str| {
            let who = crate::testing::Browser::default();
            let who = if cookie.is_empty() { who } else { who.with_cookie("belgrano_carrito", cookie) };
            let shop = &shop;
            async move {
                let body = Some(json!({ "cantidad": 1 }));
                shop.send(&mut who.clone(), axum::http::Method::PUT, "/api/carrito/1", body).await.status
            }
        };
        for _ in 0..5 {
            assert_eq!(put("").await, 200);
        }
        assert_eq!(put("").await, 429);
        assert_eq!(put("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").await, 429, "nor with a cookie of one's own making");
        let mut ana = shop.customer("ana@example.com").await;
        let body = Some(json!({ "cantidad": 1 }));
        assert_eq!(shop.send(&mut ana, axum::http::Method::PUT, "/api/carrito/1", body).await.status, 200, "an account has one");
    }
}
