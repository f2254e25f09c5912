//! What rules are about, as it is measured of what came.

use belgrano_testing::TestDatabase;
use serde_json::{Value, json};

use super::MINUTE;
use crate::alerts::measure::measure;
use crate::alerts::{Kind, Reading, rule};
use crate::ingest::FeedState;
use crate::tests::house::{Caller, House};

async fn reading(house: &House, kind: Kind) -> Option<Reading> {
    let rules = rule::all(&mut house.app.db.read().await.expect("a connection")).await.expect("rules");
    let rule = rules.into_iter().find(|rule| rule.kind == kind).expect("a rule of the first start");
    measure(&house.app, &rule).await.expect("a measurement")
}

fn ticket(number: usize, ended: &str, at: &str) -> (String, Value) {
    let state = if ended == "entregado" { "entregado" } else { "fallido" };
    let number = format!("BA-{number}");
    let mut ticket = json!({ "id": number, "numero": number, "estado": state, "prioridad": "normal",
        "tipo_cliente": "cliente", "total": 100, "metodo_pago": "efectivo", "creado": "2026-11-20T12:00:00Z",
        "registrado": "2026-11-20T12:00:00Z", "actualizado": at, "intentos": 1, "version": 3 });
    ticket[ended] = json!(at);
    (number, ticket)
}

#[tokio::test]
async fn what_the_rules_are_about_is_measured() {
    let database = TestDatabase::sqlite();
    let mut house = House::start(&database).await;
    assert_eq!(reading(&house, Kind::Revenue).await, None, "nothing was ever sold");
    assert_eq!(reading(&house, Kind::Deliveries).await, None);
    let product = |id: i64, stock: Value, point: Value| {
        let product = json!({ "id": id, "nombre": format!("Yerba {id}"), "negocio_id": 1, "categoria_id": 1, "precio": 1,
            "precio_lista": 1, "costo": 1, "stock": stock, "punto_pedido": point, "plazo_dias": 2, "activo": id != 4,
            "destacado": false, "sucursales": [1] });
        ("producto", id.to_string(), product)
    };
    let products = [
        product(1, json!(2), json!(5)),
        product(2, json!(5), json!(5)),
        product(3, Value::Null, json!(5)),
        product(4, json!(0), json!(5)),
        product(5, json!(0), json!(1)),
    ];
    let products: Vec<_> = products.iter().map(|(entity, key, one)| (*entity, key.as_str(), one.clone())).collect();
    house.came("shop", &products).await;
    let stock = reading(&house, Kind::Stock).await.expect("a reading");
    assert_eq!((stock.value, stock.about.as_deref()), (2.0, Some("Yerba 5, Yerba 1")));
    // The same figure wherever it is told.
    let key = Caller::Key("fedcba9876543210");
    let (_, today) = house.get(&key, "/api/hoy").await;
    let (_, shelf) = house.get(&key, "/api/instashop/stock").await;
    let (_, alerts) = house.get(&key, "/api/instashop/alertas").await;
    let told = [&today["atencion"]["por_agotarse"], &shelf["summary"]["critical"], &alerts["alerts"][0]["value"]];
    assert!(told.iter().all(|told| told.as_f64() == Some(2.0)), "{told:?}");

    let now = house.app.ambient.now();
    let (recent, old) = (now.plus_ms(-MINUTE).to_rfc3339(), now.plus_ms(-30 * 3600 * 1000).to_rfc3339());
    let few: Vec<_> = (0..9).map(|n| ticket(n, if n < 3 { "fallido" } else { "entregado" }, &recent)).collect();
    let came =
        |all: &[(String, Value)]| all.iter().map(|(key, one)| ("ticket", key.clone(), one.clone())).collect::<Vec<_>>();
    let put = async |house: &mut House, all: Vec<(&str, String, Value)>| {
        let all: Vec<_> = all.iter().map(|(entity, key, one)| (*entity, key.as_str(), one.clone())).collect();
        house.came("board", &all).await;
    };
    put(&mut house, came(&few)).await;
    assert_eq!(reading(&house, Kind::Deliveries).await, None, "nine are too few to tell from");
    put(&mut house, came(&[ticket(9, "entregado", &recent), ticket(10, "fallido", &old)])).await;
    let share = reading(&house, Kind::Deliveries).await.expect("ten are enough");
    assert!((share.value - 30.0).abs() < 1e-9, "{share:?}");

    house.app.feeds.put("shop", FeedState { current_at: Some(now.plus_ms(-90_000)), ..FeedState::default() });
    house.app.feeds.put("board", FeedState { current_at: Some(now), ..FeedState::default() });
    let behind = reading(&house, Kind::Feed).await.expect("a reading");
    assert_eq!((behind.value, behind.about.as_deref()), (90.0, Some("shop")));
    let disk = reading(&house, Kind::Disk).await.expect("a reading").value;
    assert!((0.0..=100.0).contains(&disk) && reading(&house, Kind::Memory).await.expect("a reading").value > 1.0);
}

