//! An anonymous cart becomes an account's, at log-in.

use belgrano_shared::auth::session::TokenHash;
use belgrano_shared::storage::Session;
use belgrano_shared::timestamp::UnixMillis;
use belgrano_shared::{execute, fetch_scalar};

use super::OF_ACCOUNT;
use crate::checkout::Basket;

const BY_TOKEN: &str = "SELECT id FROM carts WHERE token_hash = $1 AND account_id IS NULL";
const GIVE: &str = "UPDATE carts SET account_id = $2, token_hash = NULL, updated_at = $3 WHERE id = $1";
/// What is in both is added up: somebody who fills a cart twice means both. `WHERE TRUE` tells SQLite's parser that `ON`
/// does not belong to a join.
const MERGE: &str = "INSERT INTO cart_items (cart_id, product_id, quantity) \
     SELECT CAST($2 AS BIGINT), product_id, quantity FROM cart_items WHERE cart_id = $1 AND TRUE \
     ON CONFLICT (cart_id, product_id) DO UPDATE SET quantity = \
     CASE WHEN cart_items.quantity + excluded.quantity > $3 THEN $3 ELSE cart_items.quantity + excluded.quantity END";

/// Moves the anonymous cart into the account's. One that is gone already is no error.
pub(crate) async fn adopt(
    session: &mut Session,
    token: TokenHash,
    account_id: i64,
    now: UnixMillis,
) -> sqlx::Result<()> {
    let Some(anonymous) = fetch_scalar!(optional, *session, i64, BY_TOKEN, &token[..])? else { return Ok(()) };
    match fetch_scalar!(optional, *session, i64, OF_ACCOUNT, account_id)? {
        None => {
            execute!(*session, GIVE, anonymous, account_id, now)?;
        }
        Some(own) => {
            execute!(*session, MERGE, anonymous, own, Basket::MAX_QUANTITY)?;
            execute!(*session, "DELETE FROM carts WHERE id = $1", anonymous)?;
            execute!(*session, "UPDATE carts SET updated_at = $2 WHERE id = $1", own, now)?;
        }
    }
    Ok(())
}
