//! `POST /api/pedidos`.

use axum::extract::State;
use belgrano_runtime::http::{Keyed, RequestContext};
use belgrano_runtime::idempotency::{IdempotencyKey, Once, StoredAnswer};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Checkout, DeliveryFields, Source};
use crate::accounts::{self, Principal, Session};
use crate::app::App;
use crate::basket::Basket;
use crate::kept::{Kept, Placed};
use crate::orders::OrderView;
use crate::visits::Arrival;

/// The checkout's routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(place))
}

/// An order as a customer asks for it.
#[derive(Debug, Deserialize, ToSchema)]
pub struct CheckoutRequest {
    /// What to buy; the cart when left out, and what was bought leaves it.
    items: Option<Vec<ItemRequest>>,
    /// Where it goes, up to 500 characters; the account's own address when left out.
    #[serde(rename = "direccion")]
    address: Option<String>,
    /// The neighbourhood, up to 100 characters.
    barrio: Option<String>,
    /// Latitude of the pin, degrees; with `lng` or not at all.
    lat: Option<f64>,
    /// Longitude of the pin, degrees.
    lng: Option<f64>,
    /// The address the pin was set for, where that is known: with another `direccion` the pin is left out.
    #[serde(rename = "pin_direccion")]
    pin_of: Option<String>,
    /// `marca` or `direccion`: which counts when the pin is outside the barrio that is named. Without it that is a 422 of `pin`.
    #[serde(rename = "pin_va")]
    pin_goes: Option<String>,
    /// `efectivo` when left out.
    #[serde(rename = "metodo_pago")]
    payment_method: Option<String>,
    /// What the driver has to know, up to 2000 characters.
    #[serde(rename = "notas")]
    notes: Option<String>,
}

/// One product of an order.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ItemRequest {
    /// Id of the product.
    producto_id: i64,
    /// How many, 1 to 10 000.
    cantidad: i64,
}

/// Place an order
///
/// Prices come from the catalog, never from the request. Stock is taken, the order is written and its message to the board
/// is queued in one transaction; the answer does not wait for the board.
#[utoipa::path(
    post, path = "/api/pedidos", tag = "pedidos", request_body = CheckoutRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "the same key gives the same answer")),
    responses(
        (status = 201, body = OrderView),
        (status = 401, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, body = ProblemDocument, description = "So many orders of the account are open already."),
        (status = 422, body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
async fn place(
    State(app): State<App>,
    Session(who): Session,
    context: RequestContext,
    arrival: Arrival,
    request: Keyed<CheckoutRequest>,
) -> Result<StoredAnswer, Problem> {
    let (request, key) = request.scoped(|| scope(who.account_id));
    let source = match request.items {
        Some(items) => {
            Basket::parse(items.into_iter().map(|item| (item.producto_id, item.cantidad))).map(Source::Items)
        }
        None => Ok(Source::Cart),
    };
    let mut address = request.address.filter(|address| !address.trim().is_empty());
    if address.is_none() && request.lat.is_some() {
        // The pin is held against the address that will be used.
        address = accounts::address_of(&app, who.account_id).await?;
    }
    let delivery = DeliveryFields {
        address,
        barrio: request.barrio,
        pin: (request.lat, request.lng),
        pin_of: request.pin_of,
        pin_goes: request.pin_goes,
        phone: None,
        payment_method: request.payment_method,
        notes: request.notes,
    };
    let (source, delivery) = both(source, delivery.parse(&app.settings.map.zones)).map_err(Problem::invalid)?;
    let trace = context.traceparent();
    let checkout = Checkout { account_id: who.account_id, source, delivery, seen: None, arrival, trace };
    order(&app, &who, checkout, key).await.map(Kept::into_answer)
}

/// Whose keys of orders those are.
pub(crate) fn scope(account_id: i64) -> String {
    format!("pedido:{account_id}")
}

/// Places an order by [`Checkout`], once under `key`.
pub(crate) async fn order(
    app: &App,
    who: &Principal,
    checkout: Checkout,
    key: Option<IdempotencyKey>,
) -> Result<Kept<Placed>, Problem> {
    Ok(app.writer.submit_for(who, Once::creating(checkout, key)).await?.into())
}

/// Both values, or the errors of both.
fn both<A, B, E>(a: Result<A, Vec<E>>, b: Result<B, Vec<E>>) -> Result<(A, B), Vec<E>> {
    match (a, b) {
        (Ok(a), Ok(b)) => Ok((a, b)),
        (a, b) => Err(a.err().into_iter().chain(b.err()).flatten().collect()),
    }
}
