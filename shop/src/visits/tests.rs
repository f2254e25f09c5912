//! From the first page to the order, in front of the whole router.

use axum::body::Body;
use axum::http::{HeaderMap, Request, header};
use belgrano_runtime::{fetch, on_both_engines};
use belgrano_testing::TestDatabase;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::flush;
use super::funnel::WORDS_AN_HOUR;
use crate::testing::{Browser, TestShop};

const PHONE: &str = "Mozilla/5.0 (Linux; Android 14; SM-A546E) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36";
const DESK: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
const OURS: (&str, &str) = ("referer", "http://shop.test/");

/// Opens a page with headers of its own; the cookies it sets, as they came.
async fn open(shop: &TestShop, path: &str, headers: &[(&str, &str)]) -> (u16, Vec<String>) {
    let router = crate::service::router(&shop.app);
    let request = Request::get(path).header("accept", "text/html");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let response = router.oneshot(request.body(Body::empty()).expect("a request")).await.expect("infallible");
    (response.status().as_u16(), cookies(response.headers()))
}

fn cookies(headers: &HeaderMap) -> Vec<String> {
    headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().expect("text").to_owned()).collect()
}

async fn order(shop: &TestShop, who: &Browser, headers: &[(&str, &str)]) -> Value {
    let router = crate::service::router(&shop.app);
    let body = json!({ "items": [{ "producto_id": 1, "cantidad": 1 }] }).to_string();
    let request = Request::post("/api/pedidos").header("content-type", "application/json");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let request = request.header("cookie", who.cookie()).body(Body::from(body)).expect("a request");
    let response = router.oneshot(request).await.expect("infallible");
    assert_eq!(response.status(), 201);
    json!(response.status().as_u16())
}

/// Device, origin, visits, home, product, cart, checkout and orders of every counter.
type Row = (String, String, i64, i64, i64, i64, i64, i64);

async fn stored(shop: &TestShop) -> Vec<Row> {
    const ALL: &str = "SELECT device, origin, visits, home, product, cart, checkout, orders FROM funnel \
         ORDER BY hour, device, origin";
    let mut session = shop.app.db.read().await.expect("a connection");
    fetch!(all, session, Row, ALL).expect("rows")
}

fn row(device: &str, origin: &str, counts: [i64; 6]) -> Row {
    let [visits, home, product, cart, checkout, orders] = counts;
    (device.to_owned(), origin.to_owned(), visits, home, product, cart, checkout, orders)
}

