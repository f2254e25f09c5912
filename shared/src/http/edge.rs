//! The edge: the one layer every request passes on its way in and every response on its way out.
//!
//! One function and one `async fn` instead of a tower of layers: each layer of axum boxes a future and a body, and the
//! order of the steps can be read from top to bottom. What must never happen here: a response without the security
//! headers, or a log line per successful request.

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use tokio::sync::Semaphore;
use tracing::Instrument;
use url::Url;

use super::throttle::Throttle;
use super::{REQUEST_ID, RequestContext, arriving, cross_site, health, security_headers};
use crate::ambient::Ambient;
use crate::auth::origin::AllowedOrigins;
use crate::config::{Env, parse_site};
use crate::lifecycle::panic_message;
use crate::map::Ground;
use crate::pages;
use crate::problem::{self, Problem};
use crate::telemetry::Metrics;
use crate::texts::{Language, Message};

/// A request slower than this is worth a line whatever came of it.
const SLOW: Duration = Duration::from_secs(1);
/// When to come back after being shed: the queue is gone by then, or it was not a burst.
const SHED_RETRY_AFTER: Duration = Duration::from_secs(1);
const TIMEOUT_RETRY_AFTER: Duration = Duration::from_secs(5);

/// The limits of the edge.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// Our own pages' origins.
    pub origins: AllowedOrigins,
    /// What pages may load; see `security_headers`.
    pub content_security_policy: HeaderValue,
    /// What a browser that comes by https is told of insisting on it; `None` where the public address is plain http.
    pub strict_transport: Option<HeaderValue>,
    /// Proxies between a client and us that write `X-Forwarded-For`.
    pub proxies: usize,
    /// Largest request body; a route may allow itself more with `DefaultBodyLimit`.
    pub body_limit_bytes: usize,
    /// How long a handler may take until its response begins.
    pub handler_timeout: Duration,
    /// Requests handled at once; those beyond are shed.
    pub max_in_flight: usize,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            origins: AllowedOrigins::default(),
            content_security_policy: security_headers::policy(None),
            strict_transport: None,
            proxies: 0,
            body_limit_bytes: 256 * 1024,
            handler_timeout: Duration::from_secs(10),
            max_in_flight: 2048,
        }
    }
}

impl HttpSettings {
    /// Reads the limits; `public_url` is where browsers find the service, `ground` where its maps come from.
    pub fn from_env(env: &mut Env, public_url: &Url, ground: Option<&Ground>) -> Self {
        let default = Self::default();
        let mut extra = Vec::new();
        for origin in env.list("ALLOWED_ORIGINS", "", "further origins whose pages may write, separated by commas") {
            match parse_site(&origin) {
                Ok(origin) => extra.push(origin),
                Err(message) => env.mistake("ALLOWED_ORIGINS", format!("each {message}")),
            }
        }
        Self {
            origins: AllowedOrigins::of(public_url, &extra),
            content_security_policy: security_headers::policy(ground),
            strict_transport: security_headers::strict_transport(env, public_url),
            proxies: env.number("TRUST_PROXY", 0, 0..=16, "proxies in front that write X-Forwarded-For"),
            body_limit_bytes: env.number(
                "MAX_BODY_BYTES",
                default.body_limit_bytes,
                1024..=64 * 1024 * 1024,
                "largest body of a request",
            ),
            handler_timeout: env.duration_s(
                "REQUEST_TIMEOUT",
                10,
                "seconds a request may take; while its body comes, one more for each 4 KiB",
            ),
            max_in_flight: env.number(
                "MAX_IN_FLIGHT",
                default.max_in_flight,
                1..=1_000_000,
                "requests handled at once; more are answered 503",
            ),
        }
    }
}

struct Edge {
    settings: HttpSettings,
    in_flight: Semaphore,
    unavailable: Throttle,
    metrics: Metrics,
    ambient: Ambient,
}

