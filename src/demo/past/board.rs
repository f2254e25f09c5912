//! Makes the board remember what went before: its drivers, and the tickets they carried. By its own writer, before it starts: no
//! client could say that something happened last week.

use belgrano_shared::auth::email::Email;
use belgrano_shared::auth::password::{NewPassword, Passwords};
use belgrano_shared::timestamp::UnixMillis;
use belgrano_shared::wire::EventKind;
use belgrano_shared::writer::{Command, Failure};
use tickets::intake::new_ticket;
use tickets::progress::{As, Offer, Step, transition};
use tickets::settings::Settings;
use tickets::unit::{Actor, BoardUnit, Change, Ticket};
use tickets::users::{CreateUser, NewDriver, Role, UserRefusal};

use super::client::Failed;
use super::dice::Dice;
use super::past::{Course, End, Past, past};
use super::places::{BARRIOS, DRIVERS};
use crate::store;

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

/// Writes it. The board must not be running.
pub async fn remember(settings: &Settings, password: &str, dice: &Dice) -> Result<(), Failed> {
    let passwords = Passwords::new(settings.common.gate.passwords, dice.ambient())?;
    let password = NewPassword::parse(password).map_err(|rule| format!("the demo's password {rule}"))?;
    let hash = passwords.hash(&password).await?;
    let store = store::tickets(&settings.common.storage).await.map_err(|error| error.to_string())?;
    let remember = Remember { hash, past: past(dice, dice.ambient().now()) };
    let done = store.writer.submit(remember).await.map_err(|error| error.to_string());
    store.close().await.map_err(|error| error.to_string())?;
    Ok(done?)
}

struct Remember {
    hash: String,
    past: Vec<Past>,
}

/// Who carried something.
struct Driver {
    id: i64,
    name: String,
}

impl Command<BoardUnit> for Remember {
    type Output = ();
    type Refusal = UserRefusal;

    async fn apply(&self, unit: &mut BoardUnit) -> Result<(), Failure<UserRefusal>> {
        let mut drivers = Vec::with_capacity(DRIVERS.len());
        for (place, name) in DRIVERS.iter().enumerate() {
            let account = self.driver(place, name).apply(unit).await?;
            drivers.push(Driver { id: account.id, name: (*name).to_owned() });
        }
        for (at, past) in self.past.iter().enumerate() {
            if at % CHUNK == 0 {
                unit.flush().await?;
            }
            tell(unit, past, &drivers);
        }
        Ok(())
    }
}

impl Remember {
    fn driver(&self, place: usize, name: &str) -> CreateUser {
        let neighbourhood = Some(BARRIOS[place % BARRIOS.len()].0.to_owned());
        CreateUser {
            name: name.to_owned(),
            email: email_of(place),
            password_hash: self.hash.clone(),
            role: Role::Driver,
            driver: NewDriver { phone: phone_of(place), capacity: 6, neighbourhood },
        }
    }
}

/// The ticket of an order, with its history.
fn tell(unit: &mut BoardUnit, past: &Past, drivers: &[Driver]) {
    let (id, created_at) = (unit.new_ticket_id(), past.created_at());
    let mut ticket = new_ticket(&past.message, past.message.fingerprint(), id, created_at);
    ticket.recorded_at = created_at;
    record(unit, &mut ticket, EventKind::Created, ("recibido", Actor::Shop), created_at);
    match &past.course {
        Course::Waiting => {}
        Course::Cancelled { at } => {
            let step = Step::Cancel("La persona que compró canceló el pedido".to_owned());
            take(unit, &mut ticket, &step, ("cancelado por la tienda", Actor::Shop), *at);
        }
        Course::Taken { driver, assigned_at, started_at, ended_at, end } => {
            let Driver { id, name } = &drivers[*driver];
            let by = || Actor::User { id: *id, name: name.clone() };
            let offer = Offer { driver_id: *id, driver_name: name.clone(), expires_at: *started_at, reason: None };
            take(unit, &mut ticket, &Step::Offer(offer), ("asignado", Actor::System), *assigned_at);
            let accepted_at = assigned_at.plus_ms(started_at.since_ms(*assigned_at) / 3);
            take(unit, &mut ticket, &Step::Accept, ("aceptado", by()), accepted_at);
            take(unit, &mut ticket, &Step::Start, ("en camino", by()), *started_at);
            match end {
                End::Delivered => take(unit, &mut ticket, &Step::Deliver, ("entregado", by()), *ended_at),
                End::Failed(reason) => {
                    take(unit, &mut ticket, &Step::Fail((*reason).to_owned()), ("fallido", by()), *ended_at);
                    let back = Step::Return((*reason).to_owned());
                    take(unit, &mut ticket, &back, ("devuelto", Actor::System), *ended_at);
                }
            }
        }
    }
}

/// A step that is legal: the past was made of those.
fn take(unit: &mut BoardUnit, ticket: &mut Ticket, step: &Step, did: (&'static str, Actor), at: UnixMillis) {
    if let Ok(next) = transition(ticket, step, As::Board, at) {
        *ticket = next;
        record(unit, ticket, step.kind(), did, at);
    }
}

fn record(
    unit: &mut BoardUnit,
    ticket: &mut Ticket,
    kind: EventKind,
    (action, actor): (&'static str, Actor),
    at: UnixMillis,
) {
    ticket.view.updated_at = at;
    let change =
        Change { kind, action, actor, occurred_at: at, clock_moved_ms: None, previous_driver: ticket.view.driver_id };
    *ticket = unit.record_of_old(ticket.clone(), change).clone();
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
