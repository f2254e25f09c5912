//! Who may read, what is told, and how long a reader waits.

use std::collections::HashSet;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request};
use belgrano_runtime::on_both_engines;
use belgrano_testing::TestDatabase;
use belgrano_wire::signature::{ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER};
use belgrano_wire::{OrderNumber, TicketState};
use serde_json::{Value, json};

use super::reader::{Copy, Reader, ask, send};
use crate::orders::{Apply, Report};
use crate::testing::{Browser, TestShop};

async fn buy(shop: &TestShop, who: &mut Browser, product: i64) -> String {
    let body = json!({ "items": [{ "producto_id": product, "cantidad": 2 }], "direccion": "Av. Cabildo 2040", "barrio": "Belgrano" });
    let answer = shop.post(who, "/api/pedidos", body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.body["numero"].as_str().expect("a number").to_owned()
}

on_both_engines! {
    async fn each_thing_comes_once_at_its_newest_and_whole(database) {
        let shop = TestShop::new(database).await;
        let mut ana = shop.customer("ana@example.com").await;
        let numbers = [buy(&shop, &mut ana, 1).await, buy(&shop, &mut ana, 1).await];
        let (_, page) = ask(&shop, "despues=0&limite=5000").await;
        let changes = page["cambios"].as_array().expect("changes");
        let things: HashSet<(&str, &str)> = changes
            .iter()
            .map(|change| (change["entidad"].as_str().expect("text"), change["clave"].as_str().expect("text")))
            .collect();
        assert_eq!(things.len(), changes.len(), "none comes twice");
        let of = |entity: &str, key: &str| {
            let found = changes.iter().find(|change| change["entidad"] == entity && change["clave"] == key);
            found.unwrap_or_else(|| panic!("no {entity} {key}"))["dato"].clone()
        };
        let order = of("pedido", &numbers[1]);
        assert_eq!((&order["numero"], &order["estado"]), (&json!(numbers[1]), &json!("pendiente")));
        assert_eq!(order["lineas"][0]["cantidad"], 2);
        assert_eq!(order["lineas"][0]["costo"], Value::Null);
        for unknown in ["dispositivo", "origen", "prometido"] {
            assert!(order.as_object().expect("an object").contains_key(unknown), "{unknown} is written");
        }
        let account = of("cuenta", &order["cuenta_id"].to_string());
        assert_eq!((&account["email"], &account["rol"]), (&json!("ana@example.com"), &json!("cliente")));
        assert!(account.get("password_hash").is_none());
        let product = of("producto", "1");
        assert_eq!(product["id"], 1);
        for entity in ["negocio", "sucursal", "categoria", "oferta"] {
            assert!(things.iter().any(|(kind, _)| *kind == entity), "no {entity}");
        }
        let (movement, price) = (of("movimiento", "1"), of("precio", "1"));
        assert_eq!((&movement["tipo"], &movement["cantidad"]), (&json!("venta"), &json!(-2)));
        assert_eq!((&movement["actor"], &movement["pedido"]), (&json!("cuenta"), &json!(numbers[0])));
        assert_eq!(movement["stock"].as_i64(), product["stock"].as_i64().map(|left| left + 2), "before the second order");
        assert_eq!((&price["producto_id"], &price["costo"]), (&json!(1), &Value::Null));
        // What is bought is told again with what that did to the stock, and nothing else.
        let after = page["hasta"].as_i64().expect("a number");
        let third = buy(&shop, &mut ana, 2).await;
        let (_, page) = ask(&shop, &format!("despues={after}")).await;
        let mut told: Vec<String> = page["cambios"]
            .as_array()
            .expect("changes")
            .iter()
            .map(|change| format!("{} {}", change["entidad"], change["clave"]))
            .collect();
        told.sort();
        assert_eq!(
            told,
            ["\"movimiento\" \"3\"".to_owned(), format!("\"pedido\" \"{third}\""), "\"producto\" \"2\"".to_owned()]
        );
    }
}

on_both_engines! {
    async fn what_only_administrators_set_is_told_too(database) {
        let shop = TestShop::new(database).await;
        let (mut admin, mut ana) = (shop.admin().await, shop.customer("ana@example.com").await);
        let mut rosa = Browser::default();
        let merchant = json!({ "nombre": "Rosa", "email": "rosa@example.com", "password": "correcto caballo", "rol": "comerciante",
            "nombre_negocio": "Granja", "cuit": "30-50001091-2" });
        let rosa_id = shop.post(&mut rosa, "/api/register", merchant).await.body["id"].to_string();
        let mut reader = Reader::default();
        reader.catch_up(&shop).await;
        let mut patch = async |who: &mut Browser, path: &str, body: Value| {
            let answer = shop.send(who, Method::PATCH, path, Some(body)).await;
            assert_eq!(answer.status, 200, "{answer:?}");
            let before = reader.after;
            reader.catch_up(&shop).await;
            assert!(reader.after > before, "{path} was not told");
            reader.copy.clone()
        };
        let of = |copy: &Copy, entity: &str, key: &str| copy[&(entity.to_owned(), key.to_owned())].clone();
        let ana_id = shop.get(&mut ana, "/api/me").await.body["id"].to_string();
        let copy = patch(&mut ana, "/api/me", json!({ "anio_nacimiento": 1987 })).await;
        assert_eq!((&of(&copy, "cuenta", &ana_id)["anio_nacimiento"], &of(&copy, "cuenta", &ana_id)["plan"]), (&json!(1987), &Value::Null));
        let copy = patch(&mut ana, "/api/me", json!({ "anio_nacimiento": null })).await;
        assert_eq!(of(&copy, "cuenta", &ana_id)["anio_nacimiento"], Value::Null, "erased here is erased there");
        let copy = patch(&mut admin, &format!("/api/administrar/comercios/{rosa_id}"), json!({ "plan": "premium" })).await;
        assert_eq!(of(&copy, "cuenta", &rosa_id)["plan"], "premium");
        let costs = json!({ "costo": 2900.5, "punto_pedido": 40, "plazo_dias": 3 });
        let copy = patch(&mut admin, "/api/productos/1", costs.clone()).await;
        for (member, value) in costs.as_object().expect("members") {
            assert_eq!(&of(&copy, "producto", "1")[member], value);
        }
        let newest = copy.iter().filter(|((entity, _), _)| entity == "precio").max_by_key(|(_, price)| price["id"].as_i64());
        assert_eq!(newest.map(|(_, price)| (&price["producto_id"], &price["costo"])), Some((&json!(1), &json!(2900.5))));
        let count = json!({ "tipo": "recuento", "cantidad": 7, "motivo": "mes" });
        assert_eq!(shop.post(&mut admin, "/api/productos/1/movimientos", count).await.status, 201);
        reader.catch_up(&shop).await;
        let movement = of(&reader.copy, "movimiento", "1");
        assert_eq!((&movement["motivo"], &movement["stock"], &movement["pedido"]), (&json!("mes"), &json!(7), &Value::Null));
    }
}

on_both_engines! {
    async fn what_customers_say_is_told(database) {
        let shop = TestShop::new(database).await;
        let (mut ana, mut admin) = (shop.customer("ana@example.com").await, shop.admin().await);
        let number = buy(&shop, &mut ana, 1).await;
        let report = Report {
            number: OrderNumber::parse(&number).expect("a number"),
            state: Some(TicketState::Delivered),
            ticket_id: Some(1),
            version: Some(1),
            driver: None,
            reason: None,
            changed_at: None,
        };
        let apply = Apply { reports: vec![report], cursor: None, another_life: false };
        assert_eq!(shop.app.writer.submit(apply).await.expect("applied"), 1);
        let said = json!({ "productos": [{ "producto_id": 1, "estrellas": 4, "texto": "Rica" }], "entrega": { "estrellas": 5 } });
        let said = shop.post(&mut ana, &format!("/api/pedidos/{number}/resenas"), said).await;
        assert_eq!(said.status, 200, "{said:?}");
        let mut reader = Reader::default();
        reader.catch_up(&shop).await;
        let of = |reader: &Reader, entity: &str, key: &str| reader.copy[&(entity.to_owned(), key.to_owned())].clone();
        let order = of(&reader, "pedido", &number);
        assert_eq!((&order["dispositivo"], &order["origen"], &order["prometido"]), (&json!("otro"), &json!("directo"), &Value::Null));
        let (first, second) = (&said.body["resenas"][0]["id"], &said.body["resenas"][1]["id"]);
        let review = of(&reader, "resena", &first.to_string());
        assert_eq!(review, json!({
            "id": first, "pedido": number, "cuenta_id": order["cuenta_id"], "producto_id": 1, "estrellas": 4, "texto": "Rica",
            "en": review["en"], "oculta": false, "motivo_oculta": null,
        }));
        assert_eq!(of(&reader, "resena", &second.to_string())["producto_id"], Value::Null);
        // What changes is told again.
        let hide = format!("/api/resenas/{first}/ocultar");
        assert_eq!(shop.post(&mut admin, &hide, json!({ "motivo": "Maltrato" })).await.status, 200);
        reader.catch_up(&shop).await;
        assert_eq!(of(&reader, "resena", &first.to_string())["motivo_oculta"], "Maltrato");
    }
}

#[tokio::test]
async fn nobody_reads_without_a_key() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::with(&database, &[("API_KEY", "clave")]).await;
    let request = |headers: &[(&str, &str)]| {
        let mut request = Request::get("/api/cambios?limite=0");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(Body::empty()).expect("a request")
    };
    for headers in
        [&[][..], &[("x-api-key", "otra")], &[(ID_HEADER, "a"), (TIMESTAMP_HEADER, "1"), (SIGNATURE_HEADER, "v1,x")]]
    {
        assert_eq!(send(&shop, request(headers)).await.0, 401, "before anything is said of what is asked");
    }
    assert_eq!(send(&shop, request(&[("x-api-key", "clave")])).await.0, 422);
    // A signature over nothing that was made for something else.
    let now = shop.app.ambient.now();
    for id in ["ws_1", "lookup_1", "cancel_1_2"] {
        let signed = shop.app.secrets.sign(id, now, b"");
        let headers = [(ID_HEADER, id), (TIMESTAMP_HEADER, &signed.timestamp), (SIGNATURE_HEADER, &signed.signature)];
        assert_eq!(send(&shop, request(&headers)).await.0, 401, "{id}");
    }
    let late = now.plus_ms(-3_600_000);
    let signed = shop.app.secrets.sign("c", late, b"");
    let headers = [(ID_HEADER, "c"), (TIMESTAMP_HEADER, &signed.timestamp), (SIGNATURE_HEADER, &signed.signature)];
    let (status, problem) = send(&shop, request(&headers)).await;
    assert_eq!((status, &problem["desfase_s"]), (401, &json!(-3600)));
    let mut ana = shop.customer("ana@example.com").await;
    assert_eq!(shop.get(&mut ana, "/api/cambios").await.status, 401);
}

