//! InstaShop's figures over worlds that are small enough to be counted by hand.

use std::fmt::Write as _;

use belgrano_testing::TestDatabase;
use belgrano_wire::ambient::Ambient;
use jiff::ToSpan;
use serde_json::{Value, json};

use super::house::{Caller, House};
use crate::imports::{Form, import};

pub(super) const WHOLE: Caller = Caller::Key("fedcba9876543210");
pub(super) const READS: Caller = Caller::Key("0123456789abcdef");
pub(super) const MERCHANT: Caller = Caller::Key("aaaabbbbccccdddd");

/// Twenty orders of nine customers: who, on which day, of what, paid how, for how much.
const ORDERS: &str = "a 2026-06-05 Bebidas tarjeta 200
b 2026-06-10 Bebidas efectivo 100
a 2026-06-20 Bebidas tarjeta 200
c 2026-06-25 Libros efectivo 100
d 2026-07-01 Bebidas efectivo 100
d 2026-07-02 Bebidas efectivo 100
a 2026-07-10 Bebidas tarjeta 200
e 2026-07-15 Libros efectivo 100
a 2026-08-01 Bebidas tarjeta 200
f 2026-08-05 Bebidas efectivo 100
b 2026-08-10 Bebidas efectivo 100
g 2026-08-20 Bebidas efectivo 100
g 2026-08-21 Bebidas efectivo 100
g 2026-09-01 Bebidas efectivo 100
f 2026-09-05 Bebidas efectivo 100
h 2026-09-10 Bebidas efectivo 100
a 2026-09-15 Bebidas tarjeta 200
d 2026-09-30 Bebidas efectivo 100
i 2026-09-30 Bebidas efectivo 100
i 2026-09-30 Bebidas efectivo 100";

