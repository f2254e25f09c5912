//! The socket: accepts, speaks HTTP/1.1, and stops in time.
//!
//! hyper directly instead of `axum::serve`, for what that one does not limit: how long and how large a request's head
//! may be, how many connections there are, and when they are cut. A WebSocket leaves its connection here when it is
//! upgraded; whoever upgrades it tracks it from then on.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::TokioTimer;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

use super::Proxies;
use super::door::Door;
use crate::config::Env;
use crate::lifecycle::Lifecycle;
use crate::telemetry::Metrics;

/// Out of file descriptors, most likely: some connection has to end first.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// hyper's buffer per connection starts at 8 KiB and grows to this for a large body.
const MAX_BUFFER_BYTES: usize = 64 * 1024;
const MAX_HEADERS: usize = 64;
/// Connections that one address may always have, as long as there are so many places: a browser opens six.
const FEW: usize = 16;

/// Where and within which limits a service listens.
#[derive(Clone, Debug)]
pub struct ServeSettings {
    /// Address to bind.
    pub host: String,
    /// Port to bind; 0 lets the system choose.
    pub port: u16,
    /// How long a request's head may take to arrive, and an idle connection to send one.
    pub header_timeout: Duration,
    /// Largest head of a request.
    pub max_header_bytes: usize,
    /// How long a client may take nothing of what it is sent.
    pub write_timeout: Duration,
    /// Connections at once; those beyond wait in the kernel's queue.
    pub max_connections: usize,
    /// Connections of one address; those beyond are refused.
    pub max_connections_per_address: usize,
    /// Whose connections are not their own, and not counted by address.
    pub proxies: Proxies,
}

impl Default for ServeSettings {
    fn default() -> Self {
        Self {
            host: "127.0.0.1".to_owned(),
            port: 0,
            header_timeout: Duration::from_secs(15),
            max_header_bytes: 16 * 1024,
            write_timeout: Duration::from_secs(30),
            max_connections: 10_000,
            max_connections_per_address: 2500,
            proxies: Proxies::default(),
        }
    }
}

impl ServeSettings {
    /// Reads `HOST`, `PORT` and the limits; who is a proxy is read with the rest of the edge.
    pub fn from_env(env: &mut Env, default_port: u16) -> Self {
        let default = Self::default();
        let mut settings = Self {
            host: env.string("HOST", "0.0.0.0", "address to listen on"),
            port: env.u16("PORT", default_port, "port to listen on"),
            header_timeout: env.duration_s("HEADER_TIMEOUT", 15, "seconds a request's head may take to arrive"),
            max_header_bytes: env.number(
                "MAX_HEADER_BYTES",
                default.max_header_bytes,
                1024..=MAX_BUFFER_BYTES,
                "largest head of a request",
            ),
            write_timeout: env.duration_s(
                "WRITE_TIMEOUT",
                30,
                "seconds a client may take nothing, or less than 1 KiB a second, of what it is sent",
            ),
            max_connections: env.number(
                "MAX_CONNECTIONS",
                default.max_connections,
                1..=1_000_000,
                "HTTP connections at once; more wait",
            ),
            ..default
        };
        let each = "of these from one address that is no proxy; more are refused; 0: a quarter";
        settings.max_connections_per_address = match env.number("MAX_CONNECTIONS_PER_ADDRESS", 0, 0..=1_000_000, each) {
            0 => settings.max_connections.div_ceil(4).max(FEW).min(settings.max_connections),
            each => each,
        };
        settings
    }
}

/// A socket that is bound but does not accept yet.
#[derive(Debug)]
pub struct Bound {
    listener: TcpListener,
    settings: ServeSettings,
}

/// What is wrong with proxies that are only counted.
pub const ONLY_COUNTED: &str = "with a number too low all clients are one address, so that the guesses of one lock the others out; \
     with one too high a client says which address it has; name the networks of your proxies instead";

/// Binds the address of `settings`.
pub async fn bind(settings: ServeSettings) -> io::Result<Bound> {
    let (host, port) = (settings.host.as_str(), settings.port);
    if settings.proxies.only_counted() {
        tracing::warn!("TRUST_PROXY without PROXY_NETWORKS: {ONLY_COUNTED}");
    }
    let listener = TcpListener::bind((host, port)).await;
    let listener =
        listener.map_err(|error| io::Error::new(error.kind(), format!("cannot listen on {host}:{port}: {error}")))?;
    Ok(Bound { listener, settings })
}

impl Bound {
    /// The address it is bound to, with the port the system chose.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Accepts until the soft stop, and is done when the last request is answered. Each connection is a task of `life`: it
    /// ends after the response it is in, or is cut at the hard stop. Handlers find the peer in `ConnectInfo<SocketAddr>`.
    pub async fn serve(self, router: Router, life: Lifecycle, metrics: Metrics) {
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(self.settings.header_timeout)
            .max_headers(MAX_HEADERS)
            .max_header_size(self.settings.max_header_bytes)
            .max_buf_size(MAX_BUFFER_BYTES);
        let slots = Arc::new(Semaphore::new(self.settings.max_connections));
        let door = Door::new(self.settings, &metrics).await;
        let soft = life.soft().clone();
        let connections = TaskTracker::new();
        let accept_all = async {
            // The semaphore is never closed.
            while let Ok(slot) = Arc::clone(&slots).acquire_owned().await {
                let (stream, peer, place) = door.let_in(&self.listener, &life).await;
                let connection = door.connection(&http, stream, peer, router.clone(), life.clone());
                life.spawn(connections.track_future(async move {
                    connection.await;
                    drop((place, slot));
                }));
            }
        };
        soft.run_until_cancelled(accept_all).await;
        connections.close();
        connections.wait().await;
    }
}

