//! An anonymous cart becomes an account's, at log-in.

use belgrano_runtime::auth::session::TokenHash;
use belgrano_runtime::{execute, execute_rows, fetch, fetch_scalar};
use serde::Serialize;
use utoipa::ToSchema;

use super::OF_ACCOUNT;
use crate::basket::Basket;
use crate::unit::ShopUnit;

const BY_TOKEN: &str = "SELECT id FROM carts WHERE token_hash = $1 AND account_id IS NULL";
const GIVE: &str = "UPDATE carts SET account_id = $2, token_hash = NULL, updated_at = $3 WHERE id = $1";
const LINES: &str = "SELECT product_id, quantity FROM cart_items WHERE cart_id = $1 ORDER BY product_id";
const PUT: &str = "INSERT INTO cart_items (cart_id, product_id, quantity) VALUES";
const OVER: &str = "ON CONFLICT (cart_id, product_id) DO UPDATE SET quantity = excluded.quantity";

/// Fewer pieces of a product than two carts held together: there are no more, or the cart has no room for another product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Fewer {
    /// The product.
    #[serde(rename = "producto_id")]
    pub(crate) product_id: i64,
    /// Its name.
    #[serde(rename = "nombre")]
    pub(crate) name: String,
    /// How many both carts held.
    #[serde(rename = "pedido")]
    pub(crate) asked: i64,
    /// How many are in the cart.
    #[serde(rename = "puesto")]
    pub(crate) put: i64,
}

/// Moves the anonymous cart into the account's. One that is gone already is no error.
///
/// What is in both is added up, because somebody who fills a cart twice means both, as far as there is so much; what is not is
/// returned, to be told.
pub(crate) async fn adopt(unit: &mut ShopUnit, token: TokenHash, account_id: i64) -> sqlx::Result<Vec<Fewer>> {
    const TOUCH: &str = "UPDATE carts SET updated_at = $2 WHERE id = $1";
    let now = unit.now();
    let Some(anonymous) = fetch_scalar!(optional, *unit.reader(), i64, BY_TOKEN, &token[..])? else {
        return Ok(Vec::new());
    };
    let Some(own) = fetch_scalar!(optional, *unit.reader(), i64, OF_ACCOUNT, account_id)? else {
        execute!(*unit.session(), GIVE, anonymous, account_id, now)?;
        return Ok(Vec::new());
    };
    let brought = fetch!(all, *unit.reader(), (i64, i64), LINES, anonymous)?;
    let has = fetch!(all, *unit.reader(), (i64, i64), LINES, own)?;
    let (lines, fewer) = together(unit, &has, &brought).await?;
    execute_rows!(*unit.session(), PUT, 3, &lines, OVER, |query, line| query.bind(own).bind(line.0).bind(line.1));
    execute!(*unit.session(), "DELETE FROM carts WHERE id = $1", anonymous)?;
    execute!(*unit.session(), TOUCH, own, now)?;
    Ok(fewer)
}

/// The lines of `brought` as they are to be in a cart that `has` some already, and what is fewer than both.
async fn together(
    unit: &mut ShopUnit,
    has: &[(i64, i64)],
    brought: &[(i64, i64)],
) -> sqlx::Result<(Vec<(i64, i64)>, Vec<Fewer>)> {
    let (mut lines, mut fewer) = (Vec::with_capacity(brought.len()), Vec::new());
    let mut products = has.len();
    unit.read_products(brought.iter().map(|(product_id, _)| *product_id)).await?;
    for (product_id, quantity) in brought.iter().copied() {
        let already = has.iter().find(|(id, _)| *id == product_id).map(|(_, quantity)| *quantity);
        let asked = already.unwrap_or(0).saturating_add(quantity).min(Basket::MAX_QUANTITY);
        let Some(product) = unit.product(product_id).await? else { continue };
        let put = match product.stock.filter(|_| product.active) {
            // A line of what is sold out stays in sight, and says so.
            Some(stock) if stock < 1 => already.unwrap_or(quantity),
            Some(stock) => stock.min(asked),
            None => asked,
        };
        let room = already.is_some() || products < Basket::MAX_LINES;
        let put = if room { put } else { 0 };
        products += usize::from(room && already.is_none());
        if put < asked {
            fewer.push(Fewer { product_id, name: product.name.clone(), asked, put });
        }
        if put > 0 {
            lines.push((product_id, put));
        }
    }
    Ok((lines, fewer))
}
