//! The edge and the probes as a client meets them, without a socket.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderValue, Response, header};
use axum::routing::{any, get, post};
use belgrano_wire::ambient::{Ambient, ManualClock, SeededEntropy};
use belgrano_wire::timestamp::UnixMillis;
use futures_util::{StreamExt, stream};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

use super::health::Health;
use super::{HttpSettings, Json, RequestContext, standard_layers};
use crate::auth::origin::AllowedOrigins;
use crate::config::Env;
use crate::telemetry::Metrics;

fn app(settings: HttpSettings) -> Router {
    let (ambient, metrics) = (Ambient::system(), Metrics::new());
    let health = Health::new("tickets", "1.2.3", "sqlite", &metrics, &ambient).member("total_tickets", || 7);
    let router = Router::new()
        .route("/trace", get(async |context: RequestContext| context.traceparent()))
        .route("/echo", post(async |Json(body): Json<Value>| Json(body)))
        .route("/panic", get(async || -> () { panic!("boom") }))
        .route("/never", any(async |_: Bytes| std::future::pending::<()>().await))
        .merge(super::openapi::docs(utoipa::openapi::OpenApi::default()))
        .merge(health.router());
    standard_layers(router, settings, |response, _| response, &metrics, &ambient)
}

async fn ask(app: &Router, request: axum::http::request::Builder, body: &'static str) -> (Response<()>, String) {
    let request: Request = request.body(Body::from(body)).expect("valid");
    let (head, body) = app.clone().oneshot(request).await.expect("infallible").into_parts();
    let body = body.collect().await.expect("a body").to_bytes();
    (Response::from_parts(head, ()), String::from_utf8(body.to_vec()).expect("text"))
}

fn problem_type(body: &str) -> String {
    let document: Value = serde_json::from_str(body).expect("a problem document");
    assert!(document["error"].is_string(), "{body}");
    document["type"].as_str().expect("a type").trim_start_matches("urn:belgrano:problema:").to_owned()
}

