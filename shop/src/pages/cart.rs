//! The cart.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use belgrano_runtime::http::{Json, Path};
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::{Form, Layout, Notice};
use belgrano_wire::texts::Language;
use serde::Serialize;

use super::frame::Frame;
use crate::app::App;
use crate::cart::{self, CartItemView, CartView, Whose};

#[derive(Template)]
#[template(path = "cart.html")]
struct CartPage<'a> {
    layout: &'a Layout,
    cart: CartView,
}

/// Whether there is no more of a line's product.
fn all_there_is(item: &CartItemView) -> bool {
    cart::all_there_is(item.stock, item.quantity).is_some()
}

/// What is in it, at today's prices.
pub(super) async fn show(
    State(app): State<App>,
    whose: Whose,
    Frame { layout, .. }: Frame,
) -> Result<Response, Problem> {
    let cart = cart::of(&app, whose).await?;
    layout.show(&CartPage { layout: &layout, cart })
}

/// Adds to what is in it, once for each page that is sent. A module that stays on its page gets what happened as JSON.
pub(super) async fn add(
    State(app): State<App>,
    whose: Whose,
    language: Language,
    headers: HeaderMap,
    Path(id): Path<i64>,
    form: Form,
) -> Result<Response, Problem> {
    let more = form.given("cantidad").map_or(Some(1), |text| text.parse().ok().filter(|more: &i64| *more > 0));
    let (notice, added) = match more {
        None => (Notice::failed(language.t("cart-not-a-number")), None),
        Some(more) => match cart::add_item(&app, whose, id, more, form.key()?).await {
            Ok(added) => (said_of(&added.0, language), Some(added)),
            Err(problem) if problem.status().is_client_error() => (Notice::failed(problem.to(language)), None),
            Err(problem) => return Err(problem),
        },
    };
    let (count, set_cookie) = added.map_or((None, None), |(added, set_cookie)| (Some(added.units), set_cookie));
    let stays = headers.get(header::ACCEPT).is_some_and(|accept| accept == "application/json");
    if stays {
        let next_key = app.ambient.uuid().to_string();
        let answer = Added { text: notice.text, failed: notice.failed, count, next_key };
        return Ok((set_cookie, Json(answer)).into_response());
    }
    Ok((set_cookie, notice.then(form.given("volver").unwrap_or("/carrito"))).into_response())
}

/// That it is in the cart, or that fewer are because there are no more.
fn said_of(added: &cart::Added, language: Language) -> Notice {
    match added.left {
        Some(left) => Notice::done(language.t("cart-put-what-is-left").with("stock", left).with("put", added.put)),
        None => Notice::done(language.t("cart-added")),
    }
}

/// What became of an addition.
#[derive(Serialize)]
struct Added {
    /// For the visitor.
    #[serde(rename = "texto")]
    text: String,
    /// Whether nothing was added.
    #[serde(rename = "fallo")]
    failed: bool,
    /// How many pieces are in the cart now; nothing when none was added.
    #[serde(rename = "cuenta")]
    count: Option<i64>,
    /// For the next press of the same button, which is another addition.
    #[serde(rename = "clave_unica")]
    next_key: String,
}

/// Sets how many of it; 0 takes it out. A button that says a number (`poner`) counts more than the field beside it.
pub(super) async fn put(
    State(app): State<App>,
    whose: Whose,
    language: Language,
    Path(id): Path<i64>,
    form: Form,
) -> Result<Response, Problem> {
    let Ok(quantity) = form.given("poner").unwrap_or_else(|| form.value("cantidad")).parse() else {
        return Ok(Notice::failed(language.t("cart-not-a-number")).then("/carrito"));
    };
    let (notice, set_cookie) = match cart::set_item(&app, whose, id, quantity).await {
        Ok((cart, set_cookie)) => {
            let notice = match cart.adjusted {
                Some(adjusted) => Notice::failed(language.t("cart-set-to-what-is-left").with("stock", adjusted.put)),
                None => Notice::done(language.t("cart-changed")),
            };
            (notice, set_cookie)
        }
        Err(problem) if problem.status().is_client_error() => (Notice::failed(problem.to(language)), None),
        Err(problem) => return Err(problem),
    };
    Ok((set_cookie, notice.then("/carrito")).into_response())
}

/// Empties it.
pub(super) async fn clear(State(app): State<App>, whose: Whose, language: Language) -> Result<Response, Problem> {
    cart::empty(&app, whose).await?;
    Ok(Notice::done(language.t("cart-emptied")).then("/carrito"))
}
