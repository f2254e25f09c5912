//! Offering a ticket to a driver, chosen by hand or automatically, also when another has it; and taking it back.

use std::time::Duration;

use belgrano_runtime::writer::{Command, Failure};
use belgrano_runtime::{fetch, fetch_scalar};
use belgrano_wire::steady::horizon;
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::{EventKind, OrderNumber, TicketState, TicketView};

use super::choose::{Candidate, Choice, Wanted, choose};
use crate::progress::{As, Offer, Step, TicketRefusal, check_version, recall, transition};
use crate::unit::{Action, Actor, BoardUnit, BoardWants, Change, Ticket};

/// How long a driver who let a ticket go is spared it.
const SPARED_MS: i64 = 10 * 60 * 1000;

/// Who gets a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// This driver, on shift or not, with room or not: whoever decides by hand knows more.
    Driver(i64),
    /// Whoever fits best.
    Automatic {
        /// Whether a driver who let it go may get it again when nobody else can.
        insist: bool,
    },
}

/// As whom, and on what terms, offers are made.
#[derive(Clone, Debug)]
pub struct Terms {
    /// Who assigns.
    pub by: Actor,
    /// How long an offer holds.
    pub offer_timeout_ms: i64,
    /// Whether also what a driver has set out with is taken from that driver, who has the goods.
    pub recall: bool,
}

/// Drivers on shift, as they stand while a batch of assignments goes on.
#[derive(Debug, Default)]
pub struct OnShift(Option<Vec<Candidate>>);

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    name: String,
    capacity: i64,
    load: i64,
    barrio: Option<String>,
    lat: Option<f64>,
    lng: Option<f64>,
    position_at: Option<UnixMillis>,
}

const ON_SHIFT: &str = "SELECT u.id, u.name, d.capacity, d.barrio, d.lat, d.lng, d.position_at, \
     (SELECT COUNT(*) FROM tickets t WHERE t.driver_id = d.user_id AND t.state IN ('asignado', 'aceptado', 'en-camino')) \
     AS load FROM drivers d JOIN users u ON u.id = d.user_id \
     WHERE d.on_shift AND u.active AND u.role = 'flota' ORDER BY u.id";
const DRIVER: &str = "SELECT u.name FROM drivers d JOIN users u ON u.id = d.user_id \
     WHERE u.id = $1 AND u.active AND u.role = 'flota'";
const LET_GO: &str = "SELECT DISTINCT previous_driver_id FROM events WHERE ticket_id = $1 AND recorded_at > $2 AND recorded_at <= $3 \
     AND previous_driver_id IS NOT NULL AND driver_id IS DISTINCT FROM previous_driver_id";

impl OnShift {
    async fn load(&mut self, unit: &mut BoardUnit) -> sqlx::Result<&mut Vec<Candidate>> {
        if self.0.is_none() {
            // Loads are counted from what is written.
            unit.flush().await?;
            let rows = fetch!(all, *unit.reader(), Row, ON_SHIFT)?;
            self.0 = Some(rows.into_iter().map(candidate).collect());
        }
        Ok(self.0.get_or_insert_default())
    }

    /// Whether somebody has room, as far as is known.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.0.as_ref().is_none_or(|drivers| drivers.iter().any(|driver| driver.load < driver.capacity))
    }

    /// Keeps up with a batch's own assignments.
    fn hand_over(&mut self, from: Option<i64>, to: i64) {
        for driver in self.0.iter_mut().flatten() {
            driver.load += i64::from(driver.id == to) - i64::from(Some(driver.id) == from);
        }
    }
}

fn candidate(row: Row) -> Candidate {
    let fix = row.lat.zip(row.lng).zip(row.position_at);
    let Row { id, name, capacity, load, barrio: neighbourhood, .. } = row;
    Candidate { id, name, capacity, load, neighbourhood, fix }
}

