//! Places, articles, customers and deliveries over worlds that are small enough to be counted by hand.

use axum::body::Body;
use axum::http::Request;
use belgrano_testing::TestDatabase;
use serde_json::{Value, json};

use super::house::{Caller, House};
use super::instashop::{MERCHANT, READS, WHOLE, assert_members, ours, twenty};

async fn ask(house: &House, who: &Caller, path: &str) -> Value {
    let (status, answer) = house.get(who, &format!("/api/{path}")).await;
    assert_eq!(status, 200, "{path}: {answer}");
    answer
}

#[tokio::test]
async fn customers_and_places_are_those_of_twenty_orders_counted_by_hand() {
    let database = TestDatabase::sqlite();
    let house = twenty(&database).await;
    let months = ask(&house, &WHOLE, "clientes/nuevos?fuente=veinte").await;
    let june = json!({ "month": "2026-06-01", "new": 3, "returning": 0, "new_revenue": 600, "returning_revenue": 0 });
    assert_members(&months["months"][0], &june);
    let september =
        json!({ "new": 2, "returning": 4, "new_revenue": 300, "returning_revenue": 500, "nobody_revenue": 0 });
    assert_members(&months["months"][3], &september);
    // What each of the nine brought: 100 100 100 200 200 200 300 300 1000.
    let values = ask(&house, &WHOLE, "clientes/valor?fuente=veinte").await;
    let by_hand = json!({ "customers": 9, "mean": 277.78, "p10": 100, "p25": 100, "p50": 200, "p75": 300, "p90": 440 });
    assert_members(&values, &by_hand);
    assert_members(&values["tenths"][8], &json!({ "customers": 1, "revenue": 1000, "share": 40 }));
    let books = ask(&house, &WHOLE, "clientes/valor?fuente=veinte&category=Libros").await;
    assert_members(&books, &json!({ "customers": 2, "mean": 100 }));
    let segments = ask(&house, &WHOLE, "clientes/segmentos?fuente=veinte").await;
    let segments = segments["segments"].as_array().expect("segments");
    let sum = |name: &str| segments.iter().filter_map(|segment| segment[name].as_f64()).sum::<f64>();
    assert_eq!((sum("customers"), sum("orders"), sum("revenue")), (9.0, 20.0, 2500.0), "{segments:?}");

    let places = ask(&house, &WHOLE, "mapa?fuente=veinte").await;
    assert_members(&places, &json!({ "total": 1, "revenue": 2500, "top_1": 100, "top_10": 100 }));
    assert_members(
        &places["places"][0],
        &json!({ "city": "Rosario", "orders": 20, "aov": 125, "delivery_minutes": null }),
    );
    let tree = ask(&house, &WHOLE, "mapa/arbol?fuente=veinte").await;
    assert_members(&tree["leaves"][1], &json!({ "city": "Rosario", "category": "Libros", "revenue": 200 }));

    // July: drinks 400 after 500, books 100 after 100; together 500 after 600.
    let matrix = ask(&house, &WHOLE, "productos/matriz?fuente=veinte&start_date=2026-07-01&end_date=2026-07-31").await;
    assert_members(
        &matrix,
        &json!({ "mean_revenue": 250, "growth": -16.67, "cash_cows": 1, "questions": 1, "total": 2 }),
    );
    let drinks = json!({ "product_id": "Bebidas", "revenue": 400, "orders": 3, "share": 80, "growth": -20, "quadrant": "cash_cow" });
    assert_members(&matrix["products"][0], &drinks);
    assert_members(&matrix["products"][1], &json!({ "product_id": "Libros", "growth": 0, "quadrant": "question" }));
    // Before the first sale there is nothing to have grown from.
    let matrix = ask(&house, &WHOLE, "productos/matriz?fuente=veinte&start_date=2026-01-01&end_date=2026-12-31").await;
    assert_members(
        &matrix,
        &json!({ "growth": null, "stars": 0, "cash_cows": 0, "questions": 0, "dogs": 0, "total": 2 }),
    );
    assert_members(&matrix["products"][0], &json!({ "product_id": "Bebidas", "quadrant": null }));
}

