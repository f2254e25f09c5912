//! The cart.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use belgrano_shared::http::{Json, Path};
use belgrano_shared::pages::{Form, Layout, Notice, with_cookies_of};
use belgrano_shared::problem::Problem;
use belgrano_shared::texts::Language;
use serde::Serialize;

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
            Ok(added) => (Notice::done(language.t("cart-added")), Some(added)),
            Err(problem) if problem.status().is_client_error() => (Notice::failed(problem.to(language)), None),
            Err(problem) => return Err(problem),
        },
    };
    let (count, set_cookie) = added.map_or((None, None), |(count, set_cookie)| (Some(count), set_cookie));
    let stays = headers.get(header::ACCEPT).is_some_and(|accept| accept == "application/json");
    if stays {
        let next_key = app.ambient.uuid().to_string();
        let answer = Added { text: notice.text, failed: notice.failed, count, next_key };
        return Ok((set_cookie, Json(answer)).into_response());
    }
    Ok((set_cookie, notice.then(form.given("volver").unwrap_or("/carrito"))).into_response())
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
    state: State<App>,
    whose: Whose,
    language: Language,
    Path(id): Path<i64>,
    form: Form,
) -> Result<Response, Problem> {
    let Ok(quantity) = form.given("poner").unwrap_or_else(|| form.value("cantidad")).parse() else {
        return Ok(Notice::failed(language.t("cart-not-a-number")).then("/carrito"));
    };
    let (notice, answer) = set(state, whose, language, id, quantity, "cart-changed").await?;
    Ok(with_cookies(answer.as_ref(), notice.then("/carrito")))
}

/// What to tell, and the answer whose cookies go with it.
async fn set(
    state: State<App>,
    whose: Whose,
    language: Language,
    id: i64,
    quantity: i64,
    done: &'static str,
) -> Result<(Notice, Option<Response>), Problem> {
    match cart::put_item(state, whose, Path(id), Json(PutBody { cantidad: quantity })).await {
        Ok(answer) => Ok((Notice::done(language.t(done)), Some(answer))),
        Err(problem) if problem.status().is_client_error() => Ok((Notice::failed(problem.to(language)), None)),
        Err(problem) => Err(problem),
    }
}

fn with_cookies(answer: Option<&Response>, to: Response) -> Response {
    match answer {
        Some(answer) => with_cookies_of(answer, to),
        None => to,
    }
}

/// Empties it.
pub(super) async fn clear(state: State<App>, whose: Whose, language: Language) -> Result<Response, Problem> {
    let Json(_) = cart::empty_cart(state, whose).await?;
    Ok(Notice::done(language.t("cart-emptied")).then("/carrito"))
}
