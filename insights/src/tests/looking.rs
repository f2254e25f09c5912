//! What pages of figures show is what the API answers with the same filters; and the views of them that somebody saved.

use axum::body::Body;
use axum::http::Request;
use belgrano_runtime::on_both_engines;
use belgrano_testing::TestDatabase;
use serde_json::{Value, json};

use super::house::{Caller, House};
use super::order;
use crate::imports::{Form, import};

const DAY: &str = "2026-11-21T12:00:00-03:00";

async fn page(house: &House, who: &Caller, path: &str) -> (u16, String) {
    let request = Request::get(path).header("accept", "text/html");
    let request = match who {
        Caller::Cookie(cookie) => request.header("cookie", cookie),
        Caller::Key(key) => request.header("x-api-key", *key),
        Caller::Nobody => request,
    };
    let (status, _, page) = house.exchange(request.body(Body::empty()).expect("a request")).await;
    (status, page)
}

/// A shop with a few orders, and whoever looks at it.
async fn shop(database: &TestDatabase) -> (House, Caller) {
    let mut house = House::start(database).await;
    let orders = [
        ("pedido", "BA-1", order("BA-1", "entregado", DAY, 2)),
        ("pedido", "BA-2", order("BA-2", "pendiente", "2026-11-20T09:00:00-03:00", 3)),
        ("pedido", "BA-3", order("BA-3", "cancelado", DAY, 5)),
        ("pedido", "BA-4", order("BA-4", "entregado", "2026-10-20T09:00:00-03:00", 1)),
    ];
    house.came("shop", &orders).await;
    let admin = house.admin().await;
    (house, admin)
}

/// What stands between two texts, first.
fn between<'a>(page: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = page.split_once(before).unwrap_or_else(|| panic!("no {before} in {page}"));
    rest.split_once(after).expect("an end").0
}

/// A figure as Spanish pages write it.
fn amount(value: &Value) -> String {
    crate::pages::amount_for_tests(value.as_f64().expect("a number"))
}

#[tokio::test]
async fn the_cards_are_the_figures_of_the_api_with_the_same_filters() {
    let database = TestDatabase::sqlite();
    let (house, admin) = shop(&database).await;
    for filters in [
        "",
        "?periodo=7",
        "?periodo=todo",
        "?periodo=30&category=Almac%C3%A9n",
        "?periodo=todo&category=Almac%C3%A9n&category=Frutas%2C+verduras&payment_method=efectivo&payment_method=tarjeta",
        "?start_date=2026-11-01&end_date=2026-11-20",
        "?sales=gross",
    ] {
        let (status, shown) = page(&house, &admin, &format!("/resumen{filters}")).await;
        assert_eq!(status, 200, "{shown}");
        let address = between(&shown, "data-key=\"json\"><a href=\"", "\"").replace("&#38;", "&").replace("&amp;", "&");
        let (_, kpis) = house.get(&admin, &address).await;
        let card = |key: &str| {
            between(between(&shown, &format!("id=\"card-{key}\""), "</div>"), "class=\"now\">", "<").to_owned()
        };
        assert_eq!(card("revenue"), amount(&kpis["total_revenue"]), "{filters} {address} {kpis}");
        assert_eq!(card("orders"), kpis["total_orders"].to_string(), "{filters}");
        assert_eq!(card("aov"), amount(&kpis["avg_order_value"]), "{filters}");
        assert_eq!(card("customers"), kpis["total_customers"].to_string(), "{filters}");
        if let Some(before) = kpis["previous"]["total_revenue"].as_f64() {
            let said = between(&shown, "id=\"card-revenue\"", "class=\"made\"");
            assert!(said.contains(&amount(&json!(before))), "{filters}: {said}");
        }
    }
}

/// Views of an hour from one kind of device.
fn views(at: &str, device: &str, visits: i64) -> Value {
    json!({
        "hora": at, "dispositivo": device, "origen": "directo", "inicio": visits, "producto": 0, "carrito": 0, "checkout": 0,
        "pedidos": 0, "visitas": visits,
    })
}

