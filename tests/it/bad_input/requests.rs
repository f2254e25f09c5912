//! Requests no client should send.

use std::net::SocketAddr;

use belgrano_wire::limits;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::still_well;
use crate::harness::{Cast, Client, Plan, Reply, on_both_engines};

const JSON: (&str, &str) = ("content-type", "application/json");
const KEY: (&str, &str) = ("x-api-key", "clave-de-la-pareja-vieja");
const NUMBER: &str = "BA-20261121-7F3K9QTX";

on_both_engines! {
    async fn bodies_that_are_none(engine) {
        let mut cast = Cast::on(engine).await;
        let board = cast.pair.tickets.client();
        for (body, status) in bodies() {
            let reply = post(&board, "/api/tickets", &[JSON, KEY], body.clone()).await;
            let shown = String::from_utf8_lossy(&body[..body.len().min(120)]).into_owned();
            assert!(status.contains(&reply.status), "{shown}: {reply:?}");
            reply.problem(reply.status);
        }
        for (field, value) in fields() {
            let mut order = json!({ "numero": NUMBER, "cliente_nombre": "Ana", "total": 1, "productos": [] });
            order[field] = value.clone();
            let reply = post(&board, "/api/tickets", &[JSON, KEY], order.to_string().into_bytes()).await;
            let problem = reply.problem(422);
            let errors = problem["errors"].as_array().unwrap_or_else(|| panic!("{field}={value}: {problem}"));
            assert!(errors.iter().any(|error| error["field"].as_str().is_some_and(|at| at.starts_with(field))), "{problem}");
        }
        assert_eq!(cast.admin.tickets().await.len(), 0);
        // What is odd in what may be left out costs no order.
        for (nth, (field, value)) in oddities().into_iter().enumerate() {
            let number = format!("BA-20261121-RARO{nth}");
            let mut order = json!({ "numero": number, "cliente_nombre": "Ana", "total": 1, "productos": [] });
            order[field] = value.clone();
            let reply = post(&board, "/api/tickets", &[JSON, KEY], order.to_string().into_bytes()).await;
            assert_eq!(reply.status, 201, "{field}={value}: {reply:?}");
        }
        still_well(&mut cast).await;
        cast.finish().await;
    }

    async fn checkouts_that_cannot_be(engine) {
        let mut cast = Cast::on(engine).await;
        let items = |items: Value| json!({ "items": items, "direccion": "Juramento 2200" });
        let lines = |id: Value, count: Value| items(json!([{ "producto_id": id, "cantidad": count }]));
        for body in [
            json!(null), json!([]), json!("pedido"), items(json!([])), items(json!({})), items(json!("1")),
            lines(json!(1), json!(0)), lines(json!(1), json!(-1)), lines(json!(1), json!(1.5)), lines(json!(1), json!(i64::MAX)),
            lines(json!(1), json!(u64::MAX)), lines(json!(1), json!("2")), lines(json!(999_999), json!(1)), lines(json!(-1), json!(1)),
            lines(json!(i64::MAX), json!(1)), lines(json!(null), json!(1)), lines(json!(1), json!(1e300)), lines(json!(1), json!(10_001)),
            items(Value::Array(vec![json!({ "producto_id": 1, "cantidad": 9_999 }); 4])),
            json!({ "items": [{ "producto_id": 1, "cantidad": 1 }], "direccion": "x".repeat(5000) }),
            json!({ "items": [{ "producto_id": 1, "cantidad": 1 }], "lat": 91, "lng": 0 }),
            json!({ "items": [{ "producto_id": 1, "cantidad": 1 }], "lat": 1 }),
            json!({ "items": [{ "producto_id": 1, "cantidad": 1 }], "metodo_pago": 7 }),
        ] {
            let reply = cast.customer.client.post("/api/pedidos", &body).await;
            assert!(matches!(reply.status, 400 | 409 | 413 | 422), "{body}: {reply:?}");
            reply.problem(reply.status);
        }
        assert_eq!(cast.customer.orders().await.len(), 0);
        // The same key for something else.
        cast.customer.order("una-llave", &[(1, 1)]).await;
        cast.customer.try_checkout("una-llave", &[(1, 2)]).await.expect("an answer").problem(422);
        for key in [String::new(), "x".repeat(5000)] {
            let reply = cast.customer.try_checkout(&key, &[(1, 1)]).await.expect("an answer");
            assert!((400..500).contains(&reply.status) || key.is_empty(), "{reply:?}");
        }
        still_well(&mut cast).await;
        cast.finish().await;
    }

    async fn steps_that_are_not_legal(engine) {
        let mut cast = Cast::on(engine).await;
        let number = cast.customer.order("una", &[(1, 1)]).await;
        let version = cast.admin.await_ticket(&number).await["version"].clone();
        for (state, status) in [
            ("entregado", 409), ("en-camino", 409), ("aceptado", 409), ("devuelto", 409), ("perdido", 422), ("", 422),
        ] {
            let problem = cast.admin.step(&number, state).await.problem(status);
            if status == 409 {
                assert!(problem.to_string().contains("cancelado"), "it names the legal ones: {problem}");
            }
        }
        let driver = &cast.driver;
        let reply = driver.step(&number, "aceptado").await;
        assert!(matches!(reply.status, 403 | 404), "somebody else's ticket: {reply:?}");
        reply.problem(reply.status);
        for path in ["/api/tickets", "/api/usuarios", "/api/repartidores", "/api/reportes/resumen"] {
            let reply = driver.client.get(path).await.expect("an answer");
            assert!(matches!(reply.status, 200 | 403), "{path}: {reply:?}");
            assert!(!reply.body.contains(&number), "a driver sees its own only: {path}");
        }
        let client = &cast.admin.client;
        client.post(&format!("/api/tickets/{number}/asignar"), &json!({ "repartidor_id": 99_999 })).await.problem_in(&[404, 409, 422]);
        client.post(&format!("/api/tickets/{number}/asignar"), &json!({})).await.problem_in(&[400, 422]);
        client.post("/api/tickets/BA-20261121-NADIE/asignar", &json!({ "auto": true })).await.problem(404);
        client.post("/api/tickets/lote", &json!({ "numeros": "todos", "accion": "asignar" })).await.problem_in(&[400, 422]);
        let path = format!("/api/tickets/{number}");
        for etag in ["\"999\"", "\"0\""] {
            client.patch(&path, &[("if-match", etag)], &json!({ "prioridad": "urgente" })).await.problem_in(&[409, 412]);
        }
        client.patch(&path, &[], &json!({ "prioridad": "ya" })).await.problem_in(&[400, 422]);
        client.patch(&path, &[("if-match", "lo que sea")], &json!({ "prioridad": "alta" })).await.problem_in(&[400, 409, 412, 422]);
        assert_eq!(client.read(&path).await["version"], version, "none of this changed anything");
        still_well(&mut cast).await;
        cast.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_from_elsewhere() {
    let mut cast = Cast::on(crate::harness::Engine::Sqlite).await;
    let items = json!({ "items": [{ "producto_id": 1, "cantidad": 1 }] }).to_string().into_bytes();
    let shop = &cast.customer.client;
    for foreign in ["https://evil.example", "null", "http://127.0.0.1:1", "http://127.0.0.1"] {
        post(shop, "/api/pedidos", &[JSON, ("origin", foreign)], items.clone()).await.problem(403);
        post(&cast.admin.client, "/api/tickets/lote", &[JSON, ("origin", foreign)], b"{}".to_vec()).await.problem(403);
    }
    post(shop, "/api/pedidos", &[JSON, ("sec-fetch-site", "cross-site")], items.clone()).await.problem(403);
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/xml"] {
        post(shop, "/api/pedidos", &[("content-type", kind)], items.clone()).await.problem(415);
    }
    for (client, path) in [(&cast.pair.shop.client(), "/api/pedidos"), (&cast.pair.tickets.client(), "/api/tickets")] {
        client.get(path).await.expect("an answer").problem(401);
        let cookies = [("cookie", "belgrano_tickets=x; belgrano_shop=%00; session=\u{1}")];
        let answer = client.send_raw(Method::GET, path, &cookies[..0], None).await.expect("an answer");
        answer.problem(401);
    }
    for path in
        ["/api/nada", "/api/pedidos/%00", "/api/pedidos/%ff%fe", "/api/pedidos/..%2f..%2fetc", "/api/pedidos/BA-1"]
    {
        let reply = shop.get(path).await.expect("an answer");
        assert!(matches!(reply.status, 400 | 404 | 422), "{path}: {reply:?}");
        reply.problem(reply.status);
    }
    for query in [
        "cursor=%00",
        "cursor=zzzz",
        "limit=-1",
        "limit=99999999999999999999",
        "limit=x",
        "estado=perdido",
        "desde=ayer",
    ] {
        let reply = cast.admin.client.get(&format!("/api/tickets?{query}")).await.expect("an answer");
        assert!((400..500).contains(&reply.status) || reply.status == 200, "{query}: {reply:?}");
        if reply.status != 200 {
            reply.problem(reply.status);
        }
    }
    let wrong_method = shop.send(Method::DELETE, "/api/pedidos", &[], None).await.expect("an answer");
    wrong_method.problem(405);
    still_well(&mut cast).await;
    cast.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_dawdle_are_let_go() {
    let plan = Plan::new(crate::harness::Engine::Sqlite).env("HEADER_TIMEOUT", "0.5").env("REQUEST_TIMEOUT", "1");
    let mut cast = Cast::of(plan).await;
    for address in [cast.pair.shop.address(), cast.pair.tickets.address()] {
        assert_eq!(dawdle(address, "GET /health HT").await, "", "a head that never ends is cut off");
        let head = format!(
            "POST /api/tickets HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nx-api-key: {}\r\ncontent-length: 500\r\n\r\n{{",
            KEY.1
        );
        let answer = dawdle(address, &head).await;
        // At the shop there is no such address, and that is said at once.
        assert!(answer.starts_with("HTTP/1.1 4") || answer.starts_with("HTTP/1.1 503"), "{answer}");
        assert!(answer.contains("application/problem+json"), "{answer}");
    }
    still_well(&mut cast).await;
    cast.finish().await;
}

/// Sends the beginning of a request and no more. Returns all that comes back until the other side ends it.
async fn dawdle(address: SocketAddr, beginning: &str) -> String {
    let mut stream = TcpStream::connect(address).await.expect("listens");
    stream.write_all(beginning.as_bytes()).await.expect("connected");
    let mut answer = Vec::new();
    // A reset after the answer is as good an end as any.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

async fn post(client: &Client, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Reply {
    client.send_raw(Method::POST, path, headers, Some(body)).await.expect("the service answers")
}

/// Bodies, and how they may be refused.
fn bodies() -> Vec<(Vec<u8>, &'static [u16])> {
    let texts: [(&str, &[u16]); 14] = [
        ("", &[400]),
        ("{", &[400]),
        ("nada", &[400]),
        ("null", &[400, 422]),
        ("[]", &[400, 422]),
        ("7", &[400, 422]),
        ("{}", &[422]),
        (r#"{"numero":"BA-1","cliente_nombre":"Ana","total":NaN}"#, &[400]),
        (r#"{"numero":"BA-1","cliente_nombre":"Ana","total":Infinity}"#, &[400]),
        (r#"{"numero":"BA-1","cliente_nombre":"Ana","total":1e400}"#, &[400, 422]),
        (r#"{"numero":"BA-1","cliente_nombre":"Ana\ud800","total":1}"#, &[400, 422]),
        (r#"{"numero":"BA-1","cliente_nombre":"Ana","total":1} "x""#, &[400]),
        (r"{'numero':'BA-1'}", &[400]),
        ("\u{feff}\u{0}", &[400]),
    ];
    let mut bodies: Vec<(Vec<u8>, &'static [u16])> =
        texts.into_iter().map(|(text, status)| (text.as_bytes().to_vec(), status)).collect();
    bodies.push((vec![0xff, 0xfe, 0x00, 0x7b], &[400]));
    bodies.push(("[".repeat(100_000).into_bytes(), &[400]));
    let deep = format!(
        r#"{{"numero":"BA-1","cliente_nombre":"Ana","total":1,"x":{}{}}}"#,
        "[".repeat(50_000),
        "]".repeat(50_000)
    );
    bodies.push((deep.into_bytes(), &[400]));
    // One byte too many: with more of them, who is refused in the middle may still be sending and miss the answer.
    bodies.push((vec![b' '; limits::MESSAGE_BYTES + 1], &[413]));
    bodies
}

/// Single fields that are wrong in an order that is otherwise right.
/// What is dropped.
fn oddities() -> Vec<(&'static str, Value)> {
    vec![
        ("productos", json!(7)),
        ("productos", json!([{ "id": "N/A", "nombre": "Yerba", "precio": 1, "cantidad": 1 }])),
        ("productos", json!([{ "id": true, "nombre": "Yerba", "precio": 1, "cantidad": 1 }])),
        ("prioridad", json!("ya mismo")),
        ("fecha_creacion", json!("ayer")),
        ("lat", json!(91)),
        ("metodo_pago", json!([7])),
        ("barrio", json!(false)),
        ("cliente_email", json!({ "a": 1 })),
    ]
}

fn fields() -> Vec<(&'static str, Value)> {
    let long = "x".repeat(20_000);
    vec![
        ("numero", json!("")),
        ("numero", json!(7.5)),
        ("numero", json!({})),
        ("numero", json!("BA-1\r\nx: y")),
        ("numero", json!("../../etc/passwd")),
        ("numero", json!(long)),
        ("cliente_nombre", json!("")),
        ("cliente_nombre", json!(["Ana"])),
        ("cliente_nombre", json!(long)),
        ("total", json!(-1)),
        ("total", json!("mucho")),
        ("total", json!(null)),
        ("total", json!(1e18)),
        ("total", json!(true)),
        ("productos", json!([7])),
        ("productos", json!([{ "nombre": "Yerba", "precio": -1, "cantidad": 1 }])),
        ("productos", json!([{ "nombre": "Yerba", "precio": 1, "cantidad": 1e12 }])),
    ]
}
