//! A body that is not read before it is known whose it is.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};

/// What a client announced and keeps back.
#[derive(Clone, Debug, Default)]
pub struct Unread(Arc<AtomicBool>);

impl Unread {
    /// The body of a request, which never comes.
    pub fn body(&self) -> Body {
        Body::new(self.clone())
    }

    /// Whether anybody waited for it.
    #[must_use]
    pub fn was_awaited(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl HttpBody for Unread {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.0.store(true, Ordering::Relaxed);
        // Not pending: whoever reads it too early need not be waited for.
        Poll::Ready(Some(Err(axum::Error::new(std::io::Error::other("nothing comes")))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(100_000)
    }
}

/// The addresses that `source`, a file that builds a router, has a handler of `POST` for, with something in the place of
/// each parameter.
#[must_use]
pub fn posted(source: &str) -> Vec<String> {
    let routes = source.split(".route(").skip(1).filter(|route| route.contains("post("));
    let paths = routes.filter_map(|route| route.split('"').nth(1));
    let filled = |path: &str| {
        let parts: Vec<_> = path.split('/').map(|part| if part.starts_with('{') { "1" } else { part }).collect();
        parts.join("/")
    };
    paths.map(filled).collect()
}
