//! The pages of the board: server-rendered, whole without script, kept fresh by a module where they are live.
//!
//! A page reads and changes through the same functions as the API; it only turns forms into their bodies and their
//! answers into documents. What must never happen here: SQL, or a rule of the board.

mod frame;
mod home;
mod log_in;
#[cfg(test)]
mod tests;
mod users;

use axum::Router;
use axum::routing::{get, post};
use belgrano_shared::http::compress_pages;
use belgrano_shared::pages::assets;

use crate::app::App;

/// Every page, and the assets they use.
pub fn routes() -> Router<App> {
    let pages = Router::new()
        .route("/", get(home::home))
        .route("/ingresar", get(log_in::show).post(log_in::send))
        .route("/salir", post(log_in::leave))
        .route("/usuarios", get(users::list).post(users::create))
        .route("/usuarios/{id}", get(users::edit).post(users::change));
    compress_pages(pages).merge(assets::routes())
}
