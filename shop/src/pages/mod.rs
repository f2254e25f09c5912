//! The pages of the shop: server-rendered, whole without script, kept fresh by a module where they are live.
//!
//! A page reads and changes through the same functions as the API; it only turns forms into their bodies and their
//! answers into documents. What must never happen here: SQL, or a rule of the shop.

mod account;
mod business;
mod cart;
mod catalog;
mod checkout;
mod confirm;
mod customer;
mod customers;
mod enter;
mod frame;
mod insights;
mod manage_products;
mod manage_reviews;
mod manage_row;
mod merchants;
mod notices;
mod orders;
mod outbox;
mod package_run;
mod packages;
mod person;
mod product_photo;
mod product_stock;
mod recover;
mod repeat;
mod review;
mod second_factor;
mod security;
#[cfg(test)]
mod tests;
mod tracking;
mod typed_email;
mod visits;
mod way;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{get, post};
use belgrano_runtime::http::compress_pages;
use belgrano_web::pages as shared;

use crate::accounts::set_up_first;
use crate::app::App;
use crate::visits::count_views;

/// Every page, and what they share with the other service.
pub(crate) fn routes(app: &App, development: bool) -> Router<App> {
    let pages = Router::new()
        .route("/", get(catalog::home))
        .route("/productos", get(catalog::list))
        .route("/productos/{id}", get(catalog::product))
        .route("/carrito", get(cart::show))
        .route("/carrito/vaciar", post(cart::clear))
        .route("/carrito/{id}", post(cart::put))
        .route("/carrito/{id}/agregar", post(cart::add))
        .route("/ingresar", get(enter::show).post(enter::send))
        .route("/ingresar/codigo", get(second_factor::show_step).post(second_factor::take_step))
        .route("/salir", post(enter::leave))
        .route("/registro", get(enter::new_customer).post(enter::register))
        .route("/registro/comercio", get(enter::new_merchant))
        .route("/recuperar", get(recover::show).post(recover::send))
        .route("/recuperar/codigo", get(recover::show_code).post(recover::use_code))
        .route("/finalizar", get(checkout::show).post(checkout::place))
        .route("/pedidos", get(orders::list))
        .route("/pedidos/{numero}", get(orders::show))
        .route("/pedidos/{numero}/cancelar", get(orders::ask_cancel).post(orders::cancel))
        .route("/pedidos/{numero}/repetir", get(repeat::show).post(repeat::order))
        .route("/pedidos/{numero}/resena", get(review::show).post(review::send))
        .route("/pedidos/{numero}/compartir", post(orders::share))
        .route("/pedidos/{numero}/no-compartir", post(orders::unshare))
        .route("/seguimiento/{clave}", get(tracking::show))
        .route("/comercio", get(business::show).post(business::change))
        .route("/paquetes", get(packages::list))
        .route("/paquetes/nuevo", get(packages::new).post(packages::create))
        .route("/paquetes/{id}", get(packages::edit).post(packages::change))
        .route("/paquetes/{id}/ejecutar", get(package_run::show).post(package_run::order))
        .route("/paquetes/{id}/{accion}", post(packages::act))
        .route("/administrar/productos", get(manage_products::list).post(manage_products::save))
        .route("/administrar/productos/{id}", get(product_stock::show))
        .route("/administrar/productos/{id}/movimientos", post(product_stock::act))
        .route(
            "/administrar/productos/{id}/foto",
            post(product_photo::put).layer(DefaultBodyLimit::max(product_photo::UPLOAD_BYTES)),
        )
        .route("/administrar/productos/{id}/sin-foto", post(product_photo::remove))
        .route("/administrar/resenas", get(manage_reviews::list))
        .route("/administrar/resenas/{id}/{accion}", post(manage_reviews::act))
        .route("/administrar/visitas", get(visits::show))
        .route("/seguridad", get(security::show))
        .route("/administrar/clientes", get(customers::list).post(customers::find))
        .route("/administrar/clientes/{id}", get(customer::show))
        .route("/administrar/clientes/{id}/borrar", get(customer::ask).post(customer::erase))
        .route("/administrar/comercios", get(merchants::list))
        .route("/administrar/comercios/{id}", post(merchants::set_plan))
        .route("/administrar/segundo-factor", get(second_factor::show_other).post(second_factor::take_from_other))
        .route("/insights", get(insights::go))
        .route("/envios", get(outbox::list))
        .route("/envios/reintentar", post(outbox::retry_all))
        .route("/envios/{id}", get(outbox::show))
        .route("/envios/{id}/reintentar", post(outbox::retry))
        .route("/envios/{id}/descartar", post(outbox::discard))
        .route("/avisos", get(notices::show))
        .route("/avisos/correo", post(notices::mail))
        .route("/avisos/envios", get(notices::list))
        .route("/avisos/envios/{id}/reintentar", post(notices::retry))
        .route("/perfil", get(account::show).post(account::change))
        .route("/perfil/clave", get(account::show_password).post(account::change_password))
        .route("/perfil/clave/otras-sesiones", post(account::end_others))
        .route("/perfil/clave/otras-sesiones/{id}", post(account::end_session))
        .route("/perfil/segundo-factor", get(second_factor::show).post(second_factor::set_up))
        .route("/perfil/segundo-factor/codigos", post(second_factor::new_codes))
        .route("/perfil/segundo-factor/quitar", post(second_factor::turn_off))
        .route("/perfil/borrar", get(person::show))
        .route("/perfil/borrar/seguro", get(person::ask).post(person::erase));
    let pages = pages.route_layer(middleware::from_fn_with_state(app.clone(), set_up_first));
    let pages = pages.route_layer(middleware::from_fn_with_state(app.clone(), count_views));
    compress_pages(pages).merge(shared::routes(&frame::SERVICE, development))
}