#[tokio::test]
async fn conversion_is_of_the_visits_that_a_filter_leaves_or_is_not_known() {
    let database = TestDatabase::sqlite();
    let (mut house, admin) = shop(&database).await;
    let mut phone = order("BA-5", "entregado", DAY, 1);
    phone["dispositivo"] = json!("movil");
    let told = [
        ("pedido", "BA-5", phone),
        ("embudo", "a", views(DAY, "movil", 4)),
        ("embudo", "b", views(DAY, "escritorio", 6)),
        ("embudo", "c", views("2026-11-20T09:00:00-03:00", "escritorio", 10)),
    ];
    house.came("shop", &told).await;
    let conversion = async |filters: &str| {
        let asked = format!("/api/kpis?start_date=2026-11-15&end_date=2026-11-21{filters}");
        house.get(&admin, &asked).await.1["conversion_rate"].clone()
    };
    assert_eq!(conversion("").await, json!(15.0), "three orders of twenty visits");
    assert_eq!(conversion("&device=movil").await, json!(25.0), "one of four");
    assert_eq!(conversion("&source=directo").await, json!(0.0), "no order is known to have come so");
    for unknown in ["&barrio=Belgrano", "&payment_method=efectivo", "&category=Almac%C3%A9n", "&segment=VIP"] {
        assert_eq!(conversion(unknown).await, Value::Null, "{unknown}");
    }
}

#[tokio::test]
async fn every_card_has_the_course_of_what_is_known() {
    let database = TestDatabase::sqlite();
    let (mut house, admin) = shop(&database).await;
    let days = ["2026-11-19T12:00:00-03:00", "2026-11-20T12:00:00-03:00", DAY];
    let told: Vec<_> = days.into_iter().map(|at| ("embudo", at, views(at, "movil", 4))).collect();
    house.came("shop", &told).await;
    let drawn = async |filters: &str| {
        let (status, shown) = page(&house, &admin, &format!("/resumen{filters}")).await;
        assert_eq!(status, 200, "{shown}");
        let keys = ["revenue", "orders", "aov", "profit", "customers", "conversion", "ltv", "churn"];
        let has =
            |key: &&str| between(&shown, &format!("id=\"card-{key}\""), "class=\"made\"").contains("class=\"spark\"");
        keys.into_iter().filter(has).collect::<Vec<_>>()
    };
    // One customer, who bought on two days of the last thirty, and thirty days before.
    assert_eq!(drawn("?periodo=30").await, ["revenue", "orders", "aov", "profit", "customers", "conversion", "churn"]);
    assert_eq!(drawn("?periodo=todo").await, ["revenue", "orders", "aov", "profit", "customers", "conversion", "ltv"]);
    let narrowed = drawn("?periodo=30&barrio=Belgrano").await;
    assert!(!narrowed.contains(&"conversion"), "{narrowed:?}");
}

#[tokio::test]
async fn a_part_of_a_month_stands_against_the_same_part_of_the_last() {
    let database = TestDatabase::sqlite();
    let (house, admin) = shop(&database).await;
    let (_, shown) = page(&house, &admin, "/resumen?periodo=mes").await;
    assert!(shown.contains("01/11/2026 al 21/11/2026, frente a 01/10/2026 al 21/10/2026."), "{shown}");
    let asked = "/api/kpis?start_date=2026-11-01&end_date=2026-11-21";
    let (_, month) = house.get(&admin, &format!("{asked}&compare=month")).await;
    let (_, before) = house.get(&admin, asked).await;
    assert_eq!((&month["previous"]["total_orders"], &before["previous"]["total_orders"]), (&json!(1), &json!(1)));
    assert_eq!(house.get(&admin, &format!("{asked}&compare=week")).await.0, 422);
}

#[tokio::test]
async fn filters_are_those_that_the_data_has_and_go_along_to_other_pages() {
    let database = TestDatabase::sqlite();
    let (house, admin) = shop(&database).await;
    let (_, choices) = house.get(&admin, "/api/filtros").await;
    assert_eq!(choices["filtros"]["category"], json!(["Almacén"]));
    assert_eq!(choices["filtros"]["city"], json!(["Buenos Aires"]), "one: nothing to tell apart");
    assert!(choices["filtros"]["device"].is_null(), "{choices}");
    let (_, shown) = page(&house, &admin, "/resumen?periodo=7&category=Almac%C3%A9n&country=").await;
    assert!(shown.contains("name=\"category\"") && !shown.contains("name=\"city\""), "{shown}");
    let chip = between(&shown, "class=\"chips narrowed\"", "</ul>");
    assert!(chip.contains("href=\"/resumen?periodo=7\"") && chip.contains("<strong>Almacén</strong>"), "{chip}");
    let (_, several) = page(&house, &admin, "/resumen?periodo=7&category=Almac%C3%A9n&category=A%2C+b").await;
    let chips = between(&several, "class=\"chips narrowed\"", "</ul>");
    assert!(
        chips.contains("href=\"/resumen?periodo=7&#38;category=Almac%C3%A9n\"")
            && chips.contains("href=\"/resumen?periodo=7&#38;category=A%2C+b\""),
        "each has its own removal: {chips}"
    );
    assert!(several.matches("name=\"category\"").count() == 2 && several.matches(" checked").count() == 2, "{several}");
    let nav = between(&shown, "<nav", "</nav>");
    assert!(nav.contains("href=\"/fuentes?periodo=7&#38;category=Almac%C3%A9n\""), "{nav}");
    let (status, shown) = page(&house, &admin, "/resumen?start_date=ayer&min_price=x").await;
    assert!(status == 422 && shown.contains("id=\"f-min_price-error\""), "{shown}");
    let (status, shown) = page(&house, &admin, "/resumen?start_date=ayer").await;
    assert!(status == 422 && shown.contains("id=\"f-start_date-error\"") && !shown.contains("card-revenue"), "{shown}");
    assert_eq!(page(&house, &Caller::Nobody, "/resumen?periodo=7").await.0, 303);
}

