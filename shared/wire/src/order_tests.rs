//! Reading and writing orders: every dialect, every refusal, and what makes two messages the same order.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
use serde_json::{Value, json};
use utoipa::PartialSchema as _;

use super::limits;
use super::{CustomerKind, MessageError, OrderLine, OrderMessage, PaymentMethod, Priority, TicketState, TicketView};
use crate::money::Money;
use crate::timestamp::UnixMillis;

/// The example of the contract.
fn example() -> Value {
    json!({
        "numero": "BA-20261121-7F3K9Q", "cliente_nombre": "Ana Díaz",
        "cliente_direccion": "Av. Cabildo 2040, Belgrano", "cliente_telefono": "+54 11 5555 0101",
        "cliente_email": "ana@example.com",
        "productos": [{"id": 7, "nombre": "Yerba 1 kg", "precio": 3450.5, "cantidad": 2, "subtotal": 6901.0,
                       "sucursal": "Centro", "negocio": "Belgrano Ahorro", "categoria": "Almacén"}],
        "total": 6901.0, "metodo_pago": "efectivo", "indicaciones": "Timbre 2B", "estado": "pendiente",
        "prioridad": "normal", "tipo_cliente": "cliente",
        "fecha_creacion": "2026-11-21T15:04:05-03:00", "origen": "belgrano_ahorro",
        "barrio": "Belgrano", "lat": -34.5614, "lng": -58.4563
    })
}

/// The example with some fields replaced.
pub(super) fn example_with(changes: Value) -> Value {
    let (mut order, Value::Object(changes)) = (example(), changes) else { panic!("changes are an object") };
    for (key, value) in changes {
        order[key] = value;
    }
    order
}

pub(super) fn parse(order: &Value) -> Result<OrderMessage, MessageError> {
    OrderMessage::from_json(order.to_string().as_bytes())
}

fn accepted(order: &Value) -> OrderMessage {
    parse(order).unwrap_or_else(|error| panic!("{order}: {error:?}"))
}

/// The fields that are refused, in order.
fn refused(order: &Value) -> Vec<String> {
    match parse(order) {
        Err(MessageError::Invalid(errors)) => errors.into_iter().map(|error| error.field).collect(),
        other => panic!("{order}: {other:?}"),
    }
}

#[test]
fn the_contract_is_read_and_written_as_it_stands() {
    let order = accepted(&example());
    assert_eq!(order.number.as_str(), "BA-20261121-7F3K9Q");
    assert_eq!(order.total, Money::from_cents(690_100).expect("an amount"));
    assert_eq!(order.lines[0].quantity, 2);
    assert_eq!(order.created_at, UnixMillis::parse("2026-11-21T18:04:05Z"));
    assert_eq!(serde_json::from_str::<Value>(&order.to_json().expect("JSON")).expect("JSON"), example());
}

#[test]
fn the_deployed_shop_is_understood() {
    let order = accepted(&json!({
        "numero": "PED-20261121150405-A1B2C3", "cliente_nombre": "Ana Díaz", "cliente_direccion": "Cabildo 1",
        "cliente_telefono": "", "cliente_email": null, "productos": ["Yerba 1 kg x2", "Pan"], "total": "1234.50",
        "metodo_pago": "cuenta corriente", "indicaciones": "Sin indicaciones especiales", "estado": "pendiente",
        "prioridad": "normal", "tipo_cliente": "comerciante", "fecha_creacion": "2026-11-21T15:04:05.123456",
        "carrito": {"items": [[1, 2, {"x": null}]]}
    }));
    assert_eq!((order.customer_phone, order.customer_email), (None, None));
    assert_eq!(order.lines, [OrderLine::from_text("Yerba 1 kg x2"), OrderLine::from_text("Pan")]);
    assert_eq!(order.total.cents(), 123_450);
    assert_eq!(order.payment_method.as_ref().map(PaymentMethod::as_str), Some("cuenta corriente"));
    assert_eq!(order.priority, Priority::High);
    assert_eq!(order.created_at, UnixMillis::parse("2026-11-21T18:04:05.123Z"));
}

#[test]
fn older_names_stand_in_for_missing_ones() {
    let old = json!({"numero_pedido": 1042, "cliente": "Ana", "direccion": "Cabildo 1", "telefono": 1_155_550_101,
                     "email": "a@b.c", "notas": "Timbre", "total": 10});
    let new = json!({"numero": "1042", "cliente_nombre": "Ana", "cliente_direccion": "Cabildo 1",
                     "cliente_telefono": "1155550101", "cliente_email": "a@b.c", "indicaciones": "Timbre",
                     "total": "10.0", "numero_pedido": "otro"});
    assert_eq!(accepted(&old), accepted(&new));
    let blank = example_with(json!({"numero": null, "numero_pedido": "X-1", "indicaciones": " ", "notas": "Perro"}));
    let order = accepted(&blank);
    assert_eq!((order.number.as_str(), order.instructions.as_deref()), ("X-1", Some("Perro")));
    // A refusal names the field the sender used.
    assert_eq!(
        refused(&json!({"numero_pedido": "a/b", "cliente": ["x"], "total": 1, "telefono": ["x"]})),
        ["numero_pedido", "cliente"]
    );
}

