//! What the pages show of what is foretold: the figures of the API, or why there are none.

use axum::body::Body;
use axum::http::Request;
use belgrano_testing::TestDatabase;
use serde_json::{Value, json};

use super::house::{Caller, House};
use super::predictions::{ALL, MERCHANT, ask, line, list, order, shop, today};
use crate::forecast::after;
use crate::ingest::SHOP_FEED;

/// The shop of the predictions, whose clock shows the day of the engine's, and who looks at it.
async fn open(database: &TestDatabase, days: i64) -> (House, Caller) {
    let house = shop(database, days).await;
    let here = house.app.ambient.now().local().expect("a time").date();
    let apart = (today(&house).await - here).get_days();
    house.clock.set_by_ms(i64::from(apart) * 86_400_000);
    let admin = house.admin().await;
    (house, admin)
}

/// A page once everything on it is learned.
async fn learned(house: &House, who: &Caller, path: &str) -> String {
    loop {
        let request = Request::get(path).header("accept", "text/html");
        let request = match who {
            Caller::Cookie(cookie) => request.header("cookie", cookie),
            Caller::Key(key) => request.header("x-api-key", *key),
            Caller::Nobody => request,
        };
        let (_, _, shown) = house.exchange(request.body(Body::empty()).expect("a request")).await;
        assert!(!shown.contains("role=\"alert\""), "{shown}");
        if !shown.contains("data-learning") {
            return shown;
        }
    }
}

/// What a figure draws: the values of each row.
fn drawn(page: &str, figure: &str) -> Vec<Vec<String>> {
    let (_, rest) = page.split_once(&format!("id=\"{figure}\"")).unwrap_or_else(|| panic!("no {figure} in {page}"));
    let (figure, _) = rest.split_once("</figure>").expect("an end");
    let rows = figure.split("<tbody>").nth(1).unwrap_or_default().split("<tr>").skip(1);
    let value = |cell: &str| cell.split('"').next().unwrap_or_default().to_owned();
    rows.map(|row| row.split("data-value=\"").skip(1).map(value).collect()).collect()
}

const MEMBERS: [&str; 5] = ["value", "lower_80", "upper_80", "lower_95", "upper_95"];

#[tokio::test]
async fn sales_go_on_with_what_is_foretold_and_say_who_foretold_it() {
    let database = TestDatabase::sqlite();
    let (house, admin) = open(&database, 100).await;
    for (step, ahead) in [("day", 30), ("week", 91)] {
        let path = format!("/ventas?periodo=30&granularity={step}");
        let shown = learned(&house, &admin, &path).await;
        let path = format!("/api/ml/forecast?days_ahead={ahead}&granularity={step}");
        let told = ask(&house, &ALL, "POST", &path).await;
        let coming: Vec<&Value> = list(&told, "predictions").iter().filter(|it| it["closed"] == false).collect();
        let rows = drawn(&shown, "over-time");
        let foretold: Vec<&Vec<String>> = rows.iter().filter(|row| !row[6].is_empty()).collect();
        assert_eq!(foretold.len(), coming.len(), "{step}: {rows:?}");
        for (row, day) in foretold.iter().zip(coming) {
            assert_eq!(row[0], day["date"].as_str().expect("a day"));
            for (cell, member) in row[6..].iter().zip(MEMBERS) {
                assert_eq!(cell.parse::<f64>().ok(), day[member].as_f64(), "{step} {member}: {row:?}");
            }
        }
        // What has begun has both, and what has not begun has no sales.
        let begun = list(&told, "predictions")[0]["closed"] == false;
        assert!(!begun || !foretold[0][1].is_empty(), "{step}: {:?}", foretold[0]);
        assert!(foretold.last().is_some_and(|row| row[1].is_empty()), "{step}");
        let models = drawn(&shown, "models");
        let chosen = models.iter().filter(|row| row[2] == "Sí").count();
        assert_eq!((models.len(), chosen), (list(&told, "candidates").len(), 1), "{models:?}");
        assert!(shown.contains("Ganó ") && shown.contains("de cada 100 vendidos"), "{shown}");
    }
    let shown = learned(&house, &admin, "/ventas?start_date=2026-01-01&end_date=2026-01-31").await;
    assert!(!shown.contains("foretold") && !shown.contains("id=\"models\""), "what came after January is known");
}

#[tokio::test]
async fn a_few_days_are_said_to_be_few() {
    let database = TestDatabase::sqlite();
    let (house, admin) = open(&database, 12).await;
    let shown = learned(&house, &admin, "/ventas?periodo=30").await;
    assert!(shown.contains("hacen falta al menos 28") && shown.contains("Con tan pocos días"), "{shown}");
    assert_eq!(drawn(&shown, "over-time").iter().filter(|row| !row[6].is_empty()).count(), 30);
}