/// The values that are drawn of a column of a figure, from its table.
fn drawn(page: &str, figure: &str, column: usize) -> Vec<String> {
    let body = between(
        between(page, &format!("<figure class=\"figure\" id=\"{figure}\""), "</figure>"),
        "<tbody>",
        "</tbody>",
    );
    let row = |row: &str| {
        row.split("data-value=\"").nth(column + 1).and_then(|rest| rest.split('"').next().map(str::to_owned))
    };
    body.split("<tr>").skip(1).filter_map(row).collect()
}

fn numbers(list: &Value, member: &str) -> Vec<f64> {
    list.as_array().expect("a list").iter().filter_map(|row| row[member].as_f64()).collect()
}

fn sum(values: &[String]) -> f64 {
    values.iter().filter_map(|value| value.parse::<f64>().ok()).sum()
}

#[tokio::test]
#[expect(clippy::float_cmp, reason = "the same amounts of two decimals, summed the same way")]
async fn what_the_charts_of_sales_are_drawn_from_is_what_the_api_answers() {
    let database = TestDatabase::sqlite();
    let (house, admin) = shop(&database).await;
    let range = "start_date=2026-11-01&end_date=2026-11-21";
    for filters in ["", "&sales=gross", "&payment_method=efectivo", "&category=Almac%C3%A9n"] {
        let (status, shown) = page(&house, &admin, &format!("/ventas?{range}{filters}")).await;
        assert_eq!(status, 200, "{shown}");
        let (_, series) = house.get(&admin, &format!("/api/analytics/time-series?{range}{filters}")).await;
        for (column, member) in [(1, "revenue"), (2, "gross_revenue"), (4, "profit"), (5, "orders")] {
            let (here, there) =
                (sum(&drawn(&shown, "over-time", column)), numbers(&series["series"], member).iter().sum::<f64>());
            assert!((here - there).abs() < 0.005 && there > 0.0, "{filters} {member}: {here} {there}");
        }
        let days = drawn(&shown, "over-time", 0);
        assert_eq!(
            days.iter().filter(|day| day.as_str() <= "2026-11-21").count(),
            21,
            "days without sales are there too"
        );
        let (_, by) = house.get(&admin, &format!("/api/ventas/por?por=payment_method&{range}{filters}")).await;
        assert_eq!(sum(&drawn(&shown, "by-payment", 1)), numbers(&by["partes"], "ventas").iter().sum::<f64>());
        let (_, week) = house.get(&admin, &format!("/api/ventas/horas?{range}{filters}")).await;
        let across: f64 = (1..=7).map(|day| sum(&drawn(&shown, "week", day))).sum();
        assert_eq!(across, numbers(&week["horas"], "pedidos").iter().sum::<f64>(), "{week}");
    }
    let (_, week) = house.get(&admin, &format!("/api/ventas/horas?{range}")).await;
    assert_eq!((&week["horas"][0]["dia"], &week["horas"][0]["hora"]), (&json!(5), &json!(9)), "a Friday at nine");
}