#[tokio::test]
async fn every_refusal_is_a_problem_with_the_security_headers() {
    let settings = HttpSettings {
        body_limit_bytes: 16,
        strict_transport: Some(HeaderValue::from_static("max-age=31536000; includeSubDomains")),
        ..HttpSettings::default()
    };
    let app = app(settings);
    let json = ("content-type", "application/json");
    for (request, body, status, slug) in [
        (Request::get("/nowhere"), "", 404, "no-encontrado"),
        (Request::delete("/echo"), "", 405, "metodo-no-permitido"),
        (Request::post("/echo"), "{}", 415, "tipo-no-soportado"),
        (Request::post("/echo").header(json.0, json.1), "{", 400, "pedido-ilegible"),
        (Request::post("/echo").header(json.0, json.1), "[1,2,3,4,5,6,7,8,9]", 413, "demasiado-grande"),
        (Request::get("/panic"), "", 500, "error-interno"),
    ] {
        let (response, body) = ask(&app, request, body).await;
        assert_eq!(response.status().as_u16(), status, "{body}");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
        assert_eq!(problem_type(&body), slug);
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().expect("text");
        assert!(policy.contains("script-src 'self';") && !policy.contains("unsafe-inline"));
        assert_eq!(response.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert!(response.headers().contains_key(header::STRICT_TRANSPORT_SECURITY));
        assert!(response.headers().contains_key("x-request-id"));
        assert_eq!(response.headers().contains_key(header::ALLOW), status == 405);
    }
}

#[tokio::test]
async fn every_answer_says_what_a_browser_may_make_of_it() {
    let https = HeaderValue::from_static("max-age=31536000; includeSubDomains");
    let app = app(HttpSettings { strict_transport: Some(https.clone()), ..HttpSettings::default() });
    let echo = Request::post("/echo").header("content-type", "application/json");
    for (request, status, kind) in [
        (Request::get("/trace"), 200, "text/plain; charset=utf-8"),
        (echo, 200, "application/json"),
        (Request::get("/health"), 200, "application/json"),
        (Request::get("/openapi.json"), 200, "application/json"),
        (Request::get("/docs/"), 200, "text/html; charset=utf-8"),
        (Request::get("/docs/swagger-ui.css"), 200, "text/css; charset=utf-8"),
        (Request::get("/nowhere"), 404, "application/problem+json"),
    ] {
        let (response, _) = ask(&app, request, "{}").await;
        let said = |name: &str| response.headers().get(name).map_or("", |value| value.to_str().expect("text"));
        assert_eq!((response.status().as_u16(), said("content-type")), (status, kind));
        assert_eq!(said("strict-transport-security"), https);
        assert_eq!((said("x-content-type-options"), said("x-frame-options")), ("nosniff", "DENY"), "{kind}");
        assert_eq!((said("cache-control"), said("referrer-policy")), ("no-store", "strict-origin-when-cross-origin"));
        assert_eq!(said("permissions-policy"), "geolocation=(self), camera=(self), microphone=(), payment=()");
        let policy = said("content-security-policy");
        assert!(policy.contains("script-src 'self';") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(policy.contains("object-src 'none'") && !policy.contains("unsafe-eval"), "{policy}");
        let file = if kind.ends_with("json") { "attachment; filename=\"api.json\"" } else { "" };
        assert_eq!(said("content-disposition"), file, "{kind}");
        for who in ["server", "x-powered-by", "via"] {
            assert_eq!(said(who), "", "what it is made of is nobody's business");
        }
    }
}

#[tokio::test]
async fn a_method_that_an_address_does_not_take_is_refused_and_counted() {
    let app = app(HttpSettings::default());
    for method in ["GET", "PUT", "DELETE", "TRACE", "OPTIONS", "PROPFIND", "BREW"] {
        let (refused, body) = ask(&app, Request::builder().method(method).uri("/echo"), "").await;
        assert_eq!((refused.status().as_u16(), problem_type(&body).as_str()), (405, "metodo-no-permitido"), "{method}");
        assert_eq!(refused.headers()[header::ALLOW], "POST", "{method}");
        assert!(!refused.headers().contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN), "{method}");
    }
    let (_, metrics) = ask(&app, Request::get("/metrics"), "").await;
    let counted = "http_request_duration_seconds_count{route=\"/echo\",status=\"4xx\"} 7";
    assert!(metrics.contains(counted), "{metrics}");
}

#[tokio::test]
async fn a_trace_travels_through_the_handler() {
    let incoming = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let (response, body) =
        ask(&app(HttpSettings::default()), Request::get("/trace").header("traceparent", incoming), "").await;
    assert!(body.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-"), "{body}");
    assert!(!response.headers().contains_key(header::STRICT_TRANSPORT_SECURITY), "not on http");
}

#[tokio::test]
async fn another_sites_write_is_refused() {
    let origins = AllowedOrigins::new(["http://localhost:5000"]);
    let app = app(HttpSettings { origins, ..HttpSettings::default() });
    let write = |origin| {
        Request::post("/echo")
            .header("content-type", "application/json")
            .header("cookie", "s=1")
            .header("origin", origin)
    };
    let (refused, body) = ask(&app, write("https://evil.example"), "{}").await;
    assert_eq!((refused.status().as_u16(), problem_type(&body).as_str()), (403, "sin-permiso"));
    let (passed, _) = ask(&app, write("http://localhost:5000"), "{}").await;
    assert_eq!(passed.status(), 200);
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_hangs_is_cut_off_and_the_rest_is_shed() {
    let app = app(HttpSettings { max_in_flight: 1, ..HttpSettings::default() });
    let hanging = tokio::spawn({
        let app = app.clone();
        async move { ask(&app, Request::get("/never"), "").await }
    });
    tokio::task::yield_now().await;
    let (shed, body) = ask(&app, Request::get("/trace"), "").await;
    assert_eq!((shed.status().as_u16(), problem_type(&body).as_str()), (503, "no-disponible"));
    assert_eq!(shed.headers()[header::RETRY_AFTER], "1");
    let (alive, _) = ask(&app, Request::get("/healthz"), "").await;
    assert_eq!(alive.status(), 200, "probes are never shed");

    let (cut_off, _) = hanging.await.expect("no panic");
    assert_eq!((cut_off.status().as_u16(), cut_off.headers()[header::RETRY_AFTER].as_bytes()), (503, &b"5"[..]));
    let (next, _) = ask(&app, Request::get("/trace"), "").await;
    assert_eq!(next.status(), 200, "its place is free again");
    let began = tokio::time::Instant::now();
    let large = Request::post("/never").body(Body::from(vec![b'x'; 100 * 1024])).expect("valid");
    let cut_off = app.oneshot(large).await.expect("infallible");
    assert_eq!(
        (cut_off.status().as_u16(), began.elapsed().as_secs()),
        (503, 10),
        "a large body buys a handler no time"
    );
}

#[tokio::test(start_paused = true)]
async fn a_body_that_never_comes_is_its_clients_doing() {
    let half = stream::iter([Ok::<_, Infallible>("{\"a\":")]).chain(stream::pending());
    let request = Request::post("/echo").header("content-type", "application/json").body(Body::from_stream(half));
    let response = app(HttpSettings::default()).oneshot(request.expect("valid")).await.expect("infallible");
    assert_eq!(response.status(), 408);
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    assert_eq!(problem_type(std::str::from_utf8(&body).expect("text")), "pedido-lento");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_comes_slowly_is_awaited() {
    // 2 KiB a second for half a minute, three times as long as a request may take.
    let pieces =
        ["\"".to_owned()].into_iter().chain(std::iter::repeat_n("x".repeat(2 * 1024), 30)).chain(["\"".to_owned()]);
    let clock = tokio::time::interval(Duration::from_secs(1));
    let slow = stream::unfold((pieces, clock), async |(mut pieces, mut clock)| {
        clock.tick().await;
        pieces.next().map(|piece| (Ok::<_, Infallible>(piece), (pieces, clock)))
    });
    let request = Request::post("/echo").header("content-type", "application/json").body(Body::from_stream(slow));
    let response = app(HttpSettings::default()).oneshot(request.expect("valid")).await.expect("infallible");
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn probes_say_what_the_design_says() {
    let app = app(HttpSettings::default());
    for path in ["/health", "/test"] {
        let (response, body) = ask(&app, Request::get(path), "").await;
        assert_eq!(response.status(), 200);
        let health: Value = serde_json::from_str(&body).expect("JSON");
        assert_eq!((&health["status"], &health["service"]), (&"ok".into(), &"tickets".into()));
        assert_eq!((&health["version"], &health["database"]), (&"1.2.3".into(), &"sqlite".into()));
        assert_eq!((&health["total_tickets"], &health["uptime_s"]), (&7.into(), &0.into()));
    }
    assert_eq!(ask(&app, Request::get("/healthz"), "").await.1, "ok");
    assert!(ask(&app, Request::get("/metrics"), "").await.1.contains("route=\"/health\""));
}

#[tokio::test]
async fn ready_follows_its_checks() {
    let clock = Arc::new(ManualClock::new(UnixMillis(0)));
    let ambient = Ambient::new(clock.clone(), Arc::new(SeededEntropy::new(1)));
    let well = Arc::new(AtomicBool::new(true));
    let seen = Arc::clone(&well);
    let app = Health::new("shop", "1", "sqlite", &Metrics::new(), &ambient)
        .check("tasks", async || Ok(()))
        .check("database", move || {
            let well = seen.load(Ordering::SeqCst);
            async move { if well { Ok(()) } else { Err("secret host is away".to_owned()) } }
        })
        .router();
    assert_eq!(ask(&app, Request::get("/ready"), "").await.0.status(), 200);
    well.store(false, Ordering::SeqCst);
    assert_eq!(ask(&app, Request::get("/ready"), "").await.0.status(), 200, "still the kept answer");
    clock.advance_ms(1000);
    let (response, body) = ask(&app, Request::get("/ready"), "").await;
    assert_eq!(response.status(), 503);
    let document: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(document["checks"], serde_json::json!({ "database": "fail", "tasks": "ok" }));
    assert!(!body.contains("secret host"), "why is for the log");
}

#[tokio::test]
async fn the_documentation_is_served_from_here() {
    let app = app(HttpSettings::default());
    let (response, body) = ask(&app, Request::get("/openapi.json"), "").await;
    assert_eq!(response.status(), 200);
    assert!(serde_json::from_str::<Value>(&body).expect("JSON")["openapi"].is_string());
    let (response, page) = ask(&app, Request::get("/docs/"), "").await;
    assert_eq!(response.status(), 200);
    let policies: Vec<_> = response.headers().get_all(header::CONTENT_SECURITY_POLICY).iter().collect();
    assert_eq!(policies.len(), 1);
    assert!(policies[0].to_str().expect("text").contains("script-src 'self';"));
    assert!(!page.contains("<script>") && !page.contains("//unpkg"), "{page}");
    let (_, initializer) = ask(&app, Request::get("/docs/swagger-initializer.js"), "").await;
    assert!(initializer.contains("/openapi.json"), "{initializer}");
}

#[tokio::test]
async fn what_is_the_operators_is_not_there_for_others() {
    let mut env = Env::from_map([("OPERATORS_FROM", "private, 203.0.113.7")]);
    let url = "https://belgrano.example".parse().expect("a URL");
    let guarded = app(HttpSettings::from_env(&mut env, &url));
    let status = async |app: &Router, path: &str, from: [u8; 4]| {
        let mut request = Request::get(path).body(Body::empty()).expect("valid");
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from((from, 40_000))));
        app.clone().oneshot(request).await.expect("infallible").status().as_u16()
    };
    for path in ["/metrics", "/openapi.json", "/docs/", "/docs/swagger-initializer.js"] {
        assert_eq!(status(&guarded, path, [10, 1, 2, 3]).await, 200, "{path}");
        assert_eq!(status(&guarded, path, [203, 0, 113, 7]).await, 200, "{path}");
        assert_eq!(status(&guarded, path, [203, 0, 113, 8]).await, 404, "{path}");
        assert_eq!(
            status(&app(HttpSettings::default()), path, [203, 0, 113, 8]).await,
            200,
            "{path}: nobody said whose"
        );
    }
    assert_eq!(status(&guarded, "/health", [203, 0, 113, 8]).await, 200, "the platform asks from anywhere");
}

#[tokio::test]
async fn a_program_reads_spanish_unless_it_asks_for_more() {
    let app = app(HttpSettings::default());
    let echo = || Request::post("/echo").header("content-type", "application/json");
    let refused = async |request: axum::http::request::Builder| {
        let (response, body) = ask(&app, request, r#"{"a":"b\u0000"}"#).await;
        let language = response
            .headers()
            .get(header::CONTENT_LANGUAGE)
            .map(|language| language.to_str().expect("text").to_owned());
        let document: Value = serde_json::from_str(&body).expect("JSON");
        assert_eq!(
            (&document["type"], &document["status"]),
            (&"urn:belgrano:problema:datos-invalidos".into(), &422.into())
        );
        (
            language,
            [&document["title"], &document["detail"], &document["errors"][0]["message"]].map(ToString::to_string),
        )
    };
    let spanish = ["Datos inválidos", "a: tiene caracteres que no se ven", "tiene caracteres que no se ven"];
    let spanish = spanish.map(|text| format!("{text:?}"));
    for request in [echo(), echo().header("accept-language", "es-AR,es;q=0.9,en;q=0.8")] {
        assert_eq!(refused(request).await, (None, spanish.clone()));
    }
    let (language, english) = refused(echo().header("accept-language", "en-GB,en;q=0.9")).await;
    assert_eq!(language.as_deref(), Some("en"));
    assert!(english[1].contains("a: this has characters that cannot be seen"), "{english:?}");
    assert!(english.iter().zip(&spanish).all(|(english, spanish)| english != spanish), "{english:?}");
}
