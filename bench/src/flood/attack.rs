//! The flood's clients: what each sends, and how long it keeps its place.

use std::fmt::{self, Display};
use std::net::SocketAddr;
use std::str::FromStr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, Interest};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Instant, sleep, timeout_at};

use crate::clock::{now_ns, seconds_between};
use crate::endpoint::Endpoint;
use crate::error::{Context as _, Error};

/// Where the flood comes from; honest clients come from 127.0.0.1.
const FROM: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 0, 2)), 0);
/// As small as the kernel allows, so that it is full soon.
const RECEIVE_BUFFER: u32 = 2048;
/// More than a megabyte, and the same at both services.
const LARGE: &str = "/docs/swagger-ui-bundle.js";
const BODY_BYTES: usize = (1 << 20) - 1;
/// Between two bytes of a head.
const DRIBBLE: Duration = Duration::from_secs(1);

/// What a client of the flood does.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// Asks fifty times for something large, and reads nothing.
    Readers,
    /// Announces a megabyte to intake without a key, and keeps the last byte back.
    Bodies,
    /// The same to the log-in, which anybody may send to, within its limit.
    Forms,
    /// A byte of a head a second.
    Heads,
}

/// A flood: what its clients do, and how many of them there are.
#[derive(Clone, Copy, Debug)]
pub struct Attack {
    kind: Kind,
    clients: usize,
}

/// What became of one client of the flood.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fate {
    /// It got a connection.
    pub connected: bool,
    /// The status it was answered with.
    pub answer: Option<u16>,
    /// Seconds until its connection ended; none if it is still there.
    pub gone_after_s: Option<f64>,
}

impl FromStr for Attack {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (kind, clients) = text.split_once('=').context(format_args!("--flood {text}: expected KIND=CLIENTS"))?;
        let kind = match kind {
            "readers" => Kind::Readers,
            "bodies" => Kind::Bodies,
            "forms" => Kind::Forms,
            "heads" => Kind::Heads,
            other => return Err(Error::new(format_args!("--flood {other}: readers, bodies, forms or heads"))),
        };
        Ok(Self { kind, clients: clients.parse().context(format_args!("--flood {text}"))? })
    }
}

impl Display for Attack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}={}", self.kind, self.clients)
    }
}

impl Attack {
    /// Runs until every client is gone, at most for `most`.
    pub async fn run(self, endpoint: &Endpoint, most: Duration) -> Vec<Fate> {
        let until = Instant::now() + most;
        let clients: Vec<_> = (0..self.clients)
            .map(|_| {
                let endpoint = endpoint.clone();
                tokio::spawn(async move { client(self.kind, &endpoint, until).await })
            })
            .collect();
        let mut fates = Vec::new();
        for client in clients {
            fates.push(client.await.unwrap_or_default());
        }
        fates
    }
}

async fn client(kind: Kind, endpoint: &Endpoint, until: Instant) -> Fate {
    let mut fate = Fate::default();
    let Ok(Ok(stream)) = timeout_at(until, connect(endpoint)).await else { return fate };
    fate.connected = true;
    let begin_ns = now_ns();
    let stays = async {
        match kind {
            Kind::Readers => read_nothing(stream, endpoint).await,
            Kind::Bodies => fate.answer = keep_back(stream, endpoint, "/api/tickets", BODY_BYTES + 1).await,
            Kind::Forms => fate.answer = keep_back(stream, endpoint, "/api/login", 256 * 1024).await,
            Kind::Heads => dribble(stream).await,
        }
    };
    if timeout_at(until, stays).await.is_ok() {
        fate.gone_after_s = Some(seconds_between(begin_ns, now_ns()));
    }
    fate
}

async fn connect(endpoint: &Endpoint) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(RECEIVE_BUFFER)?;
    socket.bind(FROM)?;
    socket.connect(endpoint.addr).await
}

/// An error is how it ends: what is looked at is when.
async fn read_nothing(mut stream: TcpStream, endpoint: &Endpoint) {
    let get = format!("GET {LARGE} HTTP/1.1\r\nHost: {}\r\n\r\n", endpoint.authority).repeat(50);
    if stream.write_all(get.as_bytes()).await.is_ok() {
        let _ = stream.ready(Interest::ERROR).await;
    }
}

async fn keep_back(stream: TcpStream, endpoint: &Endpoint, path: &str, announced: usize) -> Option<u16> {
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {announced}\r\n\r\n",
        endpoint.authority
    );
    let (mut read, mut write) = stream.into_split();
    // Kept until the answer is there: to close it would end the wait.
    let sending = async {
        write.write_all(head.as_bytes()).await?;
        write.write_all(&vec![b' '; announced - 1]).await?;
        std::future::pending::<std::io::Result<()>>().await
    };
    let reading = async {
        let mut answer = Vec::new();
        let _ = read.read_to_end(&mut answer).await;
        let status = answer.strip_prefix(b"HTTP/1.1 ")?.get(..3)?;
        std::str::from_utf8(status).ok()?.parse().ok()
    };
    let mut reading = std::pin::pin!(reading);
    tokio::select! {
        answer = &mut reading => answer,
        _ = sending => reading.await,
    }
}

async fn dribble(mut stream: TcpStream) {
    let bytes = b"GET / HTTP/1.1\r\nhost: x\r\nx-slow: ".iter().chain(std::iter::repeat(&b'x'));
    let mut answer = [0; 1024];
    for byte in bytes {
        if stream.write_all(&[*byte]).await.is_err() {
            return;
        }
        tokio::select! {
            () = sleep(DRIBBLE) => {}
            _ = stream.read(&mut answer) => return,
        }
    }
}
