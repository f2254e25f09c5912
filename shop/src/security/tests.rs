//! What the security log of a shop has after each thing that it tells of, and what it never has.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request, Response};
use belgrano_runtime::{fetch_scalar, on_both_engines};
use belgrano_testing::{CapturedLog, TestDatabase};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::persons::{Erase, NoteExport, Proof, find};
use crate::testing::{Browser, TestShop};

const EMAIL: &str = "ana@example.com";
const UNKNOWN: &str = "nadie@example.com";
const PASSWORD: &str = "correcto caballo";
const WRONG: &str = "no es la clave";
const HOUR_MS: i64 = 3_600_000;

async fn log_in(shop: &TestShop, email: &str, password: &str) -> u16 {
    let body = json!({ "email": email, "password": password });
    shop.post(&mut Browser::default(), "/api/login", body).await.status
}

/// What an administrator reads, the oldest first.
async fn entries(shop: &TestShop, query: &str) -> Vec<Value> {
    shop.app.security.flush(&shop.app.writer, false).await.expect("written");
    let mut admin = shop.admin().await;
    let answer = shop.get(&mut admin, &format!("/api/seguridad/registro?limit=200{query}")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let mut entries = answer.body["entradas"].as_array().expect("a list").clone();
    entries.reverse();
    entries
}

/// The entries of one kind.
async fn of_kind(shop: &TestShop, kind: &str) -> Vec<Value> {
    entries(shop, &format!("&tipo={kind}")).await
}

async fn count(shop: &TestShop, sql: &'static str) -> i64 {
    fetch_scalar!(one, shop.app.db.read().await.expect("a connection"), i64, sql).expect("a count")
}

/// Everything that is stored, as one text.
async fn stored(shop: &TestShop) -> String {
    entries(shop, "").await.iter().map(Value::to_string).collect()
}

/// Sends a request over a socket from `address`.
async fn from(shop: &TestShop, address: &str, request: axum::http::request::Builder, body: &Value) -> Response<Body> {
    let peer: SocketAddr = format!("{address}:4000").parse().expect("an address");
    let request = request.header("content-type", "application/json").extension(ConnectInfo(peer));
    let request = request.body(Body::from(body.to_string())).expect("a request");
    crate::service::router(&shop.app).oneshot(request).await.expect("infallible")
}

async fn asked_for_a_code(shop: &mut TestShop) -> String {
    shop.post(&mut Browser::default(), "/api/password/forgot", json!({ "email": EMAIL })).await;
    let mail = shop.mails.recv().await.expect("a mail");
    mail.text.split(": ").nth(1).and_then(|rest| rest.lines().next()).expect("a code").to_owned()
}

on_both_engines! {
    async fn who_comes_in_and_who_does_not_is_told(database) {
        let shop = TestShop::new(database).await;
        let mut ana = shop.customer(EMAIL).await;
        let id = shop.get(&mut ana, "/api/me").await.body["id"].clone();
        let made = of_kind(&shop, "cuenta-nueva").await.pop().expect("an entry");
        assert_eq!((&made["sobre_cuenta_id"], &made["cuenta_id"], &made["datos"]), (&id, &id, &json!({ "rol": "cliente" })));
        assert_eq!(shop.post(&mut ana, "/api/logout", Value::Null).await.status, 204);
        assert_eq!(of_kind(&shop, "salida").await[0]["cuenta_id"], id);
        assert_eq!(log_in(&shop, EMAIL, WRONG).await, 401);
        assert_eq!(log_in(&shop, UNKNOWN, WRONG).await, 401);
        let failed = of_kind(&shop, "ingreso-fallido").await;
        let (known, unknown) = (&failed[0], &failed[1]);
        assert_eq!((&known["sobre_cuenta_id"], &known["datos"]), (&id, &json!({ "motivo": "clave" })));
        assert_eq!(unknown["sobre_cuenta_id"], Value::Null);
        let hash = unknown["datos"]["correo"].as_str().expect("a hash").to_owned();
        assert_eq!(log_in(&shop, UNKNOWN, PASSWORD).await, 401);
        assert_eq!(of_kind(&shop, "ingreso-fallido").await[2]["datos"]["correo"], hash, "the same address again");
        assert_eq!(log_in(&shop, EMAIL, PASSWORD).await, 200);
        let came_in = of_kind(&shop, "ingreso").await;
        assert!(came_in.iter().any(|entry| entry["cuenta_id"] == id && entry["solicitud"].is_string()), "{came_in:?}");
    }

    async fn new_passwords_and_wrong_ones_are_told(database) {
        let mut shop = TestShop::new(database).await;
        let mut ana = shop.customer(EMAIL).await;
        let id = shop.get(&mut ana, "/api/me").await.body["id"].clone();
        let change = |current: &str| json!({ "password_actual": current, "password_nueva": "otra muy distinta" });
        assert_eq!(shop.post(&mut ana, "/api/password/change", change(WRONG)).await.status, 422);
        assert_eq!(of_kind(&shop, "clave-fallida").await[0]["cuenta_id"], id);
        assert_eq!(shop.post(&mut ana, "/api/password/change", change(PASSWORD)).await.status, 204);
        let changed = of_kind(&shop, "clave-cambiada").await;
        assert_eq!((&changed[0]["cuenta_id"], &changed[0]["sobre_cuenta_id"]), (&id, &id));
        assert!(changed[0]["solicitud"].is_string(), "by whoever asked for the command: {changed:?}");
        let code = asked_for_a_code(&mut shop).await;
        let reset = |code: &str| json!({ "email": EMAIL, "codigo": code, "password": "una tercera distinta" });
        let mut nobody = Browser::default();
        assert_eq!(shop.post(&mut nobody, "/api/password/reset", reset("00000-00000")).await.status, 422);
        assert_eq!(of_kind(&shop, "codigo-fallido").await.len(), 1);
        assert_eq!(shop.post(&mut nobody, "/api/password/reset", reset(&code)).await.status, 204);
        assert_eq!(of_kind(&shop, "clave-recuperada").await[0]["sobre_cuenta_id"], id);
        let all = stored(&shop).await;
        for secret in [EMAIL, PASSWORD, WRONG, "otra muy distinta", "una tercera distinta", &code] {
            assert!(!all.contains(secret), "{secret} in {all}");
        }
    }

    async fn what_is_refused_is_told(database) {
        const KEY: &str = "una llave que no es";
        let shop = TestShop::with(database, &[("API_KEY", "clave-de-prueba-0123456789")]).await;
        let mut ana = shop.customer(EMAIL).await;
        let id = shop.get(&mut ana, "/api/me").await.body["id"].clone();
        assert_eq!(shop.get(&mut ana, "/api/outbox").await.status, 403);
        assert_eq!(shop.get(&mut Browser::default(), "/api/outbox").await.status, 401, "which is nobody's");
        let refused = of_kind(&shop, "rechazo").await;
        assert_eq!((refused.len(), &refused[0]["cuenta_id"]), (1, &id));
        assert_eq!(refused[0]["datos"], json!({ "metodo": "GET", "ruta": "/api/outbox" }));
        let asks = Request::post("/api/pedido/confirmar/BA-77").header("x-api-key", KEY);
        assert_eq!(from(&shop, "192.0.2.7", asks, &json!({})).await.status(), 401);
        let asks = Request::get("/api/cambios").header("x-api-key", KEY);
        assert_eq!(from(&shop, "192.0.2.7", asks, &json!({})).await.status(), 401);
        let keys = of_kind(&shop, "llave-rechazada").await;
        assert_eq!(keys.len(), 2);
        assert_eq!(keys[0]["direccion"], keys[1]["direccion"], "one address has one mark");
        assert!(keys[0]["direccion"].as_str().is_some_and(|mark| mark.len() == 16), "{keys:?}");
        let all = stored(&shop).await;
        for secret in [KEY, "192.0.2.7", "BA-77"] {
            assert!(!all.contains(secret), "{secret} in {all}");
        }
    }

    async fn whose_key_opens_something_else_is_told_by_name(database) {
        const KEY: &str = "llave-de-la-copia-12";
        let shop = TestShop::with(database, &[("API_KEY", "copia:cambios:llave-de-la-copia-12")]).await;
        let asks = Request::post("/api/pedido/confirmar/BA-77").header("x-api-key", KEY);
        assert_eq!(from(&shop, "192.0.2.7", asks, &json!({})).await.status(), 403);
        let refused = of_kind(&shop, "rechazo").await;
        let told = json!({ "cliente": "copia", "metodo": "POST", "ruta": "/api/pedido/confirmar/{numero}" });
        assert_eq!(refused.iter().map(|entry| &entry["datos"]).collect::<Vec<_>>(), [&told]);
        assert_eq!(of_kind(&shop, "llave-rechazada").await, [Value::Null; 0], "it is no wrong key");
        assert!(!stored(&shop).await.contains(KEY));
    }

    async fn only_administrators_read_it_filtered_and_page_by_page(database) {
        let shop = TestShop::new(database).await;
        let mut ana = shop.customer(EMAIL).await;
        let id = shop.get(&mut ana, "/api/me").await.body["id"].clone();
        for _ in 0..3 {
            log_in(&shop, EMAIL, WRONG).await;
        }
        assert_eq!(shop.get(&mut Browser::default(), "/api/seguridad/registro").await.status, 401);
        assert_eq!(shop.get(&mut ana, "/api/seguridad/registro").await.status, 403);
        let hers = entries(&shop, &format!("&cuenta={id}")).await;
        let kinds: Vec<&str> = hers.iter().map(|entry| entry["tipo"].as_str().expect("a word")).collect();
        assert_eq!(kinds, ["cuenta-nueva", "ingreso-fallido", "ingreso-fallido", "ingreso-fallido", "rechazo"]);
        let both = entries(&shop, &format!("&cuenta={id}&tipo=rechazo")).await;
        assert_eq!(both.len(), 1);
        let mut admin = shop.admin().await;
        let path = "/api/seguridad/registro?tipo=ingreso-fallido&limit=2";
        let first = shop.get(&mut admin, path).await.body;
        let next = format!("{path}&cursor={}", first["cursor"].as_str().expect("a cursor"));
        let second = shop.get(&mut admin, &next).await.body;
        let ids = |page: &Value| {
            let listed = page["entradas"].as_array().expect("a list").iter();
            listed.map(|entry| entry["id"].as_i64().expect("an id")).collect::<Vec<_>>()
        };
        assert_eq!((ids(&first).len(), ids(&second).len(), &second["cursor"]), (2, 1, &Value::Null));
        assert!(ids(&first)[0] > ids(&first)[1] && ids(&first)[1] > ids(&second)[0], "the newest first");
        assert_eq!(shop.get(&mut admin, "/api/seguridad/registro?tipo=nada").await.status, 422);
    }

    async fn a_flood_is_a_few_rows_and_a_count(database) {
        let shop = TestShop::with(database, &[("LOGIN_TRIES", "3")]).await;
        shop.customer(EMAIL).await;
        for at in 0..200 {
            assert_eq!(log_in(&shop, EMAIL, WRONG).await, if at < 3 { 401 } else { 429 });
        }
        assert_eq!(of_kind(&shop, "ingreso-fallido").await.len(), 10);
        shop.clock.advance_ms(60_000);
        let told = of_kind(&shop, "ingreso-fallido").await;
        assert_eq!(told.len(), 11);
        assert_eq!((&told[10]["veces"], &told[10]["datos"]["motivo"]), (&json!(190), &json!("contados")));
    }

    async fn administrators_are_told_once_of_an_attack_by_whichever_instance(database) {
        const NOTICES: &str = "SELECT COUNT(*) FROM notices WHERE news = 'seguridad' AND channel = 'correo'";
        let mut shop = TestShop::new(database).await;
        let other = TestShop::seeded(database, 8, &[]).await;
        shop.customer(EMAIL).await;
        let attack = async || {
            for instance in [&shop, &other] {
                for _ in 0..40 {
                    log_in(instance, EMAIL, WRONG).await;
                }
                instance.app.security.flush(&instance.app.writer, false).await.expect("written");
            }
        };
        attack().await;
        let alarms = of_kind(&shop, "alarma").await;
        assert_eq!(alarms.len(), 1, "{alarms:?}");
        assert_eq!((&alarms[0]["datos"]["motivo"], &alarms[0]["sobre_cuenta_id"].is_i64()), (&json!("cuenta"), &true));
        assert_eq!(count(&shop, NOTICES).await, 1, "the only administrator");
        for instance in [&shop, &other] {
            instance.clock.advance_ms(HOUR_MS);
        }
        attack().await;
        assert_eq!(of_kind(&shop, "alarma").await.len(), 2, "after the quiet time");
        let delivery = crate::notices::delivery(&shop.app).expect("a client");
        delivery.round().await;
        let mail = shop.mails.try_recv().expect("a mail");
        assert_eq!((mail.to.as_str(), mail.subject.as_str()), (crate::testing::ADMIN.0, "Demasiados intentos fallidos"));
        assert!(mail.text.contains("/seguridad\n"), "where to look: {}", mail.text);
    }

    async fn a_few_mistakes_are_no_alarm(database) {
        let shop = TestShop::new(database).await;
        shop.customer(EMAIL).await;
        for _ in 0..25 {
            log_in(&shop, EMAIL, WRONG).await;
        }
        assert_eq!(of_kind(&shop, "alarma").await, [Value::Null; 0]);
    }

    async fn what_is_old_is_pruned(database) {
        let shop = TestShop::new(database).await;
        shop.customer(EMAIL).await;
        shop.clock.advance_ms(2 * HOUR_MS);
        log_in(&shop, UNKNOWN, WRONG).await;
        shop.app.security.flush(&shop.app.writer, false).await.expect("written");
        let kept = std::time::Duration::MAX;
        let prune = crate::housekeeping::Prune {
            carts_kept_ms: HOUR_MS, answers_kept_ms: HOUR_MS, log_kept_ms: HOUR_MS, session_lifetime: kept, code_lifetime: kept,
        };
        shop.app.writer.submit(prune).await.expect("pruned");
        assert_eq!(count(&shop, "SELECT COUNT(*) FROM security_log").await, 1);
        assert_eq!(count(&shop, "SELECT COUNT(*) FROM security_log WHERE kind = 'ingreso-fallido'").await, 1);
    }
}

#[tokio::test]
async fn each_entry_is_a_line_without_an_address_or_an_e_mail() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::new(&database).await;
    let log = CapturedLog::start();
    let body = json!({ "email": UNKNOWN, "password": WRONG });
    assert_eq!(from(&shop, "192.0.2.7", Request::post("/api/login"), &body).await.status(), 401);
    shop.app.security.flush(&shop.app.writer, false).await.expect("written");
    let text = log.text();
    let lines: Vec<&str> = text.lines().filter(|line| line.contains(" security: ")).collect();
    assert_eq!(lines.len(), 1, "{text}");
    let mark = shop.app.security.address([192, 0, 2, 7].into()).to_string();
    assert!(lines[0].contains("kind=\"ingreso-fallido\"") && lines[0].contains(&mark), "{}", lines[0]);
    assert!(!lines[0].contains("192.0.2.7") && !lines[0].contains(UNKNOWN), "{}", lines[0]);
}

