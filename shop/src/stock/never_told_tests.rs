//! What a product costs its business is nobody's but the administrators': no page, answer or message of anybody else has it.

use axum::http::Method;
use belgrano_runtime::{fetch_scalar, on_both_engines};
use belgrano_testing::{TestDatabase, posted};
use serde_json::json;

use crate::testing::{ADMIN, Browser, TestShop};

/// A cost that nothing else in the shop is, in pesos.
const COST: f64 = 7_813.37;
/// As it may be written: JSON, centavos, the languages of the pages.
const WRITTEN: [&str; 5] = ["7813.37", "781337", "7.813,37", "7,813.37", "7813,37"];
/// What only administrators know of a product.
const MEMBERS: [&str; 3] = ["\"costo\"", "\"punto_pedido\"", "\"plazo_dias\""];

fn assert_untold(from: &str, text: &str) {
    for told in WRITTEN.iter().chain(&MEMBERS) {
        assert!(!text.contains(told), "{from} tells {told}: {text}");
    }
}

/// A path of the API's document with the numbers that are in this shop.
fn real(path: &str, number: &str) -> String {
    path.replace("{numero}", number).replace("{id}", "1").replace("{producto_id}", "1").replace("{hash}", "x")
}

async fn ask(shop: &TestShop, who: &mut Browser, method: Method, path: &str) -> String {
    let body = (method != Method::GET).then(|| ("application/json", "{}".into()));
    let (_, body) = shop.send_bytes(who, method, path, body).await;
    String::from_utf8_lossy(&body).into_owned()
}

/// Every operation of the API, asked by `who`: what can be read, and then what may change that.
async fn api_is_silent(shop: &TestShop, who: &Browser, number: &str) {
    let document = serde_json::to_value(crate::router::document()).expect("a document");
    let paths = document["paths"].as_object().expect("paths").iter();
    let all = paths.flat_map(|(path, item)| {
        let methods = item.as_object().expect("operations").keys();
        methods.map(move |method| (Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method"), path))
    });
    // A socket is no answer, and whoever logs out reads nothing any more.
    let mut asked: Vec<_> = all.filter(|(_, path)| !path.ends_with("/ws") && *path != "/api/logout").collect();
    asked.sort_by_key(|(method, _)| method != Method::GET);
    assert!(asked.len() > 50, "{asked:?}");
    for (method, path) in asked {
        let path = real(path, number);
        assert_untold(&format!("{method} {path}"), &ask(shop, &mut who.clone(), method, &path).await);
    }
}

on_both_engines! {
    async fn nobody_but_administrators_reads_what_a_product_costs(database) {
        let shop = TestShop::new(database).await;
        let mut admin = shop.admin().await;
        let body = json!({ "costo": COST, "punto_pedido": 781_337, "plazo_dias": 78 });
        let set = shop.send(&mut admin, Method::PATCH, "/api/productos/1", Some(body)).await;
        assert_eq!((set.status, &set.body["costo"]), (200, &json!(COST)), "whoever may reads it");
        let told = ask(&shop, &mut admin, Method::GET, "/api/administrar/productos").await;
        assert!(told.contains(WRITTEN[0]) && told.contains(MEMBERS[0]), "{told}");
        let mut ana = shop.customer("ana@example.com").await;
        let mut rosa = Browser::default();
        let merchant = json!({ "nombre": "Rosa", "email": "rosa@example.com", "password": "correcto caballo", "rol": "comerciante",
            "nombre_negocio": "Granja", "cuit": "30-50001091-2", "direccion": "Av. Congreso 2100", "telefono": "11 5555 0102" });
        assert_eq!(shop.post(&mut rosa, "/api/register", merchant).await.status, 201);
        let package = json!({ "nombre": "Semana", "frecuencia": "semanal", "items": [{ "producto_id": 1, "cantidad": 1 }] });
        assert_eq!(shop.post(&mut rosa, "/api/paquetes", package).await.status, 201);
        let order = json!({ "items": [{ "producto_id": 1, "cantidad": 2 }] });
        for who in [&mut ana, &mut rosa] {
            assert_eq!(shop.send(who, Method::PUT, "/api/carrito/1", Some(json!({ "cantidad": 1 }))).await.status, 200);
            let placed = shop.post(who, "/api/pedidos", order.clone()).await;
            assert_untold("the order", &placed.body.to_string());
            let number = placed.body["numero"].as_str().expect("placed").to_owned();
            api_is_silent(&shop, who, &number).await;
            let detail = shop.get(who, &format!("/api/pedidos/{number}")).await;
            assert_eq!(detail.status, 200, "the walk had an order to read");
        }
        api_is_silent(&shop, &Browser::default(), "BA-1").await;
        let mut session = shop.app.db.read().await.expect("a connection");
        let frozen = "SELECT COUNT(*) FROM order_lines WHERE cost = 781337";
        assert!(fetch_scalar!(one, session, i64, frozen).expect("one row") >= 2, "the order knows what it cost");
        let payloads = fetch_scalar!(all, session, String, "SELECT payload FROM outbox").expect("read");
        assert!(payloads.len() >= 2);
        for payload in &payloads {
            assert_untold("the message to the board", payload);
        }
    }
}

/// The addresses of pages, with the numbers that are in this shop.
fn pages(number: &str) -> Vec<String> {
    let source = include_str!("../pages/mod.rs");
    let routes = source.split(".route(").skip(1).filter_map(|rest| rest.split('"').nth(1));
    routes.map(|path| real(path, number).replace("{accion}", "pausar").replace("{clave}", "x")).collect()
}

#[tokio::test]
async fn no_page_but_the_administrators_tells_it() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::new(&database).await;
    let mut admin = shop.admin().await;
    let body = json!({ "costo": COST, "punto_pedido": 781_337 });
    assert_eq!(shop.send(&mut admin, Method::PATCH, "/api/productos/1", Some(body)).await.status, 200);
    let mut ana = shop.customer("ana@example.com").await;
    let order = json!({ "items": [{ "producto_id": 1, "cantidad": 2 }] });
    let placed = shop.post(&mut ana, "/api/pedidos", order).await;
    let number = placed.body["numero"].as_str().expect("placed").to_owned();
    shop.send(&mut ana, Method::PUT, "/api/carrito/1", Some(json!({ "cantidad": 1 }))).await;
    let (mut customer, mut nobody, mut boss) = (shop.visitor(), shop.visitor(), shop.visitor());
    customer.follow("/ingresar", &[("email", "ana@example.com"), ("password", "correcto caballo")]).await;
    boss.follow("/ingresar", &[("email", ADMIN.0), ("password", ADMIN.1)]).await;
    let paths = pages(&number);
    assert!(paths.len() > 40, "{paths:?}");
    let mut shown = 0;
    for path in &paths {
        for who in [&mut customer, &mut nobody] {
            let page = who.get(path).await;
            shown += usize::from(page.status == 200);
            assert_untold(path, &page.body);
        }
    }
    assert!(shown > 20, "{shown} pages were seen");
    assert!(posted(include_str!("../pages/mod.rs")).len() > 20, "the list of pages is read as elsewhere");
    for path in ["/administrar/productos", "/administrar/productos/1"] {
        let page = boss.get(path).await.body;
        assert!(page.contains("7.813,37") && page.contains("781337"), "{path}: {page}");
    }
}
