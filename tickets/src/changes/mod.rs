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

/// Lo que cambió en el tablero
///
/// Cada cosa (ticket, paso, repartidor) una sola vez, por su último cambio y como es ahora; desde 0, todo lo que hay. Los pasos son
/// historia: solo crecen; los de un pedido cuyo cliente se borró vuelven, sin el motivo escrito. Si no hay nada, espera lo que se
/// pida. Con otra `epoca` se empieza de nuevo.
#[utoipa::path(
    get, path = "/api/cambios", tag = "integración", security(("firma" = []), ("clave" = [])), params(Asked),
    responses(
        (status = 200, body = ChangePage),
        (status = 401, body = ProblemDocument),
        (status = 422, body = ProblemDocument),
        (status = 429, body = ProblemDocument),
        (status = 503, body = ProblemDocument, description = "Ya esperan demasiados."),
    )
)]
async fn changes(State(app): State<App>, Reader(asked): Reader) -> Result<Json<ChangePage>, Problem> {
    answer::<BoardData, _>(&app.changes, &app.db, &app.writer, asked).await
}
