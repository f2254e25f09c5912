//! Somebody unmistakable, and everything that the shop comes to know of them.

use std::sync::Arc;
use std::time::Duration;

use axum::http::Method;
use belgrano_runtime::fetch_scalar;
use belgrano_testing::{FakePushService, START};
use belgrano_wire::{OrderNumber, TicketState};
use serde_json::{Value, json};

use crate::orders::{Apply, Report};
use crate::outbox::{Attempt, Claim, Settle, Settlement, Verdict};
use crate::testing::{Answer, Browser, TestShop};

pub(super) const PASSWORD: &str = "correcto caballo";
pub(super) const EMAIL: &str = "quetzalina@nahuelito.example";

/// What is known of her, and of nobody else. What others typed about her is in [`ABOUT_HER`].
pub(super) const HERS: [&str; 16] = [
    "quetzalina",
    "zorrillaga",
    "nahuelito",
    "57773141",
    "xochimilco 7781",
    "kioscozorro",
    "50001091",
    "golosinazorro",
    "tlaxcala 4412",
    "timbrezorro",
    "34.561717",
    "58.456161",
    "riquisimozorro",
    "canastazorro",
    "portonzorro",
    "mudanzazorro",
];

/// What lets a shop reach a push service of the test's.
pub(super) const LOCAL: [(&str, &str); 2] = [("PUBLIC_URL", "http://localhost:5000"), ("PUSH_LOOPBACK", "true")];

/// What others typed about her.
pub(super) const ABOUT_HER: [&str; 2] = ["groserazorro", "ausentezorro"];

pub(super) async fn put(shop: &TestShop, who: &mut Browser, path: &str, body: Value) -> Answer {
    shop.send(who, Method::PUT, path, Some(body)).await
}

pub(super) async fn count(shop: &TestShop, sql: &'static str) -> i64 {
    let mut session = shop.app.db.read().await.expect("a connection");
    fetch_scalar!(one, session, i64, sql).expect("a count")
}

fn number_of(placed: &Answer) -> String {
    assert_eq!(placed.status, 201, "{placed:?}");
    placed.body["numero"].as_str().expect("a number").to_owned()
}

/// The board says where an order stands.
pub(super) async fn told(shop: &TestShop, number: &str, state: TicketState, version: i64, reason: Option<&str>) {
    let report = Report {
        number: OrderNumber::parse(number).expect("a number"),
        state: Some(state),
        ticket_id: Some(1),
        version: Some(version),
        driver: Some((Some(3), "Beto".to_owned())),
        reason: reason.map(str::to_owned),
        changed_at: Some(START),
    };
    let apply = Apply { reports: vec![report], cursor: None, another_life: false };
    shop.app.writer.submit(apply).await.expect("applied");
}

/// Everything that waits for the board is delivered, and it answers with her name, as it does.
pub(super) async fn deliver_messages(shop: &TestShop) {
    loop {
        let claim = Claim { limit: 100, lease: Duration::from_mins(1) };
        let claims = shop.app.writer.submit(claim).await.expect("a claim");
        if claims.messages.is_empty() {
            return;
        }
        let settle = |message: crate::outbox::Claimed| Settlement {
            id: message.id,
            order_number: message.order_number,
            token: message.token,
            verdict: Verdict::Delivered,
            attempt: Some(Attempt {
                started_at: shop.app.ambient.now(),
                took: Duration::from_millis(3),
                status: Some(201),
                error_class: None,
                // As boards of before answered: with the order.
                excerpt: Some(message.payload),
            }),
        };
        let settled: Arc<[_]> = claims.messages.into_iter().map(settle).collect();
        shop.app.writer.submit(Settle(settled)).await.expect("settled");
    }
}

