//! The way to insights: the same person, by a link of one use.

use axum::extract::State;
use axum::response::Response;
use belgrano_runtime::passage::{Origin, Passage, follow};
use belgrano_runtime::problem::Problem;
use belgrano_wire::texts::Message;

use crate::app::App;
use crate::sessions::Admin;

/// Goes there as whoever is logged in.
pub(super) async fn go(State(app): State<App>, Admin(who): Admin) -> Result<Response, Problem> {
    let to = app.insights.leads_to().await;
    let to = to.ok_or_else(|| Problem::not_found(Message::new("refusal-insights-away")))?;
    let passage = Passage {
        from: Origin::Board,
        account: who.user_id,
        name: who.name.to_string(),
        email: who.email.to_string(),
        role: who.role.as_str().to_owned(),
        business: None,
    };
    Ok(follow(&passage.link(to, &app.secrets, &app.ambient)))
}