/// A house with those orders as the source `veinte`.
pub(super) async fn twenty(database: &TestDatabase) -> House {
    let house = House::start(database).await;
    let mut file = "transaction_id,date,customer_id,product_id,quantity,unit_price,city,product_name,category,payment_method,currency,cost_price\n"
        .to_owned();
    for (number, order) in ORDERS.lines().enumerate() {
        let [who, day, category, paid, price] = order.split(' ').collect::<Vec<_>>()[..] else { panic!("{order}") };
        writeln!(file, "T{number},{day},{who},{category},1,{price},Rosario,De {category},{category},{paid},ARS,60")
            .expect("text");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("veinte.csv");
    std::fs::write(&path, file).expect("a file");
    let app = &house.app;
    let report = import(&app.warehouse, &app.runner, &app.ambient, Form::Transactions, "veinte", &path).await;
    assert_eq!(report.expect("an import").taken, 20);
    house
}

async fn ask(house: &House, who: &Caller, path: &str) -> Value {
    let (status, answer) = house.get(who, &format!("/api/instashop/{path}")).await;
    assert_eq!(status, 200, "{path}: {answer}");
    answer
}

pub(super) fn assert_members(found: &Value, expected: &Value) {
    for (name, value) in expected.as_object().expect("an object") {
        let same = match (found[name].as_f64(), value.as_f64()) {
            (Some(found), Some(value)) => (found - value).abs() < 1e-9,
            _ => found[name] == *value,
        };
        assert!(same, "{name} is {} and not {value} in {found}", found[name]);
    }
}

/// Of each cohort its customers and how many of them bought in each of its months.
fn returned(answer: &Value) -> Value {
    let cohorts = answer["cohorts"].as_array().expect("cohorts").iter();
    let cells =
        |cohort: &Value| cohort["months"].as_array().expect("months").iter().map(|it| it["returned"].clone()).collect();
    cohorts.map(|cohort| json!([cohort["cohort"], Value::Array(cells(cohort))])).collect()
}

#[tokio::test]
async fn cohorts_and_the_way_to_the_fifth_order_are_those_of_twenty_orders_counted_by_hand() {
    let database = TestDatabase::sqlite();
    let house = twenty(&database).await;
    let cohorts = ask(&house, &WHOLE, "cohortes?fuente=veinte").await;
    let by_hand = json!([
        ["2026-06-01", [3, 1, 2, 1]],
        ["2026-07-01", [2, 0, 1, null]],
        ["2026-08-01", [2, 2, null, null]],
        ["2026-09-01", [2, null, null, null]]
    ]);
    assert_eq!(returned(&cohorts), by_hand);
    let cell = &cohorts["cohorts"][0]["months"][2];
    assert_members(cell, &json!({ "eligible": 3, "retention": 66.67, "month": "2026-08-01", "complete": true }));
    let cards = ask(&house, &WHOLE, "cohortes?fuente=veinte&payment_method=tarjeta").await;
    assert_eq!(returned(&cards), json!([["2026-06-01", [1, 1, 1, 1]]]));
    let books = ask(&house, &WHOLE, "cohortes?fuente=veinte&category=Libros&months=3").await;
    assert_eq!(returned(&books), json!([["2026-07-01", [1, 0, 0]]]));

    let journey = ask(&house, &WHOLE, "recorrido?fuente=veinte").await;
    let steps = journey["steps"].as_array().expect("steps");
    let step = |at: usize| steps.get(at).cloned().unwrap_or_default();
    let customers: Vec<_> = steps.iter().map(|step| step["customers"].as_i64()).collect();
    assert_eq!(customers, [9, 6, 3, 1, 1].map(Some));
    assert_members(
        &step(1),
        &json!({ "went_on": 66.67, "share_of_first": 66.67, "days_average": 18.2, "days_median": 8.0,
            "known_90d": 4, "went_on_90d": 75.0 }),
    );
    assert_members(
        &step(2),
        &json!({ "went_on": 50.0, "days_average": 40.3, "days_median": 20.0, "known_90d": 2, "went_on_90d": 100.0 }),
    );
    assert_members(&step(3), &json!({ "days_average": 22.0, "known_90d": 0, "went_on_90d": null }));
    let august = ask(&house, &WHOLE, "recorrido?fuente=veinte&start_date=2026-08-01&end_date=2026-08-31").await;
    assert_eq!((&august["steps"][0]["customers"], &august["steps"][2]["customers"]), (&json!(2), &json!(1)));
}

#[tokio::test]
async fn money_customers_and_shares_are_those_of_twenty_orders_counted_by_hand() {
    let database = TestDatabase::sqlite();
    let house = twenty(&database).await;
    let kpis = ask(&house, &WHOLE, "kpis?fuente=veinte&start_date=2026-09-01&end_date=2026-09-30").await;
    assert_members(
        &kpis["financial"],
        &json!({ "revenue_total": 800, "aov": 114.29, "revenue_30d": 800, "growth_rate": 100, "gross_profit": 380 }),
    );
    assert_members(
        &kpis["customers"],
        &json!({ "active": 6, "new": 2, "retention_rate": 66.67, "retention_days": 30 }),
    );
    assert_members(
        &kpis["sales"],
        &json!({ "orders": 7, "orders_per_day": 0.23, "top_category": "Bebidas", "top_payment_method": "efectivo" }),
    );
    let all = ask(&house, &WHOLE, "kpis?fuente=veinte").await;
    assert_members(&all["financial"], &json!({ "revenue_total": 2500, "aov": 125, "revenue_30d": 800 }));
    // Of the 90 days to the second of July a, b, c and d; of those, all but c since.
    assert_members(&all["customers"], &json!({ "active": 9, "retention_rate": 75, "retention_days": 90 }));

    let payments = ask(&house, &WHOLE, "pagos?fuente=veinte&start_date=2026-09-01&end_date=2026-09-30").await;
    let cash =
        json!({ "name": "efectivo", "revenue": 600, "orders": 6, "share": 75, "previous_revenue": 400, "growth": 50 });
    assert_members(&payments["payments"][0], &cash);
    assert_members(
        &payments["payments"][1],
        &json!({ "name": "tarjeta", "previous_revenue": 0, "growth": null, "share": 25 }),
    );
    let categories = ask(&house, &WHOLE, "categorias?fuente=veinte").await;
    let drinks = json!({ "name": "Bebidas", "revenue": 2300, "orders": 18, "units": 18, "share": 92, "profit": 1220,
        "previous_revenue": null });
    assert_members(&categories["categories"][0], &drinks);

    let sales = ask(&house, &WHOLE, "ventas?fuente=veinte&start_date=2026-09-28").await;
    assert_members(&sales, &json!({ "revenue": 300, "orders": 3, "aov": 100 }));
    let days: Vec<_> = sales["days"].as_array().expect("days").iter().map(|day| day["revenue"].as_f64()).collect();
    assert_eq!(days, [0.0, 0.0, 300.0].map(Some));
    assert_members(&sales["trend"], &json!({ "slope_per_day": 150, "change_percent": 300 }));
    assert_members(&sales["regions"][0], &json!({ "region": "Rosario", "revenue": 300, "share": 100 }));
    let week = ask(&house, &WHOLE, "ventas?fuente=veinte&start_date=2026-09-10&end_date=2026-09-16").await;
    // 100 on the 10th and 200 on the 15th, over seven days.
    assert_members(&week["days"][6], &json!({ "date": "2026-09-16", "average_7d": 42.86 }));

    let plans = ask(&house, &WHOLE, "planes?fuente=veinte").await;
    let none = json!({ "plan": null, "accounts": 9, "buyers": 9, "orders": 20, "revenue": 2500, "aov": 125, "returning": 6,
        "retention_rate": 66.67, "lifetime_value": 277.78, "share": 100 });
    assert_members(&plans["plans"][0], &none);
    let books = ask(&house, &WHOLE, "planes?fuente=veinte&category=Libros").await;
    assert_members(
        &books["plans"][0],
        &json!({ "accounts": 9, "buyers": 2, "orders": 2, "revenue": 200, "returning": 0 }),
    );
}

fn product(id: i64, business: i64, stock: Option<i64>, active: bool) -> Value {
    json!({ "id": id, "nombre": format!("Producto {id}"), "negocio_id": business, "categoria_id": 1, "precio": 100, "precio_lista": 100,
        "costo": 50, "stock": stock, "punto_pedido": 10, "plazo_dias": 2, "activo": active, "destacado": false, "sucursales": [1] })
}

/// Ten days of our own marketplace that end today: twenty pieces of product 3 were sold on the first, and little is left of it.
pub(super) async fn ours(database: &TestDatabase) -> House {
    let mut house = House::start(database).await;
    let today = Ambient::system().now().local().expect("a day").date();
    let at = |days: i64| format!("{}T15:00:00Z", today.checked_sub(days.days()).expect("a day"));
    let line = json!({ "posicion": 1, "producto_id": 3, "nombre": "Producto 3", "cantidad": 20, "precio": 100, "costo": 50,
        "subtotal": 2000, "sucursal": "Centro", "negocio": "La Granja", "categoria": "Almacén" });
    let order = |number: &str, state: &str, days: i64, lines: &[Value]| {
        json!({ "numero": number, "cuenta_id": 7, "estado": state, "total": 2000, "metodo_pago": "efectivo", "barrio": "Belgrano",
            "creado": at(days), "lineas": lines })
    };
    let review = |id: i64, product: Value, stars: i64| {
        json!({ "id": id, "pedido": "BA-1", "cuenta_id": 7, "producto_id": product, "estrellas": stars, "texto": "Muy rica",
            "en": at(8), "oculta": id == 4 })
    };
    let moved = json!({ "id": 1, "producto_id": 3, "tipo": "venta", "cantidad": -20, "stock": 4, "actor": "sistema", "pedido": "BA-1",
        "en": at(9) });
    let shop = [
        ("negocio", "1", json!({ "id": 1, "slug": "granja", "nombre": "La Granja", "activo": true })),
        ("negocio", "2", json!({ "id": 2, "slug": "sur", "nombre": "Forrajes Sur", "activo": true })),
        ("producto", "3", product(3, 1, Some(4), true)),
        ("producto", "4", product(4, 1, Some(12), true)),
        ("producto", "5", product(5, 2, Some(100), true)),
        ("producto", "6", product(6, 2, None, true)),
        ("producto", "8", product(8, 2, Some(0), false)),
        ("pedido", "BA-1", order("BA-1", "entregado", 9, &[line])),
        ("movimiento", "1", moved),
        ("resena", "1", review(1, json!(3), 5)),
        ("resena", "2", review(2, json!(5), 1)),
        ("resena", "3", review(3, Value::Null, 3)),
        ("resena", "4", review(4, json!(3), 1)),
    ];
    house.came("shop", &shop).await;
    let numbers: Vec<String> = (2..22).map(|number| format!("BA-{number}")).collect();
    let later: Vec<_> = numbers
        .iter()
        .enumerate()
        .map(|(at, number)| {
            ("pedido", number.as_str(), order(number, if at < 3 { "cancelado" } else { "pendiente" }, 1, &[]))
        })
        .collect();
    house.came("shop", &later).await;
    let ticket = json!({ "id": 1, "numero": "BA-5", "estado": "fallido", "prioridad": "normal", "barrio": "Belgrano", "creado": at(1),
        "registrado": at(1), "fallido": at(1), "intentos": 2, "version": 3 });
    house.came("board", &[("ticket", "BA-5", ticket)]).await;
    house
}

#[tokio::test]
async fn stock_and_alerts_are_those_of_a_small_shop_counted_by_hand() {
    let database = TestDatabase::sqlite();
    let house = ours(&database).await;
    let stock = ask(&house, &WHOLE, "stock").await;
    let summary = json!({ "articles": 4, "critical": 1, "low": 1, "optimal": 1, "uncounted": 1, "stock_value": 5800, "rotation": 5.79,
        "days_of_stock": 58, "order_quantity": 28 });
    assert_members(&stock["summary"], &summary);
    let worst = json!({ "product_id": 3, "state": "Crítico", "current_stock": 4, "units_per_day": 2, "days_of_stock": 2, "mean_stock": 14,
        "rotation": 52.14, "order_quantity": 28 });
    assert_members(&stock["products"][0], &worst);
    assert_members(&stock["products"][1], &json!({ "product_id": 4, "state": "Bajo", "order_quantity": 0 }));
    assert_members(&stock["products"][3], &json!({ "product_id": 6, "state": null, "order_quantity": null }));
    let branch = json!({ "branch": "Centro", "articles": 1, "units": 20, "revenue": 2000, "critical": 1, "low": 0 });
    assert_members(&stock["branches"][0], &branch);
    let dear = ask(&house, &WHOLE, "stock?min_price=200").await;
    assert_eq!(dear["total"], 0, "{dear}");

    let alerts = ask(&house, &READS, "alertas").await;
    let alert = |at: usize| alerts["alerts"][at].clone();
    assert_members(&alert(0), &json!({ "kind": "critical_stock", "active": true, "value": 1 }));
    assert_members(&alert(0)["items"][0], &json!({ "id": "3", "name": "Producto 3", "value": 4 }));
    assert_members(&alert(1), &json!({ "condition": "failed_deliveries", "active": true, "value": 1 }));
    // Three of twenty orders; one more is older than a week.
    assert_members(
        &alert(2),
        &json!({ "condition": "cancelled_orders", "active": true, "value": 15, "threshold": 10 }),
    );
    assert_eq!(alert(3)["condition"], "slow_queries");
    assert!(alert(3)["active"].is_boolean() && alert(4)["kind"] == "capacity", "{alerts}");

    let own = ask(&house, &MERCHANT, "alertas").await;
    assert_members(&own["alerts"][3], &json!({ "active": null, "value": null }));
    assert_members(&own["alerts"][4], &json!({ "active": null, "value": null }));
    let own = ask(&house, &MERCHANT, "stock").await;
    assert_members(&own["summary"], &json!({ "articles": 2, "critical": 1, "low": 1, "optimal": 0 }));
}

#[tokio::test]
async fn sentiment_is_of_the_stars_that_are_shown() {
    let database = TestDatabase::sqlite();
    let house = ours(&database).await;
    let all = ask(&house, &WHOLE, "sentimiento").await;
    let stars = json!({ "reviews": 3, "stars": [1, 0, 1, 0, 1], "average": 3, "positive": 1, "neutral": 1, "negative": 1,
        "positive_share": 33.33 });
    assert_members(&all["all"], &stars);
    assert_members(&all["articles"], &json!({ "reviews": 2, "average": 3 }));
    assert_members(&all["deliveries"], &json!({ "reviews": 1, "neutral": 1 }));
    assert_members(&all, &json!({ "words": null, "words_missing": "too_few", "with_words": 2, "words_needed": 200 }));
    assert_eq!(all["months"].as_array().map(Vec::len), Some(1), "{all}");
    let shop = ask(&house, &WHOLE, "sentimiento?category=Almac%C3%A9n").await;
    // The article that nobody bought is not of it; the delivery of an order with one that is, is.
    assert_members(&shop["all"], &json!({ "reviews": 2, "stars": [0, 0, 1, 0, 1] }));
    let own = ask(&house, &MERCHANT, "sentimiento").await;
    assert_members(&own["all"], &json!({ "reviews": 1, "positive": 1 }));
    assert_members(&own, &json!({ "words_missing": "not_shown", "with_words": null }));
}
