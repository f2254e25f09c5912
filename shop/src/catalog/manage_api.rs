//! The same products for programs of the administration.

use axum::extract::State;
use belgrano_runtime::http::{Json, Page, Path, Query};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use serde::Serialize;
use utoipa::ToSchema;

use super::manage::{Managed, ManagedFilter, managed, managed_by_id};
use super::products::no_such_product;
use crate::accounts::Admin;
use crate::app::App;

/// A page of products as administrators see them.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ManagedList {
    productos: Vec<Managed>,
    /// Where the next page starts; null on the last one.
    cursor: Option<String>,
}

/// Products with what they cost (administrators)
///
/// Also those that are not sold. Who looks for words finds what has all of them, else what has the most.
#[utoipa::path(
    get, path = "/api/administrar/productos", tag = "catálogo",
    params(
        ManagedFilter,
        ("cursor" = Option<String>, Query, description = "Where the last page ended"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200),
    ),
    responses(
        (status = 200, body = ManagedList),
        (status = 401, body = ProblemDocument),
        (status = 403, body = ProblemDocument),
        (status = 422, body = ProblemDocument),
    )
)]
pub(super) async fn list_managed(
    State(app): State<App>,
    admin: Admin,
    Query(filter): Query<ManagedFilter>,
    page: Page,
) -> Result<Json<ManagedList>, Problem> {
    let found = managed(&app, &admin, &filter, &page).await?;
    Ok(Json(ManagedList { productos: found.products, cursor: found.cursor }))
}

/// One product with what it costs (administrators)
#[utoipa::path(
    get, path = "/api/administrar/productos/{id}", tag = "catálogo",
    params(("id" = i64, Path)),
    responses(
        (status = 200, body = Managed),
        (status = 401, body = ProblemDocument),
        (status = 403, body = ProblemDocument),
        (status = 404, body = ProblemDocument),
    )
)]
pub(super) async fn show_managed(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<i64>,
) -> Result<Json<Managed>, Problem> {
    managed_by_id(&app, &admin, id).await?.map(Json).ok_or_else(no_such_product)
}
