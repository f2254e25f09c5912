//! `GET /entrar`: one press leads from the shop's or the board's administration to the same person's insights.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use belgrano_runtime::auth::gate::NewSession;
use belgrano_runtime::http::{Query, RequestContext};
use belgrano_runtime::passage::{Invalid, Signed};
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::see_other;
use belgrano_wire::texts::Message;

use crate::accounts::{Arrival, Arrive};
use crate::app::App;

/// How long such a session lasts at most: what a person may do is decided elsewhere and may have changed by then.
const LASTS_MS: i64 = 12 * 3600 * 1000;

/// Opens a session of the person whom a link names, and goes on to the pages.
pub(crate) async fn enter(
    State(app): State<App>,
    context: RequestContext,
    Query(signed): Query<Signed>,
) -> Result<Response, Problem> {
    let secrets = app.credentials.secrets().ok_or_else(|| refused(Invalid::Forged))?;
    let link = signed.open(&secrets, app.ambient.now()).map_err(refused)?;
    let arrival = Arrival::by(link)?;
    let (token, session) = app.gate.new_session(None);
    let session = NewSession { lifetime_ms: session.lifetime_ms.min(LASTS_MS), ..session };
    let source = app.security.source(&context);
    app.writer.submit(Arrive { arrival, session, source }).await?;
    Ok(([(header::SET_COOKIE, app.gate.cookie().set(&token))], see_other("/")).into_response())
}

fn refused(invalid: Invalid) -> Problem {
    tracing::warn!(error = %invalid, "a link of another service was refused");
    Problem::forbidden(Message::new(match invalid {
        Invalid::Expired => "refusal-link-expired",
        Invalid::Forged => "refusal-link-forged",
    }))
}
