//! gzip for pages and assets.
//!
//! Apart from the other layers because JSON is left alone: its bodies are small, there are many of them, and on two
//! cores the time is better spent elsewhere.

use std::io::Write;

use axum::Router;
use axum::http::{Extensions, HeaderMap, StatusCode, Version, header};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
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

/// Whether a client reads gzip.
pub fn accepts_gzip(headers: &HeaderMap) -> bool {
    let lists = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let mut entries = lists.flat_map(|list| list.split(','));
    entries.any(|entry| {
        let (coding, weight) = entry.split_once(';').unwrap_or((entry, ""));
        coding.trim().eq_ignore_ascii_case("gzip") && !matches!(weight.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
    })
}

/// `content`, compressed as far as it goes: for what is compressed once and sent often.
#[must_use]
pub fn gzip(content: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::with_capacity(content.len() / 3), Compression::best());
    // Writing into memory does not fail.
    let written = encoder.write_all(content).and_then(|()| encoder.finish());
    written.map(Bytes::from).unwrap_or_default()
}
