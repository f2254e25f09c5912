//! The door: which connections come in, and what lies below HTTP on each.
//!
//! One address has a share of the places, or it would take them all. On each connection lies a [`Line`], which gives up a
//! client that does not read, and the socket's options make one that vanished show.

use std::convert::Infallible;
use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use prometheus_client::metrics::gauge::Gauge;
use socket2::{SockRef, TcpKeepalive};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::Service;

use super::ClientIp;
use super::arriving::SMALL_BODY_BYTES;
use super::line::{Line, Unread};
use super::serve::{ServeSettings, accept};
use super::share::{Share, Shares};
use crate::lifecycle::Lifecycle;
use crate::problem::Problem;
use crate::telemetry::{HttpMetrics, Metrics};

/// What the kernel takes of us beyond what the client has room for. More would hide from us whether it reads.
const UNSENT_BYTES: u32 = 32 * 1024;
/// A peer that acknowledges nothing for so long is gone, whatever is still to be sent to it.
const VANISHED: Duration = Duration::from_secs(30);
/// An idle peer is asked after so long whether it is there.
const KEEPALIVE: Duration = Duration::from_mins(1);
/// Connections that are told why they are refused, at once; others are just closed.
const REFUSALS: usize = 64;
const REFUSED_RETRY_AFTER: Duration = Duration::from_secs(1);

/// A place for one connection, in the count of those that are open.
pub(super) struct Place {
    _share: Share,
    open: Gauge,
}

impl Place {
    fn new(share: Share, open: &Gauge) -> Self {
        open.inc();
        Self { _share: share, open: open.clone() }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.open.dec();
    }
}

/// Who may come in, and on what terms.
pub(super) struct Door {
    settings: ServeSettings,
    places: Arc<Shares>,
    refusal: Bytes,
    refusals: Arc<Semaphore>,
    metrics: HttpMetrics,
}

impl Door {
    pub(super) async fn new(settings: ServeSettings, metrics: &Metrics) -> Self {
        Self {
            places: Shares::new(usize::MAX, settings.max_connections_per_address),
            refusal: refusal().await,
            refusals: Arc::new(Semaphore::new(REFUSALS)),
            settings,
            metrics: metrics.http.clone(),
        }
    }

    /// The next connection that there is a place for.
    pub(super) async fn let_in(&self, listener: &TcpListener, life: &Lifecycle) -> (TcpStream, SocketAddr, Place) {
        loop {
            let (stream, peer) = accept(listener).await;
            let counted = (!self.settings.proxies.include(peer.ip())).then(|| ClientIp(peer.ip()).key());
            match self.places.one(counted) {
                Ok(share) => return (stream, peer, Place::new(share, &self.metrics.connections)),
                Err(_) => self.refuse(stream, life),
            }
        }
    }

    /// Says why to a few at a time: a flood is not worth a task each.
    fn refuse(&self, stream: TcpStream, life: &Lifecycle) {
        self.metrics.connections_shed.inc();
        let Ok(permit) = Arc::clone(&self.refusals).try_acquire_owned() else { return };
        let (mut refused, unread) = self.line(stream);
        unread.set(true);
        let text = self.refusal.clone();
        life.spawn(async move {
            // It was to be closed anyhow.
            let _ = refused.write_all(&text).await;
            let _ = refused.shutdown().await;
            drop(permit);
        });
    }

    fn line(&self, stream: TcpStream) -> (Line<TcpStream>, Unread) {
        tune(&stream);
        let unread = Unread::default();
        (Line::new(stream, self.settings.write_timeout, unread.clone(), reset), unread)
    }

    /// Speaks HTTP on `stream` until it ends.
    pub(super) fn connection(
        &self,
        http: &http1::Builder,
        stream: TcpStream,
        peer: SocketAddr,
        router: Router,
        life: Lifecycle,
    ) -> impl Future<Output = ()> + Send + 'static {
        let (io, unread) = self.line(stream);
        let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
            let (is_large, unread) = (is_large(&request), unread.clone());
            let mut request = request.map(|body| note_end(body, &unread));
            request.extensions_mut().insert(ConnectInfo(peer));
            let mut router = router.clone();
            async move {
                let mut response = router.call(request).await.map_err(|never: Infallible| never)?;
                if is_large && unread.get() {
                    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
                }
                Ok::<_, Infallible>(response)
            }
        });
        let connection = http.serve_connection(TokioIo::new(io), service).with_upgrades();
        let stalled = self.metrics.readers_stalled.clone();
        async move {
            let mut connection = std::pin::pin!(connection);
            let outcome = tokio::select! {
                outcome = connection.as_mut() => outcome,
                () = life.soft().cancelled() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = outcome {
                let io = error.source().and_then(|source| source.downcast_ref::<io::Error>());
                if io.is_some_and(|error| error.kind() == io::ErrorKind::TimedOut) {
                    stalled.inc();
                }
                // Clients vanish and scanners send noise: nothing an operator has to act on.
                tracing::debug!(%error, "connection ended badly");
            }
        }
    }
}

/// What a connection that is refused gets to read.
async fn refusal() -> Bytes {
    let response = Problem::unavailable(REFUSED_RETRY_AFTER).into_response();
    let mut text = format!("HTTP/1.1 {}\r\nconnection: close\r\n", response.status());
    for (name, value) in response.headers() {
        text.extend([name.as_str(), ": ", value.to_str().unwrap_or_default(), "\r\n"]);
    }
    // A body in memory does not fail.
    let body = response.into_body().collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let end = format!("content-length: {}\r\n\r\n", body.len());
    [text.as_bytes(), end.as_bytes(), &body].concat().into()
}

/// Sets what makes a peer that is gone, or does not read, show. A socket that refuses an option works without.
fn tune(stream: &TcpStream) {
    // Small frames are the product.
    let _ = stream.set_nodelay(true);
    let socket = SockRef::from(stream);
    let _ = socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(KEEPALIVE));
    #[cfg(target_os = "linux")]
    {
        let _ = socket.set_tcp_notsent_lowat(UNSENT_BYTES);
        let _ = socket.set_tcp_user_timeout(Some(VANISHED));
    }
}

/// Closing will not wait for what the peer does not take: the kernel throws it away too.
fn reset(stream: &TcpStream) {
    let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
}

/// Whether a refused request is not worth waiting for: what is left of it would have to come, on a connection that ends
/// sooner. A small body mostly came with its head; hyper throws that away and goes on.
fn is_large(request: &hyper::Request<Incoming>) -> bool {
    let is_small = request.body().size_hint().upper().is_some_and(|most| most <= SMALL_BODY_BYTES as u64);
    !is_small || request.headers().contains_key(header::EXPECT)
}

/// `body`, and `unread` as long as not all of it was read.
fn note_end(body: Incoming, unread: &Unread) -> Body {
    let is_more = !HttpBody::is_end_stream(&body);
    unread.set(is_more);
    if is_more { Body::new(Noted { body, unread: unread.clone() }) } else { Body::new(body) }
}

struct Noted {
    body: Incoming,
    unread: Unread,
}

impl HttpBody for Noted {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if matches!(polled, Poll::Ready(None)) || self.body.is_end_stream() {
            self.unread.set(false);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