/// Offers one ticket, whoever has it: what another driver has not set out with is taken back and offered in one change, so
/// that it is never anybody's to take in between. Whom it is with already keeps it.
///
/// The machine takes a ticket from nobody unless the caller named the version it saw: asked twice, it would move it twice.
pub async fn assign(
    unit: &mut BoardUnit,
    number: &OrderNumber,
    chosen: Chosen,
    if_match: Option<i64>,
    on_shift: &mut OnShift,
    terms: &Terms,
) -> Result<TicketView, Failure<TicketRefusal>> {
    let ticket = seen(unit, number, if_match).await?;
    let held_by = held_by(&ticket, terms.recall);
    if held_by.is_some_and(|driver_id| chosen == Chosen::Driver(driver_id)) {
        return Ok(ticket.view);
    }
    let now = unit.now();
    let unseen = matches!(chosen, Chosen::Automatic { .. }) && if_match.is_none();
    let free = if unseen { ticket.clone() } else { freed(&ticket, terms.recall, now) };
    // Whether it may be offered at all comes before to whom.
    let nobody = Offer { driver_id: 0, driver_name: String::new(), expires_at: now, reason: None };
    take(&free, &Step::Offer(nobody), now)?;
    let offer = offer_to(unit, &ticket, chosen, on_shift, terms).await?;
    on_shift.hand_over(held_by, offer.driver_id);
    let change = Change {
        kind: EventKind::Assigned,
        action: action(&ticket, &offer),
        actor: terms.by.clone(),
        occurred_at: now,
        clock_moved_ms: None,
        previous_driver: ticket.view.driver_id,
    };
    let next = take(&free, &Step::Offer(offer), now)?;
    Ok(unit.record(next, change)?.view.clone())
}

/// The offer to whoever is chosen.
async fn offer_to(
    unit: &mut BoardUnit,
    ticket: &Ticket,
    chosen: Chosen,
    on_shift: &mut OnShift,
    terms: &Terms,
) -> Result<Offer, Failure<TicketRefusal>> {
    let expires_at = unit.now().plus_ms(terms.offer_timeout_ms);
    match chosen {
        Chosen::Driver(driver_id) => {
            let name = fetch_scalar!(optional, *unit.reader(), String, DRIVER, driver_id)?;
            let driver_name = name.ok_or(Failure::Refused(TicketRefusal::NoSuchDriver(driver_id)))?;
            Ok(Offer { driver_id, driver_name, expires_at, reason: None })
        }
        Chosen::Automatic { insist } => {
            let choice = best(unit, ticket, insist, on_shift).await?;
            let Choice { driver_id, driver_name, reason } =
                choice.ok_or(Failure::Refused(TicketRefusal::NobodyFree))?;
            Ok(Offer { driver_id, driver_name, expires_at, reason: Some(reason) })
        }
    }
}

/// Who a ticket is with, offered or accepted, or set out with where that is taken back too. One that failed is with nobody any
/// more, whoever brings it back.
fn held_by(ticket: &Ticket, recall: bool) -> Option<i64> {
    let state = ticket.view.state;
    let held = matches!(state, TicketState::Assigned | TicketState::Accepted);
    (held || (recall && state == TicketState::OnTheWay)).then_some(ticket.view.driver_id).flatten()
}

/// `ticket` as it is offered: taken back first, where that is a step it may take.
fn freed(ticket: &Ticket, also_on_the_way: bool, now: UnixMillis) -> Ticket {
    released(ticket, also_on_the_way, now).unwrap_or_else(|_| ticket.clone())
}

/// What the history calls it.
fn action(ticket: &Ticket, offer: &Offer) -> Action {
    let from_another = ticket.view.driver_id.is_some_and(|driver_id| driver_id != offer.driver_id);
    match (from_another, &offer.reason) {
        (false, None) => Action::Assigned,
        (false, Some(_)) => Action::AssignedByItself,
        (true, None) => Action::Reassigned,
        (true, Some(_)) => Action::ReassignedByItself,
    }
}

async fn best(
    unit: &mut BoardUnit,
    ticket: &Ticket,
    insist: bool,
    on_shift: &mut OnShift,
) -> sqlx::Result<Option<Choice>> {
    let now = unit.now();
    let candidates = on_shift.load(unit).await?;
    let since = now.plus_ms(-SPARED_MS);
    // What seems to be still to come was before the clock was set back, and nobody knows how long.
    let latest = horizon(now, Duration::ZERO);
    let mut let_go = fetch_scalar!(all, *unit.reader(), i64, LET_GO, ticket.view.ticket_id, since, latest)?;
    // With whom it failed comes last as well.
    let_go.extend(ticket.view.driver_id);
    let wanted = Wanted {
        place: ticket.view.lat.zip(ticket.view.lng),
        neighbourhood: ticket.view.neighbourhood.as_deref(),
        held_by: held_by(ticket, true),
        let_go: &let_go,
        insist,
    };
    Ok(choose(wanted, candidates, now))
}

