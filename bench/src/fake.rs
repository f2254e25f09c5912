//! A pair for this crate's own tests: both services in one small router, in memory, following the
//! wire as far as the tool uses it. It can be told to break its promises, to see
//! that the tool notices.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, patch, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::endpoint::Endpoint;
use crate::feed::lock;
use crate::procfs::Watched;
use crate::target::Target;

/// Promises to break.
#[derive(Clone, Copy, Default)]
pub struct Faults {
    /// The ticket of every so many orders is never made.
    pub lose_order: Option<u64>,
    /// The creation of every so many tickets is announced twice.
    pub double_event: Option<u64>,
    /// Every so many events never reach a socket.
    pub skip_event: Option<u64>,
    /// Sockets are cut after so many events.
    pub cut_socket: Option<usize>,
    /// Tickets say one peso more than their orders.
    pub overcharge: bool,
}

#[derive(Default)]
struct World {
    orders: BTreeMap<String, Value>,
    tickets: BTreeMap<String, Value>,
    drivers: i64,
    log: Vec<String>,
    made: u64,
}

/// The fake's state.
pub struct Fake {
    faults: Faults,
    world: Mutex<World>,
    news: watch::Sender<usize>,
}

type Shared = State<Arc<Fake>>;

/// Starts a fake pair and returns it as something to measure.
pub async fn pair(faults: Faults) -> Target {
    let fake = Arc::new(Fake { faults, world: Mutex::default(), news: watch::Sender::new(0) });
    let router = Router::new()
        .route("/health", get(health))
        .route("/api/register", post(created))
        .route("/api/usuarios", post(created))
        .route("/api/repartidores/yo/turno", post(created))
        .route("/api/login", post(login))
        .route("/api/repartidores", post(new_driver))
        .route("/api/productos", get(products))
        .route("/api/pedidos", post(order))
        .route("/api/pedidos/{number}", get(one_order))
        .route("/api/pedidos/{number}/cancelar", post(cancel))
        .route("/api/tickets", post(intake))
        .route("/api/tickets/{number}", patch(edit).get(one_ticket))
        .route("/api/tickets/{number}/asignar", post(assign))
        .route("/api/tickets/{number}/estado", post(step))
        .route("/ws", get(upgrade))
        .with_state(fake);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = Endpoint::local(listener.local_addr().unwrap().port());
    tokio::spawn(async move { axum::serve(listener, router).await });
    Target {
        shop: endpoint.clone(),
        tickets: endpoint,
        admin: Some(("admin@x".into(), "pw".into())),
        watched: Watched::new(vec![("shop".into(), std::process::id())]),
    }
}

fn every(n: u64, of: Option<u64>) -> bool {
    of.is_some_and(|of| n.is_multiple_of(of))
}

fn refuse(status: u16, why: &str) -> Response {
    (StatusCode::from_u16(status).unwrap(), Json(json!({"error": why}))).into_response()
}

fn who(headers: &HeaderMap) -> Option<String> {
    let cookie = headers.get(header::COOKIE)?.to_str().ok()?;
    Some(cookie.strip_prefix("quien=")?.to_owned())
}

impl Fake {
    fn announce(&self, world: &mut World, kind: &str, number: &str) {
        let seq = world.log.len() + 1;
        let frame = json!({"type": "event", "seq": seq, "kind": kind, "ticket": world.tickets[number]});
        world.log.push(frame.to_string());
        self.news.send_replace(world.log.len());
    }

    fn set_state(&self, world: &mut World, number: &str, state: &str, kind: &str) {
        for side in [&mut world.orders, &mut world.tickets] {
            if let Some(it) = side.get_mut(number) {
                it["estado"] = state.into();
            }
        }
        if world.tickets.contains_key(number) {
            self.announce(world, kind, number);
        }
    }
}

async fn health(State(fake): Shared) -> Json<Value> {
    Json(json!({"status": "ok", "total_tickets": lock(&fake.world).tickets.len()}))
}

async fn created() -> (StatusCode, Json<Value>) {
    (StatusCode::CREATED, Json(json!({})))
}

async fn login(Json(body): Json<Value>) -> impl IntoResponse {
    let cookie = format!("quien={}; HttpOnly; Path=/", body["email"].as_str().unwrap());
    ([(header::SET_COOKIE, cookie)], Json(json!({})))
}

async fn new_driver(State(fake): Shared) -> (StatusCode, Json<Value>) {
    let mut world = lock(&fake.world);
    world.drivers += 1;
    (StatusCode::CREATED, Json(json!({"id": world.drivers})))
}

async fn products(Query(query): Query<BTreeMap<String, String>>) -> Json<Value> {
    let (ids, cursor) = if query.contains_key("cursor") { (5..9, None) } else { (1..5, Some("dos/")) };
    let items: Vec<Value> = ids.map(|id| json!({"id": id})).collect();
    Json(json!({"productos": items, "cursor": cursor}))
}

