//! `/health`, `/test`, `/healthz`, `/ready` and `/metrics`: how a platform and an operator see that a service is well.
//!
//! Alive and ready are two questions. Alive asks nothing of anything, or a database that is away would get the process
//! killed; ready asks the checks the service gave. None of them needs a login, so a body names what failed, not why.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use belgrano_wire::ambient::Ambient;
use belgrano_wire::steady::SteadyMillis;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, join_all};
use serde_json::{Map, Value, json};
use tokio::sync::Mutex;

use super::Json;
use crate::problem::Problem;
use crate::telemetry::Metrics;

/// A check that takes longer has failed.
const CHECK_TIMEOUT: Duration = Duration::from_secs(2);
/// Answers are kept this long: anybody may ask, and probes are never shed.
const READY_CACHED_MS: i64 = 1000;
const RETRY_AFTER: Duration = Duration::from_secs(5);

type Member = Box<dyn Fn() -> Value + Send + Sync>;
type Check = Box<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>;
type Warning = Box<dyn Fn() -> Option<String> + Send + Sync>;
type Results = BTreeMap<&'static str, bool>;

/// What a service says about itself. Build it, then [`Health::router`].
pub struct Health {
    service: &'static str,
    version: &'static str,
    database: &'static str,
    started: SteadyMillis,
    ambient: Ambient,
    metrics: Metrics,
    members: Vec<(&'static str, Member)>,
    checks: Vec<(&'static str, Check)>,
    warnings: Vec<(&'static str, Warning)>,
    last: Mutex<Option<(SteadyMillis, Results)>>,
}

impl fmt::Debug for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Health").field("service", &self.service).finish_non_exhaustive()
    }
}

impl Health {
    /// `database` is its kind (`sqlite`, `postgres`); uptime counts from now.
    #[must_use]
    pub fn new(
        service: &'static str,
        version: &'static str,
        database: &'static str,
        metrics: &Metrics,
        ambient: &Ambient,
    ) -> Self {
        Self {
            service,
            version,
            database,
            started: ambient.steady(),
            ambient: ambient.clone(),
            metrics: metrics.clone(),
            members: Vec::new(),
            checks: Vec::new(),
            warnings: Vec::new(),
            last: Mutex::new(None),
        }
    }

    /// Adds a member to `/health`. `value` is called on every request: it must not wait for anything.
    #[must_use]
    pub fn member<V: Into<Value>>(mut self, name: &'static str, value: impl Fn() -> V + Send + Sync + 'static) -> Self {
        self.members.push((name, Box::new(move || value().into())));
        self
    }

    /// Adds a condition of `/ready`. The text of a failure goes to the log, not to the body.
    #[must_use]
    pub fn check<F>(mut self, name: &'static str, check: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), String>> + Send + 'static,
    {
        self.checks.push((name, Box::new(move || check().boxed())));
        self
    }

    /// Adds something `/ready` tells without being unready for it: what an operator has to mend while the service goes on. The
    /// text is in the body, so it holds nothing secret.
    #[must_use]
    pub fn warning(mut self, name: &'static str, warning: impl Fn() -> Option<String> + Send + Sync + 'static) -> Self {
        self.warnings.push((name, Box::new(warning)));
        self
    }

    /// The routes. Merge them into the service's router before `standard_layers`.
    pub fn router<S: Clone + Send + Sync + 'static>(self) -> Router<S> {
        let health = Arc::new(self);
        let alive = {
            let health = Arc::clone(&health);
            get(async move || Json(health.alive()))
        };
        let metrics = health.metrics.clone();
        Router::new()
            .route("/health", alive.clone())
            .route("/test", alive)
            .route("/healthz", get(async || "ok"))
            .route("/ready", get(async move || health.ready().await))
            .route("/metrics", get(async move || show_metrics(&metrics)))
    }

    fn alive(&self) -> Map<String, Value> {
        let uptime_s = self.ambient.steady().since_ms(self.started).max(0) / 1000;
        let own: [(&str, Value); 5] = [
            ("status", "ok".into()),
            ("service", self.service.into()),
            ("version", self.version.into()),
            ("database", self.database.into()),
            ("uptime_s", uptime_s.into()),
        ];
        let members = self.members.iter().map(|(name, value)| (*name, value()));
        own.into_iter().chain(members).map(|(name, value)| (name.to_owned(), value)).collect()
    }

    async fn ready(&self) -> Response {
        let now = self.ambient.steady();
        // Held while the checks run: those who ask meanwhile get the same answer.
        let mut last = self.last.lock().await;
        let results = match &*last {
            Some((at, results)) if (0..READY_CACHED_MS).contains(&now.since_ms(*at)) => results.clone(),
            _ => last.insert((now, self.run_checks().await)).1.clone(),
        };
        drop(last);
        let ready = results.values().all(|passed| *passed);
        let checks: Map<String, Value> = results
            .into_iter()
            .map(|(name, passed)| (name.to_owned(), if passed { "ok".into() } else { "fail".into() }))
            .collect();
        let warnings: Map<String, Value> = self
            .warnings
            .iter()
            .filter_map(|(name, warning)| Some(((*name).to_owned(), Value::from(warning()?))))
            .collect();
        if ready {
            let mut body = json!({ "status": "ready", "service": self.service, "checks": checks });
            if !warnings.is_empty() {
                body["warnings"] = warnings.into();
            }
            Json(body).into_response()
        } else {
            Problem::unavailable(RETRY_AFTER).with("checks", checks).with("warnings", warnings).into_response()
        }
    }

    async fn run_checks(&self) -> Results {
        join_all(self.checks.iter().map(async |(name, check)| {
            let outcome = tokio::time::timeout(CHECK_TIMEOUT, check()).await;
            let failure = match outcome {
                Ok(Ok(())) => None,
                Ok(Err(reason)) => Some(reason),
                Err(_elapsed) => Some("timed out".to_owned()),
            };
            if let Some(reason) = &failure {
                tracing::warn!(check = name, reason, "not ready");
            }
            (*name, failure.is_none())
        }))
        .await
        .into_iter()
        .collect()
    }
}

fn show_metrics(metrics: &Metrics) -> Response {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], metrics.encode()).into_response()
}

/// Whether `route` is one of the above.
pub(super) fn is_probe(route: &str) -> bool {
    matches!(route, "/health" | "/test" | "/healthz" | "/ready" | "/metrics")
}
