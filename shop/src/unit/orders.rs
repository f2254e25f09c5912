//! Orders as commands see and change them.

use std::collections::HashMap;

use belgrano_runtime::storage::Session;
use belgrano_runtime::{execute_rows, fetch_in};
use belgrano_wire::money::Money;
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::{CustomerKind, OrderNumber, Priority, TicketState};

use super::{CancelCause, ShopUnit};

/// An order: what the customer asked for, and what the board last said of it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Order {
    /// Row id, in the order they were accepted.
    pub id: i64,
    /// Its public number.
    #[sqlx(try_from = "String")]
    pub number: OrderNumber,
    /// Who ordered.
    pub account_id: i64,
    /// `pendiente` until its ticket exists, the ticket's own state from then on.
    #[sqlx(try_from = "String")]
    pub state: TicketState,
    /// The sum of its lines.
    pub total: Money,
    /// As the customer chose.
    pub payment_method: String,
    /// The customer's name when it was placed.
    pub customer_name: String,
    /// Where it goes.
    pub address: String,
    /// The customer's telephone when it was placed.
    pub phone: String,
    /// The customer's e-mail when it was placed.
    pub email: String,
    /// The neighbourhood it goes to.
    pub barrio: Option<String>,
    /// Latitude of the pin, degrees.
    pub lat: Option<f64>,
    /// Longitude of the pin, degrees.
    pub lng: Option<f64>,
    /// What the customer wrote.
    pub notes: String,
    /// How urgent.
    #[sqlx(try_from = "String")]
    pub priority: Priority,
    /// Who buys.
    #[sqlx(try_from = "String")]
    pub customer_kind: CustomerKind,
    /// When it was accepted.
    pub created_at: UnixMillis,
    /// When it last changed.
    pub updated_at: UnixMillis,
    /// Its ticket, once it exists.
    pub ticket_id: Option<i64>,
    /// The last version of the ticket that was applied; 0 before the first.
    pub ticket_version: i64,
    /// Who carries it.
    pub driver_id: Option<i64>,
    /// The name of who carries it.
    pub driver_name: Option<String>,
    /// Why it failed or was cancelled, in the words of whoever did that.
    pub reason: Option<String>,
    /// Why the shop itself called it off.
    pub cause: Option<CancelCause>,
    /// When the customer asked to cancel.
    pub cancel_requested_at: Option<UnixMillis>,
    /// Whether its stock went back to the shelf.
    pub stock_returned: bool,
    /// The word of a [`Device`](crate::visits::Device); `None` where no request ordered it, and of older orders.
    pub device: Option<String>,
    /// The word of an [`Origin`](crate::visits::Origin); `None` of older orders.
    pub origin: Option<String>,
    /// The range that its customer was promised first; `None` where nothing was promised.
    #[sqlx(flatten)]
    pub promised: Promised,
}

/// A range of time that was promised, if one was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Promised {
    /// The beginning of the range.
    #[sqlx(rename = "promised_from")]
    pub from: Option<UnixMillis>,
    /// Its end: from then on the order is late.
    #[sqlx(rename = "promised_to")]
    pub to: Option<UnixMillis>,
}

/// One line of an order, priced when it was placed.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OrderLine {
    /// The order it belongs to.
    pub order_id: i64,
    /// Its place in the order, from 0.
    pub position: i64,
    /// The product.
    pub product_id: i64,
    /// The product's name when it was sold.
    pub name: String,
    /// The price of one.
    pub price: Money,
    /// What one cost its business when it was sold, where that was known. No customer reads it.
    pub cost: Option<Money>,
    /// How many.
    pub quantity: i64,
    /// `price` times `quantity`.
    pub subtotal: Money,
    /// The branch it comes from; empty when unknown.
    pub branch: String,
    /// The business that sells it.
    pub business: String,
    /// Its category.
    pub category: String,
}

/// An order entered a state.
#[derive(Clone, Debug)]
struct Entered {
    order_id: i64,
    at: UnixMillis,
    state: TicketState,
}

/// `SELECT` of every column of an order; what follows says which.
macro_rules! select_orders {
    ($which:literal) => {
        concat!(
            "SELECT id, number, account_id, state, total, payment_method, customer_name, address, phone, email, barrio, ",
            "lat, lng, notes, priority, customer_kind, created_at, updated_at, ticket_id, ticket_version, driver_id, ",
            "driver_name, reason, cause, cancel_requested_at, stock_returned, device, origin, promised_from, promised_to FROM orders ",
            $which
        )
    };
}
pub(crate) use select_orders;

/// `SELECT` of every column of an order's lines; what follows says which.
macro_rules! select_lines {
    ($which:literal) => {
        concat!(
            "SELECT order_id, position, product_id, name, price, cost, quantity, subtotal, branch, business, category ",
            "FROM order_lines ",
            $which
        )
    };
}
pub(crate) use select_lines;

const UPSERT_ORDERS: &str = "INSERT INTO orders (id, number, account_id, state, total, payment_method, customer_name, address, phone, email, \
     barrio, lat, lng, notes, priority, customer_kind, created_at, updated_at, ticket_id, ticket_version, driver_id, driver_name, \
     reason, cause, cancel_requested_at, stock_returned, device, origin, promised_from, promised_to) VALUES";
