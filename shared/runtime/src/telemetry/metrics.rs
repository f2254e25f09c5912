//! The registry behind `/metrics`, and what is measured of every HTTP request.
//!
//! One per service, so that both in one process stay apart. A capability registers its own metrics once at start and
//! keeps the handles; a handle is an atomic or two, never a lookup by name.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Metric, Registry};

/// Half a millisecond to ten seconds: a handler's reply is a few milliseconds, the timeout ends the scale.
const DURATION_BUCKETS_S: [f64; 12] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0];

/// A service's metrics. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Metrics {
    registry: Arc<Mutex<Registry>>,
    /// What the edge measures of every request.
    pub http: HttpMetrics,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// A registry that already holds the HTTP metrics.
    #[must_use]
    pub fn new() -> Self {
        let mut registry = Registry::default();
        let http = HttpMetrics::register(&mut registry);
        Self { registry: Arc::new(Mutex::new(registry)), http }
    }

    /// Adds `metric` under `name` (a counter's name without `_total`) and hands it back.
    pub fn register<M: Metric + Clone>(&self, name: &str, help: &str, metric: M) -> M {
        self.registry.lock().unwrap_or_else(PoisonError::into_inner).register(name, help, metric.clone());
        metric
    }

    /// Everything in the `OpenMetrics` text format.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut text = String::new();
        let registry = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
        // Writing into a String cannot fail.
        let _ = prometheus_client::encoding::text::encode(&mut text, &registry);
        text
    }
}

/// What the edge measures of every request.
#[derive(Clone, Debug)]
pub struct HttpMetrics {
    durations: Family<Labels, Histogram, fn() -> Histogram>,
    in_flight: Gauge,
    shed: Counter,
    /// Bytes of the bodies that requests hold, beyond what each may have anyhow.
    pub body_bytes: Gauge,
    /// Bodies refused because all of them together were too large.
    pub bodies_shed: Counter,
    /// Bodies that stopped, or came too slowly.
    pub bodies_stalled: Counter,
    /// Connections that are open, without WebSockets.
    pub connections: Gauge,
    /// Connections refused because their address had enough.
    pub connections_shed: Counter,
    /// Connections ended because the client did not take its answer.
    pub readers_stalled: Counter,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    route: String,
    status: StatusClass,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct StatusClass(u16);

impl EncodeLabelValue for StatusClass {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), std::fmt::Error> {
        let class = match self.0 {
            1 => "1xx",
            2 => "2xx",
            3 => "3xx",
            4 => "4xx",
            _ => "5xx",
        };
        class.encode(encoder)
    }
}

impl HttpMetrics {
    fn register(registry: &mut Registry) -> Self {
        let new_histogram: fn() -> Histogram = || Histogram::new(DURATION_BUCKETS_S);
        let http = Self {
            durations: Family::new_with_constructor(new_histogram),
            in_flight: Gauge::default(),
            shed: Counter::default(),
            body_bytes: Gauge::default(),
            bodies_shed: Counter::default(),
            bodies_stalled: Counter::default(),
            connections: Gauge::default(),
            connections_shed: Counter::default(),
            readers_stalled: Counter::default(),
        };
        let durations = http.durations.clone();
        registry.register("http_request_duration_seconds", "Time until the response's headers", durations);
        registry.register("http_requests_in_flight", "Requests being handled", http.in_flight.clone());
        registry.register("http_requests_shed", "Requests refused because too many were in flight", http.shed.clone());
        registry.register("http_body_bytes", "Bytes of large bodies that requests hold", http.body_bytes.clone());
        let counters = [
            ("http_bodies_shed", "Bodies refused for want of memory", &http.bodies_shed),
            ("http_bodies_stalled", "Bodies that stopped, or came too slowly", &http.bodies_stalled),
            ("http_connections_shed", "Connections of addresses that had enough", &http.connections_shed),
            ("http_readers_stalled", "Connections whose client did not take its answer", &http.readers_stalled),
        ];
        for (name, help, counter) in counters {
            registry.register(name, help, counter.clone());
        }
        registry.register("http_connections", "Connections that are open", http.connections.clone());
        http
    }

    /// A request of `route` (its template) was answered.
    pub fn observe(&self, route: &str, status: u16, took: Duration) {
        let labels = Labels { route: route.to_owned(), status: StatusClass(status / 100) };
        self.durations.get_or_create(&labels).observe(took.as_secs_f64());
    }

    /// A request was refused because too many were in flight.
    pub fn shed(&self) {
        self.shed.inc();
    }

    /// Counts a request as in flight until the guard is dropped.
    #[must_use]
    pub fn in_flight(&self) -> InFlight {
        self.in_flight.inc();
        InFlight(self.in_flight.clone())
    }
}

/// One request in flight.
#[derive(Debug)]
pub struct InFlight(Gauge);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use prometheus_client::metrics::counter::Counter;

    use super::Metrics;

    #[test]
    fn shows_what_was_registered_and_measured() {
        let metrics = Metrics::new();
        let orders: Counter = metrics.register("orders", "Orders accepted", Counter::default());
        orders.inc();
        metrics.http.observe("/api/pedidos/{numero}", 404, Duration::from_millis(3));
        let text = metrics.encode();
        assert!(text.contains("orders_total 1"), "{text}");
        let line = "http_request_duration_seconds_count{route=\"/api/pedidos/{numero}\",status=\"4xx\"} 1";
        assert!(text.contains(line), "{text}");
    }
}
