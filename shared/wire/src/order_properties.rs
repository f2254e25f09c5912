//! What holds for every order and for everything that is not one.

use std::fmt::Write as _;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::order_tests::{example_with, parse};
use super::{CustomerKind, MessageError, OrderLine, OrderMessage, OrderNumber, PaymentMethod, Position, Priority};
use crate::money::Money;
use crate::timestamp::UnixMillis;

fn any_text() -> impl Strategy<Value = String> {
    "[A-Za-zñÁ0-9\"\\\\/.]([ A-Za-zñÁ0-9\"\\\\/.😀\n]{0,20}[a-z])?"
}

prop_compose! {
    fn any_line()(
        product_id in proptest::option::of(any::<i64>()), name in any_text(),
        cents in proptest::option::of(0i64..1_000_000_000_000), quantity in 1..=OrderLine::MAX_QUANTITY,
        branch in proptest::option::of(any_text()),
    ) -> OrderLine {
        let price = cents.and_then(Money::from_cents);
        OrderLine {
            product_id, name, price, quantity, subtotal: price, branch: branch.clone(), business: None, category: branch
        }
    }
}

prop_compose! {
    fn any_order()(
        number in "[A-Z0-9-]{1,64}", customer_name in any_text(), text in proptest::option::of(any_text()),
        lines in proptest::collection::vec(any_line(), 0..5), cents in 0i64..1_000_000_000_000,
        method in proptest::option::of("[a-z]{1,50}"), merchant: bool, priority in 0usize..4,
        created_ms in proptest::option::of(0i64..4_000_000_000_000),
        degrees in proptest::option::of((-90.0..=90.0, -180.0..=180.0)),
        promised_ms in proptest::option::of(0i64..4_000_000_000_000),
    ) -> OrderMessage {
        let customer_kind = if merchant { CustomerKind::Merchant } else { CustomerKind::Customer };
        OrderMessage {
            number: OrderNumber::parse(&number).expect("a number"),
            customer_name,
            customer_address: text.clone(),
            customer_phone: None,
            customer_email: text.clone(),
            lines,
            total: Money::from_cents(cents).expect("an amount"),
            payment_method: method.map(|method| PaymentMethod::parse(&method).expect("a method")),
            instructions: text.clone(),
            priority: customer_kind.lift(Priority::ALL[priority]),
            customer_kind,
            created_at: created_ms.map(UnixMillis),
            origin: None,
            neighbourhood: text,
            position: degrees.map(|(lat, lng)| Position::new(lat, lng).expect("a place")),
            promised_at: promised_ms.map(UnixMillis),
        }
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
        "-?[0-9]{1,25}(\\.[0-9]{1,5})?(e[0-9]{1,3})?".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 20, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::vec(("[a-z]{1,8}|nombre|cantidad|precio|id", inner), 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

const FIELDS: [&str; 24] = [
    "numero",
    "numero_pedido",
    "cliente_nombre",
    "cliente",
    "cliente_direccion",
    "direccion",
    "cliente_telefono",
    "telefono",
    "cliente_email",
    "email",
    "productos",
    "total",
    "metodo_pago",
    "indicaciones",
    "notas",
    "estado",
    "prioridad",
    "tipo_cliente",
    "fecha_creacion",
    "origen",
    "barrio",
    "lat",
    "lng",
    "desconocido",
];

/// Beside `productos`, whose lines are looked at as well.
const OPTIONAL: [&str; 17] = [
    "cliente_direccion",
    "direccion",
    "cliente_telefono",
    "telefono",
    "cliente_email",
    "email",
    "metodo_pago",
    "indicaciones",
    "notas",
    "estado",
    "prioridad",
    "tipo_cliente",
    "fecha_creacion",
    "origen",
    "barrio",
    "lat",
    "lng",
];
const OPTIONAL_OF_LINE: [&str; 6] = ["id", "subtotal", "sucursal", "negocio", "categoria", "stock"];

proptest! {
    #[test]
    fn survives_the_wire(order in any_order()) {
        let read = OrderMessage::from_json(order.to_json().expect("JSON").as_bytes());
        prop_assert_eq!(read.as_ref().map(OrderMessage::fingerprint), Ok(order.fingerprint()));
        prop_assert_eq!(read, Ok(order));
    }

    #[test]
    fn never_panics_on_bytes(body in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = OrderMessage::from_json(&body);
    }

    #[test]
    fn never_panics_on_any_value_in_any_field(field in 0..FIELDS.len(), value in any_json()) {
        let name = FIELDS[field];
        match parse(&example_with(json!({ name: value }))) {
            // What is accepted can be written and read again as the same order.
            Ok(order) => prop_assert_eq!(OrderMessage::from_json(order.to_json().expect("JSON").as_bytes()), Ok(order)),
            // Only what an order cannot do without refuses it.
            Err(MessageError::Invalid(errors)) => {
                let needed = ["numero", "cliente_nombre", "total"];
                let of_a_line = |field: &str| {
                    name == "productos"
                        && (field.ends_with(']') || [".nombre", ".precio", ".cantidad"].iter().any(|part| field.ends_with(part)))
                };
                prop_assert!(errors.iter().all(|error| needed.contains(&name) && error.field == name || of_a_line(&error.field)));
            }
            Err(MessageError::Malformed(reason)) => prop_assert!(false, "{}", reason),
        }
    }

    #[test]
    fn junk_in_what_is_optional_refuses_no_order(field in 0..OPTIONAL.len(), part in 0..OPTIONAL_OF_LINE.len(), junk in any_json()) {
        let mut order = example_with(json!({ OPTIONAL[field]: junk }));
        order["productos"][0][OPTIONAL_OF_LINE[part]] = junk;
        let read = parse(&order);
        prop_assert!(read.is_ok(), "{:?}", read);
        let read = read.expect("an order");
        prop_assert_eq!(read.total.cents(), 690_100);
        prop_assert_eq!((read.lines[0].name.as_str(), read.lines[0].quantity), ("Yerba 1 kg", 2));
        prop_assert_eq!(parse(&order).map(|again| again.fingerprint()), Ok(read.fingerprint()));
    }

    #[test]
    fn the_order_of_keys_does_not_matter(
        order in any_order(),
        keys in Just((0..17).collect::<Vec<usize>>()).prop_shuffle(),
        created_ms in 0i64..4_000_000_000_000,
    ) {
        let Value::Object(members) = serde_json::to_value(&order).expect("JSON") else { panic!("an object") };
        let mut members: Vec<_> = members.into_iter().collect();
        members.retain(|(key, _)| key != "fecha_creacion");
        members.push(("fecha_creacion".to_owned(), json!(UnixMillis(created_ms))));
        let mut shuffled = String::new();
        for (key, value) in keys.iter().filter_map(|key| members.get(*key)) {
            shuffled.push_str(if shuffled.is_empty() { "{" } else { "," });
            write!(shuffled, "{}:{value}", json!(key)).expect("a string grows");
        }
        shuffled.push('}');
        let read = OrderMessage::from_json(shuffled.as_bytes()).expect("an order");
        prop_assert_eq!(read.fingerprint(), order.fingerprint());
    }
}
