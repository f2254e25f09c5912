//! `/redoc`: the API's document as `ReDoc` shows it, from a file that is part of the program.

use std::sync::LazyLock;

use axum::Router;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use belgrano_runtime::http::{accepts_gzip, gzip};
use bytes::Bytes;

use crate::app::App;

static SCRIPT: &[u8] = include_bytes!("../../static/vendor/redoc.standalone.js");
static GZIPPED: LazyLock<Bytes> = LazyLock::new(|| gzip(SCRIPT));

/// It sets styles from its script, and asks nobody but us: its search, which would run in a worker made of a text, is off.
const CONTENT_SECURITY_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

const PAGE: &str = "<!doctype html>
<html lang=\"es\">
<head>
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<title>Belgrano Insights · API</title>
<style>body { margin: 0 }</style>
</head>
<body>
<redoc spec-url=\"/openapi.json\" disable-search=\"true\"></redoc>
<script src=\"/redoc/redoc.standalone.js\"></script>
</body>
</html>
";

/// The page and its script.
pub(super) fn routes() -> Router<App> {
    Router::new().route("/redoc", get(page)).route("/redoc/redoc.standalone.js", get(script))
}

async fn page() -> Response {
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    ([(header::CONTENT_TYPE, kind), (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY)], PAGE).into_response()
}

async fn script(headers: HeaderMap) -> Response {
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8"));
    let kept = (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=86400"));
    let varies = (header::VARY, HeaderValue::from_static("accept-encoding"));
    if accepts_gzip(&headers) {
        let encoding = (header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        return ([kind, kept, varies, encoding], GZIPPED.clone()).into_response();
    }
    ([kind, kept, varies], SCRIPT).into_response()
}
