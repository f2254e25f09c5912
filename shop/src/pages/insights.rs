//! The way to insights: the same person, by a link of one use.

use axum::extract::State;
use axum::response::Response;
use belgrano_runtime::passage::follow;
use belgrano_runtime::problem::Problem;
use belgrano_wire::texts::Message;

use crate::accounts::{self, Role, Session};
use crate::app::App;

/// Goes there as whoever is logged in; customers have nothing to see there.
pub(super) async fn go(State(app): State<App>, session: Session) -> Result<Response, Problem> {
    if session.0.role == Role::Customer {
        return Err(Problem::forbidden(Message::new("refusal-administration-only")));
    }
    let to = app.insights.leads_to().await;
    let to = to.ok_or_else(|| Problem::not_found(Message::new("refusal-insights-away")))?;
    let passage = accounts::passage(&app, &session.0).await?;
    Ok(follow(&passage.link(to, &app.secrets, &app.ambient)))
}
