//! Style, modules, drawings and vendored libraries, in the binary, under an address that changes with their content.
//!
//! One hash names the whole set, so that a module finds its neighbours by a relative path and a browser may keep all of
//! them for a year. A page of another version that asks under its old hash gets what there is, and may not keep it.
//! Text is compressed when it is first asked for, once. A service whose assets nobody else has keeps them in a `static` folder of its
//! own and [`add`]s them: they are served in the same place, so that its modules import ours as neighbours.

use std::sync::{LazyLock, OnceLock};

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use sha2::{Digest, Sha256};

use belgrano_runtime::http::{accepts_gzip, gzip};
use belgrano_runtime::problem::Problem;
use belgrano_wire::hex::hex;
use belgrano_wire::texts::Message;

/// A file that browsers may have; [`assets_of!`](crate::assets_of) makes them.
#[derive(Debug)]
pub struct Asset {
    // A release build looks into no folder.
    #[cfg_attr(not(debug_assertions), expect(dead_code, reason = "read by debug builds alone"))]
    folder: &'static str,
    name: &'static str,
    media_type: &'static str,
    content: &'static [u8],
    gzipped: OnceLock<Bytes>,
}

/// The media type of a sheet.
pub const CSS: &str = "text/css; charset=utf-8";
/// The media type of a module.
pub const SCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";
const PNG: &str = "image/png";
const FONT: &str = "font/woff2";

const MANIFEST: &str = include_str!("../../static/vendor/manifest.json");

/// Files of the folder `static` of the crate that names them, each with its media type.
#[macro_export]
macro_rules! assets_of {
    ($($name:literal: $media_type:expr),+ $(,)?) => {
        vec![$($crate::pages::assets::Asset::new(
            concat!(env!("CARGO_MANIFEST_DIR"), "/static"),
            $name,
            $media_type,
            include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/static/", $name)),
        )),+]
    };
}

/// The sheet of every page: what it is made of is apart for whoever reads it.
static SHEET: Asset = Asset::new(
    concat!(env!("CARGO_MANIFEST_DIR"), "/static"),
    "belgrano.css",
    CSS,
    concat!(
        include_str!("../../static/tokens.css"),
        include_str!("../../static/base.css"),
        include_str!("../../static/components.css"),
    )
    .as_bytes(),
);

/// What we wrote.
static OURS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    assets_of! {
    "shop.css": CSS,
    "board.css": CSS,
    "driver.css": CSS,
    "icon.svg": SVG,
    "icon-192.png": PNG,
    "icon-512.png": PNG,
    "drawings.svg": SVG,
    "cart.js": SCRIPT,
    "checkout.js": SCRIPT,
    "checkout-pin.js": SCRIPT,
    "copy.js": SCRIPT,
    "recover.js": SCRIPT,
    "here.js": SCRIPT,
    "zones.js": SCRIPT,
    "clock.js": SCRIPT,
    "combobox.js": SCRIPT,
    "board-page.js": SCRIPT,
    "board-actions.js": SCRIPT,
    "board-alarm.js": SCRIPT,
    "board-bulk.js": SCRIPT,
    "board-card.js": SCRIPT,
    "board-drag.js": SCRIPT,
    "board-drawer.js": SCRIPT,
    "board-feed.js": SCRIPT,
    "board-filter.js": SCRIPT,
    "board-goods.js": SCRIPT,
    "board-keys.js": SCRIPT,
    "board-map.js": SCRIPT,
    "board-menu.js": SCRIPT,
    "board-search.js": SCRIPT,
    "board-timeline.js": SCRIPT,
    "board-view.js": SCRIPT,
    "board-worries.js": SCRIPT,
    "board.js": SCRIPT,
    "components.js": SCRIPT,
    "draft.js": SCRIPT,
    "driver-page.js": SCRIPT,
    "ask.js": SCRIPT,
    "awake.js": SCRIPT,
    "steps.js": SCRIPT,
    "paced.js": SCRIPT,
    "taken-back.js": SCRIPT,
    "step-refusals.js": SCRIPT,
    "step-store.js": SCRIPT,
    "driver.js": SCRIPT,
    "fragment.js": SCRIPT,
    "install.js": SCRIPT,
    "list-diff.js": SCRIPT,
    "live.js": SCRIPT,
    "manage-products.js": SCRIPT,
    "map.css": CSS,
    "map.js": SCRIPT,
    "map-drivers.js": SCRIPT,
    "map-features.js": SCRIPT,
    "map-icons.js": SCRIPT,
    "map-list.js": SCRIPT,
    "map-load.js": SCRIPT,
    "map-style.js": SCRIPT,
    "lookup.js": SCRIPT,
    "notices.js": SCRIPT,
    "order.js": SCRIPT,
    "package.js": SCRIPT,
    "page.js": SCRIPT,
    "picture.js": SCRIPT,
    "products.js": SCRIPT,
    "proof.js": SCRIPT,
    "shop.js": SCRIPT,
    "signal.js": SCRIPT,
    "texts.js": SCRIPT,
    "tracking.js": SCRIPT,
    }
});

