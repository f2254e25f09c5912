//! A client of the live feed that never waits for ever.

use std::net::SocketAddr;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::board::PATIENCE;

pub(super) struct Client {
    pub(super) socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

/// Where to go on from.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    pub(super) epoch: String,
    pub(super) after: i64,
}

impl Client {
    pub(super) async fn connect(address: SocketAddr, headers: &[(&'static str, &str)]) -> Self {
        Self::try_connect(address, headers).await.expect("an open door")
    }

    pub(super) async fn try_connect(
        address: SocketAddr,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, tungstenite::Error> {
        let mut request = format!("ws://{address}/ws").into_client_request()?;
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().expect("a header"));
        }
        let (socket, _) = timeout(PATIENCE, connect_async(request)).await.expect("in time")?;
        Ok(Self { socket })
    }

    pub(super) async fn say(&mut self, text: &str) {
        // A server that has closed meanwhile says so when it is listened to.
        let _ = self.socket.send(Message::text(text)).await;
    }

    /// The next frame, or the code the server closed with.
    pub(super) async fn hear(&mut self) -> Result<Value, u16> {
        loop {
            match timeout(PATIENCE, self.socket.next()).await.expect("the server says something") {
                Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).expect("JSON")),
                Some(Ok(Message::Close(Some(frame)))) => return Err(frame.code.into()),
                Some(Ok(_)) => {}
                None | Some(Err(_)) => return Err(0),
            }
        }
    }

    pub(super) async fn frame(&mut self, kind: &str) -> Value {
        let frame = self.hear().await.expect("an open socket");
        assert_eq!(frame["type"], kind, "{frame}");
        frame
    }

    /// The code the server closes with, whatever it says before.
    pub(super) async fn close_code(&mut self) -> u16 {
        loop {
            if let Err(code) = self.hear().await {
                return code;
            }
        }
    }

    /// Welcome and snapshot; the place is after it.
    pub(super) async fn start(&mut self) -> (Place, Value) {
        let welcome = self.frame("welcome").await;
        self.say(r#"{"type":"subscribe"}"#).await;
        let snapshot = self.frame("snapshot").await;
        let epoch = welcome["epoch"].as_str().expect("an epoch").to_owned();
        (Place { epoch, after: snapshot["seq"].as_i64().expect("a seq") }, snapshot)
    }

    pub(super) async fn resume(&mut self, place: &Place) {
        self.frame("welcome").await;
        self.say(&format!(r#"{{"type":"subscribe","epoch":"{}","after":{}}}"#, place.epoch, place.after)).await;
    }

    /// The next event: its `seq` and whether it is a farewell.
    pub(super) async fn event(&mut self) -> (i64, bool) {
        let frame = self.frame("event").await;
        (frame["seq"].as_i64().expect("a seq"), frame["kind"] == "ticket.left")
    }
}

impl Client {
    pub(super) async fn socket_send(&mut self, message: Message) {
        let _ = self.socket.send(message).await;
    }
}
