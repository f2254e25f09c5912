//! gzip for pages and assets.
//!
//! Apart from the other layers because JSON is left alone: its bodies are small, there are many of them, and on two
//! cores the time is better spent elsewhere.

use axum::Router;
use axum::http::{Extensions, HeaderMap, StatusCode, Version, header};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{Predicate, SizeAbove};

const WORTH_IT_BYTES: u16 = 1024;

/// Compresses the text that `pages` answers with: HTML, CSS, scripts and SVG.
pub fn compress_pages<S: Clone + Send + Sync + 'static>(pages: Router<S>) -> Router<S> {
    pages.layer(CompressionLayer::new().compress_when(SizeAbove::new(WORTH_IT_BYTES).and(is_text)))
}

fn is_text(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    const TEXT: [&str; 4] = ["text/", "application/javascript", "application/manifest+json", "image/svg+xml"];
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    TEXT.iter().any(|text| kind.starts_with(text))
}