/// What others wrote: `vendor/manifest.json` says who, and which version.
static VENDORED: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    assets_of! {
    "vendor/bricolage-grotesque.woff2": FONT,
    "vendor/icons.svg": SVG,
    "vendor/maplibre-gl.css": CSS,
    "vendor/maplibre-gl.mjs": SCRIPT,
    "vendor/maplibre-gl-worker.mjs": SCRIPT,
    "vendor/pmtiles.mjs": SCRIPT,
    }
});

/// What the service of this process has of its own.
static ADDED: OnceLock<Vec<Asset>> = OnceLock::new();

/// Serves what a service has of its own as well: before any address is asked for, since their hash is over all. Once.
pub fn add(own: fn() -> Vec<Asset>) {
    ADDED.get_or_init(own);
}

fn added() -> impl Iterator<Item = &'static Asset> {
    ADDED.get().into_iter().flatten()
}

/// Sixteen hex digits over all of them. The manifest stands for the vendored: it has their checksums.
static HASH: LazyLock<String> = LazyLock::new(|| {
    let mut digest = Sha256::new();
    for asset in OURS.iter().chain([&SHEET]).chain(added()) {
        digest.update(asset.name);
        digest.update(asset.content);
    }
    digest.update(MANIFEST);
    hex(&digest.finalize()[..8])
});

/// The address of an asset.
#[must_use]
pub fn url(name: &str) -> String {
    format!("/static/{}/{name}", hash())
}

/// What changes whenever an asset does.
#[must_use]
pub fn hash() -> &'static str {
    &HASH
}

/// These, and every module that one of them imports, however far away; each once.
pub(super) fn with_imports(names: impl IntoIterator<Item = &'static str>) -> Vec<&'static str> {
    let mut found: Vec<&str> = Vec::new();
    let mut open: Vec<&str> = names.into_iter().collect();
    while let Some(name) = open.pop() {
        if found.contains(&name) {
            continue;
        }
        found.push(name);
        let modules = OURS.iter().chain(added()).filter(|asset| asset.name == name && asset.media_type == SCRIPT);
        open.extend(modules.flat_map(imports));
    }
    found
}

/// The neighbours that a module names in its `import` lines.
fn imports(module: &'static Asset) -> impl Iterator<Item = &'static str> {
    let text = str::from_utf8(module.content).unwrap_or_default();
    text.lines().filter(|line| line.starts_with("import ")).filter_map(|line| {
        let (_, path) = line.split_once("\"./")?;
        Some(path.split_once('"')?.0)
    })
}

/// The routes that serve them.
pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/static/{hash}/{*name}", get(serve))
}

fn all() -> impl Iterator<Item = &'static Asset> {
    OURS.iter().chain(VENDORED.iter()).chain([&SHEET]).chain(added())
}

async fn serve(Path((hash, name)): Path<(String, String)>, headers: HeaderMap) -> Result<Response, Problem> {
    let asset = all().find(|asset| asset.name == name);
    let asset = asset.ok_or_else(|| Problem::not_found(Message::new("refusal-no-page")))?;
    #[cfg(debug_assertions)]
    if let Some(content) = asset.on_disk() {
        return Ok(
            ([(header::CONTENT_TYPE, asset.media_type), (header::CACHE_CONTROL, "no-store")], content).into_response()
        );
    }
    let current = hash == *HASH;
    let tag = format!("\"{}\"", HASH.as_str());
    let keep = if current { "public, max-age=31536000, immutable" } else { "no-store" };
    let mut response = if current && headers.get(header::IF_NONE_MATCH).is_some_and(|seen| seen == tag.as_str()) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        asset.content(&headers).await
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(header::ETAG, tag);
    }
    Ok(response)
}

impl Asset {
    /// The file `name` of `folder`, which is looked into again for whoever writes a page.
    #[must_use]
    pub const fn new(
        folder: &'static str,
        name: &'static str,
        media_type: &'static str,
        content: &'static [u8],
    ) -> Self {
        Self { folder, name, media_type, content, gzipped: OnceLock::new() }
    }

    fn is_text(&self) -> bool {
        ![PNG, FONT].contains(&self.media_type)
    }

    /// What the working tree has now, for whoever writes a page: debug builds only, with `ASSETS_FROM_DISK` set.
    #[cfg(debug_assertions)]
    fn on_disk(&self) -> Option<Vec<u8>> {
        std::env::var_os("ASSETS_FROM_DISK")?;
        let folder = std::path::Path::new(self.folder);
        let parts: &[&str] =
            if self.name == SHEET.name { &["tokens.css", "base.css", "components.css"] } else { &[self.name] };
        parts
            .iter()
            .map(|name| std::fs::read(folder.join(name)).ok())
            .collect::<Option<Vec<_>>>()
            .map(|all| all.concat())
    }

