//! What a customer was told of an arrival stands: it is kept when it is first shown, and moves only where that is said.
//!
//! It is worked out once for each state that the order enters, and told anew only where what was told is wrong by then, with
//! what it was. Whoever looks first writes it; whoever looks at the same time gets what that one wrote.

use std::convert::Infallible;

use belgrano_runtime::storage::Session;
use belgrano_runtime::writer::{Command, Failure};
use belgrano_runtime::{execute, fetch};
use belgrano_wire::TicketState;
use belgrano_wire::timestamp::UnixMillis;

use super::estimate::{Estimate, Outlook, outlook};
use crate::app::App;
use crate::unit::{Order, Promised, ShopUnit};

/// What its customer is told of an order's arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promise {
    /// What can be told now.
    pub outlook: Outlook,
    /// What was told before, where that is wrong by now.
    pub before: Option<Estimate>,
}

#[derive(Clone, Copy, Debug, sqlx::FromRow)]
struct Row {
    since: UnixMillis,
    from_at: Option<UnixMillis>,
    to_at: Option<UnixMillis>,
    before_from: Option<UnixMillis>,
    before_to: Option<UnixMillis>,
}

const OF_ORDER: &str = "SELECT since, from_at, to_at, before_from, before_to FROM order_promises WHERE order_id = $1";
const KEEP: &str = "INSERT INTO order_promises (order_id, since, from_at, to_at, before_from, before_to) \
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (order_id) DO UPDATE SET since = excluded.since, \
     from_at = excluded.from_at, to_at = excluded.to_at, before_from = excluded.before_from, before_to = excluded.before_to \
     WHERE order_promises.since <> excluded.since";

/// What is promised first is kept for good: what "late" is measured against.
const FIRST: &str = "UPDATE orders SET promised_from = $2, promised_to = $3 WHERE id = $1 AND promised_to IS NULL";

impl Row {
    /// What was promised when it was ordered.
    fn at_the_order(order: &Order) -> Option<Self> {
        let Promised { from, to } = order.promised;
        let told = Self { since: order.created_at, from_at: from, to_at: to, before_from: None, before_to: None };
        from.zip(to).map(|_| told)
    }

    fn promise(self) -> Promise {
        let range = |from: Option<UnixMillis>, to| from.zip(to).map(|(from, to)| Estimate { from, to });
        let outlook = range(self.from_at, self.to_at).map_or(Outlook::Delayed, Outlook::Between);
        Promise { outlook, before: range(self.before_from, self.before_to) }
    }
}

/// What is told of an order that is in its state since `since`, which from now on is what was told.
pub(super) async fn promise(app: &App, order: &Order, since: UnixMillis) -> sqlx::Result<Option<Promise>> {
    use TicketState::{Accepted, Assigned, OnTheWay, Pending};
    if !matches!(order.state, Pending | Assigned | Accepted | OnTheWay) {
        return Ok(None);
    }
    let now = app.ambient.now();
    let mut session = app.db.snapshot().await?;
    let told = read(&mut session, order.id).await?.or_else(|| Row::at_the_order(order));
    if let Some(told) = told.filter(|told| told.since == since) {
        return Ok(Some(told.promise()));
    }
    let outlook = outlook(&mut session, order, since, now).await?;
    drop(session);
    let Some(next) = next(told.map(Row::promise), outlook) else { return Ok(None) };
    if next.outlook == Outlook::Late {
        return Ok(Some(next));
    }
    match app.writer.submit(Keep { order_id: order.id, since, promise: next }).await {
        Ok(kept) => Ok(Some(kept)),
        Err(error) => {
            tracing::warn!(%error, order = %order.number, "what was told of an arrival is not kept");
            Ok(Some(next))
        }
    }
}

/// What is told after what was told before.
fn next(told: Option<Promise>, outlook: Option<Outlook>) -> Option<Promise> {
    let anew = |outlook, before| Some(Promise { outlook, before });
    match (told, outlook) {
        (told, None) => told,
        (None, Some(outlook)) => anew(outlook, None),
        (Some(told), Some(outlook)) => match (told.outlook, outlook) {
            (Outlook::Between(range), Outlook::Between(other)) if !range.stands_for(other) => {
                anew(outlook, Some(range))
            }
            (Outlook::Between(range), Outlook::Delayed) => anew(outlook, Some(range)),
            (Outlook::Delayed, Outlook::Between(_)) => anew(outlook, None),
            _ => Some(told),
        },
    }
}

async fn read(session: &mut Session, order_id: i64) -> sqlx::Result<Option<Row>> {
    fetch!(optional, *session, Row, OF_ORDER, order_id)
}

/// Keep what is told of an order in its state since `since`, unless somebody was told otherwise. Gives what was told.
#[derive(Debug)]
struct Keep {
    order_id: i64,
    since: UnixMillis,
    promise: Promise,
}

impl Command<ShopUnit> for Keep {
    type Output = Promise;
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<Promise, Failure<Infallible>> {
        let ends = |range: Option<Estimate>| (range.map(|range| range.from), range.map(|range| range.to));
        let range = if let Outlook::Between(range) = self.promise.outlook { Some(range) } else { None };
        let ((from, to), (before_from, before_to)) = (ends(range), ends(self.promise.before));
        execute!(*unit.session(), KEEP, self.order_id, self.since, from, to, before_from, before_to)?;
        if range.is_some() {
            unit.flush().await?;
            execute!(*unit.session(), FIRST, self.order_id, from, to)?;
        }
        Ok(read(unit.reader(), self.order_id).await?.map_or(self.promise, Row::promise))
    }
}
