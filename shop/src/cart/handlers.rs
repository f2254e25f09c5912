//! The cart over HTTP.

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use belgrano_shared::auth::session::Token;
use belgrano_shared::http::{Json, Path};
use belgrano_shared::problem::{Problem, ProblemDocument};
use belgrano_shared::texts::Message;
use serde::Deserialize;
use utoipa::ToSchema;

use super::change::{Change, ChangeCart, Owner};
use super::view::{CartView, read_cart};
use super::{anonymous_token, cookie};
use crate::accounts::MaybeSession;
use crate::app::App;
use crate::checkout::Basket;

/// Whose cart a request is about: the account's, that of the cookie, or nobody's yet.
#[derive(Clone, Copy)]
pub(crate) struct Whose(Option<Owner>);

impl FromRequestParts<App> for Whose {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let MaybeSession(principal) = MaybeSession::from_request_parts(parts, app).await?;
        let account = principal.map(|principal| Owner::Account(principal.account_id));
        Ok(Self(account.or_else(|| anonymous_token(app, &parts.headers).map(Owner::Holder))))
    }
}

/// My cart
///
/// At the prices of this moment, with a warning where stock is short.
#[utoipa::path(get, path = "/api/carrito", tag = "carrito", security(()), responses((status = 200, body = CartView)))]
pub(crate) async fn show_cart(State(app): State<App>, Whose(owner): Whose) -> Result<Json<CartView>, Problem> {
    let Some(owner) = owner else { return Ok(Json(CartView::default())) };
    let cart = read_cart(&mut app.db.snapshot().await?, owner, app.ambient.now()).await?;
    Ok(Json(cart))
}

/// How many pieces are in a cart, for the number beside its link.
pub(crate) async fn units(app: &App, Whose(owner): Whose) -> Result<i64, Problem> {
    const UNITS: &str = "SELECT CAST(COALESCE(SUM(quantity), 0) AS BIGINT) FROM cart_items WHERE cart_id = $1";
    let Some(owner) = owner else { return Ok(0) };
    let mut session = app.db.read().await?;
    let Some(cart) = owner.find(&mut session).await? else { return Ok(0) };
    Ok(belgrano_shared::fetch_scalar!(one, session, i64, UNITS, cart)?)
}

/// How many of it.
#[derive(Deserialize, ToSchema)]
pub(crate) struct PutBody {
    /// 0 takes it out.
    #[schema(minimum = 0, maximum = 10_000)]
    pub(crate) cantidad: i64,
}

/// Puts a product into my cart
///
/// Sets the quantity, whatever it was. Without an account the cart is remembered by a cookie.
#[utoipa::path(
    put, path = "/api/carrito/{producto_id}", tag = "carrito", security(()), request_body = PutBody,
    params(("producto_id" = i64, Path)),
    responses(
        (status = 200, body = CartView),
        (status = 404, body = ProblemDocument, description = "Not for sale"),
        (status = 422, body = ProblemDocument),
    )
)]
pub(crate) async fn put_item(
    State(app): State<App>,
    Whose(owner): Whose,
    Path(product_id): Path<i64>,
    Json(body): Json<PutBody>,
) -> Result<Response, Problem> {
    let change = match body.cantidad {
        0 => Change::Remove { product_id },
        quantity if (1..=Basket::MAX_QUANTITY).contains(&quantity) => Change::Put { product_id, quantity },
        _ => {
            return Err(Problem::invalid_field(
                "cantidad",
                Message::new("error-range").with("from", 0).with("to", Basket::MAX_QUANTITY),
            ));
        }
    };
    let fresh: Option<(Owner, HeaderValue)> = owner.is_none().then(|| {
        let token = Token::generate(&app.ambient);
        (Owner::Holder(token.hash()), cookie(&app).set(&token))
    });
    let Some(owner) = owner.or_else(|| fresh.as_ref().map(|(owner, _)| *owner)) else {
        return Ok(Json(CartView::default()).into_response());
    };
    let cart = app.writer.submit(ChangeCart { owner, change }).await?;
    let mut response = Json(cart).into_response();
    if let Some((_, set_cookie)) = fresh {
        response.headers_mut().insert(header::SET_COOKIE, set_cookie);
    }
    Ok(response)
}

/// Takes a product out of my cart
#[utoipa::path(
    delete, path = "/api/carrito/{producto_id}", tag = "carrito", security(()),
    params(("producto_id" = i64, Path)),
    responses((status = 200, body = CartView))
)]
pub(super) async fn remove_item(
    State(app): State<App>,
    Whose(owner): Whose,
    Path(product_id): Path<i64>,
) -> Result<Json<CartView>, Problem> {
    change(&app, owner, Change::Remove { product_id }).await
}

/// Empties my cart
#[utoipa::path(delete, path = "/api/carrito", tag = "carrito", security(()), responses((status = 200, body = CartView)))]
pub(crate) async fn empty_cart(State(app): State<App>, Whose(owner): Whose) -> Result<Json<CartView>, Problem> {
    change(&app, owner, Change::Empty).await
}

async fn change(app: &App, owner: Option<Owner>, change: Change) -> Result<Json<CartView>, Problem> {
    let Some(owner) = owner else { return Ok(Json(CartView::default())) };
    Ok(Json(app.writer.submit(ChangeCart { owner, change }).await?))
}
