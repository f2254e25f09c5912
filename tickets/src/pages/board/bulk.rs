//! The same done to many tickets at once, from the board's form: with a result for each.
//!
//! A browser without script gets a notice; the module asks for JSON, in the language of its page.

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use belgrano_shared::http::Json;
use belgrano_shared::pages::{Form, Layout, Notice};
use belgrano_shared::problem::Problem;
use belgrano_shared::texts::Message;
use belgrano_shared::wire::{OrderNumber, Priority};
use serde::Serialize;

use crate::app::App;
use crate::assignment::{Bulk, BulkAction, BulkResult, Chosen, MAX_ROWS, Terms};
use crate::pages::frame::Frame;
use crate::progress::required_reason;
use crate::sessions::Admin;

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
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repartidor: Option<String>,
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
    let terms = Terms { by: by.actor(), offer_timeout_ms: app.settings.offer_timeout_ms() };
    let done = app.writer.submit(Bulk { rows, action, terms }).await?;
    if wants_json { Ok(Json(told(&layout, done)).into_response()) } else { Ok(notice(&layout, &done).then(back)) }
}

fn rows(form: &Form) -> Result<Vec<Result<OrderNumber, String>>, Problem> {
    let rows: Vec<_> = form
        .values("numeros")
        .map(|text| OrderNumber::try_from(text.to_owned()).map_err(|_| text.to_owned()))
        .collect();
    match rows.len() {
        0 => Err(Problem::invalid_field("numeros", Message::new("board-choose-tickets"))),
        1..=MAX_ROWS => Ok(rows),
        _ => Err(Problem::invalid_field("numeros", Message::new("error-count").with("from", 1).with("to", MAX_ROWS))),
    }
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
        "cancelar" => BulkAction::Cancel(required_reason(form.given("motivo"))?),
        _ => return Err(missing("accion")),
    })
}

fn told(layout: &Layout, done: BulkResult) -> Told {
    let row = |row: crate::assignment::RowResult| Row {
        numero: row.numero,
        exito: row.exito,
        error: row.why.map(|why| why.to(layout.language)),
        version: row.ticket.as_ref().map(|ticket| ticket.version),
        repartidor: row.ticket.and_then(|ticket| ticket.driver_name.clone()),
    };
    Told { hechos: done.hechos, resultados: done.resultados.into_iter().map(row).collect() }
}

/// How many, and why not the others; a notice has room for the first few.
fn notice(layout: &Layout, done: &BulkResult) -> Notice {
    let (count, all) = (done.hechos, done.resultados.len());
    let text = layout.t("board-bulk-done").with("count", count).with("all", all).to_string();
    let why = done
        .resultados
        .iter()
        .filter_map(|row| Some(format!("{}: {}", row.numero, row.why.as_ref()?.to(layout.language))));
    let text = std::iter::once(text).chain(why).collect::<Vec<_>>().join(" ");
    if count == all { Notice::done(text) } else { Notice::failed(text) }
}
