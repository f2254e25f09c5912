//! Readers of the live feed: one that keeps a journal through every cut, and a bare socket for those who misbehave.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::http::Client;
use super::pair::{API_KEY, Node};
use super::poll::{DEADLINE, eventually, pause};

/// The board pings every 25 s: silence for longer is a dead line.
const SILENCE: Duration = Duration::from_secs(40);

/// Who reads, and where.
#[derive(Clone, Debug)]
pub struct Viewer {
    /// The origin of the service, which browsers send.
    base: String,
    /// Where to connect, if not there.
    via: Option<String>,
    path: String,
    /// A session; without one the shop's token is asked for.
    cookie: Option<String>,
}

impl Viewer {
    /// Whoever is logged in with `client`, at the board's `/ws`.
    pub fn session(client: &Client) -> Self {
        Self { base: client.base().to_owned(), via: None, path: "/ws".to_owned(), cookie: Some(client.cookie()) }
    }

    /// The shop itself.
    pub fn shop(tickets: &Node) -> Self {
        Self { base: tickets.url(), via: None, path: "/ws".to_owned(), cookie: None }
    }

    /// Another path of the same service.
    pub fn at(mut self, path: String) -> Self {
        self.path = path;
        self
    }

    /// Through a proxy.
    pub fn via(mut self, url: String) -> Self {
        self.via = Some(url);
        self
    }

    /// A page of another site with this session.
    pub fn with_origin(mut self, origin: &str) -> Self {
        self.via.get_or_insert(std::mem::replace(&mut self.base, origin.to_owned()));
        self
    }

    fn target(&self) -> &str {
        self.via.as_deref().unwrap_or(&self.base)
    }

    /// Opens a socket and says who we are.
    pub async fn open(&self) -> Result<Socket, String> {
        let mut socket = self.upgrade().await.map_err(|error| error.to_string())?;
        if self.cookie.is_none() {
            let client = Client::new(self.target());
            let (key, nothing) = ([("x-api-key", API_KEY)], json!({}));
            let asked = client.send(reqwest::Method::POST, "/api/ws/token", &key, Some(&nothing)).await;
            let reply = asked.map_err(|error| error.to_string())?;
            if reply.status >= 300 {
                return Err(format!("no token: {reply:?}"));
            }
            socket.say(&json!({ "type": "auth", "token": reply.json()["token"] })).await?;
        }
        Ok(socket)
    }

    /// Opens a socket and says nothing.
    pub async fn upgrade(&self) -> Result<Socket, tungstenite::Error> {
        let url = format!("{}{}", self.target().replacen("http", "ws", 1), self.path);
        let mut request = url.into_client_request()?;
        let headers = request.headers_mut();
        if let Some(cookie) = &self.cookie {
            headers.insert("cookie", HeaderValue::from_str(cookie)?);
            headers.insert("origin", HeaderValue::from_str(&self.base)?);
        }
        let connecting = tokio::time::timeout(SILENCE, connect_async(request)).await;
        let (stream, _) = connecting.unwrap_or(Err(tungstenite::Error::ConnectionClosed))?;
        Ok(Socket { stream })
    }
}

/// One socket.
pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

/// What a socket brings.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    Frame(Value),
    /// The peer closed it, with this code.
    Closed(u16),
    /// It broke.
    Broken(String),
}

impl Socket {
    pub async fn say(&mut self, frame: &Value) -> Result<(), String> {
        self.say_raw(Message::text(frame.to_string())).await
    }

    pub async fn say_raw(&mut self, message: Message) -> Result<(), String> {
        self.stream.send(message).await.map_err(|error| error.to_string())
    }

    /// The next frame; pings are answered here.
    pub async fn hear(&mut self) -> Heard {
        loop {
            let Ok(next) = tokio::time::timeout(SILENCE, self.stream.next()).await else {
                return Heard::Broken("silence".to_owned());
            };
            match next {
                Some(Ok(Message::Text(text))) => {
                    let Ok(frame) = serde_json::from_str::<Value>(&text) else {
                        return Heard::Broken(format!("not JSON: {text}"));
                    };
                    if frame["type"] != "ping" {
                        return Heard::Frame(frame);
                    }
                    if let Err(error) = self.say(&json!({ "type": "pong" })).await {
                        return Heard::Broken(error);
                    }
                }
                Some(Ok(Message::Close(frame))) => return Heard::Closed(frame.map_or(1005, |frame| frame.code.into())),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Heard::Broken(error.to_string()),
                None => return Heard::Broken("ended without a close frame".to_owned()),
            }
        }
    }

    /// Reads to the end: the frames, and how it ended. An end that does not come is one as well.
    pub async fn drain(mut self) -> (Vec<Value>, Heard) {
        let mut frames = Vec::new();
        let all = async {
            loop {
                match self.hear().await {
                    Heard::Frame(frame) => frames.push(frame),
                    end => return end,
                }
            }
        };
        let end = tokio::time::timeout(DEADLINE, all).await;
        (frames, end.unwrap_or_else(|_| Heard::Broken("it does not end".to_owned())))
    }
}

