//! The addresses of packages. All are for merchants, and only for their own.

use axum::extract::State;
use axum::http::StatusCode;
use belgrano_runtime::http::{Json, KeyOnly, Keyed, Page, Path, Query, RequestContext};
use belgrano_runtime::idempotency::StoredAnswer;
use belgrano_runtime::problem::{FieldError, Problem, ProblemDocument};
use belgrano_web::address::has_door;
use belgrano_web::map::Zones;
use belgrano_web::seen::Seen;
use belgrano_wire::free_text;
use belgrano_wire::texts::Message;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{DueDate, Frequency, PackageDraft, PackageView, RunView, business, packages, plan_http};
use crate::accounts::Merchant;
use crate::app::App;
use crate::basket::Basket;
use crate::checkout::DeliveryFields;
use crate::kept::Kept;
use crate::orders::OrderView;
use crate::visits::Arrival;

/// The routes of this room.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(business::show_business, business::replace_business))
        .routes(routes!(list_packages, create_package))
        .routes(routes!(show_package, replace_package, delete_package))
        .routes(routes!(pause_package))
        .routes(routes!(resume_package))
        .routes(routes!(run_package))
        .routes(routes!(list_runs))
        .routes(routes!(plan_http::list_merchants))
        .routes(routes!(plan_http::set_plan))
}

/// A package as a merchant asks for it.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PackageRequest {
    /// What the merchant calls it, 1 to 100 characters.
    #[serde(rename = "nombre")]
    pub(crate) name: String,
    #[serde(rename = "frecuencia")]
    pub(crate) frequency: Frequency,
    /// What to order each time.
    pub(crate) items: Vec<PackageItemRequest>,
    /// Where it goes, up to 500 characters; to the business when left out.
    #[serde(rename = "direccion")]
    pub(crate) address: Option<String>,
    /// The neighbourhood, up to 100 characters.
    pub(crate) barrio: Option<String>,
    /// `efectivo` when left out.
    #[serde(rename = "metodo_pago")]
    pub(crate) payment_method: Option<String>,
    /// What the driver has to know, up to 2000 characters.
    #[serde(rename = "notas")]
    pub(crate) notes: Option<String>,
    /// The day of the first order. Left out: the next possible day for a new package, no change for an old one.
    #[serde(rename = "primera_fecha")]
    pub(crate) first_on: Option<DueDate>,
    /// When one is replaced: what these fields were when they were looked at (`items` as `3x2 17x1`: product, how many); that
    /// one of them is something else now is 409, with what it is in `ahora`.
    #[serde(rename = "visto", default)]
    pub(crate) seen: Seen,
}

/// One product of a package.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PackageItemRequest {
    /// Id of the product.
    #[serde(rename = "producto_id")]
    pub(crate) product_id: i64,
    /// How many, 1 to 10 000.
    #[serde(rename = "cantidad")]
    pub(crate) quantity: i64,
}

impl PackageRequest {
    pub(super) fn parse(self, zones: &Zones) -> Result<PackageDraft, Problem> {
        let basket = Basket::parse(self.items.into_iter().map(|item| (item.product_id, item.quantity)));
        let delivery = DeliveryFields {
            address: self.address,
            barrio: self.barrio,
            phone: None,
            payment_method: self.payment_method,
            notes: self.notes,
            ..DeliveryFields::default()
        };
        let name = free_text::required(&self.name, PackageDraft::MAX_NAME_CHARS)
            .map(str::to_owned)
            .map_err(|wrong| vec![FieldError::new("nombre", wrong)]);
        let delivery = delivery.parse(zones).and_then(|delivery| match &delivery.address {
            // Without one it goes where its merchant's orders go, which may have been mended by then.
            Some(address) if !has_door(address) => {
                Err(vec![FieldError::new("direccion", Message::new("error-no-door-package"))])
            }
            _ => Ok(delivery),
        });
        match (name, basket, delivery) {
            (Ok(name), Ok(basket), Ok(delivery)) => {
                Ok(PackageDraft { name, frequency: self.frequency, basket, delivery, first_on: self.first_on })
            }
            (name, basket, delivery) => {
                let errors = [name.err(), basket.err(), delivery.err()];
                Err(Problem::invalid(errors.into_iter().flatten().flatten().collect()))
            }
        }
    }
}

/// A page of packages, oldest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct PackageList {
    /// The packages.
    pub(crate) paquetes: Vec<PackageView>,
    /// Send it back for the next page; null on the last.
    pub(crate) cursor: Option<String>,
}

/// A page of a package's history, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct RunList {
    /// What became of each due date, and the orders beside the series.
    pub(crate) corridas: Vec<RunView>,
    /// Send it back for the next page; null on the last.
    pub(crate) cursor: Option<String>,
}

/// My packages
#[utoipa::path(
    get, path = "/api/paquetes", tag = "paquetes",
    params(("cursor" = Option<String>, Query), ("limit" = Option<u32>, Query, description = "1 to 200, 50 when left out")),
    responses((status = 200, body = PackageList), (status = 403, body = ProblemDocument))
)]
async fn list_packages(State(app): State<App>, merchant: Merchant, page: Page) -> Result<Json<PackageList>, Problem> {
    packages::page_of(&app, &merchant, &page).await.map(Json)
}