/// She registers with all there is to say.
pub(super) async fn registers(shop: &TestShop) -> Browser {
    let mut she = Browser::default();
    let body = json!({ "nombre": "Quetzalina", "apellido": "Zorrillaga", "email": EMAIL, "password": PASSWORD,
        "telefono": "+541157773141", "direccion": "Xochimilco 7781", "rol": "comerciante", "nombre_negocio": "Kioscozorro",
        "cuit": "30-50001091-2", "tipo_negocio": "golosinazorro", "direccion_comercial": "Tlaxcala 4412",
        "telefono_comercial": "+541157773141" });
    assert_eq!(shop.post(&mut she, "/api/register", body).await.status, 201);
    let changed = shop.send(&mut she, Method::PATCH, "/api/me", Some(json!({ "anio_nacimiento": 1957 }))).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    she
}

/// One order that is brought and rated, one that is called off, one of a package; a cart, notices, a link to follow. Nothing is open
/// at the end. Returns her browser and her orders.
pub(super) async fn lives_through(shop: &TestShop, push: &FakePushService) -> (Browser, Vec<String>) {
    let mut she = registers(shop).await;
    let subscribed = shop.post(&mut she, "/api/avisos", push.browser().subscription()).await;
    assert_eq!(subscribed.status, 204, "{subscribed:?}");
    assert_eq!(put(shop, &mut she, "/api/avisos/correo", json!({ "activo": true })).await.status, 200);

    let order = json!({ "items": [{ "producto_id": 1, "cantidad": 2 }], "direccion": "Xochimilco 7781", "barrio": "Belgrano",
        "lat": -34.561_717, "lng": -58.456_161, "notas": "timbrezorro" });
    let brought = number_of(&shop.keyed(&mut she, "/api/pedidos", "la-clave", order.clone()).await);
    let called_off = number_of(&shop.post(&mut she, "/api/pedidos", order).await);
    deliver_messages(shop).await;
    told(shop, &brought, TicketState::OnTheWay, 2, None).await;
    told(shop, &brought, TicketState::Failed, 3, Some("ausentezorro")).await;
    told(shop, &brought, TicketState::Delivered, 4, Some("ausentezorro")).await;
    let path = format!("/api/pedidos/{called_off}/cancelar");
    assert_eq!(shop.post(&mut she, &path, json!({ "motivo": "mudanzazorro" })).await.status, 200);
    deliver_messages(shop).await;
    told(shop, &called_off, TicketState::Cancelled, 2, Some("mudanzazorro")).await;

    let rated = json!({ "productos": [{ "producto_id": 1, "estrellas": 5, "texto": "riquisimozorro" }],
        "entrega": { "estrellas": 4, "texto": "riquisimozorro" } });
    assert_eq!(shop.post(&mut she, &format!("/api/pedidos/{brought}/resenas"), rated).await.status, 200);
    let hide = json!({ "motivo": "groserazorro" });
    let hidden = shop.post(&mut shop.admin().await, "/api/resenas/2/ocultar", hide).await;
    assert!(hidden.status < 300, "{hidden:?}");

    let package = json!({ "nombre": "canastazorro", "frecuencia": "semanal", "direccion": "Tlaxcala 4412", "notas": "portonzorro",
        "items": [{ "producto_id": 1, "cantidad": 1 }] });
    let made = shop.post(&mut she, "/api/paquetes", package).await;
    assert_eq!(made.status, 201, "{made:?}");
    let path = format!("/api/paquetes/{}/ejecutar", made.body["id"]);
    let of_package = number_of(&shop.send(&mut she, Method::POST, &path, None).await);
    deliver_messages(shop).await;
    told(shop, &of_package, TicketState::Delivered, 2, None).await;

    let path = "/api/carrito/1";
    let put_in = put(shop, &mut she, path, json!({ "cantidad": 3 })).await;
    assert_eq!(put_in.status, 200, "{put_in:?}");
    assert_eq!(shop.post(&mut Browser::default(), "/api/password/forgot", json!({ "email": EMAIL })).await.status, 202);
    (she, vec![brought, called_off, of_package])
}
