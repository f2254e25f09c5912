//! Cart: what a customer means to buy, kept across log-in and restart.

use belgrano_shared::execute;
use belgrano_shared::storage::Session;

const EMPTY: &str = "DELETE FROM cart_items WHERE cart_id IN (SELECT id FROM carts WHERE account_id = $1)";

/// Empties the cart of an account. Returns how many lines it had.
pub async fn empty(session: &mut Session, account_id: i64) -> sqlx::Result<u64> {
    execute!(*session, EMPTY, account_id)
}