#[test]
fn every_wrong_field_is_told_at_once() {
    assert_eq!(refused(&json!({})), ["numero", "cliente_nombre", "total"]);
    let order = example_with(json!({
        "numero": "a/b", "cliente_nombre": "  ", "total": -1,
        "productos": [{"nombre": "", "cantidad": 0, "precio": "caro"}, 7, "", {"nombre": "Pan", "cantidad": 1.5}],
    }));
    assert_eq!(
        refused(&order),
        [
            "numero",
            "cliente_nombre",
            "productos[0].nombre",
            "productos[0].precio",
            "productos[0].cantidad",
            "productos[1]",
            "productos[2]",
            "productos[3].cantidad",
            "total",
        ]
    );
}

/// What the deployed clients send where they know nothing, and worse.
#[test]
fn what_is_odd_in_an_optional_field_is_kept_or_dropped() {
    let line = |changes: Value| {
        let mut line = example()["productos"][0].clone();
        for (key, value) in changes.as_object().expect("an object") {
            line[key] = value.clone();
        }
        accepted(&example_with(json!({"productos": [line]}))).lines.remove(0)
    };
    for id in [json!("N/A"), json!(true), json!(0.5), json!({"$oid": "x"}), json!([7]), json!(null), json!("")] {
        let read = line(json!({"id": id}));
        assert_eq!((read.product_id, read.name.as_str(), read.quantity), (None, "Yerba 1 kg", 2), "{id}");
    }
    assert_eq!(line(json!({"id": "7"})).product_id, Some(7));
    assert_eq!(line(json!({"subtotal": "$ 6.901"})).subtotal, None);
    assert_eq!(line(json!({"sucursal": 3, "negocio": false})).branch.as_deref(), Some("3"));
    assert_eq!(line(json!({"categoria": "x".repeat(300)})).category.map(|text| text.len()), Some(limits::LINE_PLACE));

    let order = accepted(&example_with(json!({
        "cliente_email": "N/A", "cliente_telefono": 1_155_550_101, "cliente_direccion": "x".repeat(600), "estado": 3.5,
        "tipo_cliente": "mayorista", "prioridad": "ya", "fecha_creacion": "ayer", "metodo_pago": ["efectivo"],
        "indicaciones": "a\u{0}b", "barrio": 5, "origen": {"app": 1}, "lat": 91, "lng": "lejos",
    })));
    assert_eq!((order.customer_email.as_deref(), order.customer_phone.as_deref()), (Some("N/A"), Some("1155550101")));
    assert_eq!(order.customer_address.map(|address| address.len()), Some(limits::ADDRESS));
    assert_eq!((order.customer_kind, order.priority), (CustomerKind::Customer, Priority::Normal));
    assert_eq!((order.created_at, order.payment_method, order.position, order.origin), (None, None, None, None));
    assert_eq!((order.instructions.as_deref(), order.neighbourhood.as_deref()), (Some("ab"), Some("5")));
    // A cut address of mail is another address.
    assert_eq!(accepted(&example_with(json!({"cliente_email": "x".repeat(255)}))).customer_email, None);

    for (products, lines) in [
        (json!("Pan x2"), vec![OrderLine::from_text("Pan x2")]),
        (json!({"nombre": "Pan", "cantidad": 2}), vec![OrderLine::from_text("Pan x2")]),
        (json!(["Pan x2", null]), vec![OrderLine::from_text("Pan x2")]),
        (json!({"1": {"cantidad": 2}}), vec![]),
        (json!(7), vec![]),
        (json!(true), vec![]),
        (json!(null), vec![]),
    ] {
        assert_eq!(accepted(&example_with(json!({"productos": products}))).lines, lines, "{products}");
    }
}

#[test]
fn one_field_at_its_limits() {
    let fits = [
        json!({"total": 0}),
        json!({"total": "1e3"}),
        json!({"cliente_nombre": "ñ".repeat(200)}),
        json!({"productos": []}),
        json!({"productos": null}),
        json!({"productos": vec!["Pan"; limits::LINES]}),
        json!({"productos": [{"nombre": "Pan", "cantidad": "1000000"}]}),
        json!({"productos": [{"nombre": "Pan", "cantidad": 2.0, "id": null}]}),
        json!({"estado": null}),
        json!({"estado": "en_proceso"}),
        json!({"prioridad": "URGENTE"}),
        json!({"indicaciones": "uno\ndos"}),
        json!({"lat": "-34.5", "lng": "-58"}),
        json!({"lat": null, "lng": null}),
    ];
    for changes in fits {
        accepted(&example_with(changes));
    }
    let too_far = [
        (json!({"total": 1e300}), "total"),
        (json!({"total": "NaN"}), "total"),
        (json!({"total": true}), "total"),
        (json!({"total": "3450,50"}), "total"),
        (json!({"cliente_nombre": "ñ".repeat(201)}), "cliente_nombre"),
        (json!({"productos": vec!["Pan"; limits::LINES + 1]}), "productos"),
        (json!({"productos": [{"nombre": "Pan", "cantidad": 1_000_001}]}), "productos[0].cantidad"),
    ];
    for (changes, field) in too_far {
        assert_eq!(refused(&example_with(changes)), [field]);
    }
}