#[tokio::test]
async fn deliveries_are_counted_against_what_was_promised() {
    let database = TestDatabase::sqlite();
    let mut house = ours(&database).await;
    let stock = ask(&house, &WHOLE, "productos/sin-ventas").await;
    let unsold: Vec<_> =
        stock["products"].as_array().expect("products").iter().map(|it| it["product_id"].as_i64()).collect();
    assert_eq!((unsold, &stock["products"][0]["stock_value"]), (vec![Some(5), Some(4), Some(6)], &json!(5000.0)));

    let ticket = |id: i64, delivered: &str| {
        json!({ "id": id, "numero": format!("BA-{id}"), "estado": "entregado", "prioridad": "normal", "barrio": "Belgrano", "repartidor_id": 5,
            "repartidor_nombre": "Raúl", "creado": "2026-11-10T15:00:00Z", "prometido": "2026-11-10T16:00:00Z", "entregado": delivered,
            "intentos": 1, "version": 3 })
    };
    let driver =
        json!({ "id": 5, "nombre": "Raúl", "activo": true, "capacidad": 3, "barrio": "Belgrano", "en_turno": true });
    let mut under_way = ticket(8, "2026-11-10T15:30:00Z");
    under_way["estado"] = json!("en-camino");
    under_way["entregado"] = Value::Null;
    let board = [
        ("ticket", "BA-6", ticket(6, "2026-11-10T15:30:00Z")),
        ("ticket", "BA-7", ticket(7, "2026-11-10T16:30:00Z")),
        ("ticket", "BA-8", under_way),
        ("repartidor", "5", driver),
    ];
    house.came("board", &board).await;
    let found = ask(&house, &WHOLE, "entregas").await;
    let all = json!({ "deliveries": 4, "delivered": 2, "failed": 1, "open": 1, "retried": 1, "promised": 2, "on_time": 1,
        "on_time_percent": 50, "minutes": 60, "late_minutes": 30 });
    assert_members(&found["all"], &all);
    // Three in the afternoon in Greenwich is noon here.
    assert_members(&found["hours"][0], &json!({ "of": "12", "deliveries": 4 }));
    assert_members(&found["drivers"][0], &json!({ "of": "5", "name": "Raúl", "deliveries": 3 }));
    assert_members(&found["reasons"][0], &json!({ "reason": null, "status": "fallido", "deliveries": 1 }));
    let capacity =
        json!({ "drivers": 1, "on_shift": 1, "capacity": 3, "carried": 1, "load_percent": 33.33, "waiting": 0 });
    assert_members(&found["capacity"], &capacity);
    let day = ask(&house, &READS, "entregas?start_date=2026-11-10&end_date=2026-11-10").await;
    assert_members(&day["all"], &json!({ "deliveries": 3 }));
    assert_members(&day["drivers"][0], &json!({ "of": "5", "name": null }));
    let places = ask(&house, &WHOLE, "mapa").await;
    assert_members(
        &places["places"][0],
        &json!({ "barrio": "Belgrano", "delivery_minutes": 60, "on_time_percent": 50, "lat": null }),
    );
    let own = ask(&house, &MERCHANT, "entregas").await;
    assert_members(&own, &json!({ "drivers": [] }));
    assert_members(&own["capacity"], &json!({ "drivers": 0, "capacity": 0, "load_percent": null }));
}

async fn page(house: &House, key: &Caller, path: &str) -> String {
    let Caller::Key(key) = key else { panic!("a key") };
    let request = Request::get(path).header("accept", "text/html").header("x-api-key", *key);
    let (status, _, page) = house.exchange(request.body(Body::empty()).expect("a request")).await;
    assert_eq!(status, 200, "{path}: {page}");
    page
}

/// What a figure of a page draws: the values of each row.
fn drawn(page: &str, figure: &str) -> Vec<Vec<String>> {
    let (_, rest) = page.split_once(&format!("id=\"{figure}\"")).unwrap_or_else(|| panic!("no {figure} in {page}"));
    let (figure, _) = rest.split_once("</figure>").expect("an end");
    let rows = figure.split("<tbody>").nth(1).unwrap_or_default().split("<tr>").skip(1);
    let value = |cell: &str| cell.split('"').next().unwrap_or_default().to_owned();
    rows.map(|row| row.split("data-value=\"").skip(1).map(value).collect()).collect()
}

/// A column of a figure, as numbers.
fn column(rows: &[Vec<String>], at: usize) -> Vec<Option<f64>> {
    rows.iter().map(|row| row.get(at).and_then(|value| value.parse().ok())).collect()
}

/// A member of each row of a list of the API.
fn told(answer: &Value, list: &str, member: &str) -> Vec<Option<f64>> {
    answer[list].as_array().expect("a list").iter().map(|row| row[member].as_f64()).collect()
}

