//! What commands will buy that only know whose cart or which package it comes from: looked up for the whole batch, so that
//! its products and accounts are read in one statement each.
//!
//! Only a guess of what will be needed: a command of the same batch may change a cart or a package before it is read in
//! earnest. What is missing then is read when it is asked for.

use belgrano_runtime::fetch_in;
use belgrano_runtime::storage::Session;

use super::ShopWants;

const CARTS: &str = "SELECT id FROM carts WHERE account_id IN";
/// Not a join with the carts: planned on empty tables, a join would read both as a whole for as long as that plan is kept.
const IN_CARTS: &str = "SELECT product_id FROM cart_items WHERE cart_id IN";
const MERCHANTS: &str = "SELECT account_id FROM packages WHERE id IN";
const IN_PACKAGES: &str = "SELECT product_id FROM package_items WHERE package_id IN";

/// Adds to `wants` the products that are in its carts and packages, and the accounts whose packages those are.
pub(super) async fn look(session: &mut Session, wants: &mut ShopWants) -> sqlx::Result<()> {
    if !wants.carts.is_empty() {
        let carts: Vec<i64> = ids(fetch_in!(*session, (i64,), CARTS, &wants.carts, ""));
        wants.products.extend(ids(fetch_in!(*session, (i64,), IN_CARTS, &carts, "")));
    }
    if !wants.packages.is_empty() {
        wants.accounts.extend(ids(fetch_in!(*session, (i64,), MERCHANTS, &wants.packages, "")));
        wants.products.extend(ids(fetch_in!(*session, (i64,), IN_PACKAGES, &wants.packages, "")));
    }
    Ok(())
}

fn ids(rows: Vec<(i64,)>) -> Vec<i64> {
    rows.into_iter().map(|(id,)| id).collect()
}