/// One change as a reader got it.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveEvent {
    pub seq: i64,
    pub kind: String,
    pub ticket: Value,
}

/// What a reader has lived through.
#[derive(Clone, Debug, Default)]
pub struct Journal {
    pub epoch: Option<String>,
    /// The `seq` of the first snapshot: everything up to there was in it.
    pub baseline: i64,
    /// The first snapshot's tickets.
    pub tickets: Vec<Value>,
    pub events: Vec<LiveEvent>,
    /// Sockets that were opened as far as the welcome.
    pub sockets: usize,
    /// How sockets ended.
    pub closes: Vec<u16>,
    pub byes: Vec<Value>,
    /// What must not happen: gaps, duplicates, another order.
    pub faults: Vec<String>,
}

impl Journal {
    /// The last event this reader has.
    pub fn cursor(&self) -> i64 {
        self.events.last().map_or(self.baseline, |event| event.seq)
    }

    fn subscription(&self) -> Value {
        match &self.epoch {
            None => json!({ "type": "subscribe" }),
            Some(epoch) => json!({ "type": "subscribe", "epoch": epoch, "after": self.cursor() }),
        }
    }

    fn welcome(&mut self, frame: &Value) {
        self.sockets += 1;
        let known = self.epoch.as_deref();
        if known.is_some_and(|epoch| frame["epoch"] != epoch) {
            self.faults.push(format!("another epoch: {frame}"));
        }
    }

    fn take(&mut self, epoch: &str, frame: &Value) {
        let seq = frame["seq"].as_i64();
        match (frame["type"].as_str(), seq) {
            (Some("snapshot"), Some(seq)) if self.epoch.is_none() => {
                self.epoch = Some(epoch.to_owned());
                self.baseline = seq;
                self.tickets = frame["tickets"].as_array().cloned().unwrap_or_default();
            }
            (Some("event"), Some(seq)) if self.epoch.is_some() => {
                if seq <= self.cursor() {
                    self.faults.push(format!("{seq} after {}", self.cursor()));
                }
                let kind = frame["kind"].as_str().unwrap_or_default().to_owned();
                self.events.push(LiveEvent { seq, kind, ticket: frame["ticket"].clone() });
            }
            (Some("position"), _) => {}
            (Some("bye"), _) => self.byes.push(frame.clone()),
            _ => self.faults.push(format!("unexpected at {}: {frame}", self.cursor())),
        }
    }
}

/// A reader that resumes after every cut, until it is dropped.
pub struct LiveReader {
    journal: Arc<Mutex<Journal>>,
    task: JoinHandle<()>,
}

impl Drop for LiveReader {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl LiveReader {
    /// Starts to read, and returns when the first snapshot is there.
    pub async fn follow(viewer: Viewer) -> Self {
        let journal = Arc::new(Mutex::new(Journal::default()));
        let task = tokio::spawn(read_for_ever(viewer, Arc::clone(&journal)));
        let reader = Self { journal, task };
        reader.await_where("a snapshot", |journal| journal.epoch.is_some()).await;
        reader
    }

    /// What it has lived through so far.
    pub fn journal(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until its journal is as wanted. Fails at once when it has seen what must not happen.
    pub async fn await_where(&self, what: &str, wanted: impl Fn(&Journal) -> bool) {
        eventually(what, async || {
            let journal = self.journal();
            assert!(journal.faults.is_empty(), "{:?}", journal.faults);
            if wanted(&journal) { Ok(()) } else { Err(format!("at {}", journal.cursor())) }
        })
        .await;
    }

    /// Waits until it has the event `seq`, or one after it.
    pub async fn await_seq(&self, seq: i64) {
        self.await_where(&format!("event {seq}"), |journal| journal.cursor() >= seq).await;
    }

    /// The `(kind, state)` of every event of one order.
    pub fn story_of(&self, number: &str) -> Vec<(String, String)> {
        let journal = self.journal();
        let own = journal.events.iter().filter(|event| event.ticket["numero"] == number);
        own.map(|event| (event.kind.clone(), event.ticket["estado"].as_str().unwrap_or("-").to_owned())).collect()
    }
}

async fn read_for_ever(viewer: Viewer, journal: Arc<Mutex<Journal>>) {
    loop {
        if let Ok(socket) = viewer.open().await {
            read(socket, &journal).await;
        }
        pause().await;
    }
}

/// One socket, from welcome to its end.
async fn read(mut socket: Socket, journal: &Mutex<Journal>) {
    let lock = || journal.lock().unwrap_or_else(PoisonError::into_inner);
    let Heard::Frame(welcome) = socket.hear().await else { return };
    let epoch = welcome["epoch"].as_str().unwrap_or_default().to_owned();
    lock().welcome(&welcome);
    let subscription = lock().subscription();
    if socket.say(&subscription).await.is_err() {
        return;
    }
    loop {
        match socket.hear().await {
            Heard::Frame(frame) => lock().take(&epoch, &frame),
            Heard::Closed(code) => return lock().closes.push(code),
            Heard::Broken(_) => return,
        }
    }
}
