//! `/api/productos/{id}/movimientos`.

use axum::extract::State;
use belgrano_runtime::http::{Json, Keyed, Page, Path};
use belgrano_runtime::idempotency::{Once, StoredAnswer};
use belgrano_runtime::problem::{Problem, ProblemDocument};

use super::history::{MovementPage, movements_of};
use super::moving::{MoveStock, Moved, StockBody, StockNow};
use crate::accounts::{Admin, Principal};
use crate::app::App;
use crate::kept::Kept;

/// What happened to a product's stock (administrators)
///
/// Newest first. A product's stock is what it started with and all of its movements since.
#[utoipa::path(
    get, path = "/api/productos/{id}/movimientos", tag = "stock",
    params(
        ("id" = i64, Path),
        ("cursor" = Option<String>, Query, description = "Where the last page ended"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200),
    ),
    responses(
        (status = 200, body = MovementPage),
        (status = 401, body = ProblemDocument),
        (status = 403, body = ProblemDocument),
        (status = 404, body = ProblemDocument),
        (status = 422, body = ProblemDocument),
    )
)]
pub(super) async fn list_movements(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<i64>,
    page: Page,
) -> Result<Json<MovementPage>, Problem> {
    movements_of(&app, &admin, id, &page).await.map(Json)
}

/// Takes goods in, or counts them (administrators)
#[utoipa::path(
    post, path = "/api/productos/{id}/movimientos", tag = "stock", request_body = StockBody,
    params(
        ("id" = i64, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "the same key gives the same answer"),
    ),
    responses(
        (status = 201, body = Moved),
        (status = 401, body = ProblemDocument),
        (status = 403, body = ProblemDocument),
        (status = 404, body = ProblemDocument),
        (status = 409, body = ProblemDocument),
        (status = 422, body = ProblemDocument),
    )
)]
pub(super) async fn move_stock(
    State(app): State<App>,
    Admin(who): Admin,
    Path(id): Path<i64>,
    body: Keyed<StockBody>,
) -> Result<StoredAnswer, Problem> {
    move_once(&app, &who, id, body).await.map(Kept::into_answer)
}

/// Takes in or counts a product by [`MoveStock`], once under its key.
pub(crate) async fn move_once(
    app: &App,
    who: &Principal,
    id: i64,
    body: Keyed<StockBody>,
) -> Result<Kept<StockNow>, Problem> {
    let (body, key) = body.scoped(|| format!("movimiento:{}:{id}", who.account_id));
    let act = MoveStock::parse(who.account_id, id, &body)?;
    Ok(app.writer.submit_for(who, Once::creating(act, key)).await?.into())
}
