//! The pages of the shop: server-rendered, whole without script, kept fresh by a module where they are live.
//!
//! A page reads and changes through the same functions as the API; it only turns forms into their bodies and their
//! answers into documents. What must never happen here: SQL, or a rule of the shop.

mod account;
mod cart;
mod catalog;
mod enter;
mod frame;
mod recover;
#[cfg(test)]
mod tests;

use axum::Router;
use axum::routing::{get, post};
use belgrano_shared::http::compress_pages;
use belgrano_shared::pages::assets;

use crate::app::App;

/// Every page, and the assets they use.
pub(crate) fn routes() -> Router<App> {
    let pages = Router::new()
        .route("/", get(catalog::home))
        .route("/productos", get(catalog::list))
        .route("/productos/{id}", get(catalog::product))
        .route("/carrito", get(cart::show))
        .route("/carrito/vaciar", post(cart::clear))
        .route("/carrito/{id}", post(cart::put))
        .route("/carrito/{id}/agregar", post(cart::add))
        .route("/ingresar", get(enter::show).post(enter::send))
        .route("/salir", post(enter::leave))
        .route("/registro", get(enter::new_customer).post(enter::register))
        .route("/registro/comercio", get(enter::new_merchant))
        .route("/recuperar", get(recover::show).post(recover::send))
        .route("/recuperar/codigo", get(recover::show_code).post(recover::use_code))
        .route("/perfil", get(account::show).post(account::change))
        .route("/perfil/clave", get(account::show_password).post(account::change_password));
    compress_pages(pages).merge(assets::routes())
}
