//! Which pages of other sites may read the API: those of `ALLOWED_ORIGINS`, named one by one and never all.

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use belgrano_runtime::auth::origin::{AllowedOrigins, OriginCheck};

const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE");
const HEADERS: HeaderValue = HeaderValue::from_static("authorization, content-type, x-api-key");
/// What a page may read of an answer beside its body.
const EXPOSED: HeaderValue = HeaderValue::from_static("content-disposition, retry-after, x-request-id");
/// How long a browser may remember what it was allowed, in seconds.
const MAX_AGE: HeaderValue = HeaderValue::from_static("600");

/// Answers a browser's question whether a page may call, and says on each answer whether that page may read it.
pub(crate) async fn share(State(origins): State<AllowedOrigins>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if !(path == "/" || path == "/openapi.json" || path.starts_with("/api/")) {
        return next.run(request).await;
    }
    let allowed = origins.check(request.headers()) == OriginCheck::Allowed;
    let origin = request.headers().get(header::ORIGIN).filter(|_| allowed).cloned();
    let asks =
        request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if asks { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await };
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    let Some(origin) = origin else { return response };
    let mut say = |name: HeaderName, value: HeaderValue| headers.insert(name, value);
    say(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    say(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    if asks {
        say(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
        say(header::ACCESS_CONTROL_ALLOW_HEADERS, HEADERS);
        say(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
    } else {
        say(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    }
    response
}