    async fn content(&'static self, headers: &HeaderMap) -> Response {
        let kind = (header::CONTENT_TYPE, HeaderValue::from_static(self.media_type));
        if !self.is_text() || !accepts_gzip(headers) {
            return ([kind], Body::from(self.content)).into_response();
        }
        let gzipped = match self.gzipped.get() {
            Some(gzipped) => gzipped.clone(),
            // Half a megabyte takes a moment, which the other requests of this thread do not have.
            None => tokio::task::spawn_blocking(|| self.gzipped.get_or_init(|| gzip(self.content)).clone())
                .await
                .unwrap_or_default(),
        };
        ([kind, (header::CONTENT_ENCODING, HeaderValue::from_static("gzip"))], gzipped).into_response()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::io::Read;
    use std::path::Path;

    use axum::Router;
    use axum::body::Body;
    use axum::http::{Request, Response, header};
    use http_body_util::BodyExt;
    use serde_json::Value;
    use sha2::{Digest, Sha256};
    use tower::ServiceExt;

    use belgrano_wire::hex::hex;

    use super::{MANIFEST, OURS, SCRIPT, all, imports, routes, url, with_imports};

    async fn get(path: &str, (name, value): (&str, &str)) -> Response<Body> {
        let app: Router = routes();
        let request = Request::get(path).header(name, value).body(Body::empty()).expect("valid");
        app.oneshot(request).await.expect("infallible")
    }

    const PLAIN: (&str, &str) = ("accept-encoding", "identity");

    #[tokio::test]
    async fn an_asset_is_kept_for_as_long_as_its_content_stays() {
        for asset in all() {
            let response = get(&url(asset.name), PLAIN).await;
            assert_eq!(response.status(), 200, "{}", asset.name);
            assert_eq!(response.headers()[header::CONTENT_TYPE], asset.media_type);
            assert!(response.headers()[header::CACHE_CONTROL].to_str().expect("text").contains("immutable"));
            let tag = response.headers()[header::ETAG].to_str().expect("text").to_owned();
            assert_eq!(get(&url(asset.name), ("if-none-match", &tag)).await.status(), 304);
        }
        let old = get("/static/0000000000000000/belgrano.css", PLAIN).await;
        assert_eq!((old.status().as_u16(), &old.headers()[header::CACHE_CONTROL]), (200, &"no-store".parse().unwrap()));
        assert_eq!(get(&url("../Cargo.toml"), PLAIN).await.status(), 404);
    }

    #[tokio::test]
    async fn text_is_compressed_and_the_rest_is_not() {
        let sheet = get(&url("belgrano.css"), ("accept-encoding", "br, gzip")).await;
        assert_eq!(sheet.headers()[header::CONTENT_ENCODING], "gzip");
        let body = sheet.into_body().collect().await.expect("a body").to_bytes();
        let mut text = String::new();
        flate2::read::GzDecoder::new(&body[..]).read_to_string(&mut text).expect("gzip");
        assert!(text.contains(":root") && body.len() < text.len() / 2);
        let font = get(&url("vendor/bricolage-grotesque.woff2"), ("accept-encoding", "gzip")).await;
        assert!(!font.headers().contains_key(header::CONTENT_ENCODING));
    }

    #[test]
    fn a_module_comes_with_all_that_it_needs() {
        let all = with_imports(["driver-page.js", "driver.css"]);
        for name in ["driver-page.js", "driver.css", "steps.js", "step-refusals.js", "step-store.js", "texts.js"] {
            assert_eq!(all.iter().filter(|one| **one == name).count(), 1, "{name} in {all:?}");
        }
        assert!(!all.contains(&"board-page.js"), "{all:?}");
        for asset in OURS.iter().filter(|asset| asset.media_type == SCRIPT) {
            for needed in imports(asset) {
                assert!(
                    OURS.iter().any(|other| other.name == needed),
                    "{} imports {needed}, which is not served",
                    asset.name
                );
            }
        }
    }

    #[test]
    fn what_others_wrote_is_what_the_manifest_says() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("static/vendor");
        let manifest: Value = serde_json::from_str(MANIFEST).expect("JSON");
        let mut named = BTreeSet::from(["manifest.json".to_owned(), "refresh.mjs".to_owned()]);
        for package in manifest["packages"].as_array().expect("packages") {
            assert!(package["version"].is_string() && package["licence"].is_string(), "{package}");
            let icons = package.get("icons");
            for file in package["files"].as_array().expect("files").iter().chain(icons) {
                let name = file["to"].as_str().expect("a name");
                let content = std::fs::read(folder.join(name)).expect("the file");
                assert_eq!(file["sha256"], hex(&Sha256::digest(content)), "{name} is not what scripts/vendor fetched");
                named.insert(name.to_owned());
            }
        }
        let there = std::fs::read_dir(folder).expect("the folder");
        let there = there.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
        assert_eq!(there.collect::<BTreeSet<_>>(), named);
    }
}
