//! Alerts: figures that somebody has set a limit to, and who is told when one of them is beyond it.
//!
//! In: rules, which administrators write, and what is measured now and then (`measure`). Out: the state of each rule, a history, and
//! notices in the outbox that [`belgrano_notices`] delivers by mail and by webhook. One instance measures, by a lease
//! (`task`); what a rule's state becomes, and whom that tells, is decided in one transaction (`judge`), so that no restart
//! repeats or forgets a notice.
//!
//! What must never happen here: a second notice of one alarm, or a request that waits for a measurement.

mod band;
mod body;
mod change;
mod history;
mod judge;
mod kind;
mod latencies;
mod measure;
mod notice;
mod routes;
mod rule;
mod task;
#[cfg(test)]
mod tests;
mod view;
mod words;

pub(crate) use body::{NewRule, RuleChange};
pub use change::{ChangeRule, CreateRule, DeleteRule, RuleRefusal, TestRule};
pub(crate) use history::{AlarmPage, AlarmView, history};
pub use judge::Judge;
pub use kind::Kind;
pub use latencies::Latencies;
pub(crate) use latencies::time;
pub use measure::Reading;
#[cfg(test)]
pub(crate) use measure::feed as slowest_feed;
pub(crate) use notice::{SERVICE, start_delivery};
pub(crate) use routes::{change_rule, create_rule, one, past_for, routes, rules_for};
pub(crate) use rule::Form;
pub use rule::Rule;
pub use task::AlertSettings;
pub(crate) use task::{settings, spawn};
pub(crate) use view::RuleView;
pub(crate) use words::said;
