//! Clients that stop half-way, in reading and in writing, and what is left for the others.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request};
use axum::http::{Response, StatusCode, header};
use axum::routing::{get, post};
use belgrano_wire::ambient::Ambient;
use futures_util::future::join_all;
use futures_util::{StreamExt, stream};
use tokio::io::{AsyncReadExt, AsyncWriteExt, Interest};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};
use tokio_tungstenite::tungstenite::Utf8Bytes;
use tower::ServiceExt;

use super::serve::{ServeSettings, bind};
use super::{HttpSettings, Proxies, standard_layers};
use crate::auth::origin::AllowedOrigins;
use crate::lifecycle::Lifecycle;
use crate::sockets::Upgrade;
use crate::telemetry::Metrics;

const ASSET_BYTES: usize = 4 << 20;
const GET: &str = "GET /asset HTTP/1.1\r\nhost: x\r\n\r\n";

fn router() -> Router {
    let asset = Bytes::from(vec![b'x'; ASSET_BYTES]);
    Router::new()
        .route("/", get(async || "here"))
        .route("/asset", get(async move || asset.clone()))
        .route("/length", post(async |body: Bytes| body.len().to_string()))
        .route("/closed", post(async || StatusCode::UNAUTHORIZED))
        .route("/ws", get(talk))
}

/// A socket that goes on talking, and would wait for its client for ever.
async fn talk(mut request: Request) -> Response<Body> {
    let upgrade = Upgrade::accept(&mut request, &AllowedOrigins::default()).expect("a handshake");
    let (response, socket) = upgrade.split(Duration::from_hours(24));
    tokio::spawn(async move {
        let mut socket = socket.await.expect("a socket");
        let text = Utf8Bytes::from("x".repeat(10_000));
        while socket.write([text.clone()]).await.is_ok() {}
    });
    response
}

async fn start(settings: ServeSettings) -> (SocketAddr, Metrics) {
    let (life, metrics) = (Lifecycle::new(), Metrics::new());
    let bound = bind(settings).await.expect("a free port");
    let address = bound.local_addr().expect("bound");
    life.spawn_critical("http", bound.serve(router(), life.clone(), metrics.clone()));
    (address, metrics)
}

fn measured(metrics: &Metrics, name: &str) -> u64 {
    let text = metrics.encode();
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')).expect("a metric");
    line.parse().expect("a number")
}

/// A client at 127.0.0.`last` with next to no room for what it is sent.
async fn connect(last: u8, to: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4096).expect("an option");
    socket.bind(SocketAddr::from(([127, 0, 0, last], 0))).expect("a loopback address");
    socket.connect(to).await.expect("listens")
}

async fn say(stream: &mut TcpStream, text: &str) {
    stream.write_all(text.as_bytes()).await.expect("connected");
}

async fn rest(mut stream: TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).await.expect("text until the end");
    text
}

