//! Taking in, counting and what is read of it, by API and page.

use axum::http::Method;
use belgrano_runtime::on_both_engines;
use serde_json::{Value, json};

use crate::testing::{ADMIN, Answer, Browser, TestShop};

const PRODUCT: &str = "/api/productos/1";
const MOVEMENTS: &str = "/api/productos/1/movimientos";

/// The built-in stock of product 1.
const START: i64 = 120;

async fn move_it(shop: &TestShop, who: &mut Browser, kind: &str, quantity: i64, reason: &str) -> Answer {
    shop.post(who, MOVEMENTS, json!({ "tipo": kind, "cantidad": quantity, "motivo": reason })).await
}

/// The movements of product 1 as `(kind, change, stock, reason)`, the newest first.
fn seen(answer: &Answer) -> Vec<(String, i64, Option<i64>, Option<String>)> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let rows = answer.body["movimientos"].as_array().expect("a list").iter();
    rows.map(|row| {
        let kind = text(&row["tipo"]).expect("a kind");
        (kind, row["cantidad"].as_i64().expect("a number"), row["stock"].as_i64(), text(&row["motivo"]))
    })
    .collect()
}

fn row(
    kind: &str,
    quantity: i64,
    stock: Option<i64>,
    reason: Option<&str>,
) -> (String, i64, Option<i64>, Option<String>) {
    (kind.to_owned(), quantity, stock, reason.map(str::to_owned))
}

