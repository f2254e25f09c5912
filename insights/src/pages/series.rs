//! How fine a series is, in the words of a page.

use belgrano_web::pages::Layout;
use belgrano_wire::texts::Text;

pub(super) use crate::api::{filled, step_of};

/// The same in the words of the page.
pub(super) fn said(layout: &Layout, step: &str) -> Text {
    layout.t(match step {
        "week" => "insights-by-week",
        "month" => "insights-by-month",
        _ => "insights-by-day",
    })
}
