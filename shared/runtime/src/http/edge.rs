//! The edge: the one layer every request passes on its way in and every response on its way out.
//!
//! One function and one `async fn` instead of a tower of layers: each layer of axum boxes a future and a body, and the
//! order of the steps can be read from top to bottom. What must never happen here: a response without the security
//! headers, or a log line per successful request.

use std::future::poll_fn;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Poll, ready};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use belgrano_wire::ambient::Ambient;
use belgrano_wire::texts::{Language, Message};
use futures_util::FutureExt;
use tracing::Instrument;
use url::Url;

use super::arriving::{Arrival, Refusal, Room};
use super::share::Shares;
use super::throttle::Throttle;
use super::{
    ClientIp, ForPeople, Networks, Proxies, REQUEST_ID, RequestContext, cross_site, health, is_navigation,
    security_headers,
};
use crate::auth::origin::AllowedOrigins;
use crate::changes;
use crate::config::{Env, parse_site};
use crate::lifecycle::panic_message;
use crate::problem::{self, Problem};
use crate::telemetry::Metrics;

/// A request slower than this is worth a line whatever came of it.
const SLOW: Duration = Duration::from_secs(1);
/// When to come back after being shed: the queue is gone by then, or it was not a burst.
const SHED_RETRY_AFTER: Duration = Duration::from_secs(1);
/// Requests that one address may always have, as long as there are so many places.
const FEW: usize = 16;
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
    pub proxies: Proxies,
    /// Who gets the numbers of the service and the documents of its API; empty: everybody.
    pub operators: Networks,
    /// Largest request body; a route may allow itself more with `DefaultBodyLimit`.
    pub body_limit_bytes: usize,
    /// How long a handler may take until its response begins.
    pub handler_timeout: Duration,
    /// How long a body may bring nothing until its request is given up.
    pub body_idle: Duration,
    /// Bytes of all bodies at once, beyond the first 16 KiB of each; one address may have a quarter of them.
    pub body_budget_bytes: usize,
    /// Requests handled at once; those beyond are shed. As many again may wait for their bodies.
    pub max_in_flight: usize,
    /// Requests of one address that are handled at once, or wait for their bodies.
    pub max_in_flight_per_address: usize,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            origins: AllowedOrigins::default(),
            content_security_policy: security_headers::policy(None),
            strict_transport: None,
            proxies: Proxies::default(),
            operators: Networks::default(),
            body_limit_bytes: 256 * 1024,
            handler_timeout: Duration::from_secs(10),
            body_idle: Duration::from_secs(10),
            body_budget_bytes: 64 * 1024 * 1024,
            max_in_flight: 2048,
            max_in_flight_per_address: 1024,
        }
    }
}

impl HttpSettings {
    /// Reads the limits; `public_url` is where browsers find the service.
    pub fn from_env(env: &mut Env, public_url: &Url) -> Self {
        let default = Self::default();
        let mut extra = Vec::new();
        for origin in env.list("ALLOWED_ORIGINS", "", "further origins whose pages may write, separated by commas") {
            match parse_site(&origin) {
                Ok(origin) => extra.push(origin),
                Err(message) => env.mistake("ALLOWED_ORIGINS", format!("each {message}")),
            }
        }
        let mut settings = Self {
            origins: AllowedOrigins::of(public_url, &extra),
            content_security_policy: security_headers::policy(None),
            strict_transport: security_headers::strict_transport(env, public_url),
            proxies: Proxies::from_env(env),
            operators: Networks::from_env(
                env,
                "OPERATORS_FROM",
                "",
                "networks that get `/metrics` and the documents of the API, like those of PROXY_NETWORKS; unset: everybody does",
            ),
            body_limit_bytes: env.number(
                "MAX_BODY_BYTES",
                default.body_limit_bytes,
                1024..=64 * 1024 * 1024,
                "largest body of a request",
            ),
            handler_timeout: env.duration_s("REQUEST_TIMEOUT", 10, "seconds a request may take once its body is there"),
            body_idle: env.duration_s(
                "BODY_IDLE",
                10,
                "seconds a body may bring nothing, or less than 1 KiB a second, until it is given up",
            ),
            body_budget_bytes: env.number(
                "BODY_BUDGET_BYTES",
                default.body_budget_bytes,
                0..=1 << 40,
                "bytes of all bodies at once, beyond 16 KiB of each; a quarter for one address; more are answered 503",
            ),
            max_in_flight: env.number(
                "MAX_IN_FLIGHT",
                default.max_in_flight,
                1..=1_000_000,
                "requests handled at once, and as many that wait for their bodies; more are answered 503",
            ),
            ..default
        };
        let each = "of these from one address; 0: half";
        settings.max_in_flight_per_address = match env.number("MAX_IN_FLIGHT_PER_ADDRESS", 0, 0..=1_000_000, each) {
            0 => settings.max_in_flight.div_ceil(2).max(FEW).min(settings.max_in_flight),
            each => each,
        };
        settings
    }

    /// Lets pages load pictures and data from one more site, given by its origin.
    pub fn allow_site(&mut self, origin: &str) {
        self.content_security_policy = security_headers::policy(Some(origin));
    }

    /// Whether somebody gets what is the operators'. What did not come over a socket is the program itself.
    fn is_operator(&self, client: ClientIp) -> bool {
        self.operators.is_empty() || client.counted().is_none() || self.operators.contain(client.0)
    }
}

