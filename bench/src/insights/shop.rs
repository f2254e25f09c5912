//! The other side of the change feed, as far as a reader sees it: `GET /api/cambios` of a shop, and below `/board` of a board.
//! Signatures are checked, an answer is held back while there is nothing, and nothing is made up.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::changes::Log;
use crate::bare::sign;
use crate::clock::now_ns;
use crate::endpoint::Endpoint;
use crate::error::{Context as _, Result};
use crate::feed::lock;

/// Largest head of a request.
const MAX_HEAD: usize = 16 << 10;

/// The feeds of a shop and a board, served on this machine until it is dropped.
pub struct Feeds {
    state: Arc<State>,
    task: JoinHandle<()>,
    /// Where both feeds are asked for.
    pub endpoint: Endpoint,
}

struct State {
    secret: Vec<u8>,
    shop: Mutex<Log>,
    board: Mutex<Log>,
    /// Counts what was added.
    news: watch::Sender<u64>,
    /// When the first page of changes was asked for.
    first_asked: Mutex<Option<u64>>,
    /// Requests that were not signed.
    refused: Mutex<u64>,
}

impl Drop for Feeds {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Feeds {
    /// Serves `shop`, and a board without changes, to who signs with `secret` (`whsec_…`).
    pub async fn start(shop: Log, secret: &str) -> Result<Self> {
        let secret = secret.strip_prefix("whsec_").context("a secret starts with whsec_")?;
        let state = Arc::new(State {
            secret: BASE64_STANDARD.decode(secret).context("secret")?,
            shop: Mutex::new(shop),
            board: Mutex::default(),
            news: watch::Sender::new(0),
            first_asked: Mutex::default(),
            refused: Mutex::default(),
        });
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let endpoint = Endpoint::local(listener.local_addr()?.port());
        let serving = state.clone();
        let task = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let state = serving.clone();
                // Whoever hangs up in the middle is gone, and that is all.
                tokio::spawn(async move { drop(state.serve(socket).await) });
            }
        });
        Ok(Self { state, task, endpoint })
    }

    /// Adds changes to both feeds, and wakes whoever waits. What `add` returns.
    pub fn commit<T>(&self, add: impl FnOnce(&mut Log, &mut Log) -> T) -> T {
        let told = add(&mut lock(&self.state.shop), &mut lock(&self.state.board));
        self.state.news.send_modify(|news| *news += 1);
        told
    }

    /// When the first page was asked for.
    pub fn first_asked_ns(&self) -> Option<u64> {
        *lock(&self.state.first_asked)
    }

    /// Requests whose signature was wrong.
    pub fn refused(&self) -> u64 {
        *lock(&self.state.refused)
    }
}

/// What is asked of a feed.
struct Ask {
    board: bool,
    after: u64,
    limit: u64,
    wait: Duration,
}

impl State {
    async fn serve(&self, mut socket: TcpStream) -> std::io::Result<()> {
        socket.set_nodelay(true)?;
        let mut buffer = Vec::new();
        loop {
            let end = loop {
                if let Some(end) = memchr::memmem::find(&buffer, b"\r\n\r\n") {
                    break end;
                }
                if buffer.len() > MAX_HEAD || socket.read_buf(&mut buffer).await? == 0 {
                    return Ok(());
                }
            };
            let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
            buffer.drain(..end + 4);
            let (status, body) = match (parse(&head), self.signed(&head)) {
                (_, false) => {
                    *lock(&self.refused) += 1;
                    ("401 Unauthorized", b"{}".to_vec())
                }
                (None, _) => ("404 Not Found", b"{}".to_vec()),
                (Some(ask), true) => ("200 OK", self.answer(&ask).await),
            };
            let head = format!(
                "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
                body.len()
            );
            socket.write_all(head.as_bytes()).await?;
            socket.write_all(&body).await?;
        }
    }