#[test]
fn a_flood_of_mistakes_gets_a_bounded_answer() {
    assert_eq!(refused(&example_with(json!({"productos": vec![7; limits::LINES]}))).len(), 100);
}

#[test]
fn what_cannot_be_read_at_all() {
    let deep = format!(r#"{{"x":{}1{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    let deep_in_a_field = format!(r#"{{"total":{}1{}}}"#, r#"{"a":"#.repeat(200), "}".repeat(200));
    let cases: [&[u8]; 9] = [
        b"",
        b"hola",
        b"[]",
        b"null",
        b"\"texto\"",
        b"{\"total\": NaN}",
        b"{\"numero\": \"\xff\"}",
        deep.as_bytes(),
        deep_in_a_field.as_bytes(),
    ];
    for body in cases {
        let outcome = OrderMessage::from_json(body);
        assert!(matches!(outcome, Err(MessageError::Malformed(_))), "{outcome:?}");
    }
}

#[test]
fn of_a_repeated_key_the_last_counts() {
    let body = br#"{"numero":"A","cliente_nombre":"Ana","total":[1],"total":2,"numero":"B"}"#;
    let order = OrderMessage::from_json(body).expect("an order");
    assert_eq!((order.number.as_str(), order.total.cents()), ("B", 200));
}

/// Pinned: the board stores fingerprints, so one that moves would turn every repeated order into a conflict.
#[test]
fn the_fingerprint_does_not_move() {
    let fingerprint = BASE64.encode(accepted(&example()).fingerprint());
    assert_eq!(fingerprint, "lixYO2WXnRo/O6JugIeKtd7NeEY8t62GktrMcHgGo5s=");
}

#[test]
fn the_same_order_in_another_dialect_has_the_same_fingerprint() {
    let same = [
        json!({"fecha_creacion": "2026-11-22T00:00:00Z"}),
        json!({"fecha_creacion": null}),
        json!({"total": 6901}),
        json!({"total": "6901.00"}),
        json!({"estado": "en_proceso"}),
        json!({"numero": null, "numero_pedido": "BA-20261121-7F3K9Q"}),
        json!({"prioridad": null}),
        json!({"nuevo_campo": [1, 2]}),
        json!({"lat": "-34.56140"}),
    ];
    let expected = accepted(&example()).fingerprint();
    for changes in same {
        assert_eq!(accepted(&example_with(changes.clone())).fingerprint(), expected, "{changes}");
    }
}

#[test]
fn another_order_has_another_fingerprint() {
    let mut seen = vec![accepted(&example()).fingerprint()];
    let line = |field: &str, value: Value| {
        let mut line = example()["productos"][0].clone();
        line[field] = value;
        json!({"productos": [line]})
    };
    let different = [
        json!({"numero": "otro"}),
        json!({"cliente_nombre": "Ana"}),
        json!({"cliente_direccion": "Cabildo 1"}),
        json!({"cliente_direccion": null}),
        json!({"cliente_telefono": "1"}),
        json!({"cliente_email": "1"}),
        json!({"productos": []}),
        json!({"productos": ["Yerba 1 kg x2"]}),
        line("id", json!(8)),
        line("nombre", json!("Yerba")),
        line("precio", json!(1)),
        line("cantidad", json!(3)),
        line("subtotal", json!(null)),
        line("sucursal", json!("Norte")),
        line("negocio", json!("Norte")),
        line("categoria", json!("Norte")),
        json!({"total": 6901.01}),
        json!({"metodo_pago": "tarjeta"}),
        json!({"indicaciones": "Timbre 2C"}),
        json!({"prioridad": "alta"}),
        json!({"tipo_cliente": "comerciante"}),
        json!({"origen": "otro"}),
        json!({"barrio": "Núñez"}),
        json!({"lat": -34.5615}),
    ];
    for changes in different {
        let fingerprint = accepted(&example_with(changes.clone())).fingerprint();
        assert!(!seen.contains(&fingerprint), "{changes}");
        seen.push(fingerprint);
    }
}

/// What the API documentation shows is the wire, not the code's names.
#[test]
fn the_schema_speaks_the_wires_language() {
    let order = serde_json::to_value(OrderMessage::schema()).expect("a schema");
    for field in example().as_object().expect("an object").keys() {
        assert!(order["properties"].get(field).is_some(), "{field}: {order}");
    }
    assert_eq!(order["required"], json!(["numero", "cliente_nombre", "total"]));
    let ticket = serde_json::to_value(TicketView::schema()).expect("a schema");
    for field in ["ticket_id", "numero", "productos", "repartidor_asignado", "oferta_vence", "version"] {
        assert!(ticket["properties"].get(field).is_some(), "{field}: {ticket}");
    }
    let state = serde_json::to_value(TicketState::schema()).expect("a schema");
    assert_eq!(state["enum"], json!(TicketState::WORDS));
}
