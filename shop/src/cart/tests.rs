//! Carts on both engines: with a cookie, with an account, and from the one to the other.

use axum::http::Method;
use belgrano_runtime::on_both_engines;
use serde_json::{Value, json};

use crate::testing::{Browser, TestShop};

async fn put(shop: &TestShop, who: &mut Browser, product: i64, quantity: i64) -> (u16, Value) {
    let body = json!({ "cantidad": quantity });
    let answer = shop.send(who, Method::PUT, &format!("/api/carrito/{product}"), Some(body)).await;
    (answer.status, answer.body)
}

/// `(product, quantity)` of every line.
fn lines(cart: &Value) -> Vec<(i64, i64)> {
    let items = cart["items"].as_array().expect("a list").iter();
    items.map(|item| (item["producto_id"].as_i64().expect("id"), item["cantidad"].as_i64().expect("many"))).collect()
}

on_both_engines! {
    async fn two_carts_become_one_as_far_as_there_is_so_much(database) {
        let shop = TestShop::new(database).await;
        database.execute(&shop.app.db, "UPDATE products SET stock = 5 WHERE id = 1").await;
        database.execute(&shop.app.db, "UPDATE products SET stock = 9 WHERE id = 2").await;
        let mut ana = shop.customer("ana@example.com").await;
        for (product, quantity) in [(1, 4), (3, 1)] {
            assert_eq!(put(&shop, &mut ana, product, quantity).await.0, 200);
        }
        let mut page = shop.visitor();
        for product in ["1", "1", "2", "2"] {
            page.post(&format!("/carrito/{product}/agregar"), &[("cantidad", "2")]).await;
        }
        database.execute(&shop.app.db, "UPDATE products SET stock = 3 WHERE id = 2").await;
        let typed = [("email", "ana@example.com"), ("password", "correcto caballo"), ("volver", "/carrito")];
        let told = page.follow("/ingresar", &typed).await;
        assert_eq!(lines(&shop.get(&mut ana, "/api/carrito").await.body), [(1, 5), (2, 3), (3, 1)], "what there is");
        assert!(told.body.contains("Pusimos lo que hay:") && told.body.contains(": 5 de 8; "), "{}", told.body);
        assert!(told.body.contains(": 3 de 4."), "{}", told.body);

        let mut phone = Browser::default();
        put(&shop, &mut phone, 1, 2).await;
        database.execute(&shop.app.db, "UPDATE products SET stock = 0 WHERE id = 1").await;
        let body = json!({ "email": "ana@example.com", "password": "correcto caballo" });
        let answer = shop.post(&mut phone, "/api/login", body).await;
        let fewer = &answer.body["ajustes"][0];
        assert_eq!((answer.status, &fewer["producto_id"], &fewer["pedido"], &fewer["puesto"]), (200, &json!(1), &json!(7), &json!(5)));
        assert!(answer.body["rol"] == "cliente" && answer.body["ajustes"][1].is_null(), "{}", answer.body);
    }

    async fn a_cart_without_an_account(database) {
        let shop = TestShop::new(database).await;
        let (mut ana, mut beto) = (Browser::default(), Browser::default());
        assert_eq!(shop.get(&mut ana, "/api/carrito").await.body, json!({ "items": [], "total": 0.0, "listo": false }));
        assert_eq!(put(&shop, &mut ana, 9, 2).await.0, 200);
        let (_, cart) = put(&shop, &mut ana, 1, 1).await;
        insta::assert_json_snapshot!("a_cart", cart);
        assert_eq!(put(&shop, &mut beto, 1, 5).await.0, 200);
        assert_eq!(lines(&put(&shop, &mut ana, 9, 3).await.1), [(1, 1), (9, 3)], "put sets, it does not add");
        assert_eq!(lines(&put(&shop, &mut ana, 1, 0).await.1), [(9, 3)]);
        let removed = shop.send(&mut ana, Method::DELETE, "/api/carrito/9", None).await;
        assert_eq!((removed.status, lines(&removed.body)), (200, vec![]));
        assert_eq!(lines(&shop.get(&mut beto, "/api/carrito").await.body), [(1, 5)], "nobody else's changed");
        let emptied = shop.send(&mut beto, Method::DELETE, "/api/carrito", None).await;
        assert_eq!(lines(&emptied.body), []);
        for (product, quantity, status) in [(999, 1, 404), (1, -1, 422), (1, 10_001, 422)] {
            assert_eq!(put(&shop, &mut ana, product, quantity).await.0, status);
        }
    }

    async fn it_moves_along_at_log_in_and_adds_up(database) {
        let shop = TestShop::new(database).await;
        database.execute(&shop.app.db, "UPDATE products SET stock = NULL WHERE id = 1").await;
        let mut first = Browser::default();
        put(&shop, &mut first, 1, 2).await;
        let body = json!({ "nombre": "Ana", "email": "ana@example.com", "password": "correcto caballo" });
        assert_eq!(shop.post(&mut first, "/api/register", body).await.status, 201);
        assert_eq!(lines(&shop.get(&mut first, "/api/carrito").await.body), [(1, 2)]);

        let mut second = Browser::default();
        put(&shop, &mut second, 1, 9_999).await;
        put(&shop, &mut second, 2, 1).await;
        let body = json!({ "email": "ana@example.com", "password": "correcto caballo" });
        assert_eq!(shop.post(&mut second, "/api/login", body).await.status, 200);
        assert_eq!(lines(&shop.get(&mut second, "/api/carrito").await.body), [(1, 10_000), (2, 1)]);
        assert_eq!(shop.post(&mut second, "/api/logout", json!({})).await.status, 204);
        assert_eq!(lines(&shop.get(&mut second, "/api/carrito").await.body), [], "the account's stays with the account");
        assert_eq!(lines(&shop.get(&mut first, "/api/carrito").await.body), [(1, 10_000), (2, 1)]);
    }

    async fn it_warns_when_stock_is_short(database) {
        let shop = TestShop::new(database).await;
        let (mut ana, mut admin) = (Browser::default(), shop.admin().await);
        put(&shop, &mut ana, 1, 3).await;
        put(&shop, &mut ana, 2, 1).await;
        for (path, body) in [("/api/productos/1", json!({ "stock": 2 })), ("/api/productos/2", json!({ "activo": false }))] {
            assert_eq!(shop.send(&mut admin, Method::PATCH, path, Some(body)).await.status, 200);
        }
        let cart = shop.get(&mut ana, "/api/carrito").await.body;
        assert_eq!((&cart["total"], &cart["listo"]), (&json!(0.0), &json!(false)));
        assert_eq!(cart["items"][0]["aviso"], "Quedan 2.");
        assert_eq!(cart["items"][1]["aviso"], "Ya no está a la venta o se agotó.");
        let (_, cart) = put(&shop, &mut ana, 1, 2).await;
        assert_eq!((&cart["total"], &cart["listo"]), (&json!(8400.0), &json!(false)));
        let (_, cart) = put(&shop, &mut ana, 2, 0).await;
        assert_eq!((&cart["total"], &cart["listo"]), (&json!(8400.0), &json!(true)));
    }

    async fn what_there_is_goes_in_and_it_says_so(database) {
        let shop = TestShop::new(database).await;
        let (mut ana, mut admin) = (Browser::default(), shop.admin().await);
        for (path, stock) in [("/api/productos/1", 2), ("/api/productos/2", 0)] {
            let body = Some(json!({ "stock": stock }));
            assert_eq!(shop.send(&mut admin, Method::PATCH, path, body).await.status, 200);
        }
        let (status, cart) = put(&shop, &mut ana, 1, 5).await;
        assert_eq!((status, lines(&cart), &cart["total"]), (200, vec![(1, 2)], &json!(8400.0)), "{cart}");
        assert_eq!(cart["ajuste"], json!({ "producto_id": 1, "pedido": 5, "puesto": 2 }));
        assert_eq!((&cart["items"][0]["aviso"], &cart["listo"]), (&Value::Null, &json!(true)));
        let (status, refused) = put(&shop, &mut ana, 2, 1).await;
        assert_eq!((status, &refused["stock"]), (409, &json!(0)), "{refused}");
        let cart = shop.get(&mut ana, "/api/carrito").await.body;
        assert_eq!((lines(&cart), cart.get("ajuste")), (vec![(1, 2)], None), "what is in stays, and nothing else came");
        assert_eq!(put(&shop, &mut ana, 1, 1).await.1.get("ajuste"), None);
        // It shrinks to nothing while it is in the cart: what the customer asks for is not lost, and it can still go out.
        assert_eq!(shop.send(&mut admin, Method::PATCH, "/api/productos/1", Some(json!({ "stock": 0 }))).await.status, 200);
        assert_eq!(put(&shop, &mut ana, 1, 3).await.0, 409);
        assert_eq!(lines(&put(&shop, &mut ana, 1, 0).await.1), []);
    }

    async fn a_forgotten_cart_goes_and_an_accounts_stays(database) {
        let shop = TestShop::new(database).await;
        let (mut nobody, mut ana) = (Browser::default(), shop.customer("ana@example.com").await);
        put(&shop, &mut nobody, 1, 1).await;
        put(&shop, &mut ana, 1, 1).await;
        shop.clock.advance_ms(2000);
        let prune = crate::housekeeping::Prune { carts_kept_ms: 1000, answers_kept_ms: 1000, log_kept_ms: i64::MAX, session_lifetime: std::time::Duration::MAX, code_lifetime: std::time::Duration::MAX };
        assert_eq!(shop.app.writer.submit(prune).await.expect("pruned"), 1);
        assert_eq!(lines(&shop.get(&mut nobody, "/api/carrito").await.body), []);
        assert_eq!(lines(&shop.get(&mut ana, "/api/carrito").await.body), [(1, 1)]);
    }
}
