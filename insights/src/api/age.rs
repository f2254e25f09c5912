//! How old an answer is that is not of the present state, because the lake cannot be reached: the header `Age`, in seconds.

use std::cell::Cell;
use std::time::Duration;

use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

tokio::task_local! {
    static AGE: Cell<Option<Duration>>;
}

/// Says of the answer that is being made how old a part of it is; the oldest counts.
pub(super) fn note(age: Duration) {
    // Outside of a request there is nobody to tell.
    let _ = AGE.try_with(|oldest| oldest.set(oldest.get().max(Some(age))));
}

/// What `work` answers, with how old its oldest part is; for a page, which says it in words.
pub(crate) async fn of<T>(work: impl Future<Output = T>) -> (T, Option<Duration>) {
    AGE.scope(Cell::new(None), async { (work.await, AGE.with(Cell::get)) }).await
}

/// Puts the age of what a handler answers beside it.
pub(crate) async fn tell(request: Request, next: Next) -> Response {
    AGE.scope(Cell::new(None), async {
        let mut response = next.run(request).await;
        if let Some(age) = AGE.with(Cell::get) {
            response.headers_mut().insert(header::AGE, HeaderValue::from(age.as_secs()));
        }
        response
    })
    .await
}