#[tokio::test]
async fn revenue_is_compared_with_the_same_hours_of_the_same_weekday() {
    let database = TestDatabase::sqlite();
    let mut house = House::start(&database).await;
    let now = house.app.ambient.now();
    let noon = |weeks: i64| now.plus_ms(-weeks * 7 * 24 * 3600 * 1000 - 3600 * 1000).to_rfc3339();
    // As many orders of ten as make the amount.
    let sold = |weeks: i64, amount: i64| {
        let order = move |place: i64| {
            let number = format!("BA-{weeks}-{place}");
            let order = json!({ "numero": number, "cuenta_id": 7, "estado": "pendiente", "total": 10, "metodo_pago": "efectivo",
                "barrio": "Belgrano", "creado": noon(weeks), "lineas": [{ "posicion": 1, "producto_id": 3, "nombre": "Yerba",
                "cantidad": 1, "precio": 10, "costo": 1, "categoria": "Almacén" }] });
            (number, order)
        };
        (0..amount / 10).map(order).collect::<Vec<_>>()
    };
    let mut came = async |days: &[(i64, i64)]| {
        let orders: Vec<_> = days.iter().flat_map(|(weeks, amount)| sold(*weeks, *amount)).collect();
        let orders: Vec<_> = orders.iter().map(|(number, order)| ("pedido", number.as_str(), order.clone())).collect();
        house.came("shop", &orders).await;
        reading(&house, Kind::Revenue).await
    };
    assert_eq!(came(&[(1, 1000), (2, 1100), (3, 900)]).await, None, "three days are too few");
    let found = came(&[(4, 1000), (0, 100)]).await.expect("four are enough");
    let (low, high) = found.band.expect("a band");
    assert!((found.value - 100.0).abs() < 1e-9 && low > 650.0 && high < 1350.0, "{found:?}");
}

#[tokio::test]
async fn an_order_at_night_is_no_alarm() {
    let database = TestDatabase::sqlite();
    let mut house = House::start(&database).await;
    let now = house.app.ambient.now();
    let at = |weeks: i64| now.plus_ms(-weeks * 7 * 24 * 3600 * 1000 - 3600 * 1000).to_rfc3339();
    let order = |number: &str, weeks: i64| {
        json!({ "numero": number, "cuenta_id": 7, "estado": "pendiente", "total": 500, "metodo_pago": "efectivo", "barrio": "Belgrano",
            "creado": at(weeks), "lineas": [{ "posicion": 1, "producto_id": 3, "nombre": "Yerba", "cantidad": 1, "precio": 500,
            "costo": 1, "categoria": "Almacén" }] })
    };
    // One order nine weeks ago, so that there are eight days without any by this hour, and one now.
    house.came("shop", &[("pedido", "BA-1", order("BA-1", 9)), ("pedido", "BA-2", order("BA-2", 0))]).await;
    assert_eq!(reading(&house, Kind::Revenue).await, None);
}