/// Puts the edge around `router`, and problems where it has no route. Call it last, with the state already given.
pub fn standard_layers(router: Router, settings: HttpSettings, metrics: &Metrics, ambient: &Ambient) -> Router {
    let body_limit = DefaultBodyLimit::max(settings.body_limit_bytes);
    let in_flight = Semaphore::new(settings.max_in_flight);
    let edge = Arc::new(Edge {
        settings,
        in_flight,
        unavailable: Throttle::new(),
        metrics: metrics.clone(),
        ambient: ambient.clone(),
    });
    router
        .fallback(async || Problem::not_found(Message::new("refusal-no-page")))
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .layer((from_fn_with_state(edge, pass), body_limit))
}

async fn pass(State(edge): State<Arc<Edge>>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let context = RequestContext::of_request(&request, edge.settings.proxies, &edge.ambient);
    request.extensions_mut().insert(context);
    // The template, not the path: few of them, and no personal data.
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let route = matched.as_ref().map_or("-", MatchedPath::as_str);
    let method = request.method().clone();
    let navigation = pages::is_navigation(&request);
    let language = Language::of(request.headers());
    let span = tracing::info_span!(
        "request",
        %method,
        route,
        request_id = %context.request_id,
        trace_id = %context.trace_id,
    );

    let mut response = async {
        let response = edge.handle(route, request, next).await.unwrap_or_else(IntoResponse::into_response);
        edge.report(route, &response, started.elapsed());
        match navigation {
            Some(navigation) => pages::for_people(response, &navigation),
            None => problem::in_language(response, language),
        }
    }
    .instrument(span)
    .await;

    let mut buffer = [0; uuid::fmt::Hyphenated::LENGTH];
    let id = context.request_id.hyphenated().encode_lower(&mut buffer);
    if let Ok(id) = HeaderValue::from_str(id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    security_headers::apply(response.headers_mut(), &edge.settings);
    response
}

impl Edge {
    async fn handle(&self, route: &str, request: Request, next: Next) -> Result<Response, Problem> {
        cross_site::check(request.method(), request.headers(), &self.settings.origins)?;
        // An overloaded process must still say that it lives, or it is killed for being busy.
        let _permit = if health::is_probe(route) {
            None
        } else {
            Some(self.in_flight.try_acquire().map_err(|_| {
                self.metrics.http.shed();
                Problem::unavailable(SHED_RETRY_AFTER)
            })?)
        };
        let _counted = self.metrics.http.in_flight();
        let limit = self.settings.handler_timeout;
        let (request, arrival) = arriving::watch(request);
        let mut handler = pin!(AssertUnwindSafe(next.run(request)).catch_unwind());
        let mut deadline = arrival.deadline(limit);
        loop {
            match tokio::time::timeout_at(deadline, &mut handler).await {
                Ok(Ok(response)) => return Ok(response),
                Ok(Err(panic)) => {
                    return Err(Problem::internal(&HandlerPanicked(panic_message(panic.as_ref()).to_owned())));
                }
                Err(_elapsed) if arrival.deadline(limit) > deadline => deadline = arrival.deadline(limit),
                // A client that does not send what it announced: none of our doing, and nothing to act on.
                Err(_elapsed) if arrival.is_waiting() => return Err(Problem::timed_out()),
                Err(_elapsed) => {
                    tracing::error!(timeout = ?limit, "the handler took too long");
                    return Err(Problem::unavailable(TIMEOUT_RETRY_AFTER));
                }
            }
        }
    }

    fn report(&self, route: &str, response: &Response, took: Duration) {
        let status = response.status().as_u16();
        self.metrics.http.observe(route, status, took);
        let took_ms = took.as_millis();
        if took >= SLOW && response.status() != StatusCode::REQUEST_TIMEOUT {
            tracing::warn!(status, took_ms, "slow response");
        } else if response.status().is_server_error() {
            // Whoever made a 500 logged its cause; overload would be thousands of lines, so they are counted.
            if let Some(left_out) = self.unavailable.admit(self.ambient.steady()) {
                tracing::warn!(status, took_ms, left_out, "could not serve");
            }
        } else {
            tracing::debug!(status, took_ms, "response");
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the handler panicked: {0}")]
struct HandlerPanicked(String);
