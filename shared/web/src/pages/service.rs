//! What makes the pages of one service its own, and what a phone needs to install them.

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use belgrano_runtime::http::compress_pages;
use belgrano_runtime::problem::Problem;
use belgrano_wire::texts::Language;
use serde_json::json;

use super::assets;
use super::{Layout, Link};

/// A service as its pages know it.
#[derive(Debug)]
pub struct Service {
    /// Its name, in titles and at the top.
    pub name: &'static str,
    /// Its name under an icon.
    pub short_name: &'static str,
    /// The key of what it is for, in a sentence.
    pub purpose: &'static str,
    /// Its own sheet.
    pub sheet: Option<&'static str>,
    /// Where it begins when it is opened from an icon.
    pub start: &'static str,
    /// What kind of application it is, in the words of the manifest's registry.
    pub categories: &'static [&'static str],
    /// Where a long press on its icon leads.
    pub shortcuts: &'static [Link],
    /// The page that opens without a signal.
    pub kept: Option<KeptPage>,
    /// What of it search engines may look at (`robots.txt`, RFC 9309).
    pub robots: &'static str,
}

/// A page that its person's phone keeps as it was last seen; `kept-page.js` says for how long.
#[derive(Debug)]
pub struct KeptPage {
    /// Where it is.
    pub path: &'static str,
    /// What it needs of the assets, besides what every page does.
    pub assets: &'static [&'static str],
}

impl Service {
    /// Neither of them.
    pub(super) const BARE: Self = Self {
        name: "Belgrano",
        short_name: "Belgrano",
        purpose: "foot-claim",
        sheet: None,
        start: "/",
        categories: &[],
        shortcuts: &[],
        kept: None,
        robots: NOTHING_FOR_ROBOTS,
    };
}

/// Nothing of it is for search engines.
pub const NOTHING_FOR_ROBOTS: &str = "User-agent: *\nDisallow: /\n";

/// What an installed page needs before anything else, and keeps while there is no network.
const SHELL: [&str; 7] = [
    "belgrano.css",
    "icon.svg",
    "vendor/bricolage-grotesque.woff2",
    "vendor/icons.svg",
    "components.js",
    "install.js",
    "texts.js",
];
/// The page that is shown instead of one that cannot be fetched.
const OFFLINE: &str = "/sin-conexion";

#[derive(askama::Template)]
#[template(path = "offline.html")]
struct OfflinePage<'a> {
    layout: &'a Layout,
}

pub(super) fn routes<S: Clone + Send + Sync + 'static>(service: &'static Service) -> Router<S> {
    let offline = async move |language: Language| -> Result<Response, Problem> {
        let layout = Layout { service, ..Layout::bare(language) };
        layout.show(&OfflinePage { layout: &layout })
    };
    let pages = Router::new()
        .route("/manifest.webmanifest", get(async move |language: Language| manifest(service, language)))
        .route("/sw.js", get(async move || worker(service)))
        .route("/robots.txt", get(async move || robots(service)))
        .route(OFFLINE, get(offline));
    compress_pages(pages)
}

/// The web app manifest (W3C): what an icon on a phone opens.
fn manifest(service: &Service, language: Language) -> Response {
    let icon = |name: &str, sizes: &str, kind: &str, purpose: &str| json!({ "src": assets::url(name), "sizes": sizes, "type": kind, "purpose": purpose });
    let shortcut = |link: &Link| json!({ "name": language.t(link.text).to_string(), "url": link.href, "icons": [icon("icon-192.png", "192x192", "image/png", "any")] });
    let manifest = json!({
        "id": service.start,
        "name": service.name,
        "short_name": service.short_name,
        "description": language.t(service.purpose).to_string(),
        "lang": language.tag(),
        "dir": "ltr",
        "start_url": service.start,
        "scope": "/",
        "categories": service.categories,
        "shortcuts": service.shortcuts.iter().map(shortcut).collect::<Vec<_>>(),
        "display": "standalone",
        "background_color": "#fbf5ea",
        "theme_color": "#10604a",
        "icons": [
            icon("icon.svg", "any", "image/svg+xml", "any"),
            icon("icon-192.png", "192x192", "image/png", "maskable"),
            icon("icon-512.png", "512x512", "image/png", "maskable"),
            icon("icon-192.png", "192x192", "image/png", "any"),
            icon("icon-512.png", "512x512", "image/png", "any"),
        ],
    });
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/manifest+json")),
        (header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag())),
        (header::VARY, HeaderValue::from_static("accept-language, cookie")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (headers, manifest.to_string()).into_response()
}

