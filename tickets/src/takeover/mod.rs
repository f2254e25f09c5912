//! Taking over the database of the board that this one replaces: accounts with their passwords, drivers, and tickets.
//!
//! One command, so that a board never shows half of it. What is there already (by address, by number) stays as it is, so a
//! second run changes nothing. A ticket comes as one event, the first of its life here. Of what opens a door nothing is taken but
//! passwords, and of those none that others know.

#[cfg(test)]
mod tests;
mod tickets;
mod users;

use std::collections::HashSet;
use std::path::Path;

use belgrano_runtime::auth::password::Passwords;
use belgrano_runtime::storage::Db;
use belgrano_runtime::takeover::{OldDatabase, Rehearsed, Report, TakeoverError};
use belgrano_runtime::writer::{Command, Failure, Writer};
use belgrano_wire::OrderNumber;

use crate::unit::{BoardUnit, BoardWants};

/// What was read of the old board.
#[derive(Clone, Debug)]
pub struct OldBoard {
    users: Vec<users::OldUser>,
    tickets: Vec<tickets::OldTicket>,
    refused: Report,
}

impl OldBoard {
    /// Reads `path`, the old board's SQLite file, and tries its passwords.
    pub async fn read(path: &Path, passwords: &Passwords) -> Result<Self, TakeoverError> {
        let mut old = OldDatabase::open(path).await?;
        let users = old.rows("user").await?.ok_or(TakeoverError::Table("user"))?;
        let tickets = old.rows("ticket").await?.ok_or(TakeoverError::Table("ticket"))?;
        let mut refused = Report::default();
        let mut users = users::read(&users, &mut refused);
        users::examine(&mut users, passwords, &mut refused).await?;
        Ok(Self { users, tickets: tickets::read(&tickets, &mut refused), refused })
    }

    /// The orders that have a ticket.
    #[must_use]
    pub fn numbers(&self) -> HashSet<OrderNumber> {
        self.tickets.iter().map(|ticket| ticket.message.number.clone()).collect()
    }

    /// Takes it over; with `rehearse` only says what that would do.
    pub async fn take_over(
        mut self,
        db: &Db,
        writer: &Writer<BoardUnit>,
        passwords: &Passwords,
        rehearse: bool,
    ) -> Result<Report, TakeoverError> {
        if !rehearse {
            users::wrap(&mut self.users, db, passwords).await?;
        }
        TakeoverError::settle(writer.submit(TakeOver { old: self, rehearse }).await)
    }
}

struct TakeOver {
    old: OldBoard,
    rehearse: bool,
}

impl Command<BoardUnit> for TakeOver {
    type Output = Report;
    type Refusal = Rehearsed;

    fn wants(&self, wants: &mut BoardWants) {
        wants.tickets.extend(self.old.tickets.iter().map(|ticket| ticket.message.number.clone()));
    }

    async fn apply(&self, unit: &mut BoardUnit) -> Result<Report, Failure<Rehearsed>> {
        let mut report = self.old.refused.clone();
        let drivers = users::store(unit, &self.old.users, &mut report).await?;
        tickets::store(unit, &self.old.tickets, &drivers, &mut report).await?;
        if self.rehearse { Err(Failure::Refused(Rehearsed(report))) } else { Ok(report) }
    }
}
