//! The outbox, for administrators: what waits for the board, what died, and what to do about it.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use belgrano_shared::http::{Json, Page, Path, Query};
use belgrano_shared::pages::{Form, Layout, Notice, text};
use belgrano_shared::problem::Problem;

use super::frame::Frame;
use crate::accounts::Admin;
use crate::app::App;
use crate::outbox::api::{self, DiscardBody, Filter, RetryBody, SummaryView};
use crate::outbox::{MessageDetail, MessageState, MessageView};

#[derive(Template)]
#[template(path = "outbox.html")]
struct OutboxPage<'a> {
    layout: &'a Layout,
    summary: SummaryView,
    messages: Vec<MessageView>,
    /// The state that is looked at; empty for all.
    shown: &'static str,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "message.html")]
struct MessagePage<'a> {
    layout: &'a Layout,
    detail: MessageDetail,
    form: Form,
}

/// Backlog, oldest, dead letters.
pub(super) async fn list(
    state: State<App>,
    admin: Admin,
    Frame { layout, .. }: Frame,
    Query(filter): Query<Filter>,
    page: Page,
) -> Result<Response, Problem> {
    let shown = filter.estado.map_or("", MessageState::as_str);
    let Json(found) = api::list_messages(state, admin, Query(filter), page).await?;
    let (summary, messages, next) = (found.resumen, found.mensajes, found.cursor);
    layout.show(&OutboxPage { layout: &layout, summary, messages, shown, next })
}

/// One message and its tries.
pub(super) async fn show(
    state: State<App>,
    admin: Admin,
    Frame { layout, .. }: Frame,
    id: Path<i64>,
) -> Result<Response, Problem> {
    let Json(detail) = api::show_message(state, admin, id).await?;
    layout.show(&MessagePage { layout: &layout, detail, form: Form::default() })
}

/// Tries one again.
pub(super) async fn retry(state: State<App>, admin: Admin, Path(id): Path<i64>) -> Result<Response, Problem> {
    let here = format!("/envios/{id}");
    match api::retry_message(state, admin, Path(id)).await {
        Ok(_) => Ok(Notice::done("Se va a mandar enseguida.").then(&here)),
        Err(problem) if Form::takes(&problem) => Ok(Notice::failed(problem.detail()).then(&here)),
        Err(problem) => Err(problem),
    }
}

/// Tries every dead letter again.
pub(super) async fn retry_all(state: State<App>, admin: Admin, form: Form) -> Result<Response, Problem> {
    let (_, Json(retried)) = api::retry_messages(state, admin, Json(form.read::<RetryBody>()?)).await?;
    let many = i64::try_from(retried.reintentados).unwrap_or(i64::MAX);
    Ok(Notice::done(format!("Se van a mandar {}.", text::count(many, "mensaje", "mensajes"))).then("/envios"))
}

/// Gives one up.
pub(super) async fn discard(
    state: State<App>,
    admin: Admin,
    Frame { layout, .. }: Frame,
    Path(id): Path<i64>,
    form: Form,
) -> Result<Response, Problem> {
    let body = DiscardBody { motivo: form.value("motivo").to_owned() };
    match api::discard_message(state.clone(), admin.clone(), Path(id), Json(body)).await {
        Ok(_) => Ok(Notice::done("El mensaje quedó descartado.").then(&format!("/envios/{id}"))),
        Err(problem) if Form::takes(&problem) => {
            let Json(detail) = api::show_message(state, admin, Path(id)).await?;
            let page = MessagePage { layout: &layout, detail, form: form.refused(&problem) };
            layout.show_as(problem.status(), &page)
        }
        Err(problem) => Err(problem),
    }
}

fn state_text(state: &str) -> &'static str {
    match state {
        "pendiente" => "Por mandar",
        "entregado" => "Entregado",
        "muerto" => "Rechazado",
        "descartado" => "Descartado",
        _ => "Todos",
    }
}

fn kind_text(kind: &str) -> &'static str {
    if kind == "order.created" { "Pedido nuevo" } else { "Cancelación" }
}

/// What it brings about to discard a message.
fn discard_text(kind: &str) -> &'static str {
    if kind == "order.created" {
        "El pedido se cancela y su stock vuelve al estante, salvo que el tablero ya tenga su ticket."
    } else {
        "El tablero no se va a enterar de que querían cancelar el pedido: sigue como está."
    }
}

fn breaker_text(breaker: &str) -> &'static str {
    match breaker {
        "cerrado" => "El tablero responde",
        "abierto" => "El tablero no responde",
        _ => "El tablero está volviendo",
    }
}
