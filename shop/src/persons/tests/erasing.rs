//! Everything is told, and afterwards nothing is left but the figures.

use axum::http::Method;
use belgrano_runtime::{fetch_scalar, on_both_engines};
use belgrano_testing::{FakePushService, where_it_stands};
use belgrano_wire::TicketState;
use serde_json::{Value, json};

use super::day::{ABOUT_HER, EMAIL, HERS, LOCAL, PASSWORD, count, deliver_messages, lives_through, registers, told};
use crate::persons::{Erase, Erased, Proof, find};
use crate::testing::{ADMIN, Answer, Browser, TestShop};

async fn erase(shop: &TestShop, who: &mut Browser, password: &str) -> Answer {
    shop.send(who, Method::DELETE, "/api/yo", Some(json!({ "password": password }))).await
}

/// What the shop counts and sums.
async fn figures(shop: &TestShop) -> Vec<String> {
    let mut session = shop.app.db.read().await.expect("a connection");
    let mut figures = Vec::new();
    for sql in [
        "SELECT COUNT(*) || ' ' || SUM(total) || ' ' || MIN(created_at) || ' ' || COUNT(barrio) FROM orders",
        "SELECT COUNT(*) || ' ' || SUM(subtotal) || ' ' || SUM(quantity) FROM order_lines",
        "SELECT COUNT(*) || ' ' || SUM(at) FROM order_steps",
        "SELECT COUNT(*) || ' ' || SUM(stars) FROM reviews",
        "SELECT COUNT(*) || ' ' || SUM(stars) || ' ' || SUM(reviews) FROM product_ratings",
        "SELECT COUNT(*) || ' ' || SUM(quantity) FROM stock_movements",
        "SELECT COUNT(*) || ' ' || MIN(created_at) FROM accounts",
        "SELECT state || ' ' || total || ' ' || payment_method || ' ' || COALESCE(barrio, '') FROM orders ORDER BY id",
    ] {
        figures.extend(fetch_scalar!(all, session, String, sql).expect("figures"));
    }
    figures
}

async fn told_to_forget(shop: &TestShop) -> i64 {
    count(shop, "SELECT COUNT(*) FROM outbox WHERE kind = 'customer.forgotten'").await
}