pub(super) async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            // The peer was gone before we looked; there is nothing wrong here.
            Err(error) if matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset) => {
            }
            Err(error) => {
                tracing::error!(%error, "cannot accept a connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::Router;
    use axum::extract::ConnectInfo;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    use super::{ServeSettings, SocketAddr, bind};
    use crate::lifecycle::{Lifecycle, STOP_DEADLINE};
    use crate::telemetry::Metrics;

    async fn start(router: Router) -> (SocketAddr, Lifecycle) {
        let life = Lifecycle::new();
        let bound = bind(ServeSettings::default()).await.expect("a free port");
        let address = bound.local_addr().expect("bound");
        life.spawn_critical("http", bound.serve(router, life.clone(), Metrics::new()));
        (address, life)
    }

    async fn send(stream: &mut TcpStream, text: &str) {
        stream.write_all(text.as_bytes()).await.expect("connected");
    }

    async fn rest(mut stream: TcpStream) -> String {
        let mut text = String::new();
        stream.read_to_string(&mut text).await.expect("text until the end");
        text
    }

    #[tokio::test]
    async fn stopping_finishes_the_response_under_way() {
        let (entered, mut inside) = tokio::sync::mpsc::channel(1);
        let gate = std::sync::Arc::new(tokio::sync::Notify::new());
        let open = std::sync::Arc::clone(&gate);
        let router = Router::new().route(
            "/",
            get(async move |ConnectInfo(peer): ConnectInfo<SocketAddr>| {
                entered.send(()).await.expect("the test waits");
                gate.notified().await;
                peer.ip().to_string()
            }),
        );
        let (address, life) = start(router).await;
        let mut stream = TcpStream::connect(address).await.expect("listens");
        send(&mut stream, "GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
        inside.recv().await.expect("the handler runs");
        life.stop();
        open.notify_one();
        assert!(life.run(STOP_DEADLINE).await.is_ok());
        let response = rest(stream).await;
        assert!(response.starts_with("HTTP/1.1 200") && response.ends_with("127.0.0.1"), "{response}");
        assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_that_trickles_in_is_cut_off() {
        let (address, life) = start(Router::new()).await;
        let mut stream = TcpStream::connect(address).await.expect("listens");
        send(&mut stream, "GET / HTTP/1.1\r\nx-slow: ").await;
        let started = tokio::time::Instant::now();
        rest(stream).await;
        assert!(started.elapsed() <= Duration::from_secs(16), "{:?}", started.elapsed());
        life.stop();
    }

    #[tokio::test]
    async fn a_head_that_is_too_large_is_refused() {
        let (address, _life) = start(Router::new()).await;
        for size in [17 * 1024, 300 * 1024] {
            let mut stream = TcpStream::connect(address).await.expect("listens");
            let head = format!("GET / HTTP/1.1\r\nhost: x\r\nx-large: {}\r\n\r\n", "x".repeat(size));
            send(&mut stream, &head).await;
            let mut first = [0; 12];
            stream.read_exact(&mut first).await.expect("a refusal");
            assert_eq!(&first, b"HTTP/1.1 431");
        }
    }

    const WHOLE: &str = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";

    #[tokio::test(start_paused = true)]
    async fn every_wait_for_a_head_ends() {
        let router = Router::new().route("/", get(async || "here"));
        let (address, life) = start(router).await;
        for (begins, goes_on) in
            [("", ""), ("", "G"), (WHOLE, ""), (WHOLE, "GET / HTTP/1.1\r\nx-slow: x"), (WHOLE, "\r\n")]
        {
            let mut stream = TcpStream::connect(address).await.expect("listens");
            let started = tokio::time::Instant::now();
            send(&mut stream, begins).await;
            send(&mut stream, goes_on).await;
            let text = rest(stream).await;
            assert_eq!(text.ends_with("here"), begins == WHOLE, "{text}");
            assert!(started.elapsed() <= Duration::from_secs(21), "{begins:?} {goes_on:?}: {:?}", started.elapsed());
        }
        let (mut hears, mut speaks) = TcpStream::connect(address).await.expect("listens").into_split();
        let dribble = tokio::spawn(async move {
            while speaks.write_all(b"x").await.is_ok() {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        });
        let started = tokio::time::Instant::now();
        let _ = hears.read(&mut [0]).await;
        assert!(started.elapsed() <= Duration::from_secs(21), "{:?}", started.elapsed());
        dribble.await.expect("no panic");
        life.stop();
    }
}
