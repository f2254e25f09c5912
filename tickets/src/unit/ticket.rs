//! A ticket as commands see and change it, and its row.

use std::collections::HashMap;

use belgrano_runtime::storage::{Session, require_one};
use belgrano_runtime::{execute, execute_rows, fetch_in};
use belgrano_wire::money::Money;
use belgrano_wire::search::fold;
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::{CustomerKind, OrderNumber, PaymentMethod, Priority, TicketState, TicketView};

use super::{AssignmentReason, Milestones, as_json, reason_left};

/// A ticket: what everyone may see of it, and what only the board needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Ticket {
    /// As the wire shows it.
    pub view: TicketView,
    /// SHA-256 of the order it was made of, to tell the same order from another under the same number; one byte once the
    /// customer was forgotten, since whoever guesses the order could tell by it.
    pub fingerprint: Vec<u8>,
    /// Why this driver, when the assignment was automatic.
    pub assignment_reason: Option<AssignmentReason>,
    /// When the order was taken in, by this clock.
    pub recorded_at: UnixMillis,
    /// When it last came to each state.
    pub milestones: Milestones,
}

/// The fingerprint of a ticket whose customer was forgotten.
const NO_FINGERPRINT: [u8; 1] = [0];

impl Ticket {
    /// Whether its customer was forgotten.
    #[must_use]
    pub fn is_forgotten(&self) -> bool {
        self.fingerprint == NO_FINGERPRINT
    }

    /// Takes out whatever says who its customer is. What was ordered, for how much, when and in which neighbourhood stays.
    pub fn forget_customer(&mut self) {
        self.fingerprint = NO_FINGERPRINT.to_vec();
        let view = &mut self.view;
        view.customer_name.clear();
        view.customer_address = None;
        view.customer_phone = None;
        view.customer_email = None;
        view.instructions = None;
        view.reason = view.reason.take().filter(|reason| reason_left(reason));
        (view.lat, view.lng) = (None, None);
    }
}

/// A row of `tickets`.
#[derive(sqlx::FromRow)]
pub(crate) struct TicketRow {
    id: i64,
    #[sqlx(try_from = "String")]
    number: OrderNumber,
    fingerprint: Vec<u8>,
    customer_name: String,
    customer_address: Option<String>,
    customer_phone: Option<String>,
    customer_email: Option<String>,
    #[sqlx(try_from = "String")]
    customer_kind: CustomerKind,
    lines: String,
    total: Money,
    payment_method: Option<String>,
    instructions: Option<String>,
    origin: Option<String>,
    neighbourhood: Option<String>,
    lat: Option<f64>,
    lng: Option<f64>,
    #[sqlx(try_from = "String")]
    state: TicketState,
    #[sqlx(try_from = "String")]
    priority: Priority,
    driver_id: Option<i64>,
    driver_name: Option<String>,
    assignment_reason: Option<String>,
    offer_expires_at: Option<UnixMillis>,
    reason: Option<String>,
    created_at: UnixMillis,
    recorded_at: UnixMillis,
    assigned_at: Option<UnixMillis>,
    delivered_at: Option<UnixMillis>,
    promised_at: Option<UnixMillis>,
    updated_at: UnixMillis,
    version: i64,
    #[sqlx(flatten)]
    milestones: Milestones,
}

/// `SELECT` of every column of a ticket; what follows says which.
macro_rules! select_tickets {
    ($($which:tt)+) => {
        concat!(
            "SELECT id, number, fingerprint, customer_name, customer_address, customer_phone, customer_email, customer_kind, ",
            "lines, total, payment_method, instructions, origin, neighbourhood, lat, lng, state, priority, driver_id, ",
            "driver_name, assignment_reason, offer_expires_at, reason, created_at, recorded_at, assigned_at, delivered_at, ",
            "promised_at, updated_at, version, accepted_at, departed_at, failed_at, cancelled_at, attempts FROM tickets ",
            $($which)+
        )
    };
}
pub(crate) use select_tickets;

const UPSERT: &str = "INSERT INTO tickets (id, number, fingerprint, customer_name, customer_address, customer_phone, customer_email, \
     customer_kind, lines, total, payment_method, instructions, origin, neighbourhood, lat, lng, state, priority, driver_id, \
     driver_name, assignment_reason, offer_expires_at, reason, created_at, recorded_at, assigned_at, delivered_at, updated_at, \
     version, search, neighbourhood_search, accepted_at, departed_at, failed_at, cancelled_at, attempts, promised_at) VALUES";
/// What of a ticket can change after it was taken in.
const UPSERT_TAIL: &str = "ON CONFLICT (id) DO UPDATE SET instructions = excluded.instructions, state = excluded.state, \
     priority = excluded.priority, driver_id = excluded.driver_id, driver_name = excluded.driver_name, \
     assignment_reason = excluded.assignment_reason, offer_expires_at = excluded.offer_expires_at, reason = excluded.reason, \
     assigned_at = excluded.assigned_at, delivered_at = excluded.delivered_at, updated_at = excluded.updated_at, \
     version = excluded.version, accepted_at = excluded.accepted_at, departed_at = excluded.departed_at, \
     failed_at = excluded.failed_at, cancelled_at = excluded.cancelled_at, attempts = excluded.attempts";

impl TryFrom<TicketRow> for Ticket {
    type Error = sqlx::Error;