#[tokio::test]
async fn today_stands_against_days_like_it() {
    let database = TestDatabase::sqlite();
    let mut house = House::start(&database).await;
    let at = |day: &str, hour: &str| format!("2026-{day}T{hour}:00:00-03:00");
    let mut orders = vec![("BA-1".to_owned(), at("11-21", "01"), 2), ("BA-9".to_owned(), at("11-20", "01"), 9)];
    for (index, day) in ["11-14", "11-07", "10-31"].iter().enumerate() {
        orders.push((format!("BA-2{index}"), at(day, "01"), i64::try_from(index).expect("small") + 1));
        orders.push((format!("BA-3{index}"), at(day, "23"), 1));
    }
    for (number, at, quantity) in &orders {
        house.came("shop", &[("pedido", number.as_str(), order(number, "entregado", at, *quantity))]).await;
    }
    let ticket = json!({ "id": 1, "numero": "BA-1", "estado": "en-camino", "barrio": "Palermo", "creado": at("11-01", "10"),
        "prometido": at("11-01", "12"), "intentos": 1, "version": 1 });
    house.came("board", &[("ticket", "BA-1", ticket)]).await;
    let admin = house.admin().await;
    let (status, today) = house.get(&admin, "/api/hoy").await;
    assert_eq!((status, &today["dia"], &today["dias_comunes"]), (200, &json!("2026-11-21"), &json!(3)), "{today}");
    assert_eq!((&today["hoy"]["ventas"], &today["comun_entero"]["ventas"]), (&json!(110.5), &json!(170.75)), "{today}");
    assert_eq!(today["horas"][1]["comun_ventas"], json!(110.5), "the median of one, two and three");
    let late = &today["atencion"];
    assert_eq!((&late["tarde"], &late["tarde_en"][0]["barrio"]), (&json!(1), &json!("Palermo")), "{late}");
    let (_, shown) = page(&house, &admin, "/").await;
    let card = between(&shown, "id=\"card-today\"", "</div>");
    assert!(card.contains(&amount(&today["hoy"]["ventas"])), "{card}");
    assert_eq!(drawn(&shown, "hours", 1)[1], "110.5");
    assert!(shown.contains("/tickets/BA-1\"") && shown.contains("1 entrega pasada de hora"), "{shown}");
    let (merchant, _) = house.account("comerciante", Some(1)).await;
    let (status, shown) = page(&house, &merchant, "/").await;
    assert!(status == 200 && !shown.contains("/tickets/"), "whoever has no page there gets no link to it: {shown}");
}

#[tokio::test]
async fn detail_has_every_line_in_the_order_that_somebody_wants() {
    let database = TestDatabase::sqlite();
    let (house, admin) = shop(&database).await;
    let (_, shown) =
        page(&house, &admin, "/detalle?periodo=todo&orden=total_amount&sentido=asc&col=total_amount&col=order_id")
            .await;
    let body = between(&shown, "<tbody>", "</tbody>");
    let cells: Vec<&str> =
        body.split("<td").skip(1).filter_map(|cell| cell.split_once('>')?.1.split('<').next()).collect();
    let (_, all) = house.get(&admin, "/api/transactions?sort=total_amount&direction=asc").await;
    assert_eq!(cells.len(), 2 * usize::try_from(all["total"].as_i64().expect("a total")).expect("small"), "{cells:?}");
    assert_eq!(cells[1], amount(&all["transactions"][0]["total_amount"]), "{cells:?}");
    assert!(shown.contains("aria-sort=\"ascending\"") && shown.contains("1 a 6 de 6 renglones"), "{shown}");
    assert!(shown.contains("/api/export/csv?fuente=belgrano\""), "{shown}");
    assert_eq!(house.get(&admin, "/api/transactions?sort=price").await.0, 422);
    let (status, shown) = page(&house, &admin, "/detalle?pagina=7&limit=50").await;
    assert!(status == 200 && shown.contains("No hay ventas"), "{shown}");
}

#[tokio::test]
async fn a_page_hears_of_another_state_of_the_data() {
    let database = TestDatabase::sqlite();
    let (mut house, admin) = shop(&database).await;
    let (_, now) = house.get(&admin, "/api/version").await;
    let (_, shown) = page(&house, &admin, "/resumen").await;
    assert_eq!(json!(between(&shown, "data-fresh=\"", "\"").parse::<u64>().expect("a number")), now["version"]);
    house.came("shop", &[("pedido", "BA-5", order("BA-5", "pendiente", DAY, 1))]).await;
    assert_ne!(house.get(&admin, "/api/version").await.1, now);
}

