//! The board in numbers.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use belgrano_shared::http::Json;
use belgrano_shared::pages::Layout;
use belgrano_shared::problem::Problem;
use belgrano_shared::texts::Text;
use belgrano_shared::wire::TicketState;

use super::frame::Frame;
use crate::app::App;
use crate::reports::{self, Summary};
use crate::sessions::Admin;

#[derive(Template)]
#[template(path = "reports.html")]
struct ReportsPage<'a> {
    layout: &'a Layout,
    summary: Summary,
}

/// By state, by driver, by day, and how late.
pub(super) async fn show(state: State<App>, admin: Admin, Frame { layout, .. }: Frame) -> Result<Response, Problem> {
    let Json(summary) = reports::summary(state, admin).await?;
    layout.show(&ReportsPage { layout: &layout, summary })
}

impl ReportsPage<'_> {
    /// The states in the order of a ticket's life, with how many are in each.
    fn states(&self) -> Vec<(Text, i64)> {
        let count = |state: &TicketState| self.summary.por_estado.get(state.as_str()).copied().unwrap_or(0);
        TicketState::ALL.iter().map(|state| (self.layout.state(state), count(state))).collect()
    }
}

/// Seconds as people say them.
fn span(seconds: impl std::borrow::Borrow<i64>) -> String {
    match seconds.borrow() / 60 {
        minutes @ ..60 => format!("{minutes} min"),
        minutes => format!("{} h {} min", minutes / 60, minutes % 60),
    }
}
