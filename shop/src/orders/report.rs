//! What the board says of an order, applied exactly as often as it takes.
//!
//! Reports come from the live feed, from its snapshots and from the old board's callbacks; they may repeat and, after a
//! cut, arrive again from earlier on. A ticket's `version` says which is newer. The cursor of the feed moves in the same
//! transaction as the orders, so what was applied and where to go on from never disagree.

use std::convert::Infallible;

use belgrano_runtime::execute;
use belgrano_runtime::writer::{Command, Failure};
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::{OrderNumber, TicketState, TicketView};

use super::give_up::{is_given_up, keep_given_up};
use crate::notices;
use crate::unit::{Cause, Order, ShopUnit, ShopWants};

/// What the board says of one order.
#[derive(Clone, Debug)]
pub struct Report {
    /// Which order.
    pub number: OrderNumber,
    /// Where its ticket is in its life; `None` from a reporter that does not say: then where it was.
    pub state: Option<TicketState>,
    /// The ticket, when the reporter knows it.
    pub ticket_id: Option<i64>,
    /// The ticket's version; `None` from the old board, which has none: then the last to arrive counts, as long as no
    /// report with a version was applied.
    pub version: Option<i64>,
    /// Who carries it. Without a version, `None` says nothing of it.
    pub driver: Option<(Option<i64>, String)>,
    /// Why it failed or was cancelled.
    pub reason: Option<String>,
    /// When the ticket last changed, when the reporter says so.
    pub changed_at: Option<UnixMillis>,
}

impl From<TicketView> for Report {
    fn from(ticket: TicketView) -> Self {
        Self {
            number: ticket.number,
            state: Some(ticket.state),
            ticket_id: Some(ticket.ticket_id),
            version: Some(ticket.version),
            driver: ticket.driver_name.map(|name| (ticket.driver_id, name)),
            reason: ticket.reason,
            changed_at: Some(ticket.updated_at),
        }
    }
}

/// Apply what the board says, and move the cursor.
#[derive(Debug)]
pub struct Apply {
    /// In the order they were said.
    pub reports: Vec<Report>,
    /// Where the feed stands after them: the life of the board's database and the last `seq`.
    pub cursor: Option<(String, i64)>,
    /// The reports are of another life of the board's database than before: its versions start again.
    pub another_life: bool,
}

const STORE_CURSOR: &str = "INSERT INTO feed_cursor (id, epoch, seq) VALUES (1, $1, $2) \
     ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch, seq = excluded.seq \
     WHERE feed_cursor.epoch <> excluded.epoch OR feed_cursor.seq < excluded.seq";

impl Command<ShopUnit> for Apply {
    /// How many orders changed.
    type Output = usize;
    type Refusal = Infallible;

    fn wants(&self, wants: &mut ShopWants) {
        wants.orders.extend(self.reports.iter().map(|report| report.number.clone()));
    }

    async fn apply(&self, unit: &mut ShopUnit) -> Result<usize, Failure<Infallible>> {
        let mut changed = 0;
        for report in &self.reports {
            // The board also has tickets of other shops: an unknown number is none of ours.
            let Some(order) = unit.order(&report.number).await? else { continue };
            let (was, given_up, had_ticket) = (order.state, is_given_up(order), order.ticket_id.is_some());
            if let Some(mut order) = merge(order, report, self.another_life) {
                if given_up {
                    keep_given_up(unit, &mut order, had_ticket);
                }
                let order = give_back_stock(unit, order).await?;
                if order.state != was {
                    let changed_at = report.changed_at.unwrap_or(unit.now());
                    unit.note_step(order.id, changed_at, order.state);
                    if let Some(notice) = notices::of(&order, changed_at) {
                        unit.notify(notice);
                    }
                }
                unit.put_order(order, Vec::new());
                changed += 1;
            } else {
                // Another instance was first. Whoever watches here has not heard of it.
                unit.announce().orders.push(report.number.clone());
            }
        }
        if let Some((epoch, seq)) = &self.cursor {
            execute!(*unit.session(), STORE_CURSOR, epoch.as_str(), *seq)?;
        }
        Ok(changed)
    }
}

/// The order after the report, or `None` when it says nothing new.
fn merge(order: &Order, report: &Report, another_life: bool) -> Option<Order> {
    match report.version {
        Some(version) if version <= order.ticket_version && !another_life => return None,
        // A callback can be late and cannot say so: a board that has told versions is believed about them only.
        None if order.ticket_version > 0 => return None,
        _ => {}
    }
    let (driver_id, driver_name) = match &report.driver {
        Some((id, name)) => {
            // A callback has no ids; the one that is known stays with its name.
            let same = order.driver_name.as_ref() == Some(name);
            (id.or(order.driver_id.filter(|_| same)), Some(name.clone()))
        }
        None if report.version.is_none() => (order.driver_id, order.driver_name.clone()),
        None => (None, None),
    };
    let reason = if report.state.is_none() { order.reason.clone() } else { report.reason.clone() };
    let state = report.state.unwrap_or(order.state);
    // The board called nothing off and the driver came in vain, or never got there: whoever still wants that asks anew.
    let went_out = matches!(order.state, TicketState::OnTheWay | TicketState::Failed);
    let asks_anew = state == TicketState::Failed || (went_out && !state.is_final() && state != TicketState::OnTheWay);
    let merged = Order {
        cancel_requested_at: order.cancel_requested_at.filter(|_| !asks_anew),
        state,
        ticket_id: report.ticket_id.or(order.ticket_id),
        ticket_version: report.version.unwrap_or(order.ticket_version),
        driver_id,
        driver_name,
        reason,
        cause: order.cause.filter(|_| report.state.is_none()),
        ..order.clone()
    };
    let same = merged.state == order.state
        && merged.ticket_id == order.ticket_id
        && merged.ticket_version == order.ticket_version
        && merged.driver_id == order.driver_id
        && merged.driver_name == order.driver_name
        && merged.reason == order.reason
        && merged.cause == order.cause;
    (!same).then_some(merged)
}

/// A cancelled or returned order puts its goods back on the shelf, once.
pub(super) async fn give_back_stock(unit: &mut ShopUnit, mut order: Order) -> sqlx::Result<Order> {
    if order.stock_returned || !matches!(order.state, TicketState::Cancelled | TicketState::Returned) {
        return Ok(order);
    }
    unit.flush().await?;
    let lines = super::history::lines(unit.reader(), &[order.id]).await?;
    unit.read_products(lines.iter().map(|line| line.product_id)).await?;
    for line in lines {
        // A product that left the catalog has no shelf.
        if unit.product(line.product_id).await?.is_some() {
            unit.move_stock(line.product_id, line.quantity, Cause::returned(&order.number));
        }
    }
    order.stock_returned = true;
    Ok(order)
}
