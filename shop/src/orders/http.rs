//! What a customer may ask about its orders.

use axum::extract::State;
use belgrano_runtime::http::{Json, KeyOnly, Page, Path, RequestContext};
use belgrano_runtime::idempotency::StoredAnswer;
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_wire::free_text;
use belgrano_wire::texts::Message;
use belgrano_wire::{OrderNumber, limits};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::cancel::no_such_order;
use super::{Cancel, OrderView, again, callbacks, history, live};
use crate::accounts::{Principal, Session};
use crate::app::App;
use crate::kept::Kept;
use crate::visits::Arrival;

/// The routes of orders, but for placing one.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(cancel))
        .routes(routes!(repeat))
        .routes(routes!(live::watch_order))
        .merge(callbacks::routes())
}

/// A page of orders, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct OrderList {
    /// The orders.
    pub(crate) pedidos: Vec<OrderView>,
    /// Send it back for the next page; null on the last.
    pub(crate) cursor: Option<String>,
}

/// My orders
#[utoipa::path(
    get, path = "/api/pedidos", tag = "pedidos",
    params(("cursor" = Option<String>, Query), ("limit" = Option<u32>, Query, description = "1 to 200, 50 when left out")),
    responses((status = 200, body = OrderList), (status = 401, body = ProblemDocument, content_type = "application/problem+json"))
)]
async fn list(State(app): State<App>, Session(who): Session, page: Page) -> Result<Json<OrderList>, Problem> {
    list_of(&app, who.account_id, &page).await.map(Json)
}

/// A page of an account's orders.
pub(crate) async fn list_of(app: &App, account_id: i64, page: &Page) -> Result<OrderList, Problem> {
    let before = page.position::<i64>()?.unwrap_or(i64::MAX);
    let limit = i64::from(page.limit);
    let mut orders = history::page(&app.db, account_id, before, limit + 1).await?;
    let more = orders.len() > page.limit as usize;
    orders.truncate(page.limit as usize);
    let cursor = orders.last().filter(|_| more).map(|(id, _)| Page::encode(id));
    Ok(OrderList { pedidos: orders.into_iter().map(|(_, order)| order).collect(), cursor })
}

/// One of my orders
#[utoipa::path(
    get, path = "/api/pedidos/{numero}", tag = "pedidos", params(("numero" = String, Path)),
    responses((status = 200, body = OrderView), (status = 404, body = ProblemDocument, content_type = "application/problem+json"))
)]
async fn show(
    State(app): State<App>,
    Session(who): Session,
    Path(number): Path<OrderNumber>,
) -> Result<Json<OrderView>, Problem> {
    view(&app, who.account_id, &number).await.map(Json)
}

/// An order of an account, or a 404 that does not say whether it exists.
pub(crate) async fn view(app: &App, account_id: i64, number: &OrderNumber) -> Result<OrderView, Problem> {
    match history::find(&app.db, account_id, number).await? {
        Some((order, lines)) => Ok(OrderView::new(&order, &lines)),
        None => Err(no_such_order()),
    }
}

/// Why an order is cancelled.
#[derive(Debug, Default, Deserialize, ToSchema)]
struct CancelRequest {
    /// In the customer's words, up to 500 characters.
    #[serde(default)]
    motivo: String,
}

/// Cancel an order
///
/// The wish is stored and sent to the board, which has the last word: the order is `cancelado` when the board
/// says so. Once the driver has set out it is refused; a wish that the driver overtook ends as `cancelacion_tarde`.
#[utoipa::path(
    post, path = "/api/pedidos/{numero}/cancelar", tag = "pedidos", params(("numero" = String, Path)),
    request_body = CancelRequest,
    responses(
        (status = 200, body = OrderView),
        (status = 404, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
async fn cancel(
    State(app): State<App>,
    Session(who): Session,
    Path(number): Path<OrderNumber>,
    context: RequestContext,
    body: Option<Json<CancelRequest>>,
) -> Result<Json<OrderView>, Problem> {
    let reason = body.map(|Json(request)| request.motivo).unwrap_or_default();
    call_off(&app, &who, &number, &reason, &context).await?;
    view(&app, who.account_id, &number).await.map(Json)
}

/// Asks the board to call an order off, by [`Cancel`]; `reason` is the customer's own, or empty.
pub(crate) async fn call_off(
    app: &App,
    who: &Principal,
    number: &OrderNumber,
    reason: &str,
    context: &RequestContext,
) -> Result<(), Problem> {
    let reason = match free_text::check(reason, limits::REASON) {
        Ok("") => Message::new("kept-cancelled-by-customer").to_string(),
        Ok(reason) => reason.to_owned(),
        Err(wrong) => return Err(Problem::invalid_field("motivo", wrong)),
    };
    let cancel = Cancel { account_id: who.account_id, number: number.clone(), reason, trace: context.traceparent() };
    app.writer.submit_for(who, cancel).await?;
    Ok(())
}

/// Order the same again
///
/// The same products at the prices of today, to the same address. Refused like any checkout when one cannot be sold.
#[utoipa::path(
    post, path = "/api/pedidos/{numero}/repetir", tag = "pedidos", params(("numero" = String, Path)),
    responses(
        (status = 201, body = OrderView),
        (status = 404, body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, body = ProblemDocument, description = "So many orders of the account are open already."),
        (status = 422, body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
async fn repeat(
    State(app): State<App>,
    Session(who): Session,
    Path(number): Path<OrderNumber>,
    context: RequestContext,
    arrival: Arrival,
    key: KeyOnly,
) -> Result<StoredAnswer, Problem> {
    again::order_again(&app, &who, &number, None, &context, arrival, key).await.map(Kept::into_answer)
}
