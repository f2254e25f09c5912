//! The other side, whose manners can be changed in the middle of a test.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use belgrano_runtime::problem::{NOT_CANCELLABLE, Problem};
use belgrano_wire::texts::Message;
use futures_util::StreamExt;
use futures_util::stream;
use tokio::net::TcpListener;
use tokio::sync::{Notify, Semaphore, watch};
use tokio_util::sync::CancellationToken;

/// How the board answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manners {
    /// As it should.
    Good,
    /// With this status and in its own words, having done nothing.
    Status(u16),
    /// Not at all: somebody else is at its address and shows a page with this status.
    Page(u16),
    /// Not at all: somebody else is at its address and refuses in JSON with this status.
    Gateway(u16),
    /// It does not take this shop's signatures, because of a clock that is so many seconds ahead.
    Clock(i64),
    /// With this status and `Retry-After`.
    RetryAfter(u16, &'static str),
    /// Having done its work, not at all until its manners change.
    Hang,
    /// Having done its work, when it is let.
    Slow,
    /// Having done its work, with half a body and then the end of the connection.
    Cut,
    /// Having done its work, with half a body and then nothing.
    SlowBody,
    /// Having done its work, with a megabyte.
    Huge,
    /// Not at all: somebody else is at its address and is friendly to everybody.
    Parked,
    /// With another address.
    Redirect,
    /// As it should, of an order that is over.
    Over,
    /// As it should, but for what a board of an earlier version does not know.
    Old,
}

/// One request.
#[derive(Clone, Debug)]
pub struct Received {
    /// Its path.
    pub path: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

impl Received {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// What the board did for one order, in order.
pub type Deeds = HashMap<String, Vec<&'static str>>;

#[derive(Debug)]
struct Inner {
    manners: watch::Sender<Manners>,
    received: Mutex<Vec<Received>>,
    deeds: Mutex<Deeds>,
    /// The order a proxy does not let through.
    turned_away: Mutex<Option<String>>,
    changed: Notify,
    /// Answers it may give while it is slow.
    let_go: Semaphore,
}

/// A board on a port of its own.
#[derive(Debug)]
pub struct FakeBoard {
    pub address: SocketAddr,
    inner: Arc<Inner>,
    serving: Option<CancellationToken>,
}

impl FakeBoard {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let inner = Arc::new(Inner {
            manners: watch::Sender::new(Manners::Good),
            received: Mutex::default(),
            deeds: Mutex::default(),
            turned_away: Mutex::default(),
            changed: Notify::new(),
            let_go: Semaphore::new(0),
        });
        let serving = Some(serve(listener, Arc::clone(&inner)));
        Self { address, inner, serving }
    }

    pub fn behave(&self, manners: Manners) {
        self.inner.manners.send_replace(manners);
    }

    /// A proxy in front of it lets everything through but the order `number`, which it finds too large.
    pub fn turn_away(&self, number: &str) {
        *self.inner.turned_away.lock().unwrap_or_else(PoisonError::into_inner) = Some(number.to_owned());
    }

    /// Lets it give one more answer while it is [`Manners::Slow`].
    pub fn let_go(&self) {
        self.inner.let_go.add_permits(1);
    }

    /// From now on connections are refused, and those that exist end.
    pub fn leave(&mut self) {
        if let Some(serving) = self.serving.take() {
            serving.cancel();
        }
    }

    /// Listens again, at the same address.
    pub async fn come_back(&mut self) {
        let listener = loop {
            match TcpListener::bind(self.address).await {
                Ok(listener) => break listener,
                Err(_) => tokio::task::yield_now().await,
            }
        };
        self.serving = Some(serve(listener, Arc::clone(&self.inner)));
    }

