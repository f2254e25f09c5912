//! Visits: from what kind of device and from where people come, and how far they get. Of nobody in particular.
//!
//! Every request says both for itself ([`Arrival`]). An order keeps them; page views are counted by hour, device and origin
//! ([`Funnel`]), in memory first, and a task adds the counts to the database now and then ([`AddCounts`]).
//!
//! What must never happen here: a number, an address or anything else that tells one visitor from another, in a cookie, in
//! memory or in the database. The one cookie holds the word of an origin, the same for everybody who came that way.

mod add;
mod arrival;
mod funnel;
mod http;
mod layer;
mod report;
mod task;
#[cfg(test)]
mod tests;

pub use add::AddCounts;
pub use funnel::{Counts, Funnel};
pub use http::routes;
pub(crate) use http::{FunnelQuery, funnel_of};
pub(crate) use layer::count_views;
pub(crate) use report::{Figures, FunnelReport};
pub(crate) use task::flush;
pub use task::run;

pub use crate::arrival::{Arrival, Device, Origin};
