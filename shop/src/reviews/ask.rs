//! Asking for a review, once, some time after the delivery: by the notices, of whoever asked for notices.

use std::convert::Infallible;

use belgrano_notices::{News, Notice};
use belgrano_runtime::writer::{Command, Failure};
use belgrano_runtime::{execute_rows, fetch, fetch_in};
use belgrano_wire::OrderNumber;
use belgrano_wire::timestamp::UnixMillis;

use crate::app::App;
use crate::unit::ShopUnit;

const HOUR_MS: i64 = 3600 * 1000;
/// Who has just got it has not tried it yet.
const AFTER_MS: i64 = 2 * HOUR_MS;
/// What was delivered before that is not asked about any more: a day, and a night in which nobody is asked.
const UNTIL_MS: i64 = 36 * HOUR_MS;
/// Hours of the day at which somebody may be asked.
const FROM_HOUR: i8 = 9;
const TO_HOUR: i8 = 21;
/// Orders of one round.
const MOST: i64 = 500;

/// Ask the customers of delivered orders for a review, but for those who were asked before.
#[derive(Clone, Debug)]
pub struct AskForReviews(Vec<Delivered>);

/// What was delivered long enough ago, by the index of deliveries.
const TO_ASK: &str = "SELECT DISTINCT o.id, o.account_id, o.number FROM order_steps s JOIN orders o ON o.id = s.order_id \
     WHERE s.state = 'entregado' AND s.at > $1 AND s.at <= $2 AND o.state = 'entregado' \
     AND NOT EXISTS (SELECT 1 FROM review_requests q WHERE q.order_id = o.id) \
     AND NOT EXISTS (SELECT 1 FROM reviews r WHERE r.order_id = o.id) \
     AND (EXISTS (SELECT 1 FROM push_subscriptions p WHERE p.account_id = o.account_id) \
     OR EXISTS (SELECT 1 FROM mail_notices m WHERE m.account_id = o.account_id)) ORDER BY o.id LIMIT $3";
const ASKED: &str = "SELECT order_id FROM review_requests WHERE order_id IN";
const REMEMBER: &str = "INSERT INTO review_requests (order_id, asked_at) VALUES";

/// An order that was delivered, and whose.
#[derive(Clone, Debug, sqlx::FromRow)]
struct Delivered {
    id: i64,
    account_id: i64,
    #[sqlx(try_from = "String")]
    number: OrderNumber,
}

impl Command<ShopUnit> for AskForReviews {
    /// How many were asked.
    type Output = usize;
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<usize, Failure<Infallible>> {
        let now = unit.now();
        let ids: Vec<i64> = self.0.iter().map(|order| order.id).collect();
        let asked: Vec<(i64,)> = fetch_in!(*unit.reader(), (i64,), ASKED, &ids, "");
        let delivered: Vec<&Delivered> = self.0.iter().filter(|order| !asked.contains(&(order.id,))).collect();
        if delivered.is_empty() {
            return Ok(0);
        }
        execute_rows!(*unit.session(), REMEMBER, 2, &delivered, |query, row| query.bind(row.id).bind(now));
        for Delivered { account_id, number, .. } in delivered.iter().copied() {
            let news = News::ReviewAsked;
            let expires_at = now.plus_ms(news.lifetime_ms());
            unit.notify(Notice {
                account_id: *account_id,
                news,
                order_number: number.clone(),
                place: None,
                expires_at,
            });
        }
        Ok(delivered.len())
    }
}

/// Nobody is asked at night.
fn may_ask(now: UnixMillis) -> bool {
    now.local().is_some_and(|local| (FROM_HOUR..TO_HOUR).contains(&local.hour()))
}

/// Asks the customers of what was delivered lately: those who want notices and have not said anything. Says how many.
pub async fn ask(app: &App) -> sqlx::Result<usize> {
    let now = app.ambient.now();
    if !may_ask(now) {
        return Ok(0);
    }
    let (from, to) = (now.plus_ms(-UNTIL_MS), now.plus_ms(-AFTER_MS));
    // Not in the writer: nobody's order waits for it.
    let delivered = fetch!(all, app.db.read().await?, Delivered, TO_ASK, from, to, MOST)?;
    if delivered.is_empty() {
        return Ok(0);
    }
    match app.writer.submit(AskForReviews(delivered)).await {
        Ok(asked) => Ok(asked),
        Err(error) => {
            tracing::warn!(%error, "customers are not asked for a review; it is tried again");
            Ok(0)
        }
    }
}