/// What of an order can change after it was placed.
const UPSERT_ORDERS_TAIL: &str = "ON CONFLICT (id) DO UPDATE SET state = excluded.state, updated_at = excluded.updated_at, \
     ticket_id = excluded.ticket_id, ticket_version = excluded.ticket_version, driver_id = excluded.driver_id, \
     driver_name = excluded.driver_name, reason = excluded.reason, cause = excluded.cause, \
     cancel_requested_at = excluded.cancel_requested_at, stock_returned = excluded.stock_returned";
const INSERT_LINES: &str = "INSERT INTO order_lines (order_id, position, product_id, name, price, cost, quantity, subtotal, \
     branch, business, category) VALUES";
/// The same news may come twice.
const INSERT_STEPS: &str = "INSERT INTO order_steps (order_id, at, state) VALUES";

#[derive(Debug, Default)]
pub(super) struct Orders {
    known: HashMap<OrderNumber, Option<Order>>,
    dirty: Vec<OrderNumber>,
    fresh_lines: Vec<OrderLine>,
    fresh_steps: Vec<Entered>,
}

impl Orders {
    /// Forgets what was read, which is not as it is stored any more.
    pub(super) fn forget_read(&mut self) {
        debug_assert!(self.dirty.is_empty(), "what is changed is written first");
        self.known.clear();
    }

    pub(super) async fn load(&mut self, session: &mut Session, numbers: &[OrderNumber]) -> sqlx::Result<()> {
        let mut missing: Vec<&str> =
            numbers.iter().filter(|number| !self.known.contains_key(*number)).map(OrderNumber::as_str).collect();
        missing.sort_unstable();
        missing.dedup();
        let head = select_orders!("WHERE number IN");
        for order in fetch_in!(*session, Order, head, &missing, "") {
            self.known.insert(order.number.clone(), Some(order));
        }
        for number in numbers {
            self.known.entry(number.clone()).or_insert(None);
        }
        Ok(())
    }

    pub(super) async fn flush(&mut self, session: &mut Session) -> sqlx::Result<()> {
        let rows: Vec<&Order> = self.dirty.drain(..).filter_map(|number| self.known.get(&number)?.as_ref()).collect();
        execute_rows!(*session, UPSERT_ORDERS, 30, &rows, UPSERT_ORDERS_TAIL, |query, row| {
            query
                .bind(row.id)
                .bind(row.number.as_str())
                .bind(row.account_id)
                .bind(row.state.as_str())
                .bind(row.total)
                .bind(&row.payment_method)
                .bind(&row.customer_name)
                .bind(&row.address)
                .bind(&row.phone)
                .bind(&row.email)
                .bind(&row.barrio)
                .bind(row.lat)
                .bind(row.lng)
                .bind(&row.notes)
                .bind(row.priority.as_str())
                .bind(row.customer_kind.as_str())
                .bind(row.created_at)
                .bind(row.updated_at)
                .bind(row.ticket_id)
                .bind(row.ticket_version)
                .bind(row.driver_id)
                .bind(&row.driver_name)
                .bind(&row.reason)
                .bind(row.cause.map(CancelCause::code))
                .bind(row.cancel_requested_at)
                .bind(row.stock_returned)
                .bind(&row.device)
                .bind(&row.origin)
                .bind(row.promised.from)
                .bind(row.promised.to)
        });
        execute_rows!(*session, INSERT_LINES, 11, &self.fresh_lines, |query, row| {
            query
                .bind(row.order_id)
                .bind(row.position)
                .bind(row.product_id)
                .bind(&row.name)
                .bind(row.price)
                .bind(row.cost)
                .bind(row.quantity)
                .bind(row.subtotal)
                .bind(&row.branch)
                .bind(&row.business)
                .bind(&row.category)
        });
        self.fresh_lines.clear();
        execute_rows!(*session, INSERT_STEPS, 3, &self.fresh_steps, "ON CONFLICT DO NOTHING", |query, row| {
            query.bind(row.order_id).bind(row.at).bind(row.state.as_str())
        });
        self.fresh_steps.clear();
        Ok(())
    }
}

impl ShopUnit {
    /// An order as it stands in this batch, or `None`.
    pub async fn order(&mut self, number: &OrderNumber) -> sqlx::Result<Option<&Order>> {
        self.orders.load(&mut self.session, std::slice::from_ref(number)).await?;
        Ok(self.orders.known.get(number).and_then(Option::as_ref))
    }

    /// An id for a new order.
    pub fn new_order_id(&mut self) -> i64 {
        self.next_order_id()
    }

    /// Notes that an order entered a state.
    pub fn note_step(&mut self, order_id: i64, at: UnixMillis, state: TicketState) {
        self.orders.fresh_steps.push(Entered { order_id, at, state });
    }

    /// Puts an order back, changed, or a new one with its lines.
    pub fn put_order(&mut self, mut order: Order, new_lines: Vec<OrderLine>) {
        order.updated_at = self.now;
        self.changes += 1;
        self.committed.orders.push(order.number.clone());
        if !self.orders.dirty.contains(&order.number) {
            self.orders.dirty.push(order.number.clone());
        }
        self.orders.fresh_lines.extend(new_lines);
        self.orders.known.insert(order.number.clone(), Some(order));
    }
}
