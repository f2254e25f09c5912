//! What the shop tells in its change feed (`GET /api/cambios`): its catalog, its accounts, its orders, what customers say of them,
//! its visits, and what happened to stock and prices.
//!
//! A new kind of thing is a struct and its line in `ShopData`, and its triggers in a migration: on SQLite
//! `INSERT INTO mark VALUES ('kind', NEW.id)`; on Postgres `mark_row('kind', 'id')`, or `mark_rows('kind')` for what many rows a
//! batch go to. `every_table_of_the_feed_has_its_triggers` lists them. A new member of a thing that is there is a field of its
//! struct; if it comes from another table, that table's triggers mark the thing.

mod accounts;
mod catalog;
mod funnel;
mod histories;
mod orders;
mod reviews;
#[cfg(test)]
mod tests;

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
struct ShopData;

impl Source for ShopData {
    async fn contents(session: &mut Session, entity: &str, keys: &[&str]) -> sqlx::Result<Option<Contents>> {
        let contents = match entity {
            "negocio" => Contents::by_id::<catalog::Business>(session, keys).await?,
            "sucursal" => Contents::by_id::<catalog::Branch>(session, keys).await?,
            "categoria" => Contents::by_id::<catalog::Category>(session, keys).await?,
            "producto" => catalog::products(session, keys).await?,
            "oferta" => catalog::offers(session, keys).await?,
            "cuenta" => Contents::by_id::<accounts::Account>(session, keys).await?,
            "pedido" => orders::orders(session, keys).await?,
            "movimiento" => Contents::history::<histories::Movement>(session, keys).await?,
            "precio" => Contents::history::<histories::PriceChange>(session, keys).await?,
            "resena" => Contents::by_id::<reviews::Review>(session, keys).await?,
            "embudo" => funnel::hours(session, keys).await?,
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

/// What changed in the shop
///
/// Each thing (`negocio`, `sucursal`, `categoria`, `producto`, `oferta`, `cuenta`, `pedido`, `movimiento`, `precio`,
/// `resena`, `embudo`) once, by its last change and as it is now; from 0 on, all there is. Movements and prices are history:
/// they only grow. With nothing to tell it waits as long as was asked. With another `epoca` one begins anew.
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
    answer::<ShopData, _>(&app.changes, &app.db, &app.writer, asked).await
}