on_both_engines! {
    async fn what_is_known_is_told_and_what_is_erased_is_nowhere(database) {
        let shop = TestShop::with(database, &LOCAL).await;
        let push = FakePushService::start().await;
        let mut other = shop.customer("otra@example.com").await;
        let placed = shop.post(&mut other, "/api/pedidos", json!({ "items": [{ "producto_id": 2, "cantidad": 1 }] })).await;
        assert_eq!(placed.status, 201, "{placed:?}");
        deliver_messages(&shop).await;
        let (mut she, orders) = lives_through(&shop, &push).await;
        let id = find(&shop.app.db, EMAIL).await.expect("a query").expect("she is there");
        let all: Vec<&str> = HERS.iter().chain(&ABOUT_HER).copied().collect();
        let before = where_it_stands(&shop.app.db, &all).await;
        for text in &all {
            assert!(before.iter().any(|place| place.ends_with(text)), "the test can find {text}: {before:?}");
        }

        let data = shop.get(&mut she, "/api/yo/datos").await;
        assert_eq!(data.status, 200, "{data:?}");
        assert_eq!(data.headers["content-disposition"], "attachment; filename=\"belgrano.json\"");
        let document = data.body.to_string().to_lowercase();
        for text in &all {
            assert!(document.contains(text), "{text} is not in {document}");
        }
        let of_other = shop.get(&mut other, "/api/yo/datos").await.body;
        assert!(all.iter().all(|text| !of_other.to_string().contains(text)));

        let counted = figures(&shop).await;
        for wrong in ["otra clave", ""] {
            let refused = erase(&shop, &mut she, wrong).await;
            assert_eq!((refused.status, &refused.body["errors"][0]["field"]), (422, &json!("password")), "{refused:?}");
        }
        assert_eq!(where_it_stands(&shop.app.db, &all).await, before, "a wrong password erases nothing");

        let erased = erase(&shop, &mut she, PASSWORD).await;
        assert_eq!(erased.status, 204, "{erased:?}");
        assert_eq!(where_it_stands(&shop.app.db, &all).await, Vec::<String>::new());
        assert_eq!(figures(&shop).await, counted);
        assert_eq!(count(&shop, "SELECT COUNT(*) FROM accounts WHERE birth_year IS NOT NULL").await, 0);
        assert_eq!(told_to_forget(&shop).await, 3, "one for each of {orders:?}");
        assert_eq!(count(&shop, "SELECT COUNT(*) FROM sessions WHERE account_id = (SELECT MAX(id) FROM accounts)").await, 0);
        assert_eq!(shop.get(&mut other, "/api/yo/datos").await.body, of_other, "somebody else is as before");

        // Again, by the operator.
        let again = Erase { account_id: id, proof: Proof::Operator, trace: String::new() };
        let again = shop.app.writer.submit(again).await.expect("harmless");
        assert_eq!((again, told_to_forget(&shop).await), (Erased { orders: 0, before: true }, 3));
        assert_eq!(find(&shop.app.db, EMAIL).await.expect("a query"), None);

        // The address is free, and whoever takes it gets nothing with it.
        let mut anew = registers(&shop).await;
        assert_eq!(shop.get(&mut anew, "/api/pedidos").await.body["pedidos"], json!([]));
        let fresh = shop.get(&mut anew, "/api/yo/datos").await.body;
        for part in ["pedidos", "resenas", "paquetes", "carrito", "avisos"] {
            assert_eq!(fresh[part], json!([]), "{part}");
        }
    }

    async fn sessions_end_at_once_everywhere(database) {
        let (here, there) = (TestShop::new(database).await, TestShop::seeded(database, 8, &[]).await);
        let ana = here.customer("ana@example.com").await;
        assert_eq!(there.get(&mut ana.clone(), "/api/me").await.status, 200, "the other instance believes it now");
        assert_eq!(erase(&here, &mut ana.clone(), PASSWORD).await.status, 204);
        assert_eq!(here.get(&mut ana.clone(), "/api/me").await.status, 401);
        let refused = there.send(&mut ana.clone(), Method::PATCH, "/api/me", Some(json!({ "nombre": "Otra" }))).await;
        assert_eq!(refused.status, 401, "whatever it believes, it changes nothing: {refused:?}");
        assert_eq!(count(&here, "SELECT COUNT(*) FROM session_ends WHERE token_hash IS NULL").await, 1);
        assert_eq!(here.post(&mut Browser::default(), "/api/login", json!({ "email": "ana@example.com", "password": PASSWORD })).await.status, 401);
    }

    async fn orders_that_are_not_over_come_first(database) {
        let shop = TestShop::new(database).await;
        let mut ana = shop.customer("ana@example.com").await;
        let order = json!({ "items": [{ "producto_id": 1, "cantidad": 1 }] });
        let number = shop.post(&mut ana, "/api/pedidos", order).await.body["numero"].as_str().expect("a number").to_owned();
        let refused = |answer: Answer| {
            assert_eq!((answer.status, &answer.body["type"]), (409, &json!("urn:belgrano:problema:pedidos-abiertos")));
            assert_eq!(answer.body["pedidos"], json!([number]), "{answer:?}");
            assert!(answer.body["detail"].as_str().is_some_and(|text| text.contains(&number)), "{answer:?}");
        };
        refused(erase(&shop, &mut ana, PASSWORD).await);
        // Over, by what a callback says, while its message has not been confirmed yet.
        told(&shop, &number, TicketState::Delivered, 2, None).await;
        refused(erase(&shop, &mut ana, PASSWORD).await);
        assert_eq!(shop.get(&mut ana, "/api/me").await.body["nombre"], "Ana", "nothing was erased");
        deliver_messages(&shop).await;
        assert_eq!(erase(&shop, &mut ana, PASSWORD).await.status, 204);
    }

    async fn somebody_administers_the_shop_in_the_end(database) {
        let shop = TestShop::new(database).await;
        let mut admin = shop.admin().await;
        let refused = erase(&shop, &mut admin, ADMIN.1).await;
        assert_eq!((refused.status, &refused.body["type"]), (409, &json!("urn:belgrano:problema:ultimo-administrador")));
        shop.customer("ana@example.com").await;
        database.execute(&shop.app.db, "UPDATE accounts SET role = 'admin' WHERE email = 'ana@example.com'").await;
        assert_eq!(erase(&shop, &mut admin, ADMIN.1).await.status, 204);
    }

    async fn an_order_that_is_nobodys_is_told_without_anybody(database) {
        let shop = TestShop::with(database, &LOCAL).await;
        let push = FakePushService::start().await;
        let (mut she, orders) = lives_through(&shop, &push).await;
        assert_eq!(erase(&shop, &mut she, PASSWORD).await.status, 204);
        // What the board says of it afterwards brings nothing back.
        told(&shop, &orders[0], TicketState::Delivered, 5, None).await;
        let all: Vec<&str> = HERS.iter().chain(&ABOUT_HER).copied().collect();
        assert_eq!(where_it_stands(&shop.app.db, &all).await, Vec::<String>::new());
        let mut admin = shop.admin().await;
        let reviews = shop.get(&mut admin, "/api/resenas").await.body;
        assert_eq!(reviews["resenas"].as_array().map(Vec::len), Some(2), "{reviews}");
        let shown = shop.get(&mut Browser::default(), "/api/productos/1/resenas").await.body;
        assert_eq!((&shown["cantidad"], &shown["resenas"][0]["autor"]), (&json!(1), &Value::Null), "{shown}");
    }
}