on_both_engines! {
    async fn a_view_is_saved_by_name_and_is_of_one_account(database) {
        let house = House::start(database).await;
        let admin = house.admin().await;
        let view = json!({ "nombre": " Semana ", "direccion": "/resumen?periodo=7" });
        let (status, saved) = house.call(&admin, "POST", "/api/vistas", view).await;
        assert_eq!((status, &saved["nombre"], &saved["direccion"]), (201, &json!("Semana"), &json!("/resumen?periodo=7")));
        let again = json!({ "nombre": "Semana", "direccion": "/resumen?periodo=30" });
        assert_eq!(house.call(&admin, "POST", "/api/vistas", again).await.1["id"], saved["id"], "the same, changed");
        for (wrong, field) in [
            (json!({ "nombre": "", "direccion": "/resumen" }), "nombre"),
            (json!({ "nombre": "x", "direccion": "https://evil.example/" }), "direccion"),
            (json!({ "nombre": "x", "direccion": "//evil.example/" }), "direccion"),
        ] {
            let (status, refusal) = house.call(&admin, "POST", "/api/vistas", wrong).await;
            assert_eq!((status, &refusal["errors"][0]["field"]), (422, &json!(field)), "{refusal}");
        }
        let (other, _) = house.account("analista", None).await;
        assert_eq!(house.get(&other, "/api/vistas").await.1, json!({ "vistas": [] }));
        let path = format!("/api/vistas/{}", saved["id"]);
        assert_eq!(house.call(&other, "DELETE", &path, Value::Null).await.0, 404);
        let (_, mine) = house.get(&admin, "/api/vistas").await;
        assert_eq!(mine["vistas"][0]["direccion"], "/resumen?periodo=30");
        assert_eq!(house.call(&admin, "DELETE", &path, Value::Null).await.0, 204);
        assert_eq!(house.get(&admin, "/api/vistas").await.1, json!({ "vistas": [] }));
        assert_eq!(house.get(&Caller::Key("fedcba9876543210"), "/api/vistas").await.0, 401, "views are for people");
    }
}

#[tokio::test]
async fn who_voided_all_they_bought_is_a_customer_of_gross_sales_alone() {
    let database = TestDatabase::sqlite();
    let house = House::start(&database).await;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("sales.csv");
    let file = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n\
        1,A1,LANTERN,2,2010-12-01 09:00:00,2.50,7.0,France\n\
        2,A1,LANTERN,1,2010-12-01 10:00:00,2.50,8.0,France\n\
        C3,A1,LANTERN,-2,2010-12-01 11:00:00,2.50,7.0,France\n";
    std::fs::write(&path, file).expect("a file");
    let app = &house.app;
    import(&app.warehouse, &app.runner, &app.ambient, Form::OnlineRetail, "tienda", &path).await.expect("an import");
    for (sales, customers) in [("net", 1), ("gross", 2)] {
        let asked = format!("?fuente=tienda&sales={sales}");
        let kpis = house.get(&house.admin().await, &format!("/api/kpis{asked}")).await.1;
        let countries = house.get(&house.admin().await, &format!("/api/analytics/countries{asked}")).await.1;
        let counted = (&kpis["total_customers"], &countries["countries"][0]["customers"]);
        assert_eq!(counted, (&json!(customers), &json!(customers)), "{sales}: {kpis} {countries}");
    }
}

#[tokio::test]
async fn a_query_is_saved_by_name_and_comes_back_into_the_console() {
    let database = TestDatabase::sqlite();
    let house = House::start(&database).await;
    let admin = house.admin().await;
    let sql = "SELECT count(*) AS n\nFROM gold_sales WHERE category = 'a&b'";
    let save = async |name: &str, sql: &str| {
        house.send_form(&admin, "/consola/guardar", &[("sql", sql), ("nombre", name)]).await
    };
    assert_eq!(save("Cuántas", sql).await.0, 303);
    let (_, views) = house.get(&admin, "/api/vistas").await;
    let address = views["vistas"][0]["direccion"].as_str().expect("an address");
    assert!(address.starts_with("/consola?sql="), "{address}");
    let (status, shown) = house.page(&admin, address).await;
    assert!(status == 200 && shown.contains("category = &#39;a&#38;b&#39;"), "the query is in its box: {shown}");
    assert!(!shown.contains("id=\"respuesta\""), "and nobody asked it: {shown}");
    assert!(shown.contains(&format!("href=\"{}\"", address.replace('&', "&#38;"))), "{shown}");
    for (name, sql) in [("", sql), ("x", &"x".repeat(6000))] {
        let (status, shown) = save(name, sql).await;
        assert!(status == 422 && shown.contains("role=\"alert\""), "{name}: {shown}");
    }
    let (other, _) = house.account("analista", None).await;
    assert!(!house.page(&other, "/consola").await.1.contains("Cuántas"), "each has their own");
}