on_both_engines! {
    async fn views_are_counted_by_device_and_origin_and_several_instances_add_up(database) {
        let shop = TestShop::new(database).await;
        let other = TestShop::seeded(database, 8, &[]).await;
        let (phone, desk) = (("user-agent", PHONE), ("user-agent", DESK));
        let (status, set) = open(&shop, "/?utm_source=Instagram", &[phone]).await;
        assert_eq!((status, set.len()), (200, 1));
        assert!(set[0].starts_with("belgrano_origen=instagram; Path=/; HttpOnly; SameSite=Lax"), "{set:?}");
        assert!(!set[0].contains("Max-Age") && !set[0].contains("Expires"), "for the session");
        let kept = ("cookie", "belgrano_origen=instagram");
        for (path, instance) in [("/productos/1", &shop), ("/carrito", &other), ("/productos?q=yerba", &shop)] {
            assert_eq!(open(instance, path, &[phone, OURS, kept]).await, (200, Vec::new()), "{path}");
        }
        open(&other, "/", &[desk]).await;
        // Nobody looks at these, or they are no page of the shop.
        open(&shop, "/", &[("user-agent", "Googlebot/2.1")]).await;
        open(&shop, "/", &[]).await;
        open(&shop, "/", &[desk, ("sec-fetch-mode", "cors")]).await;
        open(&shop, "/", &[desk, ("sec-purpose", "prefetch")]).await;
        assert_eq!(open(&shop, "/productos/999999", &[desk]).await.0, 404);
        assert_eq!(open(&shop, "/finalizar", &[desk]).await.0, 303, "not shown");
        assert_eq!(stored(&shop).await, [], "in memory so far");
        flush(&shop.app).await;
        flush(&other.app).await;
        flush(&other.app).await;
        let direct = row("escritorio", "directo", [1, 1, 0, 0, 0, 0]);
        assert_eq!(stored(&shop).await, [direct, row("movil", "instagram", [1, 1, 1, 1, 0, 0])]);
    }

    async fn an_order_says_where_it_came_from_and_ends_the_funnel(database) {
        let shop = TestShop::new(database).await;
        let ana = shop.customer("ana@example.com").await;
        order(&shop, &ana.with_cookie("belgrano_origen", "diario"), &[("user-agent", PHONE), OURS]).await;
        order(&shop, &ana, &[("user-agent", "curl/8.5.0")]).await;
        order(&shop, &ana, &[("user-agent", DESK), ("referer", "https://www.google.com/")]).await;
        let mut session = shop.app.db.read().await.expect("a connection");
        let said = fetch!(all, session, (String, String), "SELECT device, origin FROM orders ORDER BY id").expect("rows");
        drop(session);
        let words = |device: &str, origin: &str| (device.to_owned(), origin.to_owned());
        assert_eq!(said, [words("movil", "diario"), words("otro", "directo"), words("escritorio", "buscador")]);
        flush(&shop.app).await;
        let counted = stored(&shop).await;
        assert!(counted.contains(&row("movil", "diario", [0, 0, 0, 0, 0, 1])), "{counted:?}");
        assert_eq!(counted.iter().map(|row| row.7).sum::<i64>(), 3);
    }

    async fn an_hour_has_room_for_so_many_words_from_all_instances(database) {
        let (shop, other) = (TestShop::new(database).await, TestShop::seeded(database, 8, &[]).await);
        for word in 0..WORDS_AN_HOUR {
            open(&shop, &format!("/?utm_source=a{word}"), &[("user-agent", PHONE)]).await;
            open(&other, &format!("/?utm_source=b{word}"), &[("user-agent", PHONE)]).await;
        }
        flush(&shop.app).await;
        flush(&other.app).await;
        let counted = stored(&shop).await;
        assert_eq!(counted.len(), WORDS_AN_HOUR + 1);
        let most = i64::try_from(WORDS_AN_HOUR).expect("small");
        assert!(counted.contains(&row("movil", "otro-sitio", [most, most, 0, 0, 0, 0])), "{counted:?}");
        shop.clock.advance_ms(3_600_000);
        open(&shop, "/?utm_source=b1", &[("user-agent", PHONE)]).await;
        flush(&shop.app).await;
        assert_eq!(stored(&shop).await.len(), WORDS_AN_HOUR + 2, "another hour");
    }

    async fn administrators_read_the_funnel(database) {
        let shop = TestShop::new(database).await;
        let (mut admin, mut ana) = (shop.admin().await, shop.customer("ana@example.com").await);
        open(&shop, "/", &[("user-agent", PHONE)]).await;
        open(&shop, "/productos/1", &[("user-agent", PHONE), ("referer", "https://t.co/x")]).await;
        order(&shop, &ana, &[("user-agent", PHONE), OURS]).await;
        flush(&shop.app).await;
        let found = shop.get(&mut admin, "/api/embudo").await.body;
        assert_eq!((&found["desde"], &found["hasta"]), (&json!("2026-11-07"), &json!("2026-11-21")));
        let total = json!({ "visitas": 2, "inicio": 1, "producto": 1, "carrito": 0, "checkout": 0, "pedidos": 1, "conversion": 0.5 });
        assert_eq!(found["total"], total);
        assert_eq!(found["por_dia"].as_array().map(Vec::len), Some(15));
        assert_eq!(found["por_dia"][14]["visitas"], 2);
        assert_eq!((&found["por_dia"][0]["visitas"], &found["por_dia"][0]["conversion"]), (&json!(0), &Value::Null));
        assert_eq!((&found["por_dispositivo"][0]["que"], &found["por_origen"][1]["que"]), (&json!("movil"), &json!("red-social")));
        let before = shop.get(&mut admin, "/api/embudo?hasta=2026-11-20").await.body;
        assert_eq!((&before["total"]["visitas"], &before["por_origen"]), (&json!(0), &json!([])));
        for (query, field) in [("desde=ayer", "desde"), ("desde=2026-11-22", "hasta"), ("desde=2020-01-01", "desde")] {
            let refused = shop.get(&mut admin, &format!("/api/embudo?{query}")).await;
            assert_eq!((refused.status, &refused.body["errors"][0]["field"]), (422, &json!(field)), "{refused:?}");
        }
        assert_eq!(shop.get(&mut ana, "/api/embudo").await.status, 403);
    }
}

#[tokio::test]
async fn the_page_shows_it_and_keeps_what_was_typed_wrong() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::new(&database).await;
    let mut admin = shop.visitor();
    let log_in = [("email", crate::testing::ADMIN.0), ("password", crate::testing::ADMIN.1)];
    assert_eq!(admin.post("/ingresar", &log_in).await.status, 303);
    assert!(admin.get("/administrar/visitas").await.body.contains("En estos días no hubo visitas."));
    open(&shop, "/?utm_source=diario", &[("user-agent", PHONE)]).await;
    flush(&shop.app).await;
    let page = admin.get("/administrar/visitas?desde=2026-11-20&hasta=2026-11-21").await;
    assert!(page.body.contains("<th scope=\"row\">diario</th>") && page.body.contains("Celular"), "{}", page.body);
    assert!(page.body.contains("value=\"2026-11-20\""), "{}", page.body);
    let wrong = admin.get("/administrar/visitas?desde=ayer").await;
    assert!(wrong.status == 422 && wrong.body.contains("id=\"desde-error\""), "{}", wrong.body);
    assert_eq!(shop.visitor().get("/administrar/visitas").await.status, 303, "whoever is not logged in");
}

#[tokio::test]
async fn what_cannot_be_written_is_kept() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::new(&database).await;
    open(&shop, "/", &[("user-agent", PHONE)]).await;
    database.execute(&shop.app.db, "ALTER TABLE funnel RENAME TO elsewhere").await;
    flush(&shop.app).await;
    database.execute(&shop.app.db, "ALTER TABLE elsewhere RENAME TO funnel").await;
    flush(&shop.app).await;
    assert_eq!(stored(&shop).await, [row("movil", "directo", [1, 1, 0, 0, 0, 0])]);
}