/// A ticket that is there.
pub(super) async fn find(unit: &mut BoardUnit, number: &OrderNumber) -> Result<Ticket, Failure<TicketRefusal>> {
    let missing = || Failure::Refused(TicketRefusal::NotFound(number.clone()));
    unit.ticket(number).await?.cloned().ok_or_else(missing)
}

/// The same, if it is at the version that was seen.
pub(super) async fn seen(
    unit: &mut BoardUnit,
    number: &OrderNumber,
    if_match: Option<i64>,
) -> Result<Ticket, Failure<TicketRefusal>> {
    let ticket = find(unit, number).await?;
    check_version(&ticket, if_match).map_err(Failure::Refused)?;
    Ok(ticket)
}

fn take(ticket: &Ticket, step: &Step, now: UnixMillis) -> Result<Ticket, Failure<TicketRefusal>> {
    transition(ticket, step, As::Board, now).map_err(|illegal| Failure::Refused(illegal.into()))
}

/// Takes a ticket back to the pool and says so.
pub(super) fn take_back(
    unit: &mut BoardUnit,
    ticket: &Ticket,
    also_on_the_way: bool,
    by: Actor,
) -> Result<TicketView, Failure<TicketRefusal>> {
    let next = released(ticket, also_on_the_way, unit.now())?;
    written(unit, ticket, next, &Step::Release, Action::Unassigned, by)
}

fn released(ticket: &Ticket, also_on_the_way: bool, now: UnixMillis) -> Result<Ticket, Failure<TicketRefusal>> {
    if also_on_the_way {
        return recall(ticket, now).map_err(|illegal| Failure::Refused(illegal.into()));
    }
    take(ticket, &Step::Release, now)
}

/// Takes a step of the board's own and says so.
pub(super) fn record(
    unit: &mut BoardUnit,
    ticket: &Ticket,
    step: &Step,
    action: Action,
    by: Actor,
) -> Result<TicketView, Failure<TicketRefusal>> {
    let next = take(ticket, step, unit.now())?;
    written(unit, ticket, next, step, action, by)
}

/// Records that `step` made `next` of `ticket`.
fn written(
    unit: &mut BoardUnit,
    ticket: &Ticket,
    next: Ticket,
    step: &Step,
    action: Action,
    by: Actor,
) -> Result<TicketView, Failure<TicketRefusal>> {
    let change = Change {
        kind: step.kind(),
        action,
        actor: by,
        occurred_at: unit.now(),
        clock_moved_ms: None,
        previous_driver: ticket.view.driver_id,
    };
    Ok(unit.record(next, change)?.view.clone())
}

/// Offer one ticket.
#[derive(Debug)]
pub struct Assign {
    /// Which.
    pub number: OrderNumber,
    /// To whom.
    pub chosen: Chosen,
    /// Only if the ticket is at this version.
    pub if_match: Option<i64>,
    /// On what terms.
    pub terms: Terms,
}

impl Command<BoardUnit> for Assign {
    type Output = TicketView;
    type Refusal = TicketRefusal;

    fn wants(&self, wants: &mut BoardWants) {
        wants.tickets.push(self.number.clone());
    }

    async fn apply(&self, unit: &mut BoardUnit) -> Result<TicketView, Failure<TicketRefusal>> {
        assign(unit, &self.number, self.chosen, self.if_match, &mut OnShift::default(), &self.terms).await
    }
}

/// Take one ticket back to the pool.
#[derive(Debug)]
pub struct Unassign {
    /// Which.
    pub number: OrderNumber,
    /// Only if the ticket is at this version.
    pub if_match: Option<i64>,
    /// Whether also from a driver who has set out with it.
    pub recall: bool,
    /// Who takes it back.
    pub by: Actor,
}

impl Command<BoardUnit> for Unassign {
    type Output = TicketView;
    type Refusal = TicketRefusal;

    fn wants(&self, wants: &mut BoardWants) {
        wants.tickets.push(self.number.clone());
    }

    async fn apply(&self, unit: &mut BoardUnit) -> Result<TicketView, Failure<TicketRefusal>> {
        let ticket = seen(unit, &self.number, self.if_match).await?;
        take_back(unit, &ticket, self.recall, self.by.clone())
    }
}