    fn signed(&self, head: &str) -> bool {
        let header = |name: &str| {
            head.lines()
                .filter_map(|line| line.split_once(':'))
                .find(|(n, _)| n.eq_ignore_ascii_case(name))
                .map(|(_, v)| v.trim())
        };
        let (Some(id), Some(at), Some(signature)) =
            (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"))
        else {
            return false;
        };
        let expected = at.parse().ok().and_then(|at| sign(&self.secret, id, at, "").ok());
        expected.is_some_and(|expected| signature.split(' ').any(|one| one == expected))
    }

    async fn answer(&self, ask: &Ask) -> Vec<u8> {
        let log = if ask.board { &self.board } else { &self.shop };
        if !ask.board && ask.limit > 1 {
            lock(&self.first_asked).get_or_insert_with(now_ns);
        }
        let mut news = self.news.subscribe();
        let more = async {
            // What was there before it subscribed counts as well.
            while lock(log).last() <= ask.after {
                if news.changed().await.is_err() {
                    return;
                }
            }
        };
        let _ = tokio::time::timeout(ask.wait, more).await;
        let epoch = if ask.board { "board-1" } else { "shop-1" };
        let log = lock(log);
        let (changes, until) = log.page(ask.after, ask.limit);
        let until = until.max(ask.after);
        let mut body = Vec::with_capacity(changes.len() + 64);
        body.extend_from_slice(format!(r#"{{"epoca":"{epoch}","cambios":["#).as_bytes());
        body.extend_from_slice(changes);
        body.extend_from_slice(format!(r#"],"hasta":{until}}}"#).as_bytes());
        body
    }
}

fn parse(head: &str) -> Option<Ask> {
    let target = head.strip_prefix("GET ")?.split(' ').next()?;
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let board = match path {
        "/api/cambios" => false,
        "/board/api/cambios" => true,
        _ => return None,
    };
    let number = |name: &str, otherwise: u64| {
        let found = query.split('&').filter_map(|pair| pair.split_once('=')).find(|(n, _)| *n == name);
        found.map_or(Some(otherwise), |(_, value)| value.parse().ok())
    };
    let wait = Duration::from_secs(number("espera", 0)?.min(30));
    Some(Ask { board, after: number("despues", 0)?, limit: number("limite", 1000)?.clamp(1, 5000), wait })
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::Value;

    use super::*;
    use crate::http::{Client, request};

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    async fn ask(endpoint: &Endpoint, path: &str, secret: &str) -> (u16, Value) {
        let key = BASE64_STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let signature = sign(&key, "cambios-1", 1_790_000_000, "").unwrap();
        let headers = format!(
            "Webhook-Id: cambios-1\r\nwebhook-timestamp: 1790000000\r\nwebhook-signature: v1,x {signature}\r\n"
        );
        let mut client = Client::new(endpoint.clone(), Duration::from_secs(5));
        let wire = request(endpoint, "GET", path, &headers, b"");
        let reply = client.send(&wire).await.unwrap();
        (reply.status(), reply.json())
    }

    fn log(changes: u64) -> Log {
        let mut log = Log::default();
        (0..changes).for_each(|n| log.push("precio", &n.to_string(), Timestamp::UNIX_EPOCH, "null"));
        log
    }

    #[tokio::test]
    async fn a_reader_goes_through_by_pages() {
        let feeds = Feeds::start(log(5), SECRET).await.unwrap();
        let (status, page) = ask(&feeds.endpoint, "/api/cambios?despues=1&limite=3&espera=0", SECRET).await;
        assert_eq!((status, page["cambios"].as_array().unwrap().len(), &page["hasta"]), (200, 3, &4.into()));
        assert!(feeds.first_asked_ns().is_some());
        let (_, board) = ask(&feeds.endpoint, "/board/api/cambios?despues=0", SECRET).await;
        assert_eq!((&board["cambios"], &board["hasta"]), (&Value::Array(vec![]), &0.into()));
        assert_ne!(board["epoca"], page["epoca"]);
        assert_eq!(ask(&feeds.endpoint, "/api/pedidos", SECRET).await.0, 404);
    }

    #[tokio::test]
    async fn who_waits_is_told_at_once() {
        let feeds = Feeds::start(log(1), SECRET).await.unwrap();
        let endpoint = feeds.endpoint.clone();
        let waiting = tokio::spawn(async move { ask(&endpoint, "/api/cambios?despues=1&espera=20", SECRET).await });
        tokio::task::yield_now().await;
        feeds.commit(|shop, _| shop.push("precio", "9", Timestamp::UNIX_EPOCH, "null"));
        assert_eq!(waiting.await.unwrap().1["hasta"], 2);
    }

    #[tokio::test]
    async fn a_wrong_signature_is_refused_and_counted() {
        let feeds = Feeds::start(log(1), SECRET).await.unwrap();
        let other = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        assert_eq!(ask(&feeds.endpoint, "/api/cambios", other).await.0, 401);
        assert_eq!(feeds.refused(), 1);
    }
}
