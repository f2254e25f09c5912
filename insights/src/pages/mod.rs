//! The pages of insights: server-rendered, whole without script.
//!
//! A page reads and changes through the same functions as the API; it only turns forms into their bodies and their answers into
//! documents. What must never happen here: SQL, or a figure that the API does not give.

mod accounts;
mod alerts;
mod answer;
mod as_of;
mod assets;
pub(crate) use assets::make_known;
mod console;
mod csv;
mod detail;
mod figure;
mod figures;
mod foretold;
mod frame;
pub(crate) mod home;
mod learned;
mod lineage;
mod log_in;
mod look;
pub(crate) mod numbers;
mod redoc;
mod sales;
mod saved;
mod security;
pub(crate) mod segment;
mod series;
mod sources;
mod spark;
mod summary;
mod today;
mod views;

use axum::Router;
use axum::routing::{get, post};
use belgrano_runtime::http::compress_pages;
use belgrano_runtime::passage;
use belgrano_web::pages as shared;
use belgrano_web::security_log::SECURITY_PATH;

pub(crate) use csv::separator;
pub(crate) use frame::Frame;
pub(crate) use numbers::{amount, day, number};

use crate::app::App;
use crate::sessions;

/// An amount as Spanish pages write it.
#[cfg(test)]
pub(crate) fn amount_for_tests(value: f64) -> String {
    numbers::amount(belgrano_wire::texts::Language::Spanish, value, "ARS")
}

/// Every page, and what they share with the other services.
pub(crate) fn routes(development: bool) -> Router<App> {
    let pages = Router::new()
        .route("/ingresar", get(log_in::show).post(log_in::send))
        .route("/salir", post(log_in::leave))
        .route("/resumen", get(summary::show))
        .route("/ventas", get(sales::show))
        .route("/detalle", get(detail::show))
        .route("/vistas", post(saved::save))
        .route("/vistas/{id}/borrar", post(saved::delete))
        .route("/consola", get(console::show).post(console::ask))
        .route("/consola/respuesta.csv", post(console::ask_csv))
        .route("/consola/guardar", post(console::save))
        .route("/linaje", get(lineage::show))
        .route("/fuentes", get(sources::show))
        .route(accounts::PATH, get(accounts::list).post(accounts::create))
        .route("/cuentas/{id}", get(accounts::edit).post(accounts::change))
        .route("/alertas", get(alerts::show).post(alerts::create))
        .route("/alertas/{id}", get(alerts::edit).post(alerts::change))
        .route("/alertas/{id}/borrar", post(alerts::remove))
        .route("/alertas/{id}/probar", post(alerts::test))
        .route("/fuentes/rechazadas.csv", get(sources::refused_csv))
        .route(passage::PATH, get(sessions::enter))
        .merge(views::routes());
    let pages = pages.layer(axum::middleware::from_fn(look::check));
    // Its filters are its own.
    let pages = pages.route(SECURITY_PATH, get(security::show));
    compress_pages(pages).merge(redoc::routes()).merge(shared::routes(&frame::SERVICE, development))
}