#[tokio::test]
async fn a_signature_decides_whatever_key_comes_with_it() {
    let database = TestDatabase::sqlite();
    let keys = "tablero:estados:llave-del-tablero-12,copia:cambios:llave-de-la-copia-12";
    let shop = TestShop::with(&database, &[("API_KEY", keys)]).await;
    let signed = shop.app.secrets.sign("c", shop.app.ambient.now(), b"");
    for (key, alone) in [("llave-del-tablero-12", 403), ("llave-de-nadie-0123", 401), ("llave-de-la-copia-12", 422)] {
        let request = || Request::get("/api/cambios?limite=0").header("x-api-key", key);
        assert_eq!(send(&shop, request().body(Body::empty()).expect("a request")).await.0, alone, "{key}");
        let request = request().header(ID_HEADER, "c").header(TIMESTAMP_HEADER, &signed.timestamp);
        let request = request.header(SIGNATURE_HEADER, &signed.signature).body(Body::empty());
        assert_eq!(send(&shop, request.expect("a request")).await.0, 422, "{key}: let in, and asked for something");
    }
}

#[tokio::test]
async fn what_is_out_of_range_is_named() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::new(&database).await;
    for (query, field) in [
        ("despues=-1", "despues"),
        ("despues=x", "despues"),
        ("limite=0", "limite"),
        ("limite=5001", "limite"),
        ("espera=31", "espera"),
        ("espera=-1", "espera"),
        ("espera=18446744073709551615", "espera"),
    ] {
        let (status, problem) = ask(&shop, query).await;
        assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!(field)), "{query}: {problem}");
    }
}

