//! Taking over the database of the shop that this one replaces: accounts with their passwords, merchants, orders, and the
//! orders it still owed its board.
//!
//! One command, so that a shop never shows half of it. What is there already (by address, by number) stays as it is, so a
//! second run changes nothing. Not taken: the catalog, which has an import of its own, carts, and packages; and, of what opens
//! a door, everything but passwords (sessions, recovery codes, keys), and of those none that others know.

mod accounts;
mod orders;
#[cfg(test)]
mod password_tests;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::path::Path;

use belgrano_runtime::auth::password::Passwords;
use belgrano_runtime::storage::Db;
use belgrano_runtime::takeover::{OldDatabase, OldRow, Rehearsed, Report, TakeoverError};
use belgrano_runtime::writer::{Command, Failure, Writer};
use belgrano_wire::OrderNumber;

use crate::unit::{ShopUnit, ShopWants};

/// What was read of the old shop.
#[derive(Clone, Debug)]
pub struct OldShop {
    accounts: Vec<accounts::OldAccount>,
    orders: Vec<orders::OldOrder>,
    owed: Vec<orders::Owed>,
    refused: Report,
}

impl OldShop {
    /// Reads `path`, the old shop's SQLite file, and tries its passwords.
    pub async fn read(path: &Path, passwords: &Passwords) -> Result<Self, TakeoverError> {
        let mut old = OldDatabase::open(path).await?;
        let users = required(&mut old, "usuarios").await?;
        let rows = required(&mut old, "pedidos").await?;
        let items = required(&mut old, "pedido_items").await?;
        let merchants = old.rows("comerciantes").await?.unwrap_or_default();
        let products = old.rows("productos").await?.unwrap_or_default();
        let queue = old.rows("pedidos_pendientes").await?.unwrap_or_default();
        let mut refused = Report::default();
        let mut accounts = accounts::read(&users, &merchants, &mut refused);
        accounts::examine(&mut accounts, passwords, &mut refused).await?;
        Ok(Self {
            accounts,
            orders: orders::read(&rows, &items, &products, &mut refused),
            owed: orders::owed(&queue, &mut refused),
            refused,
        })
    }

    /// Takes it over; with `rehearse` only says what that would do. `ticketed` are the orders that have a ticket, which
    /// nobody has to be sent any more.
    pub async fn take_over(
        mut self,
        db: &Db,
        writer: &Writer<ShopUnit>,
        passwords: &Passwords,
        ticketed: HashSet<OrderNumber>,
        rehearse: bool,
    ) -> Result<Report, TakeoverError> {
        if !rehearse {
            accounts::wrap(&mut self.accounts, db, passwords).await?;
        }
        TakeoverError::settle(writer.submit(TakeOver { old: self, ticketed, rehearse }).await)
    }
}

async fn required(old: &mut OldDatabase, table: &'static str) -> Result<Vec<OldRow>, TakeoverError> {
    old.rows(table).await?.ok_or(TakeoverError::Table(table))
}

struct TakeOver {
    old: OldShop,
    ticketed: HashSet<OrderNumber>,
    rehearse: bool,
}

impl Command<ShopUnit> for TakeOver {
    type Output = Report;
    type Refusal = Rehearsed;

    fn wants(&self, wants: &mut ShopWants) {
        wants.orders.extend(self.old.orders.iter().map(|order| order.number.clone()));
        wants.orders.extend(self.old.owed.iter().map(|owed| owed.number.clone()));
    }

    async fn apply(&self, unit: &mut ShopUnit) -> Result<Report, Failure<Rehearsed>> {
        let mut report = self.old.refused.clone();
        let accounts = accounts::store(unit, &self.old.accounts, &mut report).await?;
        orders::store(unit, &self.old.orders, &accounts, &mut report).await?;
        orders::send(unit, &self.old.owed, &self.ticketed, &mut report).await?;
        orders::name_stranded(unit, &self.old.orders, &self.old.owed, &self.ticketed, &mut report).await?;
        if self.rehearse { Err(Failure::Refused(Rehearsed(report))) } else { Ok(report) }
    }
}
