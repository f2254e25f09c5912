//! What is foretold and learned, from changes of the feed to the addresses of `/api/ml`.

use belgrano_testing::TestDatabase;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::house::{Caller, House};
use crate::engine::Scope;
use crate::forecast::after;
use crate::ingest::SHOP_FEED;
use crate::math::{Dice, whole};

pub(super) const ALL: Caller = Caller::Key("fedcba9876543210");
pub(super) const MERCHANT: Caller = Caller::Key("aaaabbbbccccdddd");

/// The day that figures are told of, which is the engine's.
pub(super) async fn today(house: &House) -> Date {
    const SQL: &str = "SELECT CAST(told_until AS VARCHAR) AS day FROM gold_sources WHERE own";
    let answer = house.app.answers.ask(&Scope::WHOLE, SQL, Vec::new()).await.expect("an answer");
    let rows = crate::api::json(&answer.batches).expect("rows");
    rows[0]["day"].as_str().expect("a day").parse().expect("a day")
}

/// The last day that is over and on which the shop was open.
fn last_open(today: Date) -> Date {
    let yesterday = after(today, -1);
    if is_sunday(yesterday) { after(today, -2) } else { yesterday }
}

fn is_sunday(day: Date) -> bool {
    day.weekday().to_monday_one_offset() == 7
}

pub(super) fn product(id: i64, business: i64, stock: i64) -> Value {
    json!({ "id": id, "nombre": format!("Cosa {id}"), "negocio_id": business, "categoria_id": 1, "precio": 100, "precio_lista": 110,
        "costo": 50, "stock": stock, "punto_pedido": 5, "plazo_dias": 3, "activo": true, "destacado": false, "sucursales": [] })
}

pub(super) fn line(position: usize, product: i64, quantity: i64) -> Value {
    let business = if product < 5 { "La Granja" } else { "Forrajes Sur" };
    json!({ "posicion": position, "producto_id": product, "nombre": format!("Cosa {product}"), "cantidad": quantity, "precio": 100.0,
        "costo": 50.0, "subtotal": 100 * quantity, "sucursal": "Centro", "negocio": business, "categoria": "Almacén" })
}

pub(super) fn order(number: usize, customer: usize, day: Date, lines: &[Value]) -> Value {
    json!({ "numero": format!("BA-{number}"), "cuenta_id": customer, "estado": "entregado", "total": 100, "metodo_pago": "efectivo",
        "barrio": "Belgrano", "creado": format!("{day}T12:00:00-03:00"), "dispositivo": "movil", "origen": "directo", "lineas": lines })
}

/// A shop that was open for so many days but Sundays: three to six orders a day, article 1 mostly with 2, and one order of the
/// last of them that is like no other.
pub(super) async fn shop(database: &TestDatabase, days: i64) -> House {
    let mut house = House::start(database).await;
    let (today, mut dice) = (today(&house).await, Dice::new(1));
    let mut changes: Vec<(&str, String, Value)> = [(1, "La Granja"), (2, "Forrajes Sur")]
        .map(|(id, name)| {
            let content = json!({ "id": id, "slug": format!("n{id}"), "nombre": name, "activo": true });
            ("negocio", id.to_string(), content)
        })
        .to_vec();
    changes.extend((1..=6).map(|id| ("producto", id.to_string(), product(id, 1 + i64::from(id > 4), 3 * id))));
    let mut number = 0;
    for back in (1..=days).rev() {
        let day = after(today, -back);
        if is_sunday(day) {
            continue;
        }
        for _ in 0..3 + dice.below(4) {
            number += 1;
            let customer = whole(120.0 * dice.share() * dice.share());
            let first = 1 + i64::try_from(dice.below(6)).expect("a small number");
            let mut lines = vec![line(1, first, 1)];
            if first == 1 && dice.share() < 0.8 {
                lines.push(line(2, 2, 1));
            }
            changes.push(("pedido", format!("BA-{number}"), order(number, customer, day, &lines)));
        }
    }
    let strange = order(9_999, 3, last_open(today), &[line(1, 3, 700)]);
    changes.push(("pedido", "BA-9999".to_owned(), strange));
    let changes: Vec<(&str, &str, Value)> =
        changes.iter().map(|(kind, key, it)| (*kind, key.as_str(), it.clone())).collect();
    house.came(SHOP_FEED, &changes).await;
    house
}

pub(super) async fn ask(house: &House, who: &Caller, method: &str, path: &str) -> Value {
    let (status, answer) = house.call(who, method, path, Value::Null).await;
    assert_eq!(status, 200, "{path}: {answer}");
    answer
}

