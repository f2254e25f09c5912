//! A request's body that says whether its client is the one who is waited for, and until when.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use tokio::time::Instant;

/// Bytes a second. A photo from a phone on a bad line is slow, and not stalled; what is slower than this is.
const SLOWEST: u64 = 4 * 1024;

/// How the body of one request arrives. Clones are the same.
#[derive(Clone, Debug)]
pub(super) struct Arrival(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    started: Instant,
    waiting: AtomicBool,
    bytes: AtomicU64,
    /// Milliseconds from the start to the last that came.
    last_ms: AtomicU64,
}

impl Arrival {
    /// Whether the last thing done with the body was to wait for more of it.
    pub(super) fn is_waiting(&self) -> bool {
        self.0.waiting.load(Ordering::Relaxed)
    }

    /// Until when the request may take, as far as it has come: `limit` after its start or after the last of its body, and
    /// while more is awaited, longer by the time that a slow line takes for what has come.
    pub(super) fn deadline(&self, limit: Duration) -> Instant {
        let Inner { started, bytes, last_ms, .. } = &*self.0;
        let allowed_ms = if self.is_waiting() {
            bytes.load(Ordering::Relaxed).saturating_mul(1000) / SLOWEST
        } else {
            last_ms.load(Ordering::Relaxed)
        };
        *started + limit + Duration::from_millis(allowed_ms)
    }

    fn note(&self, polled: &Poll<Option<Result<Frame<Bytes>, axum::Error>>>) {
        let Inner { started, waiting, bytes, last_ms } = &*self.0;
        waiting.store(polled.is_pending(), Ordering::Relaxed);
        if let Poll::Ready(Some(Ok(frame))) = polled {
            let more = frame.data_ref().map_or(0, Bytes::len);
            bytes.fetch_add(more.try_into().unwrap_or(0), Ordering::Relaxed);
            let ms = started.elapsed().as_millis().try_into().unwrap_or(u64::MAX);
            last_ms.store(ms, Ordering::Relaxed);
        }
    }
}

/// Watches the body of `request`, if it has one that is still to come.
pub(super) fn watch(request: Request) -> (Request, Arrival) {
    let arrival = Arrival(Arc::new(Inner {
        started: Instant::now(),
        waiting: AtomicBool::default(),
        bytes: AtomicU64::default(),
        last_ms: AtomicU64::default(),
    }));
    if request.body().is_end_stream() {
        return (request, arrival);
    }
    let watched = arrival.clone();
    (request.map(|body| Body::new(Arriving { body, arrival: watched })), arrival)
}

struct Arriving {
    body: Body,
    arrival: Arrival,
}

impl HttpBody for Arriving {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        self.arrival.note(&polled);
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