#[tokio::test]
async fn pages_draw_the_figures_that_the_api_gives() {
    let database = TestDatabase::sqlite();
    let house = twenty(&database).await;
    let filters = "fuente=veinte&start_date=2026-07-01&end_date=2026-09-30";
    let shown = page(&house, &READS, &format!("/clientes?{filters}")).await;
    for (figure, address, list, member, at) in [
        ("segments", "clientes/segmentos", "segments", "revenue", 1),
        ("segments", "clientes/segmentos", "segments", "customers", 2),
        ("returning", "clientes/nuevos", "months", "returning", 2),
        ("values", "clientes/valor", "tenths", "revenue", 1),
        ("journey", "instashop/recorrido", "steps", "customers", 1),
        ("journey", "instashop/recorrido", "steps", "went_on", 2),
        ("plans", "instashop/planes", "plans", "revenue", 1),
    ] {
        let answer = ask(&house, &READS, &format!("{address}?{filters}")).await;
        let rows = drawn(&shown, figure);
        assert_eq!(column(&rows, at), told(&answer, list, member), "{figure} {member}: {rows:?}");
        assert!(!rows.is_empty(), "{figure}");
    }
    let cohorts = ask(&house, &READS, &format!("instashop/cohortes?{filters}")).await;
    let july = told(&cohorts["cohorts"][0], "months", "retention");
    let rows = drawn(&shown, "cohorts");
    assert_eq!(column(&rows[..1], 2), july[1..2], "{rows:?}");
    assert_eq!(
        rows.last().and_then(|row| row.last()).map(String::as_str),
        Some(""),
        "a month that has not begun is empty"
    );

    let shown = page(&house, &READS, &format!("/productos?{filters}")).await;
    let matrix = ask(&house, &READS, &format!("productos/matriz?{filters}")).await;
    let rows = drawn(&shown, "matrix");
    assert_eq!(column(&rows, 3), told(&matrix, "products", "revenue"), "{rows:?}");
    assert_eq!(column(&rows, 2), told(&matrix, "products", "growth"), "{rows:?}");
    let categories = ask(&house, &READS, &format!("instashop/categorias?{filters}")).await;
    assert_eq!(column(&drawn(&shown, "margins"), 2), told(&categories, "categories", "margin"));

    let shown = page(&house, &READS, &format!("/mapa?{filters}")).await;
    let places = ask(&house, &READS, &format!("mapa?{filters}")).await;
    assert_eq!(column(&drawn(&shown, "places"), 1), told(&places, "places", "revenue"));
    let tree = ask(&house, &READS, &format!("mapa/arbol?{filters}")).await;
    assert_eq!(column(&drawn(&shown, "tree"), 3), told(&tree, "leaves", "revenue"));
}

#[tokio::test]
async fn a_press_leads_to_the_article_and_to_the_driver_but_not_for_a_merchant() {
    let database = TestDatabase::sqlite();
    let mut house = ours(&database).await;
    let driver =
        json!({ "id": 5, "nombre": "Raúl", "activo": true, "capacidad": 3, "barrio": "Belgrano", "en_turno": true });
    let ticket = json!({ "id": 6, "numero": "BA-6", "estado": "en-camino", "prioridad": "normal", "barrio": "Belgrano", "repartidor_id": 5,
        "repartidor_nombre": "Raúl", "creado": "2026-11-10T15:00:00Z", "intentos": 1, "version": 3 });
    house.came("board", &[("ticket", "BA-6", ticket), ("repartidor", "5", driver)]).await;
    let shown = page(&house, &WHOLE, "/productos?periodo=90").await;
    assert!(shown.contains("/administrar/productos/3\""), "{shown}");
    let stock = ask(&house, &WHOLE, "instashop/stock").await;
    assert_eq!(column(&drawn(&shown, "stock"), 1), told(&stock, "products", "order_quantity"));
    assert!(!page(&house, &MERCHANT, "/productos?periodo=90").await.contains("/administrar/"));

    let days = "start_date=2026-11-01&end_date=2026-11-30";
    let shown = page(&house, &WHOLE, &format!("/entregas?{days}")).await;
    assert!(shown.contains("/flota/5\"") && shown.contains("Raúl"), "{shown}");
    let found = ask(&house, &WHOLE, &format!("entregas?{days}")).await;
    assert_eq!(column(&drawn(&shown, "barrios"), 1), told(&found, "barrios", "deliveries"));
    let shown = page(&house, &READS, &format!("/entregas?{days}")).await;
    assert!(!shown.contains("Raúl"), "a name that who asks may not see");
    let shown = page(&house, &MERCHANT, &format!("/entregas?{days}")).await;
    assert!(!shown.contains("id=\"drivers\"") && !shown.contains("/flota/"), "{shown}");
}
