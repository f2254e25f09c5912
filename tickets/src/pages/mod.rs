//! The pages of the board: server-rendered, whole without script, kept fresh by a module where they are live.
//!
//! A page reads and changes through the same functions as the API; it only turns forms into their bodies and their
//! answers into documents. What must never happen here: SQL, or a rule of the board.

mod board;
mod charts;
mod csv;
mod driver;
mod fleet;
mod frame;
mod history;
mod home;
mod insights;
mod log_in;
mod notices;
mod password;
mod reports;
mod search;
mod second_factor;
mod security;
mod settings;
#[cfg(test)]
mod tests;
mod ticket;
mod users;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{get, post};
use belgrano_runtime::http::compress_pages;
use belgrano_web::pages as shared;

use crate::app::App;
use crate::progress::STEP_BODY_BYTES;
use crate::users::set_up_first;

/// In a form, the signs of base64 that are not letters take three bytes instead of one.
const STEP_FORM_BYTES: usize = STEP_BODY_BYTES / 8 * 9;

/// Every page, and what they share with the other service.
pub fn routes(app: &App, development: bool) -> Router<App> {
    let pages = Router::new()
        .route("/", get(home::home))
        .route("/ingresar", get(log_in::show).post(log_in::send))
        .route("/ingresar/codigo", get(second_factor::show_step).post(second_factor::take_step))
        .route("/salir", post(log_in::leave))
        .route("/clave", get(password::show).post(password::change))
        .route("/clave/otras-sesiones", post(password::end_others))
        .route("/clave/otras-sesiones/{id}", post(password::end_session))
        .route("/clave/segundo-factor", get(second_factor::show).post(second_factor::set_up))
        .route("/clave/segundo-factor/codigos", post(second_factor::new_codes))
        .route("/clave/segundo-factor/quitar", post(second_factor::turn_off))
        .route("/tablero", get(board::show))
        .route("/tablero/lote", post(board::bulk_send))
        .route("/tickets", get(search::show))
        .route("/tickets/{numero}", get(ticket::show))
        .route("/tickets/{numero}/asignar", post(ticket::assign))
        .route("/tickets/{numero}/desasignar", post(ticket::unassign))
        .route("/tickets/{numero}/editar", post(ticket::edit))
        .route("/tickets/{numero}/estado", post(ticket::step))
        .route("/tickets/{numero}/deshacer", post(ticket::undo))
        .route("/reparto", get(driver::show))
        .route("/reparto/turno", post(driver::shift))
        .route("/reparto/{numero}", post(driver::step).layer(DefaultBodyLimit::max(STEP_FORM_BYTES)))
        .route("/flota", get(fleet::list).post(fleet::create))
        .route("/flota/{id}", get(fleet::edit).post(fleet::change))
        .route("/avisos/envios", get(notices::list))
        .route("/avisos/envios/{id}/reintentar", post(notices::retry))
        .route("/flota/{id}/capacidad", post(fleet::capacity))
        .route("/reportes", get(reports::show))
        .route("/reportes/dias.csv", get(reports::days_csv))
        .route("/reportes/repartidores.csv", get(reports::drivers_csv))
        .route("/insights", get(insights::go))
        .route("/ajustes", get(settings::show))
        .route("/seguridad", get(security::show))
        .route("/usuarios", get(users::list).post(users::create))
        .route("/usuarios/{id}", get(users::edit).post(users::change))
        .route("/usuarios/{id}/sin-segundo-factor", post(users::take_factor));
    // Not compressed: it is sent while it is read.
    let downloads = Router::new().route("/tickets.csv", get(search::csv));
    let first = middleware::from_fn_with_state(app.clone(), set_up_first);
    compress_pages(pages).merge(downloads).route_layer(first).merge(shared::routes(&frame::SERVICE, development))
}