on_both_engines! {
    async fn what_happens_to_a_stock_is_noted_with_who_and_why(database) {
        let shop = TestShop::new(database).await;
        let (mut admin, mut ana) = (shop.admin().await, shop.customer("ana@example.com").await);
        assert_eq!(seen(&shop.get(&mut admin, MOVEMENTS).await), [], "the first stock is where it starts");
        let order = json!({ "items": [{ "producto_id": 1, "cantidad": 2 }] });
        let order = shop.post(&mut ana, "/api/pedidos", order).await.body["numero"].as_str().expect("placed").to_owned();
        let done = move_it(&shop, &mut admin, "recepcion", 20, "remito 7").await;
        let moved = json!({ "producto_id": 1, "tipo": "recepcion", "cantidad": 20, "stock": START + 18 });
        assert_eq!((done.status, &done.body), (201, &moved));
        let done = move_it(&shop, &mut admin, "recuento", 130, " rotura ").await;
        assert_eq!((&done.body["cantidad"], &done.body["stock"]), (&json!(-8), &json!(130)));
        let edit = shop.send(&mut admin, Method::PATCH, PRODUCT, Some(json!({ "stock": 140 }))).await;
        assert_eq!((edit.status, &edit.body["stock"]), (200, &json!(140)));
        let same = shop.send(&mut admin, Method::PATCH, PRODUCT, Some(json!({ "stock": 140, "activo": true }))).await;
        assert_eq!(same.status, 200);
        let history = shop.get(&mut admin, MOVEMENTS).await;
        assert_eq!(seen(&history), [
            row("recuento", 10, Some(140), Some("Corregido en la lista de productos.")),
            row("recuento", -8, Some(130), Some("rotura")),
            row("recepcion", 20, Some(138), Some("remito 7")),
            row("venta", -2, Some(118), None),
        ]);
        let sold = &history.body["movimientos"][3];
        assert_eq!((&sold["pedido"], &sold["quien"]), (&json!(order), &json!("Ana Díaz")));
        assert_eq!(history.body["movimientos"][2]["quien"], "Administración");
        assert_eq!(shop.get(&mut ana, PRODUCT).await.body["stock"], 140);
        let page = shop.get(&mut admin, &format!("{MOVEMENTS}?limit=3")).await;
        let cursor = page.body["cursor"].as_str().expect("another page");
        let last = shop.get(&mut admin, &format!("{MOVEMENTS}?limit=3&cursor={cursor}")).await;
        assert_eq!((seen(&last).len(), &last.body["cursor"]), (1, &Value::Null));
    }

    async fn what_is_not_counted_has_movements_without_a_stock(database) {
        let shop = TestShop::new(database).await;
        let (mut admin, mut ana) = (shop.admin().await, shop.customer("ana@example.com").await);
        let unlimited = shop.send(&mut admin, Method::PATCH, PRODUCT, Some(json!({ "stock": null }))).await;
        assert_eq!(unlimited.body["stock"], Value::Null);
        let order = json!({ "items": [{ "producto_id": 1, "cantidad": 3 }] });
        assert_eq!(shop.post(&mut ana, "/api/pedidos", order).await.status, 201);
        assert_eq!(move_it(&shop, &mut admin, "recepcion", 5, "remito").await.body["stock"], Value::Null);
        assert_eq!(move_it(&shop, &mut admin, "recuento", 12, "por fin").await.body["stock"], 12);
        let edited = Some("Corregido en la lista de productos.");
        assert_eq!(seen(&shop.get(&mut admin, MOVEMENTS).await), [
            row("recuento", 12, Some(12), Some("por fin")),
            row("recepcion", 5, None, Some("remito")),
            row("venta", -3, None, None),
            row("recuento", -START, None, edited),
        ]);
        assert_eq!(shop.get(&mut ana, PRODUCT).await.body["stock"], 12);
    }

    async fn what_cannot_be_is_refused_and_nothing_is_noted(database) {
        let shop = TestShop::new(database).await;
        let mut ana = shop.customer("ana@example.com").await;
        for (who, status) in [(&mut Browser::default(), 401), (&mut ana, 403)] {
            assert_eq!(move_it(&shop, who, "recepcion", 1, "x").await.status, status);
            assert_eq!(shop.get(who, MOVEMENTS).await.status, status);
            assert_eq!(shop.get(who, "/api/productos/1/precios").await.status, status);
        }
        let mut admin = shop.admin().await;
        for (body, fields) in [
            (json!({}), vec!["motivo", "tipo", "cantidad"]),
            (json!({ "tipo": "recepcion", "cantidad": 0, "motivo": "x" }), vec!["cantidad"]),
            (json!({ "tipo": "recuento", "cantidad": -1, "motivo": "x" }), vec!["cantidad"]),
            (json!({ "tipo": "recepcion", "cantidad": 1_000_000_000, "motivo": "x" }), vec!["cantidad"]),
            (json!({ "tipo": "venta", "cantidad": 1, "motivo": "x" }), vec!["tipo"]),
            (json!({ "tipo": "recuento", "cantidad": 1, "motivo": " " }), vec!["motivo"]),
        ] {
            let refused = shop.post(&mut admin, MOVEMENTS, body.clone()).await;
            let errors = refused.body["errors"].as_array().expect("errors").iter();
            let named: Vec<_> = errors.filter_map(|error| error["field"].as_str()).collect();
            assert_eq!((refused.status, named), (422, fields), "{body}");
        }
        let count = json!({ "tipo": "recuento", "cantidad": 5, "motivo": "x", "stock_visto": START - 1 });
        let changed = shop.post(&mut admin, MOVEMENTS, count).await;
        assert_eq!((changed.status, &changed.body["stock"]), (409, &json!(START)), "a sale came between");
        assert_eq!(shop.post(&mut admin, "/api/productos/999/movimientos", json!({ "tipo": "recuento", "cantidad": 1, "motivo": "x" })).await.status, 404);
        assert_eq!(shop.get(&mut admin, "/api/productos/999/movimientos").await.status, 404);
        assert_eq!(shop.get(&mut admin, "/api/productos/999/precios").await.status, 404);
        assert_eq!(seen(&shop.get(&mut admin, MOVEMENTS).await), []);
        assert_eq!(shop.get(&mut ana, PRODUCT).await.body["stock"], START);
    }

    async fn the_page_notes_it_once_for_each_press(database) {
        let shop = TestShop::new(database).await;
        let mut admin = shop.visitor();
        admin.follow("/ingresar", &[("email", ADMIN.0), ("password", ADMIN.1)]).await;
        let page = admin.get("/administrar/productos/1").await;
        let (key, saw) = (page.hidden("clave_unica"), page.hidden("stock_visto"));
        assert_eq!(saw, START.to_string());
        let act = "/administrar/productos/1/movimientos";
        let form = |kind, quantity, reason| {
            vec![("clave_unica", key.as_str()), ("stock_visto", saw.as_str()), ("tipo", kind), ("cantidad", quantity), ("motivo", reason)]
        };
        let wrong = admin.post(act, &form("", "", "")).await;
        assert!(wrong.status == 422 && wrong.body.contains("id=\"tipo-error\"") && wrong.body.contains("id=\"motivo-error\""), "{}", wrong.body);
        for _ in 0..2 {
            let page = admin.follow(act, &form("recepcion", "30", "remito <9>")).await;
            assert!(page.body.contains("Ahora hay 150.") && page.body.contains("remito &#60;9&#62;"), "{}", page.body);
            assert_eq!(page.body.matches("<b>Recepción</b>").count(), 1, "{}", page.body);
        }
        let other = admin.follow(act, &form("recepcion", "31", "remito 9")).await;
        assert!(other.body.contains("Eso ya se había anotado."), "{}", other.body);
        let fresh = admin.get("/administrar/productos/1").await.hidden("clave_unica");
        let stale = [("clave_unica", fresh.as_str()), ("stock_visto", "120"), ("tipo", "recuento"), ("cantidad", "9"), ("motivo", "mes")];
        let told = admin.post(act, &stale).await;
        assert!(told.status == 409 && told.body.contains("ahora hay 150") && told.hidden("stock_visto") == "150", "{}", told.body);
        assert_eq!(admin.get("/administrar/productos/999").await.status, 404);
        let english = admin.follow("/idioma", &[("idioma", "en"), ("volver", "/administrar/productos/1")]).await;
        assert!(english.body.contains("<b>Receipt</b>") && english.body.contains("Order from"), "{}", english.body);
    }
}
