//! What is left behind of a person in each table: nothing, or a row without them.
//!
//! A table that comes to hold something of a person gets its statement here.

use belgrano_runtime::auth::second_factor;
use belgrano_runtime::storage::{Session, require_one};
use belgrano_runtime::{execute, fetch_scalar};
use belgrano_wire::texts::Message;
use belgrano_wire::timestamp::UnixMillis;

/// Orders stay with their lines, sums, times, states and neighbourhood; stars stay, what was said with them goes, and so does why
/// an administrator hid it.
pub(super) async fn orders(session: &mut Session, id: i64) -> sqlx::Result<()> {
    const ORDERS: &str = "UPDATE orders SET customer_name = '', address = '', phone = '', email = '', lat = NULL, lng = NULL, \
         notes = '', reason = NULL WHERE account_id = $1";
    const LINKS: &str = "DELETE FROM tracking_links WHERE order_id IN (SELECT id FROM orders WHERE account_id = $1)";
    const REVIEWS: &str = "UPDATE reviews SET words = '', hidden_reason = CASE WHEN hidden_at IS NOT NULL THEN '' END \
         WHERE order_id IN (SELECT id FROM orders WHERE account_id = $1)";
    const DECISIONS: &str = "UPDATE review_decisions SET reason = '' WHERE review_id IN (SELECT r.id FROM reviews r \
         JOIN orders o ON o.id = r.order_id WHERE o.account_id = $1)";
    execute!(*session, ORDERS, id)?;
    execute!(*session, LINKS, id)?;
    execute!(*session, REVIEWS, id)?;
    execute!(*session, DECISIONS, id)?;
    Ok(())
}

/// Messages of the outbox stay as a record that something was sent, without what. Only such as are settled are left by now, but for
/// requests to cancel: those that died have nothing left to cancel, and would be in the way of what the board is to forget.
pub(super) async fn messages(session: &mut Session, id: i64, now: UnixMillis) -> sqlx::Result<()> {
    const CANCELS: &str = "UPDATE outbox SET state = 'descartado', settled_at = $2, reason = $3 WHERE state = 'muerto' \
         AND kind = 'order.cancelled' AND order_number IN (SELECT number FROM orders WHERE account_id = $1)";
    const FREED: &str = "UPDATE outbox SET next_attempt_at = $2 WHERE state = 'pendiente' AND kind = 'order.cancelled' \
         AND next_attempt_at = $3 AND order_number IN (SELECT number FROM orders WHERE account_id = $1)";
    const PAYLOADS: &str = "UPDATE outbox SET payload = '{}', trace = '', reason = CASE WHEN reason IS NOT NULL THEN $2 END \
         WHERE order_number IN (SELECT number FROM orders WHERE account_id = $1) AND state <> 'pendiente'";
    const WAITING: &str = "UPDATE outbox SET payload = $2 WHERE state = 'pendiente' AND kind = 'order.cancelled' \
         AND order_number IN (SELECT number FROM orders WHERE account_id = $1)";
    const EXCERPTS: &str = "UPDATE outbox_attempts SET excerpt = NULL WHERE excerpt IS NOT NULL AND outbox_id IN \
         (SELECT m.id FROM outbox m JOIN orders o ON o.number = m.order_number WHERE o.account_id = $1)";
    read_all(session).await?;
    let erased = Message::new("kept-erased").to_string();
    execute!(*session, CANCELS, id, now, erased.as_str())?;
    // They waited for one that died.
    execute!(*session, FREED, id, now, i64::MAX)?;
    let unsaid = serde_json::json!({ "motivo": Message::new("kept-cancelled-by-customer").to_string() }).to_string();
    execute!(*session, WAITING, id, unsaid)?;
    execute!(*session, PAYLOADS, id, erased.as_str())?;
    execute!(*session, EXCERPTS, id)?;
    Ok(())
}

/// Answers kept for keys that the account sent: a scope is what was asked, and then who did.
pub(super) async fn answers(session: &mut Session, id: i64) -> sqlx::Result<()> {
    const SCOPES: &str = "SELECT DISTINCT scope FROM idempotency_keys WHERE scope LIKE $1";
    read_all(session).await?;
    let who = id.to_string();
    for scope in fetch_scalar!(all, *session, String, SCOPES, format!("%:{id}%"))? {
        if scope.split(':').nth(1) == Some(who.as_str()) {
            execute!(*session, "DELETE FROM idempotency_keys WHERE scope = $1", scope)?;
        }
    }
    Ok(())
}

/// What nobody needs without its owner.
pub(super) async fn belongings(session: &mut Session, id: i64) -> sqlx::Result<()> {
    const ALL: [&str; 7] = [
        "DELETE FROM notices WHERE account_id = $1",
        "DELETE FROM mail_notices WHERE account_id = $1",
        "DELETE FROM push_subscriptions WHERE account_id = $1",
        "DELETE FROM carts WHERE account_id = $1",
        "DELETE FROM packages WHERE account_id = $1",
        "DELETE FROM recovery_codes WHERE account_id = $1",
        "DELETE FROM sessions WHERE account_id = $1",
    ];
    for statement in ALL {
        execute!(*session, statement, id)?;
    }
    second_factor::forget(session, id).await?;
    Ok(())
}

/// The account is nobody's: orders still name it, and since when there was one is a figure. Its address is free for a new one, which
/// inherits nothing; what stands there instead is no address, and no two are the same.
pub(super) async fn account(session: &mut Session, id: i64, now: UnixMillis) -> sqlx::Result<()> {
    const ACCOUNT: &str = "UPDATE accounts SET first_name = '', last_name = '', email = $2, password_hash = '!', phone = '', \
         address = '', birth_year = NULL, active = FALSE, password_examined = TRUE, erased_at = $3 WHERE id = $1";
    execute!(*session, "DELETE FROM merchants WHERE account_id = $1", id)?;
    require_one(execute!(*session, ACCOUNT, id, format!("!{id}"), now)?)
}

/// Neither the outbox nor the kept answers are found by whose they are.
async fn read_all(session: &mut Session) -> sqlx::Result<()> {
    for say in session.engine().before_reading_all() {
        execute!(*session, *say)?;
    }
    Ok(())
}
