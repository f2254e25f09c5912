//! A request's body that says whether its client is the one who is waited for.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};

/// Whether somebody waits for more of a body. Clones are the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Awaited(Arc<AtomicBool>);

impl Awaited {
    /// Whether the last thing done with the body was to wait for more of it.
    pub(super) fn is_waiting(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Watches the body of `request`, if it has one that is still to come.
pub(super) fn watch(request: Request) -> (Request, Awaited) {
    let awaited = Awaited::default();
    if request.body().is_end_stream() {
        return (request, awaited);
    }
    let watched = awaited.clone();
    (request.map(|body| Body::new(Arriving { body, awaited: watched })), awaited)
}

struct Arriving {
    body: Body,
    awaited: Awaited,
}

impl HttpBody for Arriving {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        self.awaited.0.store(polled.is_pending(), Ordering::Relaxed);
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
