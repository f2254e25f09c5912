//! Reading orders: one, or a customer's, newest first.

use belgrano_runtime::storage::{Db, Session};
use belgrano_runtime::{fetch, fetch_in};
use belgrano_wire::OrderNumber;

use super::steps::{Step, steps};
use super::view::OrderView;
use crate::app::App;
use crate::unit::{Order, OrderLine, select_lines, select_orders};

const ONE: &str = select_orders!("WHERE account_id = $1 AND number = $2");
const PAGE: &str = select_orders!("WHERE account_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3");
const LINES: &str = select_lines!("WHERE order_id IN");

/// The lines of some orders, in order.
pub(crate) async fn lines(session: &mut Session, order_ids: &[i64]) -> sqlx::Result<Vec<OrderLine>> {
    let mut lines = fetch_in!(*session, OrderLine, LINES, order_ids, "");
    lines.sort_by_key(|line| (line.order_id, line.position));
    Ok(lines)
}

/// Where the last order of an account went and how it was paid.
#[derive(Debug, Default, sqlx::FromRow)]
pub(crate) struct LastDelivery {
    pub(crate) address: String,
    pub(crate) barrio: Option<String>,
    pub(crate) lat: Option<f64>,
    pub(crate) lng: Option<f64>,
    pub(crate) payment_method: Option<String>,
}

/// The last one of an account, for the form of the next.
pub(crate) async fn last_delivery(app: &App, account_id: i64) -> sqlx::Result<Option<LastDelivery>> {
    const LAST: &str = "SELECT address, barrio, lat, lng, payment_method FROM orders WHERE account_id = $1 \
         ORDER BY id DESC LIMIT 1";
    let mut session = app.db.read().await?;
    fetch!(optional, session, LastDelivery, LAST, account_id)
}

/// An order of an account with its lines, or `None`.
pub(crate) async fn find(
    db: &Db,
    account_id: i64,
    number: &OrderNumber,
) -> sqlx::Result<Option<(Order, Vec<OrderLine>)>> {
    let mut session = db.snapshot().await?;
    let Some(order) = fetch!(optional, session, Order, ONE, account_id, number.as_str())? else { return Ok(None) };
    let lines = lines(&mut session, &[order.id]).await?;
    Ok(Some((order, lines)))
}

/// The same, with the way it has come.
pub(crate) async fn find_with_steps(
    db: &Db,
    account_id: i64,
    number: &OrderNumber,
) -> sqlx::Result<Option<(Order, Vec<OrderLine>, Vec<Step>)>> {
    let mut session = db.snapshot().await?;
    let Some(order) = fetch!(optional, session, Order, ONE, account_id, number.as_str())? else { return Ok(None) };
    let lines = lines(&mut session, &[order.id]).await?;
    let steps = steps(&mut session, &order).await?;
    Ok(Some((order, lines, steps)))
}

/// At most `limit` orders of an account older than the order with id `before`, newest first; each with its id.
pub(crate) async fn page(db: &Db, account_id: i64, before: i64, limit: i64) -> sqlx::Result<Vec<(i64, OrderView)>> {
    let mut session = db.snapshot().await?;
    let orders = fetch!(all, session, Order, PAGE, account_id, before, limit)?;
    let ids: Vec<i64> = orders.iter().map(|order| order.id).collect();
    let lines = lines(&mut session, &ids).await?;
    let of = |id: i64| {
        let start = lines.partition_point(|line| line.order_id < id);
        let end = lines.partition_point(|line| line.order_id <= id);
        &lines[start..end]
    };
    Ok(orders.iter().map(|order| (order.id, OrderView::new(order, of(order.id)))).collect())
}