/// What tells of the service and not of what it is for: its numbers, and the documents of its API.
fn is_of_operators(path: &str) -> bool {
    matches!(path, "/metrics" | "/openapi.json" | "/docs" | "/redoc")
        || path.starts_with("/docs/")
        || path.starts_with("/redoc/")
}

struct Edge {
    settings: HttpSettings,
    room: Arc<Room>,
    for_people: ForPeople,
    unavailable: Throttle,
    metrics: Metrics,
    ambient: Ambient,
}

/// Puts the edge around `router`, and problems where it has no route; `for_people` makes pages of refusals. Call it last, with
/// the state already given.
pub fn standard_layers(
    router: Router,
    settings: HttpSettings,
    for_people: ForPeople,
    metrics: &Metrics,
    ambient: &Ambient,
) -> Router {
    let body_limit = DefaultBodyLimit::max(settings.body_limit_bytes);
    let (places, each) = (settings.max_in_flight, settings.max_in_flight_per_address);
    let room = Arc::new(Room {
        working: Shares::new(places, each),
        waiting: Shares::new(places, each),
        bytes: Shares::new(settings.body_budget_bytes, settings.body_budget_bytes / 4),
        idle: settings.body_idle,
        metrics: metrics.http.clone(),
    });
    let edge = Arc::new(Edge {
        settings,
        room,
        for_people,
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
    let context = RequestContext::of_request(&request, &edge.settings.proxies, &edge.ambient);
    request.extensions_mut().insert(context);
    // The template, not the path: few of them, and no personal data.
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let route = matched.as_ref().map_or("-", MatchedPath::as_str);
    let method = request.method().clone();
    let navigation = is_navigation(&request);
    let language = Language::of(request.headers());
    let span = tracing::info_span!(
        "request",
        %method,
        route,
        request_id = %context.request_id,
        trace_id = %context.trace_id,
        // Whose key it came with, once that is known.
        client = tracing::field::Empty,
    );

    let mut response = async {
        let response =
            edge.handle(route, context.client_ip, request, next).await.unwrap_or_else(IntoResponse::into_response);
        edge.report(route, &response, started.elapsed());
        match navigation {
            Some(navigation) => (edge.for_people)(response, &navigation),
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
    async fn handle(&self, route: &str, client: ClientIp, request: Request, next: Next) -> Result<Response, Problem> {
        cross_site::check(request.method(), request.headers(), &self.settings.origins)?;
        if is_of_operators(request.uri().path()) && !self.settings.is_operator(client) {
            return Err(Problem::not_found(Message::new("refusal-no-page")));
        }
        // An overloaded process must still say that it lives, or it is killed for being busy.
        let arrival = Arrival::begin(&self.room, client.counted(), health::is_probe(route)).map_err(|_| self.shed())?;
        let _counted = self.metrics.http.in_flight();
        let limit = self.settings.handler_timeout + may_wait(route);
        let mut handler = pin!(AssertUnwindSafe(next.run(arrival.watch(request))).catch_unwind());
        let mut timer = pin!(tokio::time::sleep_until(arrival.deadline(limit)));
        // Each piece of a body moves the deadline, and so does waiting for one.
        let outcome = poll_fn(|context| {
            if let Poll::Ready(outcome) = handler.as_mut().poll(context) {
                return Poll::Ready(Some(outcome));
            }
            loop {
                let deadline = arrival.deadline(limit);
                if timer.deadline() != deadline {
                    timer.as_mut().reset(deadline);
                }
                ready!(timer.as_mut().poll(context));
                if !arrival.may_stay() {
                    return Poll::Ready(None);
                }
            }
        })
        .await;
        match (outcome, arrival.refusal()) {
            // Whatever the handler made of a body that broke off: it was we who broke it off.
            (_, Some(Refusal::Place)) => Err(self.shed()),
            (_, Some(Refusal::Bytes)) => {
                self.metrics.http.bodies_shed.inc();
                Err(Problem::unavailable(TIMEOUT_RETRY_AFTER))
            }
            (Some(Ok(response)), None) => Ok(response),
            (Some(Err(panic)), None) => {
                Err(Problem::internal(&HandlerPanicked(panic_message(panic.as_ref()).to_owned())))
            }
            // A client that does not send what it announced: none of our doing, and nothing to act on.
            (None, None) if arrival.is_waiting() => {
                self.metrics.http.bodies_stalled.inc();
                Err(Problem::timed_out())
            }
            (None, None) => {
                tracing::error!(timeout = ?limit, "the handler took too long");
                Err(Problem::unavailable(TIMEOUT_RETRY_AFTER))
            }
        }
    }

    fn shed(&self) -> Problem {
        self.metrics.http.shed();
        Problem::unavailable(SHED_RETRY_AFTER)
    }

    fn report(&self, route: &str, response: &Response, took: Duration) {
        let status = response.status().as_u16();
        self.metrics.http.observe(route, status, took);
        let took_ms = took.as_millis();
        if took >= SLOW + may_wait(route) && response.status() != StatusCode::REQUEST_TIMEOUT {
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

/// How much longer than elsewhere a request may take here, because it waits for something to happen.
fn may_wait(route: &str) -> Duration {
    if route == changes::PATH { changes::LONGEST_WAIT } else { Duration::ZERO }
}

#[derive(Debug, thiserror::Error)]
#[error("the handler panicked: {0}")]
struct HandlerPanicked(String);