#[tokio::test]
async fn a_session_that_is_ended_from_another_is_told() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::new(&database).await;
    let mut ana = shop.customer(EMAIL).await;
    for ends in ["otra", "otras"] {
        assert_eq!(log_in(&shop, EMAIL, PASSWORD).await, 200);
        let listed = shop.get(&mut ana, "/api/yo/sesiones").await.body;
        let id = listed["otras"][0]["id"].as_str().expect("a name");
        let path = if ends == "otra" { format!("/api/yo/sesiones/{id}") } else { "/api/yo/sesiones".to_owned() };
        assert_eq!(shop.send(&mut ana, Method::DELETE, &path, None).await.status, 204);
        let told = of_kind(&shop, "salida").await;
        let me = shop.get(&mut ana, "/api/me").await.body["id"].clone();
        let told =
            told.iter().filter(|entry| entry["datos"] == json!({ "sesiones": ends }) && entry["cuenta_id"] == me);
        assert_eq!(told.count(), 1, "{ends}");
    }
}

#[tokio::test]
async fn its_page_says_what_happened_to_administrators_only() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::new(&database).await;
    shop.customer(EMAIL).await;
    log_in(&shop, EMAIL, WRONG).await;
    shop.app.security.flush(&shop.app.writer, false).await.expect("written");
    let mut visitor = shop.visitor();
    visitor.follow("/ingresar", &[("email", crate::testing::ADMIN.0), ("password", crate::testing::ADMIN.1)]).await;
    let page = visitor.get("/seguridad?tipo=ingreso-fallido&cuenta=").await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(
        page.body.contains("Ingreso fallido") && page.body.contains("motivo: contraseña incorrecta"),
        "{}",
        page.body
    );
    assert!(page.body.contains("Ana Díaz (#"), "whose account it was: {}", page.body);
    assert!(visitor.get("/").await.body.contains("href=\"/seguridad\""), "the navigation leads there");
    assert_eq!(visitor.get("/seguridad?cuenta=nadie").await.status, 200, "the form says what is wrong");
    let mut customer = visitor.another();
    customer.follow("/ingresar", &[("email", EMAIL), ("password", PASSWORD)]).await;
    assert_eq!(customer.get("/seguridad").await.status, 403);
}

