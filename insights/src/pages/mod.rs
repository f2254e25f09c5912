//! The pages of insights: server-rendered, whole without script.
//!
//! A page reads and changes through the same functions as the API; it only turns forms into their bodies and their answers into
//! documents. What must never happen here: SQL, or a figure that the API does not give.

mod as_of;
mod console;
mod csv;
mod figures;
mod frame;
pub(crate) mod home;
mod lineage;
mod log_in;
mod numbers;
mod redoc;
mod sources;

use axum::Router;
use axum::routing::{get, post};
use belgrano_shared::http::compress_pages;
use belgrano_shared::pages as shared;
use belgrano_shared::passage;

pub(crate) use frame::Frame;

use crate::app::App;
use crate::sessions;

/// Every page, and what they share with the other services.
pub(crate) fn routes(development: bool) -> Router<App> {
    let pages = Router::new()
        .route("/ingresar", get(log_in::show).post(log_in::send))
        .route("/salir", post(log_in::leave))
        .route("/consola", get(console::show).post(console::ask))
        .route("/consola/respuesta.csv", post(console::ask_csv))
        .route("/linaje", get(lineage::show))
        .route("/fuentes", get(sources::show))
        .route("/fuentes/rechazadas.csv", get(sources::refused_csv))
        .route(passage::PATH, get(sessions::enter));
    compress_pages(pages).merge(redoc::routes()).merge(shared::routes(&frame::SERVICE, development))
}
