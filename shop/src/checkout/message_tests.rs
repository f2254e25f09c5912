//! Whatever the shop's own checks let pass, the board takes; and whatever anybody types is an answer, never a failure.

use axum::http::Method;
use belgrano_runtime::fetch_scalar;
use belgrano_runtime::on_both_engines;
use belgrano_testing::{START, TestDatabase};
use belgrano_wire::free_text;
use belgrano_wire::money::Money;
use belgrano_wire::{CustomerKind, OrderLine, OrderMessage, OrderNumber, PaymentMethod, Position, Priority, limits};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::basket::Basket;
use crate::catalog::{ImportOptions, import};
use crate::testing::{Answer, Browser, TestShop};

const CASES: usize = 60;

/// Something typed where `max` characters are meant to be the most.
fn typed(max: usize) -> impl Strategy<Value = String> {
    let wide = prop::sample::select(vec!["a", "ñ", "\"", "\\", "😀"]);
    prop_oneof![
        8 => "[A-Za-zñ0-9.]{1,20}",
        3 => (wide, 0..3usize).prop_map(move |(letter, beyond)| letter.repeat((max + beyond).saturating_sub(1))),
        1 => "[ \t\n\u{a0}\u{3000}]{0,3}",
        1 => prop::collection::vec(any::<char>(), 0..8).prop_map(String::from_iter),
        1 => "[a\0\u{1}\u{1b}\u{7f}\u{85}\n]{1,4}",
    ]
}

struct Script(TestRunner);

impl Script {
    fn typed(&mut self, max: usize) -> String {
        typed(max).new_tree(&mut self.0).expect("a text").current()
    }

    fn catalog(&mut self) -> Value {
        let products: Vec<Value> = (1..=3)
            .map(|id| {
                json!({
                    "id": id, "nombre": self.typed(limits::LINE_NAME), "precio": 10.5, "negocio": "n", "categoria": "c",
                    "imagen": self.typed(200),
                })
            })
            .collect();
        let (name, other) = (self.typed(limits::LINE_PLACE), self.typed(limits::LINE_PLACE));
        let slug = self.typed(20);
        json!({
            "negocios": { "n": { "id": 1, "nombre": name, "descripcion": self.typed(200) }, &*slug: { "id": 2, "nombre": other } },
            "sucursales": { "n": { "centro": { "id": 1, "nombre": self.typed(limits::LINE_PLACE), "direccion": self.typed(200) } } },
            "categorias": { "c": { "id": 1, "nombre": self.typed(limits::LINE_PLACE) } },
            "productos": products,
            "ofertas": { "n": [{
                "id": self.typed(20), "titulo": self.typed(100), "descuento": 10, "fecha_inicio": "2026-01-01",
                "fecha_fin": "2027-01-01", "productos": [1],
            }] },
        })
    }

    fn profile(&mut self) -> Value {
        json!({
            "nombre": self.typed(100), "apellido": self.typed(100), "direccion": self.typed(limits::ADDRESS),
            "telefono": "+54 11 5555-0101", "nombre_negocio": self.typed(limits::CUSTOMER_NAME),
            "direccion_comercial": self.typed(limits::ADDRESS),
        })
    }

    fn order(&mut self) -> Value {
        let items: Vec<Value> = (1..=3).map(|id| json!({ "producto_id": id, "cantidad": 2 })).collect();
        json!({
            "items": items, "direccion": self.typed(limits::ADDRESS), "barrio": self.typed(limits::NEIGHBOURHOOD),
            "notas": self.typed(limits::INSTRUCTIONS), "metodo_pago": self.typed(50), "lat": -34.5614, "lng": -58.4563,
        })
    }

    fn package(&mut self) -> Value {
        let mut order = self.order();
        order["nombre"] = json!(self.typed(100));
        order["frecuencia"] = json!("semanal");
        order
    }
}

fn well(answer: Answer) -> Answer {
    assert!(matches!(answer.status, 200 | 201 | 422), "{answer:?}");
    if answer.status == 422 {
        let field = &answer.body["errors"][0]["field"];
        assert!(field.as_str().is_some_and(|field| !field.is_empty()), "it names the field: {answer:?}");
    }
    answer
}

async fn merchant(shop: &TestShop) -> Browser {
    let mut browser = Browser::default();
    let body = json!({
        "nombre": "Ana", "email": "ana@example.com", "password": "correcto caballo", "rol": "comerciante",
        "direccion": "Cabildo 2040", "nombre_negocio": "Kiosco", "cuit": "30-50001091-2",
    });
    assert_eq!(shop.post(&mut browser, "/api/register", body).await.status, 201);
    browser
}

