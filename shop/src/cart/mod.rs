//! Cart: what a customer means to buy, kept across log-in and restart.
//!
//! An account has one; whoever has not logged in has one by cookie, and it moves into the account's at log-in. A cart
//! holds products and quantities only: prices are those of the moment it is looked at. What must never happen here: stock
//! that is held back by a cart.

mod change;
mod handlers;
mod merge;
mod settings;
#[cfg(test)]
mod tests;
mod view;

use axum::http::HeaderMap;
use belgrano_runtime::auth::session::{SessionCookie, TokenHash};
use belgrano_runtime::storage::Session;
use belgrano_runtime::{execute_rows, fetch, fetch_scalar};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) use change::{Added, all_there_is};
pub(crate) use handlers::{Whose, add_item, empty, of, set_item, units};
pub(crate) use merge::{Fewer, adopt};
pub use settings::CartSettings;
pub use view::{CartItemView, CartView};
pub(crate) use view::{priced, what_there_is};

use crate::app::App;
use crate::basket::Basket;

/// The cookie of a cart without an account.
const COOKIE: &str = "belgrano_carrito";

const OF_ACCOUNT: &str = "SELECT id FROM carts WHERE account_id = $1";
const TAKE_OUT: &str = "DELETE FROM cart_items WHERE (cart_id, product_id, quantity) IN (VALUES";

/// Takes what was bought out of the cart of an account. What was put or changed since stays.
pub async fn take_out(session: &mut Session, account_id: i64, bought: &Basket) -> sqlx::Result<()> {
    let Some(cart_id) = fetch_scalar!(optional, *session, i64, OF_ACCOUNT, account_id)? else { return Ok(()) };
    execute_rows!(*session, TAKE_OUT, 3, bought.items(), ")", |query, item| {
        query.bind(cart_id).bind(item.product_id).bind(item.quantity)
    });
    Ok(())
}

/// Not a join: planned on empty tables, a join would read both as a whole for as long as that plan is kept.
const CONTENTS: &str = "SELECT i.product_id, i.quantity FROM cart_items i \
     WHERE i.cart_id = (SELECT c.id FROM carts c WHERE c.account_id = $1) ORDER BY i.product_id";

/// What is in the cart of an account: products and quantities.
pub async fn contents(session: &mut Session, account_id: i64) -> sqlx::Result<Vec<(i64, i64)>> {
    fetch!(all, *session, (i64, i64), CONTENTS, account_id)
}

/// The routes of this room.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(handlers::show_cart, handlers::empty_cart))
        .routes(routes!(handlers::put_item, handlers::remove_item))
}

fn cookie(app: &App) -> SessionCookie {
    SessionCookie::new(COOKIE, app.settings.carts.kept, &app.settings.common.public_url)
}

/// The anonymous cart a request names, if any.
pub(crate) fn anonymous_token(app: &App, headers: &HeaderMap) -> Option<TokenHash> {
    cookie(app).read(headers).map(|token| token.hash())
}
