//! The outbox as an administrator sees it over HTTP.

use std::sync::Arc;
use std::time::Duration;

use axum::http::Method;
use belgrano_runtime::on_both_engines;
use belgrano_runtime::writer::{Command, Failure};
use belgrano_wire::OrderNumber;
use serde_json::json;

use super::{Claim, Settle, Settlement, Verdict};
use crate::testing::{Browser, TestShop};
use crate::unit::{MessageKind, OutboxMessage, ShopUnit};

struct Send;

impl Command<ShopUnit> for Send {
    type Output = ();
    type Refusal = ();

    async fn apply(&self, unit: &mut ShopUnit) -> Result<(), Failure<()>> {
        for number in ["A-1", "B-1", "C-1"] {
            let order_number = OrderNumber::parse(number).expect("a number");
            let (kind, payload, trace) = (MessageKind::OrderCreated, "{}".to_owned(), String::new());
            unit.send(OutboxMessage { order_number, kind, payload, trace });
        }
        Ok(())
    }
}

/// Three messages, of which the first two are dead.
async fn two_dead(shop: &TestShop) {
    shop.app.writer.submit(Send).await.expect("sent");
    let claims = shop.app.writer.submit(Claim { limit: 2, lease: Duration::from_mins(1) }).await.expect("a claim");
    let dead: Arc<[_]> = claims
        .messages
        .into_iter()
        .map(|message| Settlement {
            id: message.id,
            order_number: message.order_number,
            token: message.token,
            verdict: Verdict::Dead { reason: "HTTP 401: clave".to_owned() },
            attempt: None,
        })
        .collect();
    shop.app.writer.submit(Settle(dead)).await.expect("settled");
}

async fn count(shop: &TestShop, sql: &'static str) -> i64 {
    let mut session = shop.app.db.read().await.expect("a connection");
    belgrano_runtime::fetch_scalar!(one, session, i64, sql).expect("one row")
}

on_both_engines! {
    async fn an_administrator_looks_revives_and_discards(database) {
        let shop = TestShop::new(database).await;
        two_dead(&shop).await;
        let mut admin = shop.admin().await;
        let page = shop.get(&mut admin, "/api/outbox?estado=muerto&limit=1").await;
        assert_eq!(page.status, 200, "{page:?}");
        assert_eq!(page.body["mensajes"][0]["id"], 2);
        assert_eq!(page.body["mensajes"][0]["motivo"], "HTTP 401: clave");
        let resumen = json!({"pendientes": 1, "muertos": 2, "mas_viejo_s": 0, "cortacircuito": "cerrado", "problema": null});
        assert_eq!(page.body["resumen"], resumen);
        let next = format!("/api/outbox?estado=muerto&limit=1&cursor={}", page.body["cursor"].as_str().expect("a cursor"));
        let page = shop.get(&mut admin, &next).await;
        assert_eq!((&page.body["mensajes"][0]["id"], &page.body["cursor"]), (&json!(1), &json!(null)));

        let discarded = shop.post(&mut admin, "/api/outbox/1/descartar", json!({"motivo": " era una prueba "})).await;
        assert_eq!((discarded.status, &discarded.body["estado"]), (200, &json!("descartado")), "{discarded:?}");
        assert_eq!(discarded.body["motivo"], "era una prueba");
        let again = shop.post(&mut admin, "/api/outbox/1/reintentar", json!({})).await;
        assert_eq!((again.status, &again.body["type"]), (409, &json!("urn:belgrano:problema:mensaje-resuelto")));
        let none = shop.post(&mut admin, "/api/outbox/1/descartar", json!({"motivo": " "})).await;
        assert_eq!(none.status, 422);

        let revived = shop.post(&mut admin, "/api/outbox/reintentar", json!({"estado": "muerto", "motivo": "CLAVE"})).await;
        assert_eq!((revived.status, &revived.body["reintentados"]), (202, &json!(1)), "{revived:?}");
        let one = shop.get(&mut admin, "/api/outbox/2").await;
        assert_eq!((&one.body["estado"], &one.body["historial"]), (&json!("pendiente"), &json!([])));
        let hurried = shop.post(&mut admin, "/api/outbox/2/reintentar", json!({})).await;
        assert_eq!(hurried.status, 202);
        assert_eq!(shop.get(&mut admin, "/api/outbox/99").await.status, 404);
    }

    async fn nobody_else_may(database) {
        let shop = TestShop::new(database).await;
        two_dead(&shop).await;
        let mut customer = shop.customer("ana@example.com").await;
        for (mut who, status) in [(Browser::default(), 401), (customer.clone(), 403)] {
            assert_eq!(shop.get(&mut who, "/api/outbox").await.status, status);
            assert_eq!(shop.get(&mut who, "/api/outbox/1").await.status, status);
            assert_eq!(shop.post(&mut who, "/api/outbox/reintentar", json!({})).await.status, status);
            assert_eq!(shop.post(&mut who, "/api/outbox/1/reintentar", json!({})).await.status, status);
            assert_eq!(shop.post(&mut who, "/api/outbox/1/descartar", json!({"motivo": "x"})).await.status, status);
        }
        assert_eq!(shop.get(&mut customer, "/api/me").await.status, 200);
    }

    async fn an_order_whose_message_is_given_up_is_over(database) {
        let shop = TestShop::new(database).await;
        let mut ana = shop.customer("ana@example.com").await;
        let mut admin = shop.admin().await;
        let stock = Some(json!({ "stock": 10 }));
        assert_eq!(shop.send(&mut admin, Method::PATCH, "/api/productos/1", stock).await.status, 200);
        let items = json!({ "items": [{ "producto_id": 1, "cantidad": 4 }] });
        let placed = shop.post(&mut ana, "/api/pedidos", items).await.body;
        let path = format!("/api/pedidos/{}", placed["numero"].as_str().expect("a number"));
        assert_eq!(shop.post(&mut ana, &format!("{path}/cancelar"), json!({})).await.status, 200);
        assert_eq!(count(&shop, "SELECT stock FROM products WHERE id = 1").await, 6);

        let discarded = shop.post(&mut admin, "/api/outbox/1/descartar", json!({ "motivo": "era una prueba" })).await.body;
        assert_eq!(discarded["motivo"], "era una prueba");
        let order = shop.get(&mut ana, &path).await.body;
        let told = (&order["estado"], &order["motivo"]);
        assert_eq!(told, (&json!("cancelado"), &json!("No pudimos tomar tu pedido.")), "not in the operator's words");
        assert_eq!(count(&shop, "SELECT stock FROM products WHERE id = 1").await, 10);
        assert_eq!(count(&shop, "SELECT COUNT(*) FROM outbox WHERE state = 'descartado'").await, 2);
    }
}