fn robots(service: &Service) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600")),
    ];
    (headers, service.robots).into_response()
}

/// The service worker. It names the current assets, so that it changes, and is installed anew, whenever they do.
fn worker(service: &Service) -> Response {
    let own = service.kept.iter().flat_map(|page| page.assets);
    let shell =
        assets::with_imports(SHELL.iter().chain(own).copied().chain(service.sheet)).into_iter().map(assets::url);
    let shell: Vec<String> = shell.chain([OFFLINE.to_owned()]).collect();
    let head = json!({
        "version": assets::hash(),
        "name": service.name,
        "icon": assets::url("icon-192.png"),
        "offline": OFFLINE,
        "shell": shell,
        "page": service.kept.as_ref().map(|page| page.path),
    });
    let (kept, common) = (include_str!("../../static/kept-page.js"), include_str!("../../static/worker.js"));
    let script = format!("const APP = {head};\n{kept}\n{common}");
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (headers, script).into_response()
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::http::{Request, header};
    use http_body_util::BodyExt;
    use serde_json::Value;
    use tower::ServiceExt;

    use super::super::{Link, routes};
    use super::Service;

    static SERVICE: Service =
        Service { start: "/reparto", shortcuts: &[Link::new("/reparto", "nav-driver", "bike")], ..Service::BARE };

    async fn get(path: &str) -> (u16, String, String) {
        let app: Router = routes(&SERVICE, false);
        let response = app.oneshot(Request::get(path).body(Body::empty()).expect("valid")).await.expect("infallible");
        let kind = response.headers().get(header::CONTENT_TYPE).map_or("", |kind| kind.to_str().expect("text"));
        let (status, kind) = (response.status().as_u16(), kind.to_owned());
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        (status, kind, String::from_utf8_lossy(&body).into_owned())
    }

    #[tokio::test]
    async fn it_can_be_installed() {
        let (_, kind, manifest) = get("/manifest.webmanifest").await;
        assert_eq!(kind, "application/manifest+json");
        let manifest: Value = serde_json::from_str(&manifest).expect("JSON");
        assert_eq!((&manifest["start_url"], &manifest["lang"]), (&"/reparto".into(), &"es-AR".into()));
        assert_eq!(manifest["shortcuts"][0]["name"], "Mi reparto");
        assert_eq!(manifest["shortcuts"][0]["url"], "/reparto");
        for icon in manifest["icons"].as_array().expect("icons") {
            assert_eq!(get(icon["src"].as_str().expect("a path")).await.0, 200, "{icon}");
        }
    }

    #[tokio::test]
    async fn search_engines_are_told_what_is_theirs() {
        let (status, kind, robots) = get("/robots.txt").await;
        assert_eq!(
            (status, kind.as_str(), robots.as_str()),
            (200, "text/plain; charset=utf-8", "User-agent: *\nDisallow: /\n")
        );
    }

    #[tokio::test]
    async fn all_it_keeps_for_later_is_there() {
        let (_, kind, script) = get("/sw.js").await;
        assert!(kind.starts_with("text/javascript"));
        let head = script.strip_prefix("const APP = ").and_then(|rest| rest.split_once(";\n")).expect("its head").0;
        let head: Value = serde_json::from_str(head).expect("JSON");
        for path in head["shell"].as_array().expect("a list") {
            assert_eq!(get(path.as_str().expect("a path")).await.0, 200, "{path}");
        }
    }

    #[tokio::test]
    async fn the_pieces_are_shown_in_development_only() {
        assert_eq!(get("/_estilo").await.0, 404);
        let app: Router = routes(&SERVICE, true);
        let response = app.oneshot(Request::get("/_estilo").body(Body::empty()).expect("valid")).await.expect("sure");
        assert_eq!(response.status(), 200);
    }
}