#[tokio::test]
async fn ahead_of_everything_there_is_nothing() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::new(&database).await;
    let (status, page) = ask(&shop, "despues=9000000000000000").await;
    assert_eq!((status, &page["cambios"], &page["hasta"]), (200, &json!([]), &json!(9_000_000_000_000_000_i64)));
}

/// Asks to be told within half a minute of what comes after `after`; `meanwhile` happens once it waits.
async fn told(shop: &TestShop, after: i64, meanwhile: impl Future<Output = ()>) -> Value {
    let query = format!("despues={after}&espera=30");
    let waits = async {
        while shop.app.changes.waiting() == 0 {
            tokio::task::yield_now().await;
        }
    };
    let happens = async {
        tokio::time::timeout(Duration::from_mins(1), waits).await.expect("it waits: there is nothing");
        meanwhile.await;
    };
    let ((status, page), ()) = tokio::join!(ask(shop, &query), happens);
    assert_eq!(status, 200, "{page}");
    page
}

on_both_engines! {
    async fn who_waits_is_told_once_it_is_committed(database) {
        let shop = TestShop::new(database).await;
        let mut ana = shop.customer("ana@example.com").await;
        let mut reader = Reader::default();
        reader.catch_up(&shop).await;
        let buying = async {
            // First what the feed does not tell of.
            assert_eq!(shop.post(&mut ana.clone(), "/api/logout", json!({})).await.status, 204);
            ana = shop.customer("eva@example.com").await;
        };
        let page = told(&shop, reader.after, buying).await;
        assert_eq!(page["cambios"][0]["entidad"], "cuenta", "{page}");
        // Another instance commits: nobody here is woken.
        reader.catch_up(&shop).await;
        let other = TestShop::seeded(database, 8, &[]).await;
        let buying = async {
            buy(&other, &mut ana, 1).await;
        };
        let page = told(&shop, reader.after, buying).await;
        assert!(!page["cambios"].as_array().expect("changes").is_empty());
    }
}

#[tokio::test]
async fn a_stop_ends_the_wait_and_so_many_may_wait() {
    let database = TestDatabase::sqlite();
    let shop = TestShop::with(&database, &[("CHANGES_WAITING", "1")]).await;
    let mut reader = Reader::default();
    reader.catch_up(&shop).await;
    let after = reader.after;
    let page = told(&shop, after, async {
        let (status, problem) = ask(&shop, &format!("despues={after}&espera=30")).await;
        assert_eq!(status, 503, "{problem}");
        assert_eq!(ask(&shop, &format!("despues={after}")).await.0, 200, "who does not wait needs no place");
        shop.app.life.stop();
    })
    .await;
    assert_eq!((&page["cambios"], &page["hasta"]), (&json!([]), &json!(after)));
}