#[tokio::test]
async fn what_becomes_of_a_persons_data_is_told() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::new(&database).await;
    let mut ana = shop.customer(EMAIL).await;
    let id = find(&shop.app.db, EMAIL).await.expect("a query").expect("she is there");
    shop.app.writer.submit(NoteExport { account_id: id }).await.expect("a commit");
    assert_eq!(shop.get(&mut ana, "/api/yo/datos").await.status, 200);
    let body = Some(json!({ "password": "correcto" }));
    assert_eq!(shop.send(&mut ana, Method::DELETE, "/api/yo", body).await.status, 422, "not her password");
    let erase = Erase { account_id: id, proof: Proof::Operator, trace: String::new() };
    shop.app.writer.submit(erase).await.expect("nobody any more");
    for kind in ["persona-exportada", "persona-borrada"] {
        let told = of_kind(&shop, kind).await;
        assert_eq!(told.iter().map(|entry| &entry["sobre_cuenta_id"]).collect::<Vec<_>>(), [&json!(id)], "{kind}");
    }
    let taken = of_kind(&shop, "exportacion").await;
    assert_eq!((taken.len(), &taken[0]["datos"]["ruta"]), (1, &json!("/api/yo/datos")));
    assert_eq!(of_kind(&shop, "clave-fallida").await.len(), 1);
}
