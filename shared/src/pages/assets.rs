//! Style and modules, in the binary, under an address that changes with their content.
//!
//! One hash names the whole set, so that a module finds its neighbours by a relative path and a browser may keep all of
//! them for a year. A page of another version that asks under its old hash gets what there is, and may not keep it.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sha2::{Digest, Sha256};

use crate::http::compress_pages;
use crate::problem::Problem;
use crate::texts::Message;

struct Asset {
    name: &'static str,
    media_type: &'static str,
    content: &'static str,
}

const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

macro_rules! assets {
    ($($name:literal: $media_type:expr),+ $(,)?) => {
        &[$(Asset {
            name: $name,
            media_type: $media_type,
            content: include_str!(concat!("../../static/", $name)),
        }),+]
    };
}

const ASSETS: &[Asset] = assets! {
    "belgrano.css": CSS,
    "icon.svg": SVG,
    "live.js": SCRIPT,
    "fragment.js": SCRIPT,
    "page.js": SCRIPT,
    "driver.js": SCRIPT,
    "driver-page.js": SCRIPT,
    "awake.js": SCRIPT,
    "steps.js": SCRIPT,
    "step-store.js": SCRIPT,
    "proof.js": SCRIPT,
    "texts.js": SCRIPT,
};

/// Sixteen hex digits over all of them.
static HASH: LazyLock<String> = LazyLock::new(|| {
    let mut digest = Sha256::new();
    for asset in ASSETS {
        digest.update(asset.name);
        digest.update(asset.content);
    }
    digest.finalize().iter().take(8).fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
});

/// The address of an asset.
#[must_use]
pub fn url(name: &str) -> String {
    format!("/static/{}/{name}", HASH.as_str())
}

/// The routes that serve them.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    compress_pages(Router::new().route("/static/{hash}/{name}", get(serve)))
}

async fn serve(Path((hash, name)): Path<(String, String)>) -> Result<Response, Problem> {
    let asset = ASSETS.iter().find(|asset| asset.name == name);
    let asset = asset.ok_or_else(|| Problem::not_found(Message::new("refusal-no-page")))?;
    let keep = if hash == *HASH { "public, max-age=31536000, immutable" } else { "no-store" };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(asset.media_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static(keep)),
    ];
    Ok((headers, asset.content).into_response())
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::http::{Request, Response, header};
    use tower::ServiceExt;

    use super::{ASSETS, routes, url};

    async fn get(path: &str) -> Response<Body> {
        let app: Router = routes();
        app.oneshot(Request::get(path).body(Body::empty()).expect("valid")).await.expect("infallible")
    }

    #[tokio::test]
    async fn an_asset_is_kept_for_as_long_as_its_content_stays() {
        for asset in ASSETS {
            let response = get(&url(asset.name)).await;
            assert_eq!(response.status(), 200, "{}", asset.name);
            assert_eq!(response.headers()[header::CONTENT_TYPE], asset.media_type);
            assert!(response.headers()[header::CACHE_CONTROL].to_str().expect("text").contains("immutable"));
        }
        let old = get("/static/0000000000000000/belgrano.css").await;
        assert_eq!((old.status().as_u16(), &old.headers()[header::CACHE_CONTROL]), (200, &"no-store".parse().unwrap()));
        assert_eq!(get(&url("../Cargo.toml")).await.status(), 404);
    }
}