pub(super) fn list<'a>(answer: &'a Value, name: &str) -> &'a Vec<Value> {
    answer[name].as_array().unwrap_or_else(|| panic!("no {name} in {answer}"))
}

#[tokio::test]
async fn the_coming_days_are_foretold() {
    let database = TestDatabase::sqlite();
    let house = shop(&database, 90).await;
    let found = ask(&house, &ALL, "POST", "/api/ml/forecast?days_ahead=14&metric=orders").await;
    let days = list(&found, "predictions");
    assert_eq!(days.len(), 14);
    assert_eq!(days[0]["date"], today(&house).await.to_string(), "today is not over");
    for day in days {
        let date: Date = day["date"].as_str().expect("a date").parse().expect("a date");
        let number = |name: &str| day[name].as_f64().expect("a number");
        assert_eq!(day["closed"], is_sunday(date), "{day}");
        assert!(["lower_95", "lower_80", "value", "upper_80", "upper_95"].map(number).is_sorted(), "{day}");
        assert!(day["closed"] == true || (2.0..8.0).contains(&number("value")), "{day}");
    }
    for measure in ["mape", "wape", "rmse", "r2", "coverage_80", "coverage_95"] {
        assert!(found["model_metrics"][measure].is_f64(), "{measure}: {found}");
    }
    assert_eq!(found["note"], Value::Null);
    // The strange order of yesterday is no reason to expect thousands.
    let revenue = ask(&house, &ALL, "POST", "/api/ml/forecast?days_ahead=7").await;
    let most = list(&revenue, "predictions").iter().filter_map(|day| day["value"].as_f64()).fold(0.0, f64::max);
    assert!((200.0..1_500.0).contains(&most), "{revenue}");
}

#[tokio::test]
async fn of_too_little_it_says_so() {
    let database = TestDatabase::sqlite();
    let house = shop(&database, 10).await;
    let found = ask(&house, &ALL, "POST", "/api/ml/forecast").await;
    assert_eq!((&found["model"], list(&found, "predictions").len()), (&json!("mean"), 30));
    assert!(found["note"].as_str().is_some_and(|note| note.contains("28")), "{found}");
    assert_eq!(found["model_metrics"]["mape"], Value::Null);
    let none = "/api/ml/churn/at-risk?barrio=Ninguno";
    let found = ask(&house, &ALL, "GET", none).await;
    assert!(list(&found, "customers").is_empty() && found["note"].is_string(), "{found}");
    let found = ask(&house, &ALL, "GET", "/api/ml/clustering/customers?barrio=Ninguno").await;
    assert!(list(&found, "clusters").is_empty() && found["note"].is_string(), "{found}");
}

#[tokio::test]
async fn customers_are_grouped_and_those_who_may_leave_are_named() {
    let database = TestDatabase::sqlite();
    let house = shop(&database, 90).await;
    let found = ask(&house, &ALL, "GET", "/api/ml/churn/at-risk?threshold=0.5&days=7").await;
    let customers = list(&found, "customers");
    assert!(!customers.is_empty() && found["learned_from"].as_i64() > Some(30), "{found}");
    for customer in customers {
        assert!(
            customer["churn_probability"].as_f64().is_some_and(|chance| (0.5..=1.0).contains(&chance)),
            "{customer}"
        );
        assert!(customer["customer_id"].is_i64() && customer["reason"].is_string(), "{customer}");
        assert!(!customer["recommended_action"].as_str().unwrap_or_default().contains("insights-"), "{customer}");
    }
    let value = |customer: &Value| customer["lifetime_value"].as_f64().expect("a value");
    assert!(customers.iter().map(value).rev().is_sorted(), "who has brought most comes first");

    let found = ask(&house, &ALL, "GET", "/api/ml/clustering/customers?n_clusters=4").await;
    let clusters = list(&found, "clusters");
    assert_eq!(clusters.len(), 4);
    let size: i64 = clusters.iter().filter_map(|cluster| cluster["size"].as_i64()).sum();
    assert_eq!(
        (Some(size), list(&found, "points").len()),
        (found["learned_from"].as_i64(), usize::try_from(size).expect("a size"))
    );
    let again = ask(&house, &ALL, "GET", "/api/ml/clustering/customers?n_clusters=4").await;
    assert_eq!(found, again);
    let free = ask(&house, &ALL, "GET", "/api/ml/clustering/customers").await;
    assert!((3..=10).contains(&list(&free, "clusters").len()), "{free}");
}