/// What the youngest message would send.
async fn youngest(shop: &TestShop) -> String {
    const LAST: &str = "SELECT payload FROM outbox ORDER BY id DESC LIMIT 1";
    let mut session = shop.app.db.read().await.expect("a connection");
    fetch_scalar!(one, session, String, LAST).expect("a message")
}

async fn is_taken_by_the_board(shop: &TestShop) {
    let payload = youngest(shop).await;
    let message = OrderMessage::from_json(payload.as_bytes());
    assert!(message.is_ok(), "{message:?}: {payload}");
    assert!(payload.len() <= limits::MESSAGE_BYTES);
}

async fn play(database: &TestDatabase) {
    let shop = TestShop::new(database).await;
    let (mut ana, mut script) = (merchant(&shop).await, Script(TestRunner::deterministic()));
    let (mut orders, mut packages, mut cancels) = (0, 0, 0);
    for _ in 0..CASES {
        let catalog = script.catalog().to_string();
        let report = import(&shop.app.writer, catalog.as_bytes(), ImportOptions::default()).await;
        assert!(report.is_ok(), "{report:?}: {catalog}");
        well(shop.send(&mut ana, Method::PATCH, "/api/me", Some(script.profile())).await);
        let placed = well(shop.post(&mut ana, "/api/pedidos", script.order()).await);
        if placed.status == 201 {
            orders += 1;
            is_taken_by_the_board(&shop).await;
            let path = format!("/api/pedidos/{}/cancelar", placed.body["numero"].as_str().expect("a number"));
            let body = json!({ "motivo": script.typed(limits::REASON) });
            if well(shop.post(&mut ana, &path, body).await).status == 200 {
                cancels += 1;
                let sent: Value = serde_json::from_str(&youngest(&shop).await).expect("JSON");
                let reason = sent["motivo"].as_str().expect("a reason");
                assert!(free_text::required(reason, limits::REASON).is_ok(), "{reason:?}");
            }
        }
        let made = well(shop.post(&mut ana, "/api/paquetes", script.package()).await);
        if made.status == 201 {
            packages += 1;
            let run = format!("/api/paquetes/{}/ejecutar", made.body["id"]);
            if well(shop.post(&mut ana, &run, json!({})).await).status == 201 {
                is_taken_by_the_board(&shop).await;
            }
        }
    }
    assert!(orders > CASES / 6 && packages > CASES / 10 && cancels > CASES / 10, "{orders} {packages} {cancels}");
}

/// The most lines of the longest texts, in letters of four bytes.
#[test]
fn the_longest_message_is_not_too_long() {
    let text = |chars: usize| "😀".repeat(chars);
    let place = Some(text(limits::LINE_PLACE));
    let most = Money::from_cents(Money::LIMIT - 1);
    let line = OrderLine {
        product_id: Some(i64::MIN),
        name: text(limits::LINE_NAME),
        price: most,
        quantity: OrderLine::MAX_QUANTITY,
        subtotal: most,
        branch: place.clone(),
        business: place.clone(),
        category: place,
    };
    let message = OrderMessage {
        number: OrderNumber::parse(&text(OrderNumber::MAX_CHARS)).expect("a number"),
        customer_name: text(limits::CUSTOMER_NAME),
        customer_address: Some(text(limits::ADDRESS)),
        customer_phone: Some(text(limits::PHONE)),
        customer_email: Some(text(limits::EMAIL)),
        lines: vec![line; Basket::MAX_LINES],
        total: most.expect("below the limit"),
        payment_method: PaymentMethod::parse(&text(PaymentMethod::MAX_CHARS)).ok(),
        instructions: Some(text(limits::INSTRUCTIONS)),
        priority: Priority::Normal,
        customer_kind: CustomerKind::Customer,
        created_at: Some(START),
        origin: Some(text(limits::ORIGIN)),
        neighbourhood: Some(text(limits::NEIGHBOURHOOD)),
        position: Position::new(-89.123_456_7, -179.123_456_7).ok(),
        promised_at: Some(START),
    };
    assert!(message.to_json().expect("JSON").len() <= limits::MESSAGE_BYTES);
}

on_both_engines! {
    async fn the_board_takes_every_order_the_shop_takes(database) {
        play(database).await;
    }
}