#[tokio::test]
async fn of_few_customers_nobody_is_said_to_stay() {
    let database = TestDatabase::sqlite();
    let (house, admin) = open(&database, 3).await;
    let shown = learned(&house, &admin, "/clientes").await;
    assert!(shown.contains("Todavía no se puede decir.") && !shown.contains("Nadie está por irse."), "{shown}");
}

/// A column of a figure, and a member of each row of a list of the API, as numbers.
fn column(rows: &[Vec<String>], at: usize) -> Vec<Option<f64>> {
    rows.iter().map(|row| row[at].parse().ok()).collect()
}

fn told(answer: &Value, name: &str, member: &str) -> Vec<Option<f64>> {
    list(answer, name).iter().map(|row| row[member].as_f64()).collect()
}

fn near(one: &[Option<f64>], other: &[Option<f64>], times: f64) -> bool {
    let apart = |(one, other): (&Option<f64>, &Option<f64>)| match (one, other) {
        (Some(one), Some(other)) => (one - times * other).abs() < 1e-6,
        (one, other) => one == other,
    };
    !one.is_empty() && one.len() == other.len() && one.iter().zip(other).all(apart)
}

#[tokio::test]
async fn articles_say_how_much_to_order_and_what_sells_together() {
    let database = TestDatabase::sqlite();
    let (house, admin) = open(&database, 100).await;
    for (level, service) in [("95", "0.95"), ("99", "0.99")] {
        let shown = learned(&house, &admin, &format!("/productos?periodo=90&nivel={level}")).await;
        let path = format!("/api/ml/demand-forecast?top_n=50&service_level={service}");
        let demand = ask(&house, &ALL, "GET", &path).await;
        let rows = drawn(&shown, "demand");
        for (at, member) in [(1, "reorder_quantity"), (3, "current_stock"), (7, "forecast_30d"), (9, "forecast_90d")] {
            assert!(near(&column(&rows, at), &told(&demand, "products", member), 1.0), "{level} {member}: {rows:?}");
        }
        let mut short = list(&demand, "products").iter().filter(|it| it["reorder_quantity"].as_f64() > Some(0.0));
        let first = short.next().expect("an article to order");
        let way = format!(
            "/administrar/productos/{}?recibir={}#anotar",
            first["product_id"],
            first["reorder_quantity"].as_f64().expect("pieces")
        );
        assert!(shown.contains(&way.replace('&', "&#38;")), "{way}: {shown}");
        assert!(shown.contains(&format!("alcance en {level} de 100")), "{shown}");
    }
    let shown = learned(&house, &admin, "/productos?periodo=90").await;
    let sets = ask(&house, &ALL, "GET", "/api/productos/juntos?top_n=15").await;
    let rows = drawn(&shown, "pairs");
    assert!(near(&column(&rows, 1), &told(&sets, "pairs", "confidence"), 100.0), "{rows:?} {sets}");
    assert_eq!(rows[0][0], "Cosa 1 + Cosa 2", "whoever has 1 mostly has 2: {sets}");
    let best = &list(&sets, "pairs")[0];
    assert!(best["lift"].as_f64() > Some(1.0) && best["support"].is_f64() && best["orders"].is_u64(), "{best}");

    let shown = learned(&house, &MERCHANT, "/productos?periodo=90").await;
    assert!(!shown.contains("/administrar/") && !drawn(&shown, "demand").is_empty(), "{shown}");
    assert_eq!(house.get(&ALL, "/api/ml/demand-forecast?service_level=1").await.0, 422);
    assert_eq!(house.get(&ALL, "/api/productos/juntos?top_n=0").await.0, 422);
}