#[tokio::test]
async fn what_sells_together_is_recommended() {
    let database = TestDatabase::sqlite();
    let house = shop(&database, 90).await;
    let found = ask(&house, &ALL, "GET", "/api/ml/recommendations/1?top_n=5").await;
    let recommended = list(&found, "recommendations");
    assert_eq!((&found["product_id"], recommended.len()), (&json!(1), 5));
    assert_eq!((&recommended[0]["product_id"], &recommended[0]["from"]), (&json!(2), &json!("basket")));
    assert!(
        recommended[0]["confidence"].as_f64() > Some(0.6) && recommended[0]["lift"].as_f64() > Some(1.5),
        "{found}"
    );
    assert!(recommended[1..].iter().all(|it| it["from"] != "basket" && it["score"] == 0.0), "{found}");
    let unknown = ask(&house, &ALL, "GET", "/api/ml/recommendations/P00001").await;
    assert!(list(&unknown, "recommendations").is_empty(), "{unknown}");
    let own = ask(&house, &MERCHANT, "GET", "/api/ml/recommendations/1").await;
    let seen: Vec<&Value> = list(&own, "recommendations").iter().map(|it| &it["product_id"]).collect();
    assert!(seen.iter().all(|id| id.as_i64() < Some(5)), "a merchant is shown their own articles alone: {own}");
}

#[tokio::test]
async fn demand_is_foretold_and_what_is_short_is_ordered() {
    let database = TestDatabase::sqlite();
    let house = shop(&database, 90).await;
    let found = ask(&house, &ALL, "GET", "/api/ml/demand-forecast?top_n=6").await;
    let products = list(&found, "products");
    assert_eq!(products.len(), 6);
    let today = today(&house).await.to_string();
    for product in products {
        let number = |name: &str| product[name].as_f64().expect("a number");
        assert!(number("daily_demand") > 0.0 && number("forecast_90d") > number("forecast_30d"), "{product}");
        assert!(product["stock_out_date"].as_str() >= Some(today.as_str()), "{product}");
        assert!((0.0..=1.0).contains(&number("stock_out_risk")), "{product}");
    }
    let of = |id: i64| products.iter().find(|product| product["product_id"] == id).expect("an article");
    assert!(of(1)["reorder_quantity"].as_f64() > Some(0.0), "three left: {}", of(1));
    // One order of 700 pieces is no demand of 700.
    assert!(of(3)["daily_demand"].as_f64() < Some(4.0), "{}", of(3));
}

#[tokio::test]
async fn the_strange_order_is_found() {
    let database = TestDatabase::sqlite();
    let house = shop(&database, 90).await;
    let found = ask(&house, &ALL, "GET", "/api/ml/anomalies?contamination=0.01").await;
    let first = &list(&found, "anomalies")[0];
    assert_eq!(
        (&first["id"], &first["amount"], &first["severity"]),
        (&json!("BA-9999"), &json!(70_000.0), &json!("high"))
    );
    let (days, last) = (list(&found, "days"), last_open(today(&house).await).to_string());
    assert!(days.iter().any(|day| day["date"] == last.as_str() && day["severity"] == "high"), "{found}");
}

#[tokio::test]
async fn what_is_out_of_its_range_is_named() {
    let database = TestDatabase::sqlite();
    let house = House::start(&database).await;
    for (method, path, field) in [
        ("POST", "/api/ml/forecast?days_ahead=6", "days_ahead"),
        ("POST", "/api/ml/forecast?days_ahead=181", "days_ahead"),
        ("POST", "/api/ml/forecast?metric=margin", "metric"),
        ("GET", "/api/ml/clustering/customers?n_clusters=2", "n_clusters"),
        ("GET", "/api/ml/churn/at-risk?threshold=0.49", "threshold"),
        ("GET", "/api/ml/churn/at-risk?threshold=NaN", "threshold"),
        ("GET", "/api/ml/recommendations/1?top_n=21", "top_n"),
        ("GET", "/api/ml/demand-forecast?top_n=0", "top_n"),
        ("GET", "/api/ml/anomalies?contamination=0.2", "contamination"),
        ("GET", "/api/ml/anomalies?days_back=29", "days_back"),
    ] {
        let (status, answer) = house.call(&ALL, method, path, Value::Null).await;
        assert_eq!(status, 422, "{path}: {answer}");
        assert!(answer.to_string().contains(field), "{path}: {answer}");
    }
}
