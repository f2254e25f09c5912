//! Offering a ticket to a driver, chosen by hand or automatically, and taking it back.

use belgrano_shared::timestamp::UnixMillis;
use belgrano_shared::wire::{OrderNumber, TicketState, TicketView};
use belgrano_shared::writer::{Command, Failure};
use belgrano_shared::{fetch, fetch_scalar};

use super::choose::{Candidate, Choice, Wanted, choose};
use crate::progress::{As, Offer, Step, TicketRefusal, check_version, transition};
use crate::unit::{Actor, BoardUnit, BoardWants, Change, Ticket};

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
const LET_GO: &str = "SELECT DISTINCT previous_driver_id FROM events WHERE ticket_id = $1 \
     AND kind = 'ticket.unassigned' AND previous_driver_id IS NOT NULL AND recorded_at > $2";

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
    fn count(&mut self, driver_id: i64) {
        let drivers = self.0.iter_mut().flatten();
        drivers.filter(|driver| driver.id == driver_id).for_each(|driver| driver.load += 1);
    }
}

fn candidate(row: Row) -> Candidate {
    let fix = row.lat.zip(row.lng).zip(row.position_at);
    let Row { id, name, capacity, load, barrio: neighbourhood, .. } = row;
    Candidate { id, name, capacity, load, neighbourhood, fix }
}

/// Offers one ticket. The same driver again is the same offer.
pub async fn assign(
    unit: &mut BoardUnit,
    number: &OrderNumber,
    chosen: Chosen,
    on_shift: &mut OnShift,
    terms: &Terms,
) -> Result<TicketView, Failure<TicketRefusal>> {
    let ticket = find(unit, number).await?;
    let offered = (ticket.view.state == TicketState::Assigned).then_some(ticket.view.driver_id).flatten();
    if offered.is_some_and(|driver_id| chosen == Chosen::Driver(driver_id)) {
        return Ok(ticket.view);
    }
    let now = unit.now();
    let mut offer = Offer {
        driver_id: 0,
        driver_name: String::new(),
        expires_at: now.plus_ms(terms.offer_timeout_ms),
        reason: None,
    };
    // Whether it may be offered at all comes before to whom.
    let probe = Step::Offer(offer.clone());
    transition(&ticket, &probe, As::Board, now).map_err(|illegal| Failure::Refused(illegal.into()))?;
    match chosen {
        Chosen::Driver(id) => {
            let name = fetch_scalar!(optional, *unit.reader(), String, DRIVER, id)?;
            offer.driver_name = name.ok_or(Failure::Refused(TicketRefusal::NoSuchDriver(id)))?;
            offer.driver_id = id;
        }
        Chosen::Automatic { insist } => {
            let choice = best(unit, &ticket, insist, on_shift).await?;
            let choice = choice.ok_or(Failure::Refused(TicketRefusal::NobodyFree))?;
            (offer.driver_id, offer.driver_name) = (choice.driver_id, choice.driver_name);
            offer.reason = Some(choice.reason);
        }
    }
    on_shift.count(offer.driver_id);
    let action = if offer.reason.is_some() { "asignado automáticamente" } else { "asignado" };
    record(unit, &ticket, &Step::Offer(offer), action, terms.by.clone())
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
    let let_go = fetch_scalar!(all, *unit.reader(), i64, LET_GO, ticket.view.ticket_id, since)?;
    let wanted = Wanted {
        place: ticket.view.lat.zip(ticket.view.lng),
        neighbourhood: ticket.view.neighbourhood.as_deref(),
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

/// Takes a step of the board's own and says so.
pub(super) fn record(
    unit: &mut BoardUnit,
    ticket: &Ticket,
    step: &Step,
    action: &'static str,
    by: Actor,
) -> Result<TicketView, Failure<TicketRefusal>> {
    let now = unit.now();
    let next = transition(ticket, step, As::Board, now).map_err(|illegal| Failure::Refused(illegal.into()))?;
    let change =
        Change { kind: step.kind(), action, actor: by, occurred_at: now, previous_driver: ticket.view.driver_id };
    Ok(unit.record(next, change).view.clone())
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
        check_version(&find(unit, &self.number).await?, self.if_match).map_err(Failure::Refused)?;
        assign(unit, &self.number, self.chosen, &mut OnShift::default(), &self.terms).await
    }
}

/// Take one ticket back to the pool.
#[derive(Debug)]
pub struct Unassign {
    /// Which.
    pub number: OrderNumber,
    /// Only if the ticket is at this version.
    pub if_match: Option<i64>,
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
        let ticket = find(unit, &self.number).await?;
        check_version(&ticket, self.if_match).map_err(Failure::Refused)?;
        record(unit, &ticket, &Step::Release, "desasignado", self.by.clone())
    }
}
