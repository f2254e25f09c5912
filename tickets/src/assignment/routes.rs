//! `/asignar`, `/desasignar` and `/api/tickets/lote`.

use std::collections::HashMap;

use axum::extract::State;
use belgrano_runtime::http::{Keyed, KeyedIfAny, Path};
use belgrano_runtime::idempotency::{Once, StoredAnswer};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_wire::texts::Message;
use belgrano_wire::{OrderNumber, Priority};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::assign::{Assign, Chosen, Terms, Unassign};
use super::bulk::{Bulk, BulkAction, BulkResult};
use crate::app::App;
use crate::progress::{IfMatch, key_scope, required_reason};
use crate::sessions::Admin;
use crate::tickets::Detail;

/// Who carries what.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(assign)).routes(routes!(unassign)).routes(routes!(bulk))
}

/// `POST /api/tickets/{numero}/asignar`: one of both.
#[derive(Deserialize, ToSchema)]
struct AssignBody {
    #[serde(rename = "repartidor_id")]
    driver_id: Option<i64>,
    #[serde(default)]
    auto: bool,
    /// Also from a driver who has set out with it, and has the goods.
    #[serde(rename = "en_camino", default)]
    recall: bool,
}

impl AssignBody {
    fn chosen(&self) -> Result<Chosen, Problem> {
        match (self.driver_id, self.auto) {
            (Some(id), false) => Ok(Chosen::Driver(id)),
            (None, true) => Ok(Chosen::Automatic { insist: true }),
            (None, false) => Err(Problem::invalid_field("repartidor_id", Message::new("error-driver-or-auto"))),
            (Some(_), true) => Err(Problem::invalid_field("auto", Message::new("error-driver-and-auto"))),
        }
    }
}

/// Offers the ticket to a driver, or to whoever suits best.
///
/// From another one who has it and has not set out it is moved in one change; with `en_camino`, also from one who has. `auto`
/// takes it from whoever has it only with `If-Match`.
#[utoipa::path(post, path = "/api/tickets/{numero}/asignar", tag = "asignación", request_body = AssignBody,
    params(("numero" = String, Path)), responses((status = 200, body = Detail), (status = 404, body = ProblemDocument),
    (status = 409, body = ProblemDocument), (status = 412, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
async fn assign(
    State(app): State<App>,
    Admin(by): Admin,
    Path(number): Path<OrderNumber>,
    IfMatch(if_match): IfMatch,
    body: Keyed<AssignBody>,
) -> Result<StoredAnswer, Problem> {
    let (body, key) = body.scoped(|| key_scope(&by, "asignar", &number));
    let assign = Assign { number, chosen: body.chosen()?, if_match, terms: Terms::of(&app, &by, body.recall) };
    Ok(app.writer.submit_for(&by, Once::new(assign, key)).await?)
}

/// `POST /api/tickets/{numero}/desasignar`; without a body, as with an empty one.
#[derive(Default, Deserialize, ToSchema)]
struct UnassignBody {
    /// Also from a driver who has set out with it, and has the goods.
    #[serde(rename = "en_camino", default)]
    recall: bool,
}

/// Puts the ticket back among those that wait.
///
/// With `en_camino`, also when whoever carries it has set out; without, that is 409.
#[utoipa::path(post, path = "/api/tickets/{numero}/desasignar", tag = "asignación", request_body = Option<UnassignBody>,
    params(("numero" = String, Path)), responses((status = 200, body = Detail), (status = 404, body = ProblemDocument),
    (status = 409, body = ProblemDocument), (status = 412, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
async fn unassign(
    State(app): State<App>,
    Admin(by): Admin,
    Path(number): Path<OrderNumber>,
    IfMatch(if_match): IfMatch,
    KeyedIfAny(body): KeyedIfAny<UnassignBody>,
) -> Result<StoredAnswer, Problem> {
    let (body, key) = body.scoped(|| key_scope(&by, "desasignar", &number));
    let unassign = Unassign { number, if_match, recall: body.recall, by: by.actor() };
    Ok(app.writer.submit_for(&by, Once::new(unassign, key)).await?)
}

/// `POST /api/tickets/lote`.
#[derive(Deserialize, ToSchema)]
struct BulkBody {
    /// Up to 500.
    #[serde(rename = "numeros")]
    numbers: Vec<String>,
    #[serde(rename = "accion")]
    action: Action,
    /// For `asignar`.
    #[serde(rename = "repartidor_id")]
    driver_id: Option<i64>,
    /// For `asignar`.
    #[serde(default)]
    auto: bool,
    /// For `prioridad`.
    #[serde(rename = "prioridad")]
    priority: Option<Priority>,
    /// For `cancelar`.
    #[serde(rename = "motivo")]
    reason: Option<String>,
    /// For `asignar` and `desasignar`: also what a driver has set out with, who has the goods.
    #[serde(rename = "en_camino", default)]
    recall: bool,
    /// The versions that were seen, by number: a ticket that is at another one is left alone (412), as with `If-Match`.
    #[serde(rename = "versiones", default)]
    versions: HashMap<String, i64>,
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
enum Action {
    #[serde(rename = "asignar")]
    Assign,
    #[serde(rename = "desasignar")]
    Unassign,
    #[serde(rename = "prioridad")]
    Prioritise,
    #[serde(rename = "cancelar")]
    Cancel,
    #[serde(rename = "deshacer")]
    Undo,
}

impl BulkBody {
    fn action(&self) -> Result<BulkAction, Problem> {
        Ok(match self.action {
            Action::Assign => BulkAction::Assign(
                AssignBody { driver_id: self.driver_id, auto: self.auto, recall: self.recall }.chosen()?,
            ),
            Action::Unassign => BulkAction::Unassign,
            Action::Prioritise => BulkAction::Prioritise(
                self.priority.ok_or_else(|| Problem::invalid_field("prioridad", Message::new("error-missing")))?,
            ),
            Action::Cancel => BulkAction::Cancel(required_reason(self.reason.as_deref())?),
            Action::Undo => BulkAction::Undo,
        })
    }
}

/// Does the same to many tickets; each has its own result.
#[utoipa::path(post, path = "/api/tickets/lote", tag = "asignación", request_body = BulkBody, responses(
    (status = 200, body = BulkResult), (status = 403, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
async fn bulk(State(app): State<App>, Admin(by): Admin, body: Keyed<BulkBody>) -> Result<StoredAnswer, Problem> {
    let (body, key) = body.scoped(|| format!("lote:{}", by.user_id));
    Bulk::check_count(body.numbers.len())?;
    let (action, recall) = (body.action()?, body.recall);
    let rows = body.numbers.into_iter().map(|text| OrderNumber::parse(&text).map_err(|_| text)).collect();
    // A version of something that is no row holds nothing up.
    let versions = body.versions.into_iter();
    let versions = versions.filter_map(|(text, version)| Some((OrderNumber::parse(&text).ok()?, version))).collect();
    let bulk = Bulk { rows, versions, action, terms: Terms::of(&app, &by, recall) };
    Ok(app.writer.submit_for(&by, Once::new(bulk, key)).await?)
}
