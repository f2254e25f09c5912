//! What customers say, who sees it, and what it changes; in front of the whole router.

use axum::http::Method;
use belgrano_runtime::{fetch, on_both_engines};
use belgrano_testing::{START, TestDatabase};
use belgrano_wire::{OrderNumber, TicketState};
use serde_json::{Value, json};

use crate::orders::{Apply, Report};
use crate::testing::{Browser, TestShop};

async fn order(shop: &TestShop, who: &mut Browser, products: &[i64]) -> String {
    let items: Vec<Value> = products.iter().map(|id| json!({ "producto_id": id, "cantidad": 1 })).collect();
    let placed = shop.post(who, "/api/pedidos", json!({ "items": items })).await;
    assert_eq!(placed.status, 201, "{placed:?}");
    placed.body["numero"].as_str().expect("a number").to_owned()
}

async fn deliver(shop: &TestShop, number: &str) {
    let report = Report {
        number: OrderNumber::parse(number).expect("a number"),
        state: Some(TicketState::Delivered),
        ticket_id: Some(1),
        version: Some(1),
        driver: None,
        reason: None,
        changed_at: Some(START),
    };
    let apply = Apply { reports: vec![report], cursor: None, another_life: false };
    assert_eq!(shop.app.writer.submit(apply).await.expect("applied"), 1);
}

async fn delivered(shop: &TestShop, who: &mut Browser, products: &[i64]) -> String {
    let number = order(shop, who, products).await;
    deliver(shop, &number).await;
    number
}

fn stars(product: i64, stars: i64, words: &str) -> Value {
    json!({ "productos": [{ "producto_id": product, "estrellas": stars, "texto": words }] })
}

