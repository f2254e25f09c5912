//! What happens to the stock of products: each change with its cause, written in the transaction that makes it.
//!
//! Movements are only added, in the order they happened, and all of a batch in one statement. What must never happen here: a
//! stock that changes without a movement.

use belgrano_runtime::execute_rows;
use belgrano_runtime::storage::Session;
use belgrano_wire::OrderNumber;
use belgrano_wire::timestamp::UnixMillis;
use serde::Serialize;
use utoipa::ToSchema;

use super::ShopUnit;

/// What moved a stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub enum MovementKind {
    /// An order took it.
    #[serde(rename = "venta")]
    Sold,
    /// An order that ended without a delivery gave it back.
    #[serde(rename = "devolucion")]
    Returned,
    /// It came in from a supplier.
    #[serde(rename = "recepcion")]
    Received,
    /// It was counted, or set by hand or by an import.
    #[serde(rename = "recuento")]
    Counted,
}

impl MovementKind {
    const ALL: [Self; 4] = [Self::Sold, Self::Returned, Self::Received, Self::Counted];

    /// As it is stored and sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sold => "venta",
            Self::Returned => "devolucion",
            Self::Received => "recepcion",
            Self::Counted => "recuento",
        }
    }
}

impl TryFrom<String> for MovementKind {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(text)
    }
}

/// Why a stock moves, and through whom.
#[derive(Clone, Debug)]
pub struct Cause {
    /// What happened.
    pub kind: MovementKind,
    /// The account that did it; `None` is the program.
    pub account_id: Option<i64>,
    /// The order that took it or gives it back.
    pub order_number: Option<OrderNumber>,
    /// In words, where somebody gave some.
    pub reason: Option<String>,
}

impl Cause {
    /// `account_id` bought it.
    #[must_use]
    pub fn sold(order_number: &OrderNumber, account_id: i64) -> Self {
        let order_number = Some(order_number.clone());
        Self { kind: MovementKind::Sold, account_id: Some(account_id), order_number, reason: None }
    }

    /// The order it went to is over without a delivery.
    #[must_use]
    pub fn returned(order_number: &OrderNumber) -> Self {
        let order_number = Some(order_number.clone());
        Self { kind: MovementKind::Returned, account_id: None, order_number, reason: None }
    }

    /// Somebody, or without an account the program, says how much there is.
    #[must_use]
    pub fn counted(account_id: Option<i64>, reason: impl Into<String>) -> Self {
        Self { kind: MovementKind::Counted, account_id, order_number: None, reason: Some(reason.into()) }
    }

    /// An administrator took it in.
    #[must_use]
    pub fn received(account_id: i64, reason: impl Into<String>) -> Self {
        Self { kind: MovementKind::Received, ..Self::counted(Some(account_id), reason) }
    }
}

/// One change of a stock.
#[derive(Debug)]
struct Movement {
    product_id: i64,
    /// Below zero for what leaves.
    quantity: i64,
    /// What there is afterwards; `None` while it is not counted.
    stock: Option<i64>,
    cause: Cause,
    at: UnixMillis,
}

const INSERT: &str =
    "INSERT INTO stock_movements (product_id, kind, quantity, stock, reason, account_id, order_number, at) VALUES";

#[derive(Debug, Default)]
pub(super) struct Movements {
    fresh: Vec<Movement>,
}

impl Movements {
    pub(super) async fn flush(&mut self, session: &mut Session) -> sqlx::Result<()> {
        execute_rows!(*session, INSERT, 8, &self.fresh, |query, row| {
            query
                .bind(row.product_id)
                .bind(row.cause.kind.as_str())
                .bind(row.quantity)
                .bind(row.stock)
                .bind(row.cause.reason.as_deref())
                .bind(row.cause.account_id)
                .bind(row.cause.order_number.as_ref().map(OrderNumber::as_str))
                .bind(row.at)
        });
        self.fresh.clear();
        Ok(())
    }
}

impl ShopUnit {
    /// Changes the stock of a product that was read and checked before by `quantity`, below zero for what leaves. One that is
    /// not counted keeps no stock, but its movement is noted. Returns what there is afterwards.
    pub fn move_stock(&mut self, product_id: i64, quantity: i64, cause: Cause) -> Option<i64> {
        let stock = self.products.change_stock(product_id, |stock| stock.map(|stock| stock + quantity));
        self.push_movement(Movement { product_id, quantity, stock, cause, at: self.now });
        stock
    }

    /// Sets the stock of a product that was read before to what was counted. Returns by how much it changed.
    pub fn count_stock(&mut self, product_id: i64, counted: i64, cause: Cause) -> i64 {
        let mut before = None;
        self.products.change_stock(product_id, |stock| {
            before = stock;
            Some(counted)
        });
        self.note_count(product_id, before, Some(counted), cause)
    }

    /// Notes that somebody's own statement set a stock. Where counting begins all of it is the change, and where it ends all
    /// that was counted. Returns the change.
    pub fn note_count(&mut self, product_id: i64, before: Option<i64>, after: Option<i64>, cause: Cause) -> i64 {
        let quantity = after.unwrap_or_default() - before.unwrap_or_default();
        self.push_movement(Movement { product_id, quantity, stock: after, cause, at: self.now });
        quantity
    }

    fn push_movement(&mut self, movement: Movement) {
        self.changes += 1;
        self.movements.fresh.push(movement);
    }
}
