//! Orders: what a customer sees of what it ordered, and may still do about it.
//!
//! The state of an order is the state of its ticket; it comes in through the feed (or the old board's callbacks) as
//! [`Report`]s, and goes out to whoever watches the order. A customer's cancel is a request to the board like any other
//! message: the order is cancelled when the board says so.

mod again;
mod arrivals;
mod callbacks;
mod cancel;
mod estimate;
mod following;
mod give_up;
mod history;
mod http;
mod live;
#[cfg(test)]
mod live_tests;
mod promise;
#[cfg(test)]
mod promise_tests;
mod report;
#[cfg(test)]
mod report_tests;
mod steps;
mod tracking;
#[cfg(test)]
mod tracking_tests;
#[cfg(test)]
mod upgrade_tests;
mod view;
mod watch;
mod whereabouts;

pub(crate) use again::{Again, again, order_again};
#[cfg(test)]
pub(crate) use arrivals::look as look_at_arrivals;
pub use arrivals::{Arrivals, watch_arrivals};
pub use cancel::{Cancel, CancelRefusal};
pub(crate) use cancel::{Wish, no_such_order};
pub use estimate::{Estimate, Outlook};
pub(crate) use following::{Following, Progress, follow};
pub(crate) use give_up::give_up;
pub(crate) use history::{LastDelivery, last_delivery, lines};
pub use http::routes;
pub(crate) use http::{OrderList, call_off, list_of, view as view_of};
pub use promise::Promise;
pub use report::{Apply, Report};
pub use steps::Step;
pub(crate) use steps::since;
pub use tracking::TrackingSettings;
pub(crate) use tracking::{Shared, Tracked, check_shareable, share, shared_link, tracked, unshare};
pub use view::{OrderLineView, OrderView};
pub use watch::{OrderWatch, Watching};
pub use whereabouts::{Fix, Whereabouts};
