//! Offering a ticket to a driver, chosen by hand or automatically, also when another has it; and taking it back.

use std::time::Duration;

use belgrano_runtime::writer::{Command, Failure};
use belgrano_runtime::{fetch, fetch_scalar};
use belgrano_wire::steady::horizon;
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::{EventKind, OrderNumber, TicketState};

use super::choose::{Candidate, Choice, Wanted, choose};
use crate::app::App;
use crate::progress::{As, IllegalStep, Offer, Step, TicketRefusal, check_version, recall, transition};
use crate::sessions::Principal;
use crate::tickets::Detail;
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

impl Terms {
    /// Those of an administrator.
    pub(crate) fn of(app: &App, by: &Principal, recall: bool) -> Self {
        Self { by: by.actor(), offer_timeout_ms: app.settings.offer_timeout_ms(), recall }
    }
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
) -> Result<Detail, Failure<TicketRefusal>> {
    let ticket = seen(unit, number, if_match).await?;
    let held_by = held_by(&ticket, terms.recall);
    if held_by.is_some_and(|driver_id| chosen == Chosen::Driver(driver_id)) {
        return Ok(ticket.into());
    }
    let now = unit.now();
    let unseen = matches!(chosen, Chosen::Automatic { .. }) && if_match.is_none();
    // Whether it may be offered at all comes before to whom.
    let free = offerable(&ticket, !unseen, terms.recall, now).map_err(illegal)?;
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
    Ok(unit.record(next, change)?.clone().into())
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

/// `ticket` as it is offered to somebody, or why it cannot be: taken back first where that is a step it may take, if whoever
/// offers it has `seen` who has it. The command refuses by it, and a page offers by it.
pub(crate) fn offerable(ticket: &Ticket, seen: bool, recall: bool, now: UnixMillis) -> Result<Ticket, IllegalStep> {
    let free = if seen { released(ticket, recall, now).unwrap_or_else(|_| ticket.clone()) } else { ticket.clone() };
    let nobody = Offer { driver_id: 0, driver_name: String::new(), expires_at: now, reason: None };
    transition(&free, &Step::Offer(nobody), As::Board, now)?;
    Ok(free)
}

/// Who a ticket is with, offered or accepted, or set out with where that is taken back too. One that failed is with nobody any
/// more, whoever brings it back.
pub(crate) fn held_by(ticket: &Ticket, recall: bool) -> Option<i64> {
    let state = ticket.view.state;
    let held = matches!(state, TicketState::Assigned | TicketState::Accepted);
    (held || (recall && state == TicketState::OnTheWay)).then_some(ticket.view.driver_id).flatten()
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
    transition(ticket, step, As::Board, now).map_err(illegal)
}

fn illegal(step: IllegalStep) -> Failure<TicketRefusal> {
    Failure::Refused(step.into())
}

/// Takes a ticket back to the pool and says so.
pub(super) fn take_back(
    unit: &mut BoardUnit,
    ticket: &Ticket,
    also_on_the_way: bool,
    by: Actor,
) -> Result<Detail, Failure<TicketRefusal>> {
    let next = released(ticket, also_on_the_way, unit.now()).map_err(illegal)?;
    written(unit, ticket, next, &Step::Release, Action::Unassigned, by)
}

/// `ticket` back in the pool, or why it cannot be.
fn released(ticket: &Ticket, also_on_the_way: bool, now: UnixMillis) -> Result<Ticket, IllegalStep> {
    if also_on_the_way { recall(ticket, now) } else { transition(ticket, &Step::Release, As::Board, now) }
}

/// Takes a step of the board's own and says so.
pub(super) fn record(
    unit: &mut BoardUnit,
    ticket: &Ticket,
    step: &Step,
    action: Action,
    by: Actor,
) -> Result<Detail, Failure<TicketRefusal>> {
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
) -> Result<Detail, Failure<TicketRefusal>> {
    let change = Change {
        kind: step.kind(),
        action,
        actor: by,
        occurred_at: unit.now(),
        clock_moved_ms: None,
        previous_driver: ticket.view.driver_id,
    };
    Ok(unit.record(next, change)?.clone().into())
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
    type Output = Detail;
    type Refusal = TicketRefusal;

    fn wants(&self, wants: &mut BoardWants) {
        wants.tickets.push(self.number.clone());
    }

    async fn apply(&self, unit: &mut BoardUnit) -> Result<Detail, Failure<TicketRefusal>> {
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
    type Output = Detail;
    type Refusal = TicketRefusal;

    fn wants(&self, wants: &mut BoardWants) {
        wants.tickets.push(self.number.clone());
    }

    async fn apply(&self, unit: &mut BoardUnit) -> Result<Detail, Failure<TicketRefusal>> {
        let ticket = seen(unit, &self.number, self.if_match).await?;
        take_back(unit, &ticket, self.recall, self.by.clone())
    }
}

#[cfg(test)]
mod tests {
    use belgrano_wire::timestamp::UnixMillis;
    use belgrano_wire::{OrderMessage, TicketState};

    use super::{held_by, offerable, released};
    use crate::intake::new_ticket;

    #[test]
    fn what_somebody_has_can_be_taken_back_and_offered_to_another() {
        let order = OrderMessage::from_json(br#"{"numero":"A-1","cliente_nombre":"Ana","total":1}"#).expect("an order");
        let mut ticket = new_ticket(&order, [0; 32], 1, UnixMillis(1000));
        ticket.view.set_driver(Some((3, "Beto".to_owned())));
        for state in TicketState::ALL.iter().copied() {
            ticket.view.state = state;
            let now = UnixMillis(2000);
            for recall in [false, true] {
                if held_by(&ticket, recall).is_some() {
                    assert!(released(&ticket, recall, now).is_ok(), "{state}");
                    assert!(offerable(&ticket, true, recall, now).is_ok(), "{state}");
                }
            }
            assert_eq!(offerable(&ticket, true, true, now).is_ok(), !state.is_final(), "{state}");
        }
    }
}
