//! What a package would be as an order now: today's prices, what is missing, where it goes. Nothing is taken or written.

use belgrano_runtime::fetch_scalar;
use belgrano_runtime::problem::Problem;
use belgrano_runtime::storage::Session;
use belgrano_wire::timestamp::UnixMillis;

use super::edit::not_found;
use super::package::{self, PackageView};
use crate::accounts::Merchant;
use crate::app::App;
use crate::cart::{self, CartView};

/// A package at the prices of this moment.
pub(crate) struct Quote {
    pub(crate) package: PackageView,
    /// Its products; those that cannot be bought say why and do not count.
    pub(crate) basket: CartView,
    /// What can be bought of them now: of each what there is.
    pub(crate) rest: CartView,
    /// Where it goes; empty when nobody has said so.
    pub(crate) address: String,
}

/// What a merchant's package would be as an order now.
pub(crate) async fn quote(app: &App, Merchant(who): &Merchant, id: i64) -> Result<Quote, Problem> {
    const OF_ACCOUNT: &str = "SELECT address FROM accounts WHERE id = $1";
    let mut session = app.db.snapshot().await?;
    let account_id = who.account_id;
    let package = package::own(&mut session, account_id, id).await?.ok_or_else(not_found)?;
    let address = match package.destination() {
        Some(address) => address.clone(),
        None => fetch_scalar!(optional, session, String, OF_ACCOUNT, account_id)?.unwrap_or_default(),
    };
    let now = app.ambient.now();
    let basket = basket(&mut session, id, now).await?;
    let rest = cart::what_there_is(&mut session, &basket, now).await?;
    let package = package::view(&mut session, account_id, id).await?.ok_or_else(not_found)?;
    Ok(Quote { package, basket, rest, address })
}

/// What is in a package, at the prices of `now`.
pub(super) async fn basket(session: &mut Session, id: i64, now: UnixMillis) -> sqlx::Result<CartView> {
    let items = package::items(session, &[id]).await?;
    let lines: Vec<(i64, i64)> = items.iter().map(|item| (item.product_id, item.quantity)).collect();
    cart::priced(session, &lines, now).await
}