    fn try_from(row: TicketRow) -> Result<Self, sqlx::Error> {
        let decode = |error: serde_json::Error| sqlx::Error::Decode(Box::new(error));
        let payment_method = row.payment_method.map(|method| PaymentMethod::parse(&method)).transpose();
        let view = TicketView {
            ticket_id: row.id,
            number: row.number,
            customer_name: row.customer_name,
            customer_address: row.customer_address,
            customer_phone: row.customer_phone,
            customer_email: row.customer_email,
            lines: serde_json::from_str(&row.lines).map_err(decode)?,
            total: row.total,
            payment_method: payment_method.map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
            instructions: row.instructions,
            state: row.state,
            priority: row.priority,
            customer_kind: row.customer_kind,
            created_at: row.created_at,
            origin: row.origin,
            neighbourhood: row.neighbourhood,
            lat: row.lat,
            lng: row.lng,
            driver_id: row.driver_id,
            assigned_driver: row.driver_name.clone(),
            driver_name: row.driver_name,
            reason: row.reason,
            offer_expires_at: row.offer_expires_at,
            assigned_at: row.assigned_at,
            delivered_at: row.delivered_at,
            promised_at: row.promised_at,
            updated_at: row.updated_at,
            version: row.version,
        };
        Ok(Self {
            view,
            fingerprint: row.fingerprint,
            assignment_reason: row.assignment_reason.map(AssignmentReason::parse),
            recorded_at: row.recorded_at,
            milestones: row.milestones,
        })
    }
}

/// Reads those of `numbers` that are not known yet; one that does not exist is known as `None`.
pub(super) async fn load(
    session: &mut Session,
    known: &mut HashMap<OrderNumber, Option<Ticket>>,
    numbers: &[OrderNumber],
) -> sqlx::Result<()> {
    let mut missing = Vec::new();
    for number in numbers {
        if !known.contains_key(number) {
            known.insert(number.clone(), None);
            missing.push(number.as_str());
        }
    }
    for row in fetch_in!(*session, TicketRow, select_tickets!("WHERE number IN"), &missing, "") {
        let ticket = Ticket::try_from(row)?;
        known.insert(ticket.view.number.clone(), Some(ticket));
    }
    Ok(())
}

/// What a ticket is found by, folded.
pub(crate) fn searchable(number: &str, name: &str, address: Option<&str>, phone: Option<&str>) -> String {
    fold(&[number, name, address.unwrap_or_default(), phone.unwrap_or_default()].join(" "))
}

/// What of a customer is stored with a ticket and does not change otherwise.
const FORGET: &str = "UPDATE tickets SET fingerprint = $2, customer_name = '', customer_address = NULL, customer_phone = NULL, \
     customer_email = NULL, instructions = NULL, lat = NULL, lng = NULL, search = $3 WHERE id = $1";

/// Writes what [`Ticket::forget_customer`] took out of a stored ticket.
pub(super) async fn store_forgotten(session: &mut Session, ticket: &Ticket) -> sqlx::Result<()> {
    let (id, search) = (ticket.view.ticket_id, searchable(ticket.view.number.as_str(), "", None, None));
    require_one(execute!(*session, FORGET, id, &ticket.fingerprint, search)?)
}

/// What of a ticket is stored as JSON.
struct Stored<'a> {
    ticket: &'a Ticket,
    lines: String,
    assignment_reason: Option<String>,
}

impl<'a> Stored<'a> {
    fn of(ticket: &'a Ticket) -> sqlx::Result<Self> {
        let assignment_reason = ticket.assignment_reason.as_ref().map(AssignmentReason::stored).transpose()?;
        Ok(Self { ticket, lines: as_json(&ticket.view.lines)?, assignment_reason })
    }
}

pub(super) async fn store(session: &mut Session, tickets: &[&Ticket]) -> sqlx::Result<()> {
    let rows = tickets.iter().map(|ticket| Stored::of(ticket)).collect::<sqlx::Result<Vec<_>>>()?;
    execute_rows!(*session, UPSERT, 37, &rows, UPSERT_TAIL, |query, stored| {
        let row = stored.ticket;
        query
            .bind(row.view.ticket_id)
            .bind(row.view.number.as_str())
            .bind(&row.fingerprint)
            .bind(&row.view.customer_name)
            .bind(&row.view.customer_address)
            .bind(&row.view.customer_phone)
            .bind(&row.view.customer_email)
            .bind(row.view.customer_kind.as_str())
            .bind(&stored.lines)
            .bind(row.view.total)
            .bind(row.view.payment_method.as_ref().map(PaymentMethod::as_str))
            .bind(&row.view.instructions)
            .bind(&row.view.origin)
            .bind(&row.view.neighbourhood)
            .bind(row.view.lat)
            .bind(row.view.lng)
            .bind(row.view.state.as_str())
            .bind(row.view.priority.as_str())
            .bind(row.view.driver_id)
            .bind(&row.view.driver_name)
            .bind(&stored.assignment_reason)
            .bind(row.view.offer_expires_at)
            .bind(&row.view.reason)
            .bind(row.view.created_at)
            .bind(row.recorded_at)
            .bind(row.view.assigned_at)
            .bind(row.view.delivered_at)
            .bind(row.view.updated_at)
            .bind(row.view.version)
            .bind(searchable(
                row.view.number.as_str(),
                &row.view.customer_name,
                row.view.customer_address.as_deref(),
                row.view.customer_phone.as_deref(),
            ))
            .bind(row.view.neighbourhood.as_deref().map(fold))
            .bind(row.milestones.accepted_at)
            .bind(row.milestones.departed_at)
            .bind(row.milestones.failed_at)
            .bind(row.milestones.cancelled_at)
            .bind(row.milestones.attempts)
            .bind(row.view.promised_at)
    });
    Ok(())
}
