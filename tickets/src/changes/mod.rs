//! What the board tells in its change feed (`GET /api/cambios`): its tickets, their history and its drivers.
//!
//! This is for copies of the data; whoever shows tickets as they move follows [`crate::live`]. A new kind of thing is a struct
//! and its line in `BoardData`, and its triggers in a migration, as the shop's `changes` says. Of a driver neither the place nor
//! the telephone is told, and of a customer nothing but where the order goes.

#[cfg(test)]
mod tests;
mod things;

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use belgrano_runtime::changes::{Asked, ChangePage, Contents, Source, answer, ask};
use belgrano_runtime::http::Json;
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_runtime::storage::Session;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

/// The feed.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(changes))
}

/// What each kind of thing looks like.
struct BoardData;

impl Source for BoardData {
    async fn contents(session: &mut Session, entity: &str, keys: &[&str]) -> sqlx::Result<Option<Contents>> {
        let contents = match entity {
            "ticket" => Contents::by_id::<things::Ticket>(session, keys).await?,
            "paso" => Contents::history::<things::Step>(session, keys).await?,
            "repartidor" => Contents::by_id::<things::Driver>(session, keys).await?,
            _ => return Ok(None),
        };
        Ok(Some(contents))
    }
}

/// A reader that may read, and what it asks for.
struct Reader(Asked);

impl FromRequestParts<App> for Reader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        ask(parts, app, &app.changes).await.map(Self)
    }
}

/// What changed on the board
///
/// Each thing (`ticket`, `paso`, `repartidor`) once, by its last change and as it is now; from 0 on, all there is. Steps are
/// history: they only grow; those of an order whose customer was erased come again, without the written reason. With nothing
/// to tell it waits as long as was asked. With another `epoca` one begins anew.
#[utoipa::path(
    get, path = "/api/cambios", tag = "integración", security(("firma" = []), ("clave" = [])), params(Asked),
    responses(
        (status = 200, body = ChangePage),
        (status = 401, body = ProblemDocument),
        (status = 403, body = ProblemDocument),
        (status = 422, body = ProblemDocument),
        (status = 429, body = ProblemDocument),
        (status = 503, body = ProblemDocument, description = "Too many wait already."),
    )
)]
async fn changes(State(app): State<App>, Reader(asked): Reader) -> Result<Json<ChangePage>, Problem> {
    answer::<BoardData, _>(&app.changes, &app.db, &app.writer, asked).await
}
