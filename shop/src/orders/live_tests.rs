//! A customer's socket, over a real one, on both engines.

use std::net::SocketAddr;
use std::time::Duration;

use belgrano_runtime::on_both_engines;
use belgrano_wire::{OrderNumber, Position, TicketState};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::{Apply, Fix, Report};
use crate::testing::{Browser, TestShop};

const ORIGIN: &str = "http://shop.test";
/// However slow the machine: what has not happened by then will not happen.
const PATIENCE: Duration = Duration::from_secs(20);

/// A customer with an order, and where it is watched.
async fn ordered(shop: &TestShop, address: SocketAddr) -> (Browser, String) {
    let mut ana = shop.customer("ana@example.com").await;
    let order = json!({ "items": [{ "producto_id": 1, "cantidad": 1 }] });
    let placed = shop.post(&mut ana, "/api/pedidos", order).await;
    let number = placed.body["numero"].as_str().expect("a number");
    (ana, format!("ws://{address}/api/pedidos/{number}/ws"))
}

struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    async fn open(url: &str, who: &Browser, origin: Option<&str>) -> Result<Self, tungstenite::Error> {
        let mut request = url.into_client_request()?;
        request.headers_mut().insert("cookie", who.cookie().parse().expect("a header"));
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().expect("a header"));
        }
        let (stream, _) = timeout(PATIENCE, connect_async(request)).await.expect("in time")?;
        Ok(Self(stream))
    }

    async fn watch(url: &str, who: &Browser) -> Self {
        Self::open(url, who, Some(ORIGIN)).await.expect("an open door")
    }

    async fn say(&mut self, text: &str) {
        // A server that has closed meanwhile says so when it is listened to.
        let _ = self.0.send(Message::text(text)).await;
    }

    /// The next frame, or the code the server closed with.
    async fn hear(&mut self) -> Result<Value, u16> {
        loop {
            match timeout(PATIENCE, self.0.next()).await.expect("the server says something") {
                Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).expect("JSON")),
                Some(Ok(Message::Close(Some(frame)))) => return Err(frame.code.into()),
                Some(Ok(_)) => {}
                None | Some(Err(_)) => return Err(0),
            }
        }
    }

    async fn frame(&mut self, kind: &str) {
        let frame = self.hear().await.expect("an open socket");
        assert_eq!(frame["type"], kind, "{frame}");
    }

    async fn close_code(&mut self) -> u16 {
        loop {
            if let Err(code) = self.hear().await {
                return code;
            }
        }
    }
}

