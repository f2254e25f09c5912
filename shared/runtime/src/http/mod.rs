//! What stands between the socket and a handler: extractors, the edge every request passes, health and serving.
//!
//! In comes an axum `Router` of a service, out comes the same router with every limit of the design on it. What must
//! never happen here: a refusal that is not a [`Problem`](crate::problem::Problem), or a rule of one service.

mod arriving;
mod body;
mod client_ip;
mod compress;
mod context;
mod cookie;
pub mod cross_site;
mod door;
mod edge;
#[cfg(test)]
mod flood_tests;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
pub mod health;
mod keyed;
mod line;
mod navigation;
mod networks;
pub mod openapi;
mod page;
mod patience;
mod places;
mod rate_limit;
mod security_headers;
pub mod serve;
mod share;
mod spanish;
#[cfg(test)]
mod tests;
mod throttle;

pub use belgrano_wire::cookie::cookie;
pub use body::{Json, Path, Query, check_fields, read_fields, read_value};
pub use client_ip::{ClientIp, Proxies};
pub use compress::{accepts_gzip, compress_pages, gzip};
pub use context::{REQUEST_ID, RequestContext, TRACEPARENT};
pub use edge::{HttpSettings, standard_layers};
pub use keyed::{KeyOnly, Keyed, KeyedIfAny};
pub use navigation::{ForPeople, Navigation, is_navigation};
pub use networks::Networks;
pub use page::Page;
pub use rate_limit::RateLimit;
pub(crate) use share::{Share, Shares};