#[tokio::test]
async fn who_is_about_to_leave_is_one_press_away_in_the_shop() {
    let database = TestDatabase::sqlite();
    let (mut house, admin) = open(&database, 100).await;
    let person = |id: i64| {
        let content = json!({ "id": id, "rol": "cliente", "nombre": format!("Ana {id}"), "apellido": "Díaz", "email": format!("c{id}@example.com"),
            "telefono": "", "direccion": "", "creada": "2026-01-01T12:00:00-03:00", "activa": true });
        ("cuenta", id.to_string(), content)
    };
    let today = today(&house).await;
    // They came every second day, and then no more.
    let gone = (200..206_usize).flat_map(|who| (0..8).map(move |visit| (who, visit)));
    let gone = gone.map(|(who, visit)| {
        let number = 20_000 + 10 * who + usize::try_from(visit).expect("few");
        ("pedido", format!("BA-{number}"), order(number, who, after(today, 2 * visit - 95), &[line(1, 3, 1)]))
    });
    let changes: Vec<_> = (0..210).map(person).chain(gone).collect();
    let changes: Vec<_> = changes.iter().map(|(kind, key, content)| (*kind, key.as_str(), content.clone())).collect();
    house.came(SHOP_FEED, &changes).await;
    let shown = learned(&house, &admin, "/clientes").await;
    let risk = ask(&house, &ALL, "GET", "/api/ml/churn/at-risk").await;
    let rows = drawn(&shown, "leaving");
    assert!(near(&column(&rows, 1), &told(&risk, "customers", "churn_probability"), 100.0), "{rows:?} {risk}");
    assert!(near(&column(&rows, 4), &told(&risk, "customers", "lifetime_value"), 1.0), "{rows:?}");
    let (first, ids) =
        (&list(&risk, "customers")[0], list(&risk, "customers").iter().map(|it| it["customer_id"].to_string()));
    assert_eq!(rows[0][0], format!("Ana {} Díaz", first["customer_id"]));
    assert_eq!(
        (&rows[0][2], &rows[0][3]),
        (
            &first["reason"].as_str().expect("words").to_owned(),
            &first["recommended_action"].as_str().expect("words").to_owned()
        )
    );
    let all = format!("/administrar/clientes?ids={}\"", ids.collect::<Vec<_>>().join(","));
    assert!(shown.contains(&all), "{all}: {shown}");

    let worth = ask(&house, &ALL, "GET", "/api/clientes/valor-futuro").await;
    assert!(near(&column(&drawn(&shown, "worth"), 1), &told(&worth, "tenths", "expected"), 1.0), "{worth}");
    let groups = ask(&house, &ALL, "GET", "/api/ml/clustering/customers").await;
    assert!(near(&column(&drawn(&shown, "groups"), 1), &told(&groups, "points", "x"), 1.0), "{groups}");
    assert!(near(&column(&drawn(&shown, "group-habits"), 1), &told(&groups, "clusters", "size"), 1.0), "{groups}");

    // Whoever may not see names gets none, and a merchant no way to the shop's administration.
    let key = Caller::Key("0123456789abcdef");
    let nameless = ask(&house, &key, "GET", "/api/ml/churn/at-risk").await;
    assert!(list(&nameless, "customers").iter().all(|it| it["name"].is_null()), "{nameless}");
    let shown = learned(&house, &MERCHANT, "/clientes").await;
    assert!(!shown.contains("/administrar/") && !shown.contains("Díaz"), "{shown}");

    let shown = learned(&house, &admin, "/").await;
    assert!(shown.contains(&all) && shown.contains("Fuera de lo común"), "{shown}");
    assert!(shown.contains("/tickets/BA-9999\""), "the strange order: {shown}");
}

#[tokio::test]
async fn cash_is_of_todays_deliveries_and_for_who_sees_everything() {
    let database = TestDatabase::sqlite();
    let mut house = House::start(&database).await;
    let now = house.app.ambient.now();
    let ticket = |id: i64, paid: &str, hours: i64, total: i64| {
        let number = format!("BA-{id}");
        let at = now.plus_ms(-hours * 3_600_000).to_rfc3339();
        let ticket = json!({ "id": id, "numero": number, "estado": "entregado", "prioridad": "normal", "barrio": "Belgrano", "repartidor_id": 5,
            "repartidor_nombre": "Raúl", "total": total, "metodo_pago": paid, "creado": at, "entregado": at, "intentos": 1, "version": 3 });
        ("ticket", number, ticket)
    };
    let tickets = [
        ticket(1, "efectivo", 0, 1000),
        ticket(2, "efectivo", 0, 500),
        ticket(3, "tarjeta", 0, 90),
        ticket(4, "efectivo", 30, 70),
    ];
    let tickets: Vec<_> = tickets.iter().map(|(kind, key, ticket)| (*kind, key.as_str(), ticket.clone())).collect();
    house.came("board", &tickets).await;
    let today = ask(&house, &ALL, "GET", "/api/hoy").await;
    let expected = json!([{ "repartidor_id": "5", "repartidor": "Raúl", "entregas": 2, "monto": 1500.0 }]);
    assert_eq!(today["atencion"]["efectivo"], expected, "{today}");
    let own = ask(&house, &MERCHANT, "GET", "/api/hoy").await;
    assert_eq!(own["atencion"]["efectivo"], json!([]));
    let admin = house.admin().await;
    let shown = learned(&house, &admin, "/").await;
    assert!(shown.contains("/flota/5\"") && shown.contains("1.500,00, 2 entregas"), "{shown}");
}
