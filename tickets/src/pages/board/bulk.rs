//! The same done to many tickets at once, from the board's form: with a result for each.
//!
//! A browser without script gets a notice; the module asks for JSON, in the language of its page.

use std::collections::HashMap;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use belgrano_runtime::http::Json;
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::{Form, Layout, Notice};
use belgrano_wire::texts::{Language, Message, Text};
use belgrano_wire::{OrderNumber, Priority, TicketView};
use serde::Serialize;

use crate::app::App;
use crate::assignment::{Bulk, BulkAction, BulkResult, Chosen, RowResult, Terms};
use crate::pages::frame::Frame;
use crate::pages::history::actor;
use crate::progress::required_reason;
use crate::sessions::Admin;
use crate::tickets::{self, LastActor};

#[derive(Serialize)]
struct Told {
    hechos: usize,
    resultados: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    numero: String,
    exito: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// Why it has its driver, when nobody chose by hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    porque: Option<String>,
    /// As it is now, whether anything was done to it or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    ticket: Option<TicketView>,
}

/// Does it.
pub(in crate::pages) async fn send(
    State(app): State<App>,
    Admin(by): Admin,
    Frame { layout, .. }: Frame,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Problem> {
    let wants_json = headers.get(header::ACCEPT).is_some_and(|accept| accept == "application/json");
    let back = form.given("volver").unwrap_or("/tablero");
    let asked = rows(&form).and_then(|rows| Ok((rows, action(&form)?)));
    let (rows, action) = match asked {
        Ok(asked) => asked,
        Err(problem) if !wants_json => return Ok(Notice::failed(problem.to(layout.language)).then(back)),
        Err(problem) => return Err(problem),
    };
    let recall = form.given("en_camino").is_some();
    let terms = Terms::of(&app, &by, recall);
    let versions = versions(&form, &rows);
    let done = app.writer.submit_for(&by, Bulk { rows, versions, action, terms }).await?;
    let first = who_was_first(&app, &done).await.unwrap_or_else(|error| {
        // It is done: the rows say then only that they were stale.
        tracing::warn!(%error, "who was first could not be read");
        HashMap::new()
    });
    if !wants_json {
        return Ok(notice(&layout, &done, &first).then(back));
    }
    Ok(Json(told(&layout, done, &first)).into_response())
}

fn rows(form: &Form) -> Result<Vec<Result<OrderNumber, String>>, Problem> {
    let rows: Vec<_> = form
        .values("numeros")
        .map(|text| number_of(text).0)
        .map(|text| OrderNumber::try_from(text.to_owned()).map_err(|_| text.to_owned()))
        .collect();
    if rows.is_empty() {
        return Err(Problem::invalid_field("numeros", Message::new("board-choose-tickets")));
    }
    Bulk::check_count(rows.len())?;
    Ok(rows)
}

/// The box of a card says which ticket, and at which version it was shown: `BA-1@3`.
fn number_of(text: &str) -> (&str, Option<i64>) {
    let parts = text.rsplit_once('@').and_then(|(number, version)| Some((number, version.parse().ok()?)));
    parts.map_or((text, None), |(number, version)| (number, Some(version)))
}

/// The versions that were seen: `numeros=BA-1@3`, or `version-BA-1=3`.
fn versions(form: &Form, rows: &[Result<OrderNumber, String>]) -> HashMap<OrderNumber, i64> {
    let shown: HashMap<&str, i64> =
        form.values("numeros").map(number_of).filter_map(|(number, version)| Some((number, version?))).collect();
    let seen = |number: &OrderNumber| {
        let named = form.value(&format!("version-{number}")).parse().ok();
        named.or_else(|| shown.get(number.as_str()).copied())
    };
    rows.iter().flatten().filter_map(|number| Some((number.clone(), seen(number)?))).collect()
}

/// Who changed those tickets last that were not at the version that was seen, by the ticket's id.
async fn who_was_first(app: &App, done: &BulkResult) -> sqlx::Result<HashMap<i64, LastActor>> {
    let stale = done.resultados.iter().filter(|row| row.status == StatusCode::PRECONDITION_FAILED.as_u16());
    let ids: Vec<i64> = stale.filter_map(|row| Some(row.now.as_ref()?.view.ticket_id)).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let first = tickets::last_actors(&mut app.db.read().await?, &ids).await?;
    Ok(first.into_iter().map(|actor| (actor.ticket_id, actor)).collect())
}

fn action(form: &Form) -> Result<BulkAction, Problem> {
    let missing = |field: &'static str| Problem::invalid_field(field, Message::new("error-missing"));
    Ok(match form.value("accion") {
        "asignar" => match form.value("repartidor_id") {
            "auto" => BulkAction::Assign(Chosen::Automatic { insist: true }),
            id => {
                let missing = |_| Problem::invalid_field("repartidor_id", Message::new("board-choose-driver"));
                BulkAction::Assign(Chosen::Driver(id.parse().map_err(missing)?))
            }
        },
        "desasignar" => BulkAction::Unassign,
        "prioridad" => {
            BulkAction::Prioritise(Priority::parse(form.value("prioridad")).ok_or_else(|| missing("prioridad"))?)
        }
        "deshacer" => BulkAction::Undo,
        "cancelar" => BulkAction::Cancel(required_reason(form.given("motivo"))?),
        _ => return Err(missing("accion")),
    })
}

fn told(layout: &Layout, done: BulkResult, first: &HashMap<i64, LastActor>) -> Told {
    let row = |row: RowResult| Row {
        error: why_not(layout, &row, first),
        porque: row.now.as_ref().and_then(|now| Some(now.assignment_reason.as_ref()?.to(layout.language))),
        numero: row.numero,
        exito: row.exito,
        ticket: row.now.map(|now| now.view),
    };
    Told { hechos: done.hechos, resultados: done.resultados.into_iter().map(row).collect() }
}

/// Why nothing was done to a ticket; who comes second learns who was first, and what is now.
fn why_not(layout: &Layout, row: &RowResult, first: &HashMap<i64, LastActor>) -> Option<String> {
    let beaten = row.now.as_ref().and_then(|now| Some((&now.view, first.get(&now.view.ticket_id)?)));
    let Some((ticket, LastActor { id, name, .. })) = beaten else { return Some(row.why.as_ref()?.to(layout.language)) };
    Some(conflict(layout.language, ticket, *id, name).to_string())
}

/// Who was first, and how the ticket is now.
pub(in crate::pages) fn conflict(language: Language, ticket: &TicketView, id: Option<i64>, name: &str) -> Text {
    let nobody = || language.t("board-nobody").to_string();
    let conflict = language.t("board-conflict").with("actor", actor(language, id, name));
    let conflict = conflict.with("driver", ticket.driver_name.clone().unwrap_or_else(nobody));
    conflict.with("state", language.state(ticket.state))
}

/// How many, and why not the others; a notice has room for the first few.
fn notice(layout: &Layout, done: &BulkResult, first: &HashMap<i64, LastActor>) -> Notice {
    let (count, all) = (done.hechos, done.resultados.len());
    let text = layout.t("board-bulk-done").with("count", count).with("all", all).to_string();
    let why =
        done.resultados.iter().filter_map(|row| Some(format!("{}: {}", row.numero, why_not(layout, row, first)?)));
    let text = std::iter::once(text).chain(why).collect::<Vec<_>>().join(" ");
    if count == all { Notice::done(text) } else { Notice::failed(text) }
}