async fn order(State(fake): Shared, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    let Some(email) = who(&headers) else { return refuse(401, "quién") };
    let items = body["items"].as_array().unwrap().clone();
    if items.iter().any(|i| i["cantidad"].as_i64().unwrap() <= 0) {
        return refuse(422, "cantidad");
    }
    let mut world = lock(&fake.world);
    world.made += 1;
    let made = world.made;
    let number = format!("BA-{made}");
    let total: i64 = items.iter().map(|i| i["cantidad"].as_i64().unwrap() * 100).sum();
    let order = json!({
        "numero": number, "estado": "pendiente", "total": total, "metodo_pago": body["metodo_pago"], "items": items,
    });
    world.orders.insert(number.clone(), order.clone());
    if !every(made, fake.faults.lose_order) {
        let lines: Vec<Value> = items
            .iter()
            .map(|i| json!({"id": i["producto_id"], "cantidad": i["cantidad"], "subtotal": i["cantidad"].as_i64().unwrap() * 100}))
            .collect();
        let ticket = json!({
            "numero": number, "estado": "pendiente", "total": total + i64::from(fake.faults.overcharge),
            "metodo_pago": body["metodo_pago"], "cliente_email": email, "indicaciones": body["notas"],
            "cliente_direccion": body["direccion"], "barrio": body["barrio"], "productos": lines,
            "repartidor_id": null,
        });
        world.tickets.insert(number.clone(), ticket);
        fake.announce(&mut world, "ticket.created", &number);
        if every(made, fake.faults.double_event) {
            fake.announce(&mut world, "ticket.created", &number);
        }
    }
    (StatusCode::CREATED, Json(order)).into_response()
}

async fn one_order(State(fake): Shared, Path(number): Path<String>) -> Response {
    lock(&fake.world).orders.get(&number).map_or_else(|| refuse(404, "no"), |o| Json(o.clone()).into_response())
}

async fn one_ticket(State(fake): Shared, Path(number): Path<String>) -> Response {
    lock(&fake.world).tickets.get(&number).map_or_else(|| refuse(404, "no"), |t| Json(t.clone()).into_response())
}

async fn cancel(State(fake): Shared, Path(number): Path<String>) -> Response {
    let mut world = lock(&fake.world);
    if world.orders[&number]["estado"] == "entregado" {
        return refuse(409, "ya entregado");
    }
    fake.set_state(&mut world, &number, "cancelado", "ticket.status");
    Json(json!({})).into_response()
}

async fn intake(State(fake): Shared, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    if !headers.contains_key("x-api-key") || !headers.contains_key("webhook-signature") {
        return refuse(401, "clave");
    }
    let number = body["numero"].as_str().unwrap().to_owned();
    let reply = json!({"exito": true, "numero": number});
    lock(&fake.world).tickets.insert(number, body);
    (StatusCode::CREATED, Json(reply)).into_response()
}

async fn edit(State(fake): Shared, Path(number): Path<String>, Json(body): Json<Value>) -> Response {
    let mut world = lock(&fake.world);
    world.tickets.get_mut(&number).unwrap()["indicaciones"] = body["indicaciones"].clone();
    fake.announce(&mut world, "ticket.updated", &number);
    Json(json!({})).into_response()
}

async fn assign(State(fake): Shared, Path(number): Path<String>) -> Response {
    let mut world = lock(&fake.world);
    if world.tickets[&number]["estado"] != "pendiente" {
        return refuse(409, "no está pendiente");
    }
    let driver = i64::try_from(world.log.len()).unwrap() % world.drivers + 1;
    world.tickets.get_mut(&number).unwrap()["repartidor_id"] = driver.into();
    fake.set_state(&mut world, &number, "asignado", "ticket.assigned");
    Json(json!({})).into_response()
}

async fn step(State(fake): Shared, Path(number): Path<String>, Json(body): Json<Value>) -> Response {
    let mut world = lock(&fake.world);
    let state = body["estado"].as_str().unwrap();
    let before = world.tickets[&number]["estado"].as_str().unwrap();
    if !["asignado-aceptado", "aceptado-en-camino", "en-camino-entregado"]
        .contains(&format!("{before}-{state}").as_str())
    {
        return refuse(409, "paso ilegal");
    }
    fake.set_state(&mut world, &number, state, "ticket.status");
    Json(json!({})).into_response()
}

async fn upgrade(State(fake): Shared, ws: WebSocketUpgrade) -> Response {
    ws.on_upgrade(move |socket| serve(fake, socket))
}

/// One socket: a cursor over the log, as the real one is over its ring.
async fn serve(fake: Arc<Fake>, mut socket: WebSocket) {
    let mut news = fake.news.subscribe();
    let welcome = json!({"type": "welcome", "epoch": "e", "seq": *news.borrow(), "heartbeat_s": 25});
    let _ = socket.send(Message::Text(welcome.to_string().into())).await;
    let Some(Ok(Message::Text(ask))) = socket.recv().await else { return };
    let ask: Value = serde_json::from_str(&ask).unwrap();
    let mut cursor = usize::try_from(ask["after"].as_u64().unwrap()).unwrap();
    let mut sent = 0;
    let _ = socket.send(Message::Text(r#"{"type":"ping"}"#.into())).await;
    loop {
        let frames: Vec<String> = lock(&fake.world).log[cursor..].to_vec();
        for frame in frames {
            cursor += 1;
            if every(cursor as u64, fake.faults.skip_event) {
                continue;
            }
            sent += 1;
            if fake.faults.cut_socket.is_some_and(|n| sent > n)
                || socket.send(Message::Text(frame.into())).await.is_err()
            {
                return;
            }
        }
        if news.changed().await.is_err() {
            return;
        }
    }
}