async fn rate(shop: &TestShop, who: &mut Browser, number: &str, body: Value) -> Value {
    let answer = shop.post(who, &format!("/api/pedidos/{number}/resenas"), body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body
}

/// Average and count of a product, as its own address and the list of its reviews say.
async fn rating(shop: &TestShop, product: i64) -> (Value, Value) {
    let shown = shop.get(&mut Browser::default(), &format!("/api/productos/{product}/resenas")).await.body;
    let view = shop.get(&mut Browser::default(), &format!("/api/productos/{product}")).await.body;
    assert_eq!(
        (&view["calificacion"]["promedio"], &view["calificacion"]["cantidad"]),
        (&shown["promedio"], &shown["cantidad"])
    );
    (shown["promedio"].clone(), shown["cantidad"].clone())
}

on_both_engines! {
    async fn a_delivered_order_is_rated_once_and_changed_by_its_author(database) {
        let shop = TestShop::new(database).await;
        let (mut ana, mut beto) = (shop.customer("ana@example.com").await, shop.customer("beto@example.com").await);
        let number = order(&shop, &mut ana, &[1, 2]).await;
        let path = format!("/api/pedidos/{number}/resenas");
        let early = shop.post(&mut ana, &path, stars(1, 5, "")).await;
        assert_eq!((early.status, &early.body["type"]), (409, &json!("urn:belgrano:problema:pedido-sin-entregar")));
        deliver(&shop, &number).await;
        assert_eq!(shop.get(&mut ana, &path).await.body, json!({ "resenas": [] }));
        let body = json!({ "productos": [{ "producto_id": 1, "estrellas": 5, "texto": "  Riquísima\u{200b}  " },
            { "producto_id": 2, "estrellas": 2 }], "entrega": { "estrellas": 4, "texto": "Puntual" } });
        let said = rate(&shop, &mut ana, &number, body.clone()).await;
        let of = |at: usize| (said["resenas"][at]["producto_id"].clone(), said["resenas"][at]["texto"].clone());
        assert_eq!(said["resenas"].as_array().map(Vec::len), Some(3));
        assert_eq!((of(0), of(2)), ((json!(1), json!("Riquísima")), (Value::Null, json!("Puntual"))));
        assert_eq!((rating(&shop, 1).await, rating(&shop, 2).await), ((json!(5.0), json!(1)), (json!(2.0), json!(1))));
        // The same again, and then less of it.
        assert_eq!(rate(&shop, &mut ana, &number, body).await, said);
        rate(&shop, &mut ana, &number, stars(1, 3, "No tanto")).await;
        assert_eq!((rating(&shop, 1).await, rating(&shop, 2).await), ((json!(3.0), json!(1)), (json!(2.0), json!(1))));
        // Somebody else's order is none.
        assert_eq!(shop.post(&mut beto, &path, stars(1, 1, "")).await.status, 404);
        assert_eq!(shop.get(&mut beto, &path).await.status, 404);
        let other = delivered(&shop, &mut beto, &[1]).await;
        rate(&shop, &mut beto, &other, stars(1, 4, "")).await;
        assert_eq!(rating(&shop, 1).await, (json!(3.5), json!(2)));
    }

    async fn what_is_wrong_is_named_and_nothing_is_kept(database) {
        let shop = TestShop::new(database).await;
        let mut ana = shop.customer("ana@example.com").await;
        let number = delivered(&shop, &mut ana, &[1]).await;
        let path = format!("/api/pedidos/{number}/resenas");
        let twice = json!({ "productos": [{ "producto_id": 1, "estrellas": 5 }, { "producto_id": 1, "estrellas": 4 }] });
        for (body, field) in [
            (stars(1, 0, ""), "productos[0].estrellas"),
            (stars(1, 6, ""), "productos[0].estrellas"),
            (stars(1, 5, &"x".repeat(1001)), "productos[0].texto"),
            (stars(2, 5, ""), "productos"),
            (twice, "productos[1].producto_id"),
            (json!({ "entrega": { "estrellas": 9 } }), "entrega.estrellas"),
            (json!({}), "productos"),
        ] {
            let refused = shop.post(&mut ana, &path, body.clone()).await;
            assert_eq!((refused.status, &refused.body["errors"][0]["field"]), (422, &json!(field)), "{body} {refused:?}");
        }
        assert_eq!(rating(&shop, 1).await, (Value::Null, json!(0)));
    }

    async fn nobody_reads_more_of_an_author_than_the_first_name(database) {
        let shop = TestShop::new(database).await;
        let mut ana = shop.customer("ana@example.com").await;
        let changed = json!({ "nombre": "Ana Laura Gómez", "apellido": "Díaz" });
        assert_eq!(shop.send(&mut ana, Method::PATCH, "/api/me", Some(changed)).await.status, 200);
        for words in ["uno", "dos", "tres"] {
            let number = delivered(&shop, &mut ana, &[1]).await;
            rate(&shop, &mut ana, &number, stars(1, 5, words)).await;
        }
        let first = shop.get(&mut Browser::default(), "/api/productos/1/resenas?limit=2").await.body;
        let words = |page: &Value| -> Vec<Value> {
            page["resenas"].as_array().expect("a list").iter().map(|review| review["texto"].clone()).collect()
        };
        assert_eq!((words(&first), &first["resenas"][0]["autor"]), (vec![json!("tres"), json!("dos")], &json!("Ana")));
        let text = first.to_string();
        assert!(!text.contains("Laura") && !text.contains("Díaz") && !text.contains("ana@") && !text.contains("BA-"), "{text}");
        let cursor = first["cursor"].as_str().expect("more");
        let rest = shop.get(&mut Browser::default(), &format!("/api/productos/1/resenas?limit=2&cursor={cursor}")).await.body;
        assert_eq!((words(&rest), &rest["cursor"]), (vec![json!("uno")], &Value::Null));
        database.execute(&shop.app.db, "UPDATE accounts SET active = FALSE WHERE email = 'ana@example.com'").await;
        let closed = shop.get(&mut Browser::default(), "/api/productos/1/resenas").await.body;
        assert_eq!(closed["resenas"][0]["autor"], Value::Null, "an account that is closed has no name");
        assert_eq!(shop.get(&mut Browser::default(), "/api/productos/999999/resenas").await.status, 404);
    }

    async fn a_hidden_review_counts_nowhere_and_each_decision_is_kept(database) {
        let shop = TestShop::new(database).await;
        let (mut ana, mut admin) = (shop.customer("ana@example.com").await, shop.admin().await);
        let number = delivered(&shop, &mut ana, &[1]).await;
        let said = rate(&shop, &mut ana, &number, stars(1, 1, "una grosería")).await;
        let id = said["resenas"][0]["id"].as_i64().expect("an id");
        let (hide, show) = (format!("/api/resenas/{id}/ocultar"), format!("/api/resenas/{id}/mostrar"));
        assert_eq!(shop.post(&mut ana, &hide, json!({ "motivo": "x" })).await.status, 403);
        assert_eq!(shop.post(&mut admin, &hide, json!({ "motivo": " " })).await.status, 422, "not without a reason");
        let hidden = shop.post(&mut admin, &hide, json!({ "motivo": "Maltrato" })).await;
        assert_eq!((hidden.status, &hidden.body["oculta"]), (200, &json!(true)), "{hidden:?}");
        assert_eq!(shop.post(&mut admin, &hide, json!({ "motivo": "Otra vez" })).await.status, 409);
        assert_eq!(rating(&shop, 1).await, (Value::Null, json!(0)));
        let shown = shop.get(&mut Browser::default(), "/api/productos/1/resenas").await.body;
        assert_eq!(shown["resenas"], json!([]));
        // Its author reads why, and does not bring it back by changing it.
        let path = format!("/api/pedidos/{number}/resenas");
        assert_eq!(shop.get(&mut ana, &path).await.body["resenas"][0]["motivo_oculta"], "Maltrato");
        rate(&shop, &mut ana, &number, stars(1, 2, "perdón")).await;
        assert_eq!(rating(&shop, 1).await, (Value::Null, json!(0)));
        let again = shop.post(&mut admin, &show, json!({})).await;
        assert_eq!((again.status, &again.body["texto"]), (200, &json!("perdón")), "{again:?}");
        assert_eq!(rating(&shop, 1).await, (json!(2.0), json!(1)), "as it was changed meanwhile");
        assert_eq!(shop.post(&mut admin, &show, json!({})).await.status, 409);
        let decisions = &again.body["decisiones"];
        let brief = |at: usize| (decisions[at]["accion"].clone(), decisions[at]["motivo"].clone());
        assert_eq!((brief(0), brief(1)), ((json!("ocultar"), json!("Maltrato")), (json!("mostrar"), json!(""))));
        assert_eq!(decisions[0]["quien"], crate::testing::ADMIN.0);
        let of = async |state: &str| {
            let found = shop.get(&mut admin.clone(), &format!("/api/resenas?estado={state}")).await;
            found.body["resenas"].as_array().map(Vec::len)
        };
        assert_eq!((of("todas").await, of("visibles").await, of("ocultas").await), (Some(1), Some(1), Some(0)));
        assert_eq!(shop.post(&mut admin, "/api/resenas/999/ocultar", json!({ "motivo": "x" })).await.status, 404);
    }

    async fn what_fits_a_search_alike_comes_by_its_reviews(database) {
        let shop = TestShop::new(database).await;
        let mut ana = shop.customer("ana@example.com").await;
        let ids = async |query: &str| -> Vec<i64> {
            let (mut found, mut cursor) = (Vec::new(), String::new());
            loop {
                let path = format!("/api/productos?limit=2&{query}&cursor={cursor}");
                let page = shop.get(&mut Browser::default(), &path).await.body;
                found.extend(page["productos"].as_array().expect("a list").iter().filter_map(|one| one["id"].as_i64()));
                match page["cursor"].as_str() {
                    Some(next) => next.clone_into(&mut cursor),
                    None => return found,
                }
            }
        };
        let before = ids("q=almacen").await;
        assert!(before.len() > 4 && before.is_sorted(), "{before:?}");
        let (best, worst) = (before[3], before[0]);
        let number = delivered(&shop, &mut ana, &[best, worst]).await;
        rate(&shop, &mut ana, &number, json!({ "productos": [{ "producto_id": best, "estrellas": 5 },
            { "producto_id": worst, "estrellas": 1 }] })).await;
        let after = ids("q=almacen").await;
        let mut expected: Vec<i64> = before.iter().copied().filter(|id| ![best, worst].contains(id)).collect();
        expected.insert(0, best);
        expected.push(worst);
        assert_eq!(after, expected, "page by page");
        let all = ids("").await;
        assert!(all.is_sorted(), "whoever does not search sees the catalog in its own order");
    }
}

#[tokio::test]
async fn the_average_that_is_kept_is_the_one_that_would_be_counted() {
    const KEPT: &str = "SELECT product_id, reviews, stars FROM product_ratings ORDER BY product_id";
    const COUNTED: &str = "SELECT product_id, COUNT(*), SUM(stars) FROM reviews WHERE hidden_at IS NULL \
         AND product_id IS NOT NULL GROUP BY product_id ORDER BY product_id";
    let database = TestDatabase::sqlite();
    let shop = TestShop::new(&database).await;
    let (mut ana, mut admin) = (shop.customer("ana@example.com").await, shop.admin().await);
    for round in 0..6_i64 {
        let number = delivered(&shop, &mut ana, &[1, 2]).await;
        rate(&shop, &mut ana, &number, stars(1, 1 + round % 5, "")).await;
        let said = rate(&shop, &mut ana, &number, stars(1, 1 + (round * 3) % 5, "cambiada")).await;
        rate(&shop, &mut ana, &number, stars(2, 5, "")).await;
        if round % 2 == 0 {
            let id = said["resenas"][0]["id"].as_i64().expect("an id");
            shop.post(&mut admin, &format!("/api/resenas/{id}/ocultar"), json!({ "motivo": "x" })).await;
        }
    }
    let mut session = shop.app.db.read().await.expect("a connection");
    let kept = fetch!(all, session, (i64, i64, i64), KEPT).expect("rows");
    assert_eq!(kept, fetch!(all, session, (i64, i64, i64), COUNTED).expect("rows"));
    assert_eq!(kept.iter().map(|row| row.1).collect::<Vec<_>>(), [3, 6]);
}