on_both_engines! {
    async fn only_our_own_pages_and_programs_watch(database) {
        let shop = TestShop::new(database).await;
        let address = shop.serve().await;
        let (ana, url) = ordered(&shop, address).await;
        for origin in ["https://otra.example", "null", "http://localhost:5001"] {
            match Socket::open(&url, &ana, Some(origin)).await {
                Err(tungstenite::Error::Http(response)) => assert_eq!(response.status(), 403, "{origin}"),
                other => panic!("{origin}: {:?}", other.map(|_| "let in")),
            }
        }
        for origin in [Some(ORIGIN), None] {
            Socket::open(&url, &ana, origin).await.expect("let in").frame("pedido").await;
        }
    }

    async fn an_account_has_so_many_sockets_and_they_behave(database) {
        let limits = [("LIVE_SOCKETS_PER_USER", "2"), ("LIVE_FRAMES_BURST", "5"), ("LIVE_FRAMES", "1")];
        let shop = TestShop::with(database, &limits).await;
        let address = shop.serve().await;
        let (ana, url) = ordered(&shop, address).await;
        let (mut first, mut second) = (Socket::watch(&url, &ana).await, Socket::watch(&url, &ana).await);
        first.frame("pedido").await;
        second.frame("pedido").await;
        assert_eq!(Socket::watch(&url, &ana).await.close_code().await, 4429);
        first.say("hola").await;
        assert_eq!(first.close_code().await, 4400);
        for _ in 0..6 {
            second.say(r#"{"type":"pong"}"#).await;
        }
        assert_eq!(second.close_code().await, 4429);
    }

    async fn a_log_out_closes_its_own_sockets(database) {
        let shop = TestShop::new(database).await;
        let address = shop.serve().await;
        let (mut here, url) = ordered(&shop, address).await;
        let mut elsewhere = Browser::default();
        let log_in = json!({ "email": "ana@example.com", "password": "correcto caballo" });
        assert_eq!(shop.post(&mut elsewhere, "/api/login", log_in).await.status, 200);
        let (mut ended, mut spared) = (Socket::watch(&url, &here).await, Socket::watch(&url, &elsewhere).await);
        ended.frame("pedido").await;
        spared.frame("pedido").await;
        assert_eq!(shop.post(&mut here, "/api/logout", Value::Null).await.status, 204);
        assert_eq!(ended.close_code().await, 4401);
        let cancel = url.replace(&format!("ws://{address}"), "").replace("/ws", "/cancelar");
        assert_eq!(shop.post(&mut elsewhere, &cancel, json!({})).await.status, 200);
        spared.frame("pedido").await;
    }

    async fn a_session_that_ends_by_itself_ends_its_sockets(database) {
        let shop = TestShop::with(database, &[("LIVE_HEARTBEAT", "0.2")]).await;
        let address = shop.serve().await;
        let (ana, url) = ordered(&shop, address).await;
        let mut socket = Socket::watch(&url, &ana).await;
        socket.frame("pedido").await;
        shop.clock.advance_ms(15 * 24 * 3600 * 1000);
        assert_eq!(socket.close_code().await, 4401);
    }

    async fn who_does_not_answer_a_ping_is_gone(database) {
        let shop = TestShop::with(database, &[("LIVE_HEARTBEAT", "0.2"), ("LIVE_PONG_TIMEOUT", "3")]).await;
        let address = shop.serve().await;
        let (ana, url) = ordered(&shop, address).await;
        let (mut deaf, mut alive) = (Socket::watch(&url, &ana).await, Socket::watch(&url, &ana).await);
        alive.frame("pedido").await;
        let answering = async {
            loop {
                alive.frame("ping").await;
                alive.say(r#"{"type":"pong"}"#).await;
            }
        };
        tokio::select! {
            code = deaf.close_code() => assert_eq!(code, 4512),
            () = answering => {}
        }
        alive.frame("ping").await;
    }

    async fn who_brings_it_is_seen_from_when_it_sets_out_until_it_is_there(database) {
        let shop = TestShop::new(database).await;
        let address = shop.serve().await;
        let (ana, url) = ordered(&shop, address).await;
        let number = url.split('/').nth(5).expect("a number").to_owned();
        let now = shop.app.ambient.now();
        shop.clock.advance_ms(60_000);
        let move_to = |lat: f64, after_ms: i64| {
            let position = Position::new(lat, -58.45).expect("a place");
            shop.app.whereabouts.moved(3, Fix { position, at: now.plus_ms(after_ms) }, shop.app.ambient.now());
        };
        let report = async |state, version| {
            let report = Report {
                number: OrderNumber::parse(&number).expect("a number"),
                state: Some(state),
                ticket_id: Some(1),
                version: Some(version),
                driver: Some((Some(3), "Rosa Quiroga".to_owned())),
                reason: None,
                changed_at: Some(now.plus_ms(version * 1000)),
            };
            shop.app.writer.submit(Apply { reports: vec![report], cursor: None, another_life: false }).await.expect("applied");
        };
        let mut socket = Socket::watch(&url, &ana).await;
        socket.frame("pedido").await;
        move_to(-34.1, -119_000);
        report(TicketState::Accepted, 1).await;
        socket.frame("pedido").await;
        report(TicketState::OnTheWay, 2).await;
        socket.frame("pedido").await;
        // What it did long before it set out stays its own; the next frame is of what came after.
        move_to(-34.2, 3000);
        let seen = socket.hear().await.expect("an open socket");
        assert_eq!((&seen["type"], &seen["lat"], seen.get("repartidor_id")), (&json!("position"), &json!(-34.2), None));
        let mut late = Socket::watch(&url, &ana).await;
        late.frame("pedido").await;
        late.frame("position").await;
        report(TicketState::Failed, 4).await;
        socket.frame("pedido").await;
        move_to(-34.3, 5000);
        report(TicketState::Returned, 6).await;
        socket.frame("pedido").await;
        assert_eq!(socket.close_code().await, 1000);
    }
}
