//! What the process tells its operator: log lines and metrics.
//!
//! Nothing here names a person: routes are templates, not paths, and a label never comes from a client.

mod logging;
mod metrics;

pub use logging::{LogError, LogFormat, init, init_from_env};
pub use metrics::{HttpMetrics, InFlight, Metrics};
