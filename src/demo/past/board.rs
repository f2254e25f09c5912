//! Tells the year to the board: its drivers, and the tickets they carried.

use belgrano_runtime::auth::email::Email;
use belgrano_runtime::writer::{Command, Failure};
use belgrano_wire::timestamp::UnixMillis;
use tickets::intake::new_ticket;
use tickets::unit::{BoardUnit, LogHead, log_head};
use tickets::users::{CreateUser, NewDriver, Role, UserRefusal};

use super::super::places::{BARRIOS, DRIVERS};
use super::moves::Driver;
use super::shop::Ordered;
use super::{Done, Untold};

/// Tickets between two writes.
const CHUNK: usize = 500;

/// The address a driver of the demo logs in with.
pub fn email_of(place: usize) -> Email {
    Email::local(&format!("repartidor{}.demo", place + 1))
}

/// Each has its own number, and 5555 is nobody's.
fn phone_of(place: usize) -> String {
    format!("+54 11 5555 02{:02}", place + 1)
}

/// Make the drivers, at a time.
pub struct Hire {
    pub at: UnixMillis,
    pub password_hash: String,
}

impl Command<BoardUnit> for Hire {
    /// In the order of their names in the list.
    type Output = Vec<Driver>;
    type Refusal = UserRefusal;

    async fn apply(&self, unit: &mut BoardUnit) -> Result<Vec<Driver>, Failure<UserRefusal>> {
        unit.go_back(self.at);
        let mut drivers = Vec::with_capacity(DRIVERS.len());
        for (place, name) in DRIVERS.iter().enumerate() {
            let account = self.driver(place, name).apply(unit).await?;
            drivers.push(Driver { id: account.id, name: (*name).to_owned() });
        }
        Ok(drivers)
    }
}

impl Hire {
    fn driver(&self, place: usize, name: &str) -> CreateUser {
        let neighbourhood = Some(BARRIOS[place % BARRIOS.len()].0.to_owned());
        CreateUser {
            name: name.to_owned(),
            email: email_of(place),
            password_hash: self.password_hash.clone(),
            role: Role::Driver,
            driver: NewDriver { phone: phone_of(place), capacity: 6, neighbourhood },
        }
    }
}

/// Tell the board of these orders.
pub struct TellBoard {
    pub ordered: Vec<Ordered>,
    /// What was recorded before has been forgotten by its log, as on a board that has run that long.
    pub remembered_from: UnixMillis,
}

impl Command<BoardUnit> for TellBoard {
    /// Where the log ends.
    type Output = LogHead;
    type Refusal = Untold;

    async fn apply(&self, unit: &mut BoardUnit) -> Done<LogHead> {
        for (at, ordered) in self.ordered.iter().enumerate() {
            if at % CHUNK == 0 {
                unit.flush().await?;
            }
            self.ticket(unit, ordered)?;
        }
        unit.flush().await?;
        Ok(log_head(unit.reader()).await?)
    }
}

impl TellBoard {
    /// The ticket of an order, with its history.
    fn ticket(&self, unit: &mut BoardUnit, ordered: &Ordered) -> Done<()> {
        let message = &ordered.message;
        let created_at = message.created_at.unwrap_or(unit.now());
        let mut ticket = new_ticket(message, message.fingerprint(), unit.new_ticket_id(), created_at);
        for a_move in &ordered.moves {
            let change = a_move.change(&ticket);
            let next = a_move.take(&ticket).ok_or_else(|| Untold::of("a step that the board refuses"))?;
            unit.go_back(a_move.at);
            let stored = if a_move.at < self.remembered_from {
                unit.record_forgotten(next, &change)
            } else {
                unit.record_of_old(next, change)?
            };
            ticket = stored.clone();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::phone_of;
    use crate::demo::places::DRIVERS;

    #[test]
    fn no_two_drivers_share_a_telephone() {
        let phones: HashSet<String> = (0..DRIVERS.len()).map(phone_of).collect();
        assert_eq!(phones.len(), DRIVERS.len());
    }
}
