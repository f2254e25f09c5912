//! The cart over HTTP.

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use belgrano_runtime::auth::session::Token;
use belgrano_runtime::http::{ClientIp, Json, Path};
use belgrano_runtime::idempotency::{IdempotencyKey, Once};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use serde::Deserialize;
use utoipa::ToSchema;

use super::change::{AddToCart, Added, Change, ChangeCart, Owner, out_of_range};
use super::view::{CartView, read_cart};
use super::{anonymous_token, cookie};
use crate::accounts::MaybeSession;
use crate::app::App;
use crate::basket::Basket;
use crate::kept::Kept;

/// The cookie of a cart that was made for somebody who had none.
pub(crate) type SetCookie = AppendHeaders<[(HeaderName, HeaderValue); 1]>;

/// Whose cart a request is about: the account's, that of the cookie, or nobody's yet.
#[derive(Clone, Copy)]
pub(crate) struct Whose {
    owner: Option<Owner>,
    ip: ClientIp,
}

impl FromRequestParts<App> for Whose {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let MaybeSession(principal) = MaybeSession::from_request_parts(parts, app).await?;
        let account = principal.map(|principal| Owner::Account(principal.account_id));
        let owner = account.or_else(|| anonymous_token(app, &parts.headers).map(Owner::Holder));
        Ok(Self { owner, ip: ClientIp::from_request_parts(parts, app).await? })
    }
}

/// My cart
///
/// At the prices of this moment, with a warning where stock is short.
#[utoipa::path(get, path = "/api/carrito", tag = "carrito", security(()), responses((status = 200, body = CartView)))]
pub(super) async fn show_cart(State(app): State<App>, whose: Whose) -> Result<Json<CartView>, Problem> {
    of(&app, whose).await.map(Json)
}

/// A cart at the prices of this moment.
pub(crate) async fn of(app: &App, Whose { owner, .. }: Whose) -> Result<CartView, Problem> {
    let Some(owner) = owner else { return Ok(CartView::default()) };
    Ok(read_cart(&mut app.db.snapshot().await?, owner, app.ambient.now()).await?)
}

/// How many pieces are in a cart, for the number beside its link.
pub(crate) async fn units(app: &App, Whose { owner, .. }: Whose) -> Result<i64, Problem> {
    let Some(owner) = owner else { return Ok(0) };
    Ok(owner.units(&mut app.db.read().await?).await?)
}

/// How many of it.
#[derive(Deserialize, ToSchema)]
pub(super) struct PutBody {
    /// How many pieces; 0 takes the product out of the cart.
    #[schema(minimum = 0, maximum = 10_000)]
    cantidad: i64,
}

/// Puts a product into my cart
///
/// Sets the quantity, whatever it was. Of more than there is, what there is goes in, and `ajuste` says so. Without an account the cart is remembered by a cookie.
#[utoipa::path(
    put, path = "/api/carrito/{producto_id}", tag = "carrito", security(()), request_body = PutBody,
    params(("producto_id" = i64, Path)),
    responses(
        (status = 200, body = CartView),
        (status = 404, body = ProblemDocument, description = "Not for sale"),
        (status = 409, body = ProblemDocument, description = "None left"),
        (status = 422, body = ProblemDocument),
    )
)]
pub(super) async fn put_item(
    State(app): State<App>,
    whose: Whose,
    Path(product_id): Path<i64>,
    Json(body): Json<PutBody>,
) -> Result<Response, Problem> {
    let (cart, set_cookie) = set_item(&app, whose, product_id, body.cantidad).await?;
    Ok((set_cookie, Json(cart)).into_response())
}

/// Sets how many of a product are in a cart, 0 for none, by [`ChangeCart`]. Gives the cart as it is then, and the cookie of one that is made.
pub(crate) async fn set_item(
    app: &App,
    whose: Whose,
    product_id: i64,
    quantity: i64,
) -> Result<(CartView, Option<SetCookie>), Problem> {
    let change = match quantity {
        0 => Change::Remove { product_id },
        quantity if (1..=Basket::MAX_QUANTITY).contains(&quantity) => Change::Put { product_id, quantity },
        _ => return Err(out_of_range()),
    };
    let (owner, set_cookie) = somebody(app, whose).await?;
    let cart = app.writer.submit(ChangeCart { owner, change }).await?;
    Ok((cart, set_cookie))
}

/// Whose cart it is to be, and the cookie that says so from now on.
///
/// Whoever has no account makes so many carts from one address; a cookie of one's own making is none.
async fn somebody(app: &App, Whose { owner, ip }: Whose) -> Result<(Owner, Option<SetCookie>), Problem> {
    if let Some(Owner::Holder(_)) | None = owner {
        let is_there = match owner {
            Some(owner) => owner.find(&mut app.db.read().await?).await?.is_some(),
            None => false,
        };
        if !is_there {
            app.carts_made.check(&ip.key())?;
        }
    }
    if let Some(owner) = owner {
        return Ok((owner, None));
    }
    let token = Token::generate(&app.ambient);
    let cookie = AppendHeaders([(header::SET_COOKIE, cookie(app).set(&token))]);
    Ok((Owner::Holder(token.hash()), Some(cookie)))
}

/// Adds so many of a product, 1 or more, by [`AddToCart`], once under `key`. Gives what became of it, and the cookie of a cart that
/// is made.
pub(crate) async fn add_item(
    app: &App,
    whose: Whose,
    product_id: i64,
    quantity: i64,
    key: Option<IdempotencyKey>,
) -> Result<(Added, Option<SetCookie>), Problem> {
    let (owner, set_cookie) = somebody(app, whose).await?;
    // A page has one key for all its products.
    let key = key.map(|key| {
        let key_of = format!("{}.{product_id}.{quantity}", key.key);
        IdempotencyKey { scope: owner.scope(), key: key_of, ..key }
    });
    let add = AddToCart { owner, product_id, quantity };
    let added: Kept<Added> = app.writer.submit(Once::new(add, key)).await?.into();
    Ok((added.read()?, set_cookie))
}

/// Takes a product out of my cart
#[utoipa::path(
    delete, path = "/api/carrito/{producto_id}", tag = "carrito", security(()),
    params(("producto_id" = i64, Path)),
    responses((status = 200, body = CartView))
)]
pub(super) async fn remove_item(
    State(app): State<App>,
    Whose { owner, .. }: Whose,
    Path(product_id): Path<i64>,
) -> Result<Json<CartView>, Problem> {
    change(&app, owner, Change::Remove { product_id }).await.map(Json)
}

/// Empties my cart
#[utoipa::path(delete, path = "/api/carrito", tag = "carrito", security(()), responses((status = 200, body = CartView)))]
pub(super) async fn empty_cart(State(app): State<App>, whose: Whose) -> Result<Json<CartView>, Problem> {
    empty(&app, whose).await.map(Json)
}

/// Takes everything out of a cart, by [`ChangeCart`].
pub(crate) async fn empty(app: &App, Whose { owner, .. }: Whose) -> Result<CartView, Problem> {
    change(app, owner, Change::Empty).await
}

async fn change(app: &App, owner: Option<Owner>, change: Change) -> Result<CartView, Problem> {
    let Some(owner) = owner else { return Ok(CartView::default()) };
    Ok(app.writer.submit(ChangeCart { owner, change }).await?)
}
