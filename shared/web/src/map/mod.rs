//! What every map shows before anybody is on it: the zones, and a ground that the operator may choose.
//!
//! The zones are a file of the operator's, else the barrios of Buenos Aires; nothing comes from another site unless
//! `MAP_STYLE_URL` says so, and then from that one only. What must never happen here: a file of the operator's served as
//! it is, with whatever else it says about a place.

mod ground;
mod shape;
mod zones;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use belgrano_runtime::config::Env;
use belgrano_runtime::http::{HttpSettings, accepts_gzip, gzip};
use belgrano_wire::hex::hex;
use bytes::Bytes;
pub use ground::Ground;
use serde_json::json;
use sha2::{Digest, Sha256};
pub use zones::{InvalidZones, Zones};

/// What a map of either service is made of.
#[derive(Clone, Debug, Default)]
pub struct MapSettings {
    /// `ZONES_GEOJSON`, else the barrios of Buenos Aires.
    pub zones: Zones,
    /// `MAP_STYLE_URL`: what lies under the zones.
    pub ground: Option<Ground>,
}

impl MapSettings {
    /// Reads both, and the file, and lets pages load what the ground is made of.
    pub fn from_env(env: &mut Env, http: &mut HttpSettings) -> Self {
        let zones = env.optional_path(
            "ZONES_GEOJSON",
            "a GeoJSON file of the zones on the maps; unset: the barrios of Buenos Aires",
        );
        let zones = zones.map(|path| Zones::read(&path)).transpose();
        let ground =
            env.optional("MAP_STYLE_URL", "a MapLibre style, or `pmtiles://https://…`, to lie under the zones");
        let ground = ground.map(|url| Ground::parse(&url)).transpose();
        let zones = zones.unwrap_or_else(|error| {
            env.mistake("ZONES_GEOJSON", error.to_string());
            None
        });
        let ground = ground.unwrap_or_else(|error| {
            env.mistake("MAP_STYLE_URL", error.to_string());
            None
        });
        if let Some(ground) = &ground {
            http.allow_site(&ground.origin());
        }
        Self { zones: zones.unwrap_or_default(), ground }
    }
}

/// `/zonas.geojson`: the zones. `/mapa.json`: `{"style": null | "https://…" | "pmtiles://https://…"}`.
pub fn routes<S: Clone + Send + Sync + 'static>(settings: &MapSettings) -> Router<S> {
    let style = json!({ "style": settings.ground.as_ref().map(Ground::address) }).to_string();
    Router::new()
        .route(
            "/zonas.geojson",
            get(serve).with_state(Document::new("application/geo+json", settings.zones.json().to_owned())),
        )
        .route("/mapa.json", get(serve).with_state(Document::new("application/json", style)))
}

/// What is the same for everybody until the next start: compressed once, asked for again only when it changed.
#[derive(Clone)]
struct Document(Arc<Content>);

struct Content {
    media_type: &'static str,
    plain: Bytes,
    gzipped: Bytes,
    tag: HeaderValue,
}

impl Document {
    fn new(media_type: &'static str, text: String) -> Self {
        let digest = hex(&Sha256::digest(&text)[..8]);
        // Sixteen hex digits between quotes are a header's value.
        let tag = HeaderValue::try_from(format!("\"{digest}\"")).unwrap_or(HeaderValue::from_static("\"0\""));
        let gzipped = gzip(text.as_bytes());
        Self(Arc::new(Content { media_type, plain: Bytes::from(text), gzipped, tag }))
    }
}

async fn serve(State(Document(document)): State<Document>, headers: HeaderMap) -> Response {
    let mut response = if headers.get(header::IF_NONE_MATCH) == Some(&document.tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else if accepts_gzip(&headers) {
        ([(header::CONTENT_ENCODING, "gzip")], Body::from(document.gzipped.clone())).into_response()
    } else {
        Body::from(document.plain.clone()).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(document.media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, no-cache"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::ETAG, document.tag.clone());
    response
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use axum::http::{Request, header};
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;

    async fn get(path: &str, headers: &[(&str, &str)]) -> Response {
        let app: Router = routes(&MapSettings::default());
        let mut request = Request::get(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        app.oneshot(request.body(Body::empty()).expect("valid")).await.expect("infallible")
    }

    #[tokio::test]
    async fn the_zones_are_small_and_asked_for_once() {
        let response = get("/zonas.geojson", &[("accept-encoding", "gzip")]).await;
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/geo+json");
        let tag = response.headers()[header::ETAG].to_str().expect("text").to_owned();
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        assert!(body.len() < 16 * 1024, "{}", body.len());
        let mut text = String::new();
        flate2::read::GzDecoder::new(&body[..]).read_to_string(&mut text).expect("gzip");
        assert_eq!(text, Zones::default().json());
        assert_eq!(get("/zonas.geojson", &[("if-none-match", &tag)]).await.status(), 304);
    }

    #[test]
    fn a_map_that_cannot_be_is_a_mistake_at_start() {
        let mut env = Env::from_map([("ZONES_GEOJSON", "/no/such/file"), ("MAP_STYLE_URL", "ftp://x")]);
        MapSettings::from_env(&mut env, &mut HttpSettings::default());
        let names: Vec<String> =
            env.finish().expect_err("mistakes").0.into_iter().map(|mistake| mistake.name).collect();
        assert_eq!(names, ["ZONES_GEOJSON", "MAP_STYLE_URL"]);
    }

    #[test]
    fn pages_may_load_the_ground_and_nothing_else() {
        let mut http = HttpSettings::default();
        let mut env = Env::from_map([("MAP_STYLE_URL", "pmtiles://https://tiles.example/ba.pmtiles")]);
        MapSettings::from_env(&mut env, &mut http);
        env.finish().expect("an archive");
        let policy = http.content_security_policy.to_str().expect("text");
        assert_eq!(policy.matches("https://tiles.example;").count(), 2, "{policy}");
    }
}