    pub fn received(&self) -> Vec<Received> {
        self.inner.received.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn deeds(&self) -> Deeds {
        self.inner.deeds.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Something was received since the last call.
    pub async fn changed(&self) {
        self.inner.changed.notified().await;
    }
}

impl Drop for FakeBoard {
    fn drop(&mut self) {
        self.leave();
    }
}

fn serve(listener: TcpListener, inner: Arc<Inner>) -> CancellationToken {
    let stop = CancellationToken::new();
    let app = Router::new().fallback(answer).with_state(inner);
    let stopped = stop.clone();
    tokio::spawn(async move {
        // One task for each connection, so that leaving ends them all at once, as a process that is killed.
        let connections = CancellationToken::new();
        let _end_all = connections.clone().drop_guard();
        stopped
            .run_until_cancelled(async {
                while let Ok((socket, _)) = listener.accept().await {
                    let (app, connections) = (app.clone(), connections.clone());
                    tokio::spawn(async move {
                        let service = hyper_util::service::TowerToHyperService::new(app);
                        let io = hyper_util::rt::TokioIo::new(socket);
                        let connection = hyper::server::conn::http1::Builder::new().serve_connection(io, service);
                        let _ = connections.run_until_cancelled(connection).await;
                    });
                }
            })
            .await;
    });
    stop
}

async fn answer(State(board): State<Arc<Inner>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let path = uri.path().to_owned();
    let request = Received { path: path.clone(), headers, body: body.clone() };
    let id = request.header("webhook-id").to_owned();
    board.received.lock().unwrap_or_else(PoisonError::into_inner).push(request);
    let manners = *board.manners.borrow();
    let number = number_of(&path, &body);
    let turned_away = board.turned_away.lock().unwrap_or_else(PoisonError::into_inner).as_ref() == Some(&number);
    let manners = if turned_away { Manners::Page(413) } else { manners };
    let status = match manners {
        Manners::Parked => StatusCode::OK,
        Manners::Clock(_) => StatusCode::UNAUTHORIZED,
        Manners::Status(status) | Manners::Page(status) | Manners::Gateway(status) | Manners::RetryAfter(status, _) => {
            StatusCode::from_u16(status).expect("a status")
        }
        Manners::Redirect => StatusCode::TEMPORARY_REDIRECT,
        Manners::Over => StatusCode::CONFLICT,
        Manners::Old if forgotten(&path).is_some() => StatusCode::NOT_FOUND,
        _ => board.work(&path, &number),
    };
    board.changed.notify_one();
    let reply = serde_json::json!({ "exito": true, "numero": number }).to_string();
    let half = || stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"{\"exito\""))]);
    match manners {
        Manners::Old if status == StatusCode::NOT_FOUND => (status, "<html>Not Found</html>").into_response(),
        Manners::Good | Manners::Old => (status, reply).into_response(),
        Manners::Status(_) => (status, refusal(&id, None)).into_response(),
        Manners::Clock(ahead_s) => (status, refusal(&id, Some(ahead_s))).into_response(),
        Manners::Page(_) => {
            (status, [(header::CONTENT_TYPE, "text/html")], "<html>Vuelva luego</html>").into_response()
        }
        Manners::Gateway(_) => (status, r#"{"message":"Forbidden"}"#).into_response(),
        Manners::RetryAfter(_, after) => (status, [(header::RETRY_AFTER, after)], refusal(&id, None)).into_response(),
        Manners::Redirect => (status, [(header::LOCATION, "/otra")], "").into_response(),
        Manners::Over => Problem::conflict(NOT_CANCELLABLE, Message::new("refusal-cancel-delivered")).into_response(),
        Manners::Parked => (status, "<html>Dominio en venta</html>").into_response(),
        Manners::Huge => {
            let padding = "x".repeat(1024 * 1024);
            (status, format!(r#"{{"exito":true,"numero":"{number}","relleno":"{padding}"}}"#)).into_response()
        }
        Manners::Cut => {
            let cut = half().chain(stream::iter([Err(std::io::Error::other("cut"))]));
            (status, Body::from_stream(cut)).into_response()
        }
        Manners::SlowBody => (status, Body::from_stream(half().chain(stream::pending()))).into_response(),
        Manners::Slow => {
            if let Ok(permit) = board.let_go.acquire().await {
                permit.forget();
            }
            (status, reply).into_response()
        }
        Manners::Hang => {
            let mut watching = board.manners.subscribe();
            let _ = watching.wait_for(|manners| *manners != Manners::Hang).await;
            (status, reply).into_response()
        }
    }
}

/// A refusal in the board's own words, about the message that was sent under `id`.
fn refusal(id: &str, skew_s: Option<i64>) -> String {
    let document = serde_json::json!({
        "type": "urn:belgrano:problema:prueba", "detail": "así no", "mensaje_id": id, "desfase_s": skew_s
    });
    document.to_string()
}

/// The order a request is about.
fn number_of(path: &str, body: &Bytes) -> String {
    if let Some(number) = cancelled(path).or_else(|| forgotten(path)) {
        return number.to_owned();
    }
    let body: serde_json::Value = serde_json::from_slice(body).expect("JSON");
    body["numero"].as_str().expect("a number").to_owned()
}

fn cancelled(path: &str) -> Option<&str> {
    path.strip_prefix("/api/tickets/").and_then(|rest| rest.strip_suffix("/cancelar"))
}

fn forgotten(path: &str) -> Option<&str> {
    path.strip_prefix("/api/tickets/").and_then(|rest| rest.strip_suffix("/olvidar"))
}

impl Inner {
    /// Makes or cancels a ticket, or forgets whose it is, once for each order.
    fn work(&self, path: &str, number: &str) -> StatusCode {
        let deed = match (cancelled(path), forgotten(path)) {
            (Some(_), _) => "cancelled",
            (_, Some(_)) => "forgotten",
            _ => "created",
        };
        let mut deeds = self.deeds.lock().unwrap_or_else(PoisonError::into_inner);
        let done = deeds.entry(number.to_owned()).or_default();
        if done.contains(&deed) {
            return StatusCode::OK;
        }
        done.push(deed);
        StatusCode::CREATED
    }
}