#[tokio::test(start_paused = true)]
async fn clients_that_do_not_read_are_gone_in_seconds() {
    let (address, metrics) = start(ServeSettings::default()).await;
    let mut clients = join_all((0..50).map(|_| connect(1, address))).await;
    for client in &mut clients {
        say(client, &GET.repeat(50)).await;
    }
    let started = Instant::now();
    for client in &clients {
        client.ready(Interest::ERROR).await.expect("the connection is reset");
    }
    assert!(started.elapsed() <= Duration::from_secs(35), "{:?}", started.elapsed());
    let mut honest = connect(1, address).await;
    say(&mut honest, "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert!(rest(honest).await.ends_with("here"));
    assert_eq!(measured(&metrics, "http_readers_stalled_total"), 50);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_reads_a_byte_now_and_then_is_gone_too() {
    let (address, metrics) = start(ServeSettings::default()).await;
    let mut client = connect(1, address).await;
    say(&mut client, &GET.repeat(50)).await;
    let started = Instant::now();
    let mut byte = [0];
    while client.read_exact(&mut byte).await.is_ok() {
        tokio::select! {
            () = sleep(Duration::from_secs(9)) => {}
            _ = client.ready(Interest::ERROR) => break,
        }
        assert!(started.elapsed() <= Duration::from_mins(2), "it holds its place");
    }
    assert_eq!(measured(&metrics, "http_readers_stalled_total"), 1);
}

#[tokio::test(start_paused = true)]
async fn one_address_does_not_get_every_connection() {
    let settings = ServeSettings { max_connections_per_address: 2, ..ServeSettings::default() };
    let (address, metrics) = start(settings.clone()).await;
    let ask = "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let mut held = [connect(1, address).await, connect(1, address).await];
    for connection in &mut held {
        say(connection, "GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
        let mut first = [0; 12];
        connection.read_exact(&mut first).await.expect("an answer");
        assert_eq!(&first, b"HTTP/1.1 200");
    }
    let mut third = connect(1, address).await;
    say(&mut third, ask).await;
    let refused = rest(third).await;
    assert!(refused.starts_with("HTTP/1.1 503") && refused.contains("retry-after: 1\r\n"), "{refused}");
    assert!(refused.contains("urn:belgrano:problema:no-disponible"), "{refused}");
    let mut other = connect(2, address).await;
    say(&mut other, ask).await;
    assert!(rest(other).await.ends_with("here"), "others are served");
    assert_eq!(measured(&metrics, "http_connections_shed_total"), 1);
    drop(held);

    let proxies = Proxies { count: 1, networks: vec!["127.0.0.1/32".parse().expect("a network")] };
    let (address, _) = start(ServeSettings { proxies, ..settings }).await;
    let proxy = join_all((0..5).map(|_| connect(1, address))).await;
    for mut connection in proxy {
        say(&mut connection, ask).await;
        assert!(rest(connection).await.ends_with("here"), "a proxy's connections are not its own");
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_refused_before_its_body_reads_why() {
    let (address, _) = start(ServeSettings::default()).await;
    let mut whole = connect(1, address).await;
    say(&mut whole, "POST /closed HTTP/1.1\r\nhost: x\r\ncontent-length: 300000\r\n\r\n").await;
    say(&mut whole, &"x".repeat(300_000)).await;
    let answer = rest(whole).await;
    assert!(answer.starts_with("HTTP/1.1 401") && answer.contains("connection: close\r\n"), "{answer}");

    let mut half = connect(1, address).await;
    say(&mut half, "POST /closed HTTP/1.1\r\nhost: x\r\ncontent-length: 300000\r\n\r\n").await;
    let started = Instant::now();
    let mut first = [0; 12];
    half.read_exact(&mut first).await.expect("an answer");
    assert_eq!((&first, started.elapsed()), (b"HTTP/1.1 401", Duration::ZERO));
    rest(half).await;
    assert!(started.elapsed() <= Duration::from_secs(6), "{:?}", started.elapsed());
}

#[tokio::test(start_paused = true)]
async fn who_asks_first_whether_to_send_is_told() {
    let (address, _) = start(ServeSettings::default()).await;
    let ask = |path, bytes| {
        format!("POST {path} HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: {bytes}\r\n\r\n")
    };
    for bytes in [2, 300_000] {
        let started = Instant::now();
        let mut refused = connect(1, address).await;
        say(&mut refused, &ask("/closed", bytes)).await;
        let mut answer = vec![0; 1024];
        let read = refused.read(&mut answer).await.expect("an answer");
        let answer = String::from_utf8_lossy(&answer[..read]).into_owned();
        assert!(answer.starts_with("HTTP/1.1 401") && answer.contains("connection: close\r\n"), "{answer}");
        assert_eq!(started.elapsed(), Duration::ZERO, "nothing is awaited");
    }
    let mut welcome = connect(1, address).await;
    say(&mut welcome, &ask("/length", 5)).await;
    let mut go_on = [0; 25];
    welcome.read_exact(&mut go_on).await.expect("an interim answer");
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    say(&mut welcome, "12345GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    let answers = rest(welcome).await;
    assert!(answers.contains("\r\n\r\n5HTTP/1.1 200") && answers.ends_with("here"), "{answers}");
}

#[tokio::test(start_paused = true)]
async fn a_socket_whose_client_does_not_read_is_gone_too() {
    let (address, _) = start(ServeSettings::default()).await;
    let mut client = connect(1, address).await;
    let handshake = "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
                     sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    say(&mut client, &format!("GET /ws HTTP/1.1\r\nhost: x\r\n{handshake}")).await;
    let started = Instant::now();
    client.ready(Interest::ERROR).await.expect("the connection is reset");
    assert!(started.elapsed() <= Duration::from_mins(1), "{:?}", started.elapsed());
}

/// The edge with room for little.
fn edge(settings: HttpSettings) -> (Router, Metrics) {
    let metrics = Metrics::new();
    let settings = HttpSettings { body_limit_bytes: 2 << 20, ..settings };
    (standard_layers(router(), settings, |response, _| response, &metrics, &Ambient::system()), metrics)
}

fn request(builder: axum::http::request::Builder, last: u8, body: Body) -> Request {
    let mut request = builder.body(body).expect("valid");
    let peer = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(10, 0, 0, last)), 4711);
    request.extensions_mut().insert(ConnectInfo(peer));
    request
}

/// A body of so many bytes that never ends.
fn half(bytes: usize) -> Body {
    let pieces = std::iter::repeat_n(8 * 1024, bytes / (8 * 1024)).chain([bytes % (8 * 1024)]);
    let pieces = pieces.map(|piece| Ok::<_, Infallible>(vec![b'x'; piece]));
    Body::from_stream(stream::iter(pieces).chain(stream::pending()))
}

/// Sends it and lets it come as far as it comes without waiting.
async fn begin(app: &Router, last: u8, body: Body) -> JoinHandle<Response<Body>> {
    let request = request(Request::post("/length"), last, body);
    let app = app.clone();
    let task = tokio::spawn(async move { app.oneshot(request).await.expect("infallible") });
    for _ in 0..400 {
        tokio::task::yield_now().await;
    }
    task
}

async fn send(app: &Router, last: u8, bytes: usize) -> Response<Body> {
    let body = Body::from_stream(stream::iter([Ok::<_, Infallible>(vec![b'x'; bytes])]));
    app.clone().oneshot(request(Request::post("/length"), last, body)).await.expect("infallible")
}

#[tokio::test(start_paused = true)]
async fn however_much_of_a_body_came_it_is_given_up_once_it_stops() {
    let (app, metrics) = edge(HttpSettings::default());
    let started = Instant::now();
    let stopped = begin(&app, 1, half((1 << 20) - 1)).await;
    assert!(measured(&metrics, "http_body_bytes") > 1_000_000);
    let response = stopped.await.expect("no panic");
    assert_eq!((response.status().as_u16(), started.elapsed().as_secs()), (408, 10));
    assert_eq!(measured(&metrics, "http_bodies_stalled_total"), 1);
    assert_eq!(measured(&metrics, "http_body_bytes"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_trickles_is_given_up() {
    let (app, _) = edge(HttpSettings::default());
    let trickle = stream::unfold((), async |()| {
        sleep(Duration::from_secs(9)).await;
        Some((Ok::<_, Infallible>("x"), ()))
    });
    let started = Instant::now();
    let slow = request(Request::post("/length"), 1, Body::from_stream(trickle));
    let response = app.oneshot(slow).await.expect("infallible");
    assert_eq!(response.status(), 408);
    assert!(started.elapsed() <= Duration::from_secs(11), "{:?}", started.elapsed());
}

#[tokio::test(start_paused = true)]
async fn bodies_that_stop_fill_no_more_than_their_budget() {
    const BUDGET: usize = 8 << 20;
    let (app, metrics) = edge(HttpSettings { body_budget_bytes: BUDGET, ..HttpSettings::default() });
    let mut stopped = Vec::new();
    for client in 0..150 {
        stopped.push(begin(&app, client % 5, half((1 << 20) - 1)).await);
    }
    let held = measured(&metrics, "http_body_bytes");
    assert!(held <= BUDGET as u64 && held > 6 << 20, "{held}");
    for honest in 100..150 {
        assert_eq!(send(&app, honest, 16 * 1024).await.status(), 200, "an order always gets through");
    }
    let large = send(&app, 200, 3 << 19).await;
    assert_eq!((large.status().as_u16(), large.headers()[header::RETRY_AFTER].as_bytes()), (503, &b"5"[..]));
    for stopped in join_all(stopped).await {
        let status = stopped.expect("no panic").status().as_u16();
        assert!(matches!(status, 408 | 503), "{status}");
    }
    assert_eq!(measured(&metrics, "http_body_bytes"), 0);
    assert_eq!(send(&app, 200, 3 << 19).await.status(), 200, "there is room again");
    assert!(measured(&metrics, "http_bodies_shed_total") > 100);
}

#[tokio::test(start_paused = true)]
async fn a_body_in_tiny_pieces_counts_for_what_it_costs() {
    let (app, metrics) = edge(HttpSettings::default());
    let pieces = stream::iter(std::iter::repeat_n(Ok::<_, Infallible>("x"), 100_000)).chain(stream::pending());
    let stopped = begin(&app, 1, Body::from_stream(pieces)).await;
    assert!(measured(&metrics, "http_body_bytes") > 6_000_000);
    stopped.abort();
}

#[tokio::test(start_paused = true)]
async fn one_address_does_not_get_all_the_memory() {
    let (app, metrics) = edge(HttpSettings { body_budget_bytes: 8 << 20, ..HttpSettings::default() });
    let mut stopped = Vec::new();
    for _ in 0..20 {
        stopped.push(begin(&app, 1, half((1 << 20) - 1)).await);
    }
    assert!(measured(&metrics, "http_body_bytes") <= 2 << 20);
    assert_eq!(send(&app, 2, 3 << 19).await.status(), 200);
    for stopped in stopped {
        stopped.abort();
    }
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_its_client_keeps_nobody_from_working() {
    let settings = HttpSettings { max_in_flight: 8, max_in_flight_per_address: 4, ..HttpSettings::default() };
    let (app, metrics) = edge(settings);
    let mut stopped = Vec::new();
    for _ in 0..20 {
        stopped.push(begin(&app, 1, half(100)).await);
    }
    assert_eq!(measured(&metrics, "http_requests_shed_total"), 0, "what comes within a moment needs no place");
    sleep(Duration::from_millis(1001)).await;
    assert_eq!(measured(&metrics, "http_requests_shed_total"), 16, "as many wait as one address may");
    for honest in [1, 2] {
        for _ in 0..50 {
            let asked = request(Request::get("/"), honest, Body::empty());
            assert_eq!(app.clone().oneshot(asked).await.expect("infallible").status(), 200);
        }
        assert_eq!(send(&app, honest, 1000).await.status(), 200, "a body that is there waits for nobody");
        let late = stream::once(async {
            sleep(Duration::from_millis(300)).await;
            Ok::<_, Infallible>("here it is")
        });
        let asked = request(Request::post("/length"), honest, Body::from_stream(late));
        assert_eq!(app.clone().oneshot(asked).await.expect("infallible").status(), 200, "head and body apart");
    }
    let waits = begin(&app, 2, half(100)).await;
    assert!(!waits.is_finished(), "another address may wait");
    waits.abort();
    let statuses = join_all(stopped).await.into_iter().map(|one| one.expect("no panic").status().as_u16());
    assert_eq!(statuses.filter(|status| *status == 408).count(), 4);
}

#[tokio::test(start_paused = true)]
async fn one_address_does_not_get_every_place_to_work() {
    let settings = HttpSettings { max_in_flight: 8, max_in_flight_per_address: 2, ..HttpSettings::default() };
    let hang = Router::new().route("/never", get(async || std::future::pending::<()>().await)).merge(router());
    let app = standard_layers(hang, settings, |response, _| response, &Metrics::new(), &Ambient::system());
    let ask = |path: &str, last| {
        let (app, asked) = (app.clone(), request(Request::get(path), last, Body::empty()));
        tokio::spawn(async move { app.oneshot(asked).await.expect("infallible").status().as_u16() })
    };
    let _busy = [ask("/never", 1), ask("/never", 1)];
    tokio::task::yield_now().await;
    assert_eq!(ask("/", 1).await.expect("no panic"), 503);
    assert_eq!(ask("/", 2).await.expect("no panic"), 200);
}
