//! The cart.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use belgrano_shared::http::{Json, Path};
use belgrano_shared::pages::{Form, Layout, Notice, with_cookies_of};
use belgrano_shared::problem::Problem;
use belgrano_shared::texts::Language;

use super::frame::Frame;
use crate::app::App;
use crate::cart::{self, CartView, PutBody, Whose};

#[derive(Template)]
#[template(path = "cart.html")]
struct CartPage<'a> {
    layout: &'a Layout,
    cart: CartView,
}

/// What is in it, at today's prices.
pub(super) async fn show(state: State<App>, whose: Whose, Frame { layout, .. }: Frame) -> Result<Response, Problem> {
    let Json(cart) = cart::show_cart(state, whose).await?;
    layout.show(&CartPage { layout: &layout, cart })
}

/// Adds to what is in it.
pub(super) async fn add(
    state: State<App>,
    whose: Whose,
    language: Language,
    Path(id): Path<i64>,
    form: Form,
) -> Result<Response, Problem> {
    let Json(cart) = cart::show_cart(state.clone(), whose).await?;
    let had = cart.items.iter().find(|item| item.product_id == id).map_or(0, |item| item.quantity);
    let more = form.given("cantidad").map_or(Some(1), |text| text.parse().ok().filter(|more: &i64| *more > 0));
    let back = form.given("volver").unwrap_or("/carrito");
    let Some(more) = more else { return Ok(Notice::failed(language.t("cart-not-a-number")).then(back)) };
    set(state, whose, language, id, had.saturating_add(more), "cart-added", back).await
}

/// Sets how many of it; 0 takes it out.
pub(super) async fn put(
    state: State<App>,
    whose: Whose,
    language: Language,
    Path(id): Path<i64>,
    form: Form,
) -> Result<Response, Problem> {
    let Ok(quantity) = form.value("cantidad").parse() else {
        return Ok(Notice::failed(language.t("cart-not-a-number")).then("/carrito"));
    };
    set(state, whose, language, id, quantity, "cart-changed", "/carrito").await
}

async fn set(
    state: State<App>,
    whose: Whose,
    language: Language,
    id: i64,
    quantity: i64,
    done: &'static str,
    back: &str,
) -> Result<Response, Problem> {
    match cart::put_item(state, whose, Path(id), Json(PutBody { cantidad: quantity })).await {
        Ok(answer) => Ok(with_cookies_of(&answer, Notice::done(language.t(done)).then(back))),
        Err(problem) if problem.status().is_client_error() => Ok(Notice::failed(problem.to(language)).then(back)),
        Err(problem) => Err(problem),
    }
}

/// Empties it.
pub(super) async fn clear(state: State<App>, whose: Whose, language: Language) -> Result<Response, Problem> {
    let Json(_) = cart::empty_cart(state, whose).await?;
    Ok(Notice::done(language.t("cart-emptied")).then("/carrito"))
}