/// Make a package
///
/// It is ordered by itself on its due dates, at the prices of that day.
#[utoipa::path(
    post, path = "/api/paquetes", tag = "paquetes", request_body = PackageRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "the same key gives the same answer")),
    responses(
        (status = 201, body = PackageView),
        (status = 403, body = ProblemDocument),
        (status = 409, body = ProblemDocument, description = "The merchant has too many already"),
        (status = 422, body = ProblemDocument),
    )
)]
async fn create_package(
    State(app): State<App>,
    merchant: Merchant,
    request: Keyed<PackageRequest>,
) -> Result<StoredAnswer, Problem> {
    packages::create(&app, &merchant, request).await
}

/// One of my packages
#[utoipa::path(
    get, path = "/api/paquetes/{id}", tag = "paquetes", params(("id" = i64, Path)),
    responses((status = 200, body = PackageView), (status = 404, body = ProblemDocument))
)]
async fn show_package(
    State(app): State<App>,
    merchant: Merchant,
    Path(id): Path<i64>,
) -> Result<Json<PackageView>, Problem> {
    packages::one(&app, &merchant, id).await.map(Json)
}

/// Replace a package
///
/// Another `primera_fecha` starts its series anew; another `frecuencia` counts from the next date.
#[utoipa::path(
    put, path = "/api/paquetes/{id}", tag = "paquetes", params(("id" = i64, Path)), request_body = PackageRequest,
    responses(
        (status = 200, body = PackageView),
        (status = 404, body = ProblemDocument),
        (status = 409, body = ProblemDocument, description = "Not as it was seen (`visto`)"),
        (status = 422, body = ProblemDocument),
    )
)]
async fn replace_package(
    State(app): State<App>,
    merchant: Merchant,
    Path(id): Path<i64>,
    Json(request): Json<PackageRequest>,
) -> Result<Json<PackageView>, Problem> {
    packages::replace(&app, &merchant, id, request).await.map(Json)
}

/// Delete a package
///
/// Its history goes with it, the orders that it made stay.
#[utoipa::path(
    delete, path = "/api/paquetes/{id}", tag = "paquetes", params(("id" = i64, Path)),
    responses((status = 204), (status = 404, body = ProblemDocument))
)]
async fn delete_package(
    State(app): State<App>,
    merchant: Merchant,
    Path(id): Path<i64>,
) -> Result<StatusCode, Problem> {
    packages::delete(&app, &merchant, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Pause a package
#[utoipa::path(
    post, path = "/api/paquetes/{id}/pausar", tag = "paquetes", params(("id" = i64, Path)),
    responses((status = 200, body = PackageView), (status = 404, body = ProblemDocument))
)]
async fn pause_package(
    State(app): State<App>,
    merchant: Merchant,
    Path(id): Path<i64>,
) -> Result<Json<PackageView>, Problem> {
    packages::set_active(&app, &merchant, id, false).await.map(Json)
}

/// Let a package go on
///
/// In step with its series; what passed while it was paused is not ordered.
#[utoipa::path(
    post, path = "/api/paquetes/{id}/reanudar", tag = "paquetes", params(("id" = i64, Path)),
    responses((status = 200, body = PackageView), (status = 404, body = ProblemDocument))
)]
async fn resume_package(
    State(app): State<App>,
    merchant: Merchant,
    Path(id): Path<i64>,
) -> Result<Json<PackageView>, Problem> {
    packages::set_active(&app, &merchant, id, true).await.map(Json)
}

/// Order a package now
///
/// An order beside the series, which does not move. With `resto=true`, of each product what there is; without, all or nothing.
#[utoipa::path(
    post, path = "/api/paquetes/{id}/ejecutar", tag = "paquetes",
    params(
        ("id" = i64, Path),
        Rest,
        ("Idempotency-Key" = Option<String>, Header, description = "the same key gives the same answer"),
    ),
    responses(
        (status = 201, body = OrderView),
        (status = 404, body = ProblemDocument),
        (status = 409, body = ProblemDocument, description = "So many orders of the account are open already."),
        (status = 422, body = ProblemDocument),
    )
)]
async fn run_package(
    State(app): State<App>,
    Merchant(who): Merchant,
    Path(id): Path<i64>,
    Query(Rest { resto }): Query<Rest>,
    context: RequestContext,
    arrival: Arrival,
    key: KeyOnly,
) -> Result<StoredAnswer, Problem> {
    packages::run_now(&app, &who, id, (resto, None), &context, arrival, key).await.map(Kept::into_answer)
}

/// How much of a package.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Rest {
    /// Whether what there is will do.
    #[serde(default)]
    resto: bool,
}

/// What became of a package
#[utoipa::path(
    get, path = "/api/paquetes/{id}/corridas", tag = "paquetes",
    params(
        ("id" = i64, Path),
        ("cursor" = Option<String>, Query),
        ("limit" = Option<u32>, Query, description = "1 to 200, 50 when left out"),
    ),
    responses((status = 200, body = RunList), (status = 404, body = ProblemDocument))
)]
async fn list_runs(
    State(app): State<App>,
    merchant: Merchant,
    Path(id): Path<i64>,
    page: Page,
) -> Result<Json<RunList>, Problem> {
    packages::runs_of(&app, &merchant, id, &page).await.map(Json)
}
