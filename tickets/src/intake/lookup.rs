//! Where some tickets stand: what the shop asks once it has lost its place in the log.
//!
//! A snapshot of the live feed leaves out what ended long ago, and the shop may not have heard how.

use axum::extract::State;
use belgrano_runtime::fetch_in;
use belgrano_runtime::http::Json;
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_wire::texts::Message;
use belgrano_wire::{OrderNumber, TicketView};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Purpose;
use super::routes::Unchecked;
use crate::app::App;
use crate::unit::{Ticket, TicketRow, select_tickets};

/// The most of one question.
const MAX_NUMBERS: usize = 200;

/// Which tickets are asked for.
#[derive(Deserialize, ToSchema)]
pub(super) struct LookupBody {
    /// Up to 200 numbers of orders.
    #[serde(rename = "numeros")]
    #[schema(value_type = Vec<String>)]
    numbers: Vec<OrderNumber>,
}

/// The tickets that there are.
#[derive(Serialize, ToSchema)]
pub(super) struct Found {
    tickets: Vec<TicketView>,
}

/// Gives the tickets of some orders, for the shop. Of an order that never came there is nothing.
#[utoipa::path(post, path = "/api/tickets/estados", tag = "intake", security(("firma" = []), ("clave" = [])), request_body = LookupBody, responses(
    (status = 200, body = Found), (status = 401, body = ProblemDocument), (status = 403, body = ProblemDocument),
    (status = 422, body = ProblemDocument)))]
pub(super) async fn lookup(State(app): State<App>, body: Unchecked<false>) -> Result<Json<Found>, Problem> {
    let LookupBody { numbers } = Json::from_bytes(&body.check(&app, Purpose::Lookup)?)?;
    if numbers.len() > MAX_NUMBERS {
        return Err(Problem::invalid_field("numeros", Message::new("error-at-most").with("max", MAX_NUMBERS)));
    }
    let keys: Vec<&str> = numbers.iter().map(OrderNumber::as_str).collect();
    let mut session = app.db.read().await?;
    let rows = fetch_in!(session, TicketRow, select_tickets!("WHERE number IN"), &keys, "");
    let tickets =
        rows.into_iter().map(|row| Ticket::try_from(row).map(|ticket| ticket.view)).collect::<Result<_, _>>()?;
    Ok(Json(Found { tickets }))
}
