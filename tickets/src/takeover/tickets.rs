//! `ticket`.

use std::collections::HashMap;

use belgrano_runtime::takeover::{OldRow, Report};
use belgrano_runtime::writer::Failure;
use belgrano_wire::texts::Language;
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::{EventKind, OrderMessage, TicketState};
use serde_json::{Value, json};

use super::users::Driver;
use crate::intake::new_ticket;
use crate::unit::{Action, Actor, BoardUnit, Change};

const WHAT: &str = "tickets";
/// Tickets between two writes.
const CHUNK: usize = 500;

/// A ticket: the order it was made of, and what became of it.
#[derive(Clone, Debug)]
pub(super) struct OldTicket {
    pub(super) message: OrderMessage,
    state: TicketState,
    old_driver: Option<i64>,
    driver_name: Option<String>,
    assigned_at: Option<UnixMillis>,
    delivered_at: Option<UnixMillis>,
}

/// The tickets that can be taken.
pub(super) fn read(rows: &[OldRow], refused: &mut Report) -> Vec<OldTicket> {
    let mut tickets = Vec::with_capacity(rows.len());
    for row in rows {
        match ticket(row) {
            Ok(ticket) => tickets.push(ticket),
            Err(why) => refused.refuse(format!("ticket {}", row.words("numero", 64)), why),
        }
    }
    tickets
}

fn ticket(row: &OldRow) -> Result<OldTicket, String> {
    let state = row.text("estado").map_or(Some(TicketState::Pending), |text| TicketState::parse(&text));
    let driver_name = [row.words("repartidor_nombre", 100), row.words("repartidor", 100)];
    Ok(OldTicket {
        message: message(row)?,
        state: state.ok_or("its state is unknown")?,
        old_driver: row.whole("asignado_a"),
        driver_name: driver_name.into_iter().find(|name| !name.is_empty()),
        assigned_at: row.time("fecha_asignacion"),
        delivered_at: row.time("fecha_entrega"),
    })
}

/// The order as it would come over the wire, so that one reader has the last word on both.
fn message(row: &OldRow) -> Result<OrderMessage, String> {
    let lines: Value = match row.text("productos") {
        None => Value::Null,
        Some(text) => serde_json::from_str(&text).unwrap_or_else(|_| json!([text])),
    };
    let text = |column| row.text(column);
    let order = json!({
        "numero": text("numero"),
        "cliente_nombre": text("cliente_nombre"),
        "cliente_direccion": text("cliente_direccion"),
        "cliente_telefono": text("cliente_telefono"),
        "cliente_email": text("cliente_email"),
        "productos": lines,
        // The first of the old boards stored none.
        "total": text("total").unwrap_or_else(|| "0".to_owned()),
        "prioridad": text("prioridad"),
        "indicaciones": text("indicaciones"),
        "fecha_creacion": row.time("fecha_creacion"),
        "origen": "belgrano_ahorro",
    });
    OrderMessage::from_json(order.to_string().as_bytes()).map_err(|error| error.to(Language::English))
}

/// Makes the tickets that are not there.
pub(super) async fn store<R>(
    unit: &mut BoardUnit,
    tickets: &[OldTicket],
    drivers: &HashMap<i64, Driver>,
    report: &mut Report,
) -> Result<(), Failure<R>> {
    for (at, old) in tickets.iter().enumerate() {
        // Postgres ends a transaction that asks nothing for long.
        if at % CHUNK == 0 {
            unit.flush().await?;
        }
        let known = unit.ticket(&old.message.number).await?.is_some();
        report.take(WHAT, !known);
        if known {
            continue;
        }
        let (id, now) = (unit.new_ticket_id(), unit.now());
        let mut ticket = new_ticket(&old.message, old.message.fingerprint(), id, now);
        let driver = old.old_driver.and_then(|id| drivers.get(&id));
        ticket.view.state = match old.state {
            // An offer nobody answered in time, and what the old board called somebody's without an account to show for it.
            TicketState::Assigned => TicketState::Pending,
            TicketState::Accepted | TicketState::OnTheWay if driver.is_none() => {
                report.refuse(format!("ticket {}", old.message.number), "its driver has no account: it stays pending");
                TicketState::Pending
            }
            state => state,
        };
        if ticket.view.state != TicketState::Pending {
            ticket.view.set_driver(driver.map(|driver| (driver.id, driver.name.clone())));
            ticket.view.assigned_at = old.assigned_at;
            ticket.view.delivered_at = old.delivered_at;
            if ticket.view.driver_id.is_none() {
                ticket.view.driver_name.clone_from(&old.driver_name);
                ticket.view.assigned_driver.clone_from(&old.driver_name);
            }
        }
        let occurred_at = ticket.view.created_at;
        // Readers are shown what ended lately, which these did not.
        let last =
            [ticket.view.assigned_at, ticket.view.delivered_at].into_iter().flatten().fold(occurred_at, Ord::max);
        ticket.view.updated_at = last.min(now);
        let change = Change {
            kind: EventKind::Created,
            action: Action::TakenOver,
            actor: Actor::System,
            occurred_at,
            clock_moved_ms: None,
            previous_driver: None,
        };
        unit.record_of_old(ticket, change)?;
    }
    Ok(())
}
