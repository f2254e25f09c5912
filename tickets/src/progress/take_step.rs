//! The command behind `POST /api/tickets/{numero}/estado`.
//!
//! Order of the checks: the key, whose ticket it is, whether it was done already, the version, the state machine, the time, the
//! proof. The PIN comes last, and only then is a try at it counted: in the transaction that says whether it is right, or many
//! tries at once would find the same count. A driver whose answer got lost repeats the step and gets the ticket as it is: nothing is done twice.

use belgrano_shared::idempotency::{IdempotencyKey, Once, OnceRefusal, StoredAnswer};
use belgrano_shared::picture::Picture;
use belgrano_shared::timestamp::UnixMillis;
use belgrano_shared::wire::{OrderNumber, TicketState, TicketView};
use belgrano_shared::writer::{Command, Failure};
use belgrano_shared::{execute, fetch_scalar};

use super::pin_tries::count_try;
use super::{As, GivenProofs, ProofKind, Proofs, Step, TicketRefusal, transition};
use crate::sessions::Principal;
use crate::tickets::InFull;
use crate::unit::{BoardUnit, BoardWants, Change, Ticket};
use crate::users::Role;

/// How far a phone's clock may be ahead of ours, or behind; within it, its time is moved to what is possible.
pub const CLOCK_SKEW_MS: i64 = 2 * 60 * 1000;

/// Take a step.
#[derive(Debug)]
pub struct TakeStep {
    /// Of which ticket.
    pub number: OrderNumber,
    /// Which step.
    pub step: Step,
    /// Who takes it.
    pub by: Principal,
    /// When it happened, if not just now.
    pub occurred_at: Option<UnixMillis>,
    /// Only if the ticket is at this version.
    pub if_match: Option<i64>,
    /// What a delivery has to be proved with.
    pub required: Proofs,
    /// What came with the step.
    pub given: GivenProofs,
}

impl Command<BoardUnit> for TakeStep {
    type Output = TicketView;
    type Refusal = TicketRefusal;

    fn wants(&self, wants: &mut BoardWants) {
        wants.tickets.push(self.number.clone());
    }

    async fn apply(&self, unit: &mut BoardUnit) -> Result<TicketView, Failure<TicketRefusal>> {
        let now = unit.now();
        if let Some(ticket) = self.rejected_before(unit).await? {
            return Ok(ticket);
        }
        let ticket = owned(unit, &self.number, &self.by).await?;
        if self.by.role == Role::Driver && ticket.view.state == self.step.target() {
            return Ok(ticket.view.clone());
        }
        let next = self.decide(ticket, now).map_err(Failure::Refused)?;
        let previous_driver = ticket.view.driver_id;
        self.check_pin(unit, next.0.view.ticket_id).await?;
        let change = Change {
            kind: self.step.kind(),
            action: action(&self.step, self.by.role),
            actor: self.by.actor(),
            occurred_at: next.1,
            previous_driver,
        };
        let ticket_id = next.0.view.ticket_id;
        let view = unit.record(next.0, change).view.clone();
        self.keep_pictures(unit, ticket_id).await?;
        Ok(view)
    }
}

/// A step under its key. A wrong PIN is no refusal to the writer, which would take the counted try back with it.
#[derive(Debug)]
pub struct StepOnce(Once<InFull<TakeStep>>);

impl StepOnce {
    /// The answer is kept under `key`.
    #[must_use]
    pub fn new(step: TakeStep, key: Option<IdempotencyKey>) -> Self {
        Self(Once::new(InFull(step), key))
    }
}

impl Command<BoardUnit> for StepOnce {
    type Output = Result<StoredAnswer, TicketRefusal>;
    type Refusal = OnceRefusal<TicketRefusal>;

    fn wants(&self, wants: &mut BoardWants) {
        self.0.wants(wants);
    }

    async fn apply(&self, unit: &mut BoardUnit) -> Result<Self::Output, Failure<Self::Refusal>> {
        match self.0.apply(unit).await {
            Err(Failure::Refused(OnceRefusal::Refused(wrong @ TicketRefusal::PinWrong))) => Ok(Err(wrong)),
            answer => answer.map(Ok),
        }
    }
}

impl TakeStep {
    /// The ticket, if this driver has just rejected it: it is nobody's now, but the answer may have got lost.
    async fn rejected_before(&self, unit: &mut BoardUnit) -> sqlx::Result<Option<TicketView>> {
        const REJECTED: &str = "SELECT COUNT(*) FROM events WHERE ticket_id = $1 AND version = $2 AND actor_id = $3 \
             AND kind = 'ticket.unassigned'";
        if self.by.role != Role::Driver || self.step != Step::Release {
            return Ok(None);
        }
        let pending = unit.ticket(&self.number).await?.filter(|ticket| ticket.view.state == TicketState::Pending);
        let Some(view) = pending.map(|ticket| ticket.view.clone()) else { return Ok(None) };
        unit.flush().await?;
        let by = self.by.user_id;
        let count = fetch_scalar!(one, *unit.reader(), i64, REJECTED, view.ticket_id, view.version, by)?;
        Ok((count > 0).then_some(view))
    }

    /// The ticket afterwards and when the step happened.
    fn decide(&self, ticket: &Ticket, now: UnixMillis) -> Result<(Ticket, UnixMillis), TicketRefusal> {
        check_version(ticket, self.if_match)?;
        let occurred_at = occurred(self.occurred_at, ticket.recorded_at, now);
        let who = match self.by.role {
            Role::Admin => As::Board,
            Role::Driver => As::Driver,
        };
        let next = transition(ticket, &self.step, who, *occurred_at.as_ref().unwrap_or(&now))?;
        let missing = self.required.missing(&self.given).filter(|_| self.step == Step::Deliver);
        match missing {
            Some(kind) => Err(TicketRefusal::ProofMissing(kind)),
            None => Ok((next, occurred_at?)),
        }
    }

    /// Counts the try before it says anything about the PIN.
    async fn check_pin(&self, unit: &mut BoardUnit, ticket_id: i64) -> Result<(), Failure<TicketRefusal>> {
        let Some(right) = self.given.pin.filter(|_| self.step == Step::Deliver) else { return Ok(()) };
        let counted = count_try(unit, ticket_id, self.by.user_id).await?;
        counted.map_err(|again_in| Failure::Refused(TicketRefusal::PinTries(again_in)))?;
        if right { Ok(()) } else { Err(Failure::Refused(TicketRefusal::PinWrong)) }
    }

    async fn keep_pictures(&self, unit: &mut BoardUnit, ticket_id: i64) -> sqlx::Result<()> {
        let GivenProofs { photo, signature, pin: _ } = &self.given;
        let pictures = [(ProofKind::Photo, photo), (ProofKind::Signature, signature)];
        if self.step != Step::Deliver || pictures.iter().all(|(_, picture)| picture.is_none()) {
            return Ok(());
        }
        // The proof refers to its ticket, which has to be there first.
        unit.flush().await?;
        for (kind, picture) in pictures {
            if let Some(picture) = picture {
                keep(unit, ticket_id, kind, picture).await?;
            }
        }
        Ok(())
    }
}

async fn keep(unit: &mut BoardUnit, ticket_id: i64, kind: ProofKind, picture: &Picture) -> sqlx::Result<()> {
    const UPSERT: &str = "INSERT INTO proofs (ticket_id, kind, media_type, content, recorded_at) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (ticket_id, kind) DO UPDATE SET media_type = excluded.media_type, \
         content = excluded.content, recorded_at = excluded.recorded_at";
    let now = unit.now();
    let (kind, media_type, content) = (kind.as_str(), picture.media_type, picture.content.as_slice());
    execute!(*unit.session(), UPSERT, ticket_id, kind, media_type, content, now)?;
    Ok(())
}

/// A ticket that `by` may change. Another driver's is not found: whose it is, is nobody else's business.
async fn owned<'a>(
    unit: &'a mut BoardUnit,
    number: &OrderNumber,
    by: &Principal,
) -> Result<&'a Ticket, Failure<TicketRefusal>> {
    let ticket = unit.ticket(number).await?;
    let ticket = ticket.filter(|ticket| by.role == Role::Admin || ticket.view.driver_id == Some(by.user_id));
    ticket.ok_or_else(|| Failure::Refused(TicketRefusal::NotFound(number.clone())))
}

/// Refuses when `If-Match` named another version.
pub fn check_version(ticket: &Ticket, if_match: Option<i64>) -> Result<(), TicketRefusal> {
    match if_match {
        Some(version) if version != ticket.view.version => Err(TicketRefusal::Stale(ticket.view.version)),
        Some(_) | None => Ok(()),
    }
}

/// When a step happened: not after now and not before the ticket was taken in, give or take the skew of a phone's clock.
fn occurred(
    claimed: Option<UnixMillis>,
    recorded_at: UnixMillis,
    now: UnixMillis,
) -> Result<UnixMillis, TicketRefusal> {
    let Some(claimed) = claimed else { return Ok(now) };
    if claimed.since_ms(now) > CLOCK_SKEW_MS {
        return Err(TicketRefusal::Occurred("error-future"));
    }
    if recorded_at.since_ms(claimed) > CLOCK_SKEW_MS {
        return Err(TicketRefusal::Occurred("error-before-ticket"));
    }
    Ok(claimed.min(now).max(recorded_at.min(now)))
}

/// What the history calls it.
const fn action(step: &Step, role: Role) -> &'static str {
    match (step, role) {
        (Step::Offer(_), _) => "asignado",
        (Step::Accept, _) => "aceptado",
        (Step::Release, Role::Driver) => "rechazado",
        (Step::Release, Role::Admin) => "vuelto a pendiente",
        (Step::Start, _) => "en camino",
        (Step::Deliver, _) => "entregado",
        (Step::Fail(_), _) => "fallido",
        (Step::Return(_), _) => "devuelto",
        (Step::Cancel(_), _) => "cancelado",
    }
}

#[cfg(test)]
mod tests {
    use belgrano_shared::timestamp::UnixMillis;

    use super::{CLOCK_SKEW_MS, occurred};

    #[test]
    fn a_phones_time_is_moved_to_what_is_possible() {
        let (recorded, now) = (UnixMillis(1_000_000), UnixMillis(9_000_000));
        let at = |claimed: i64| occurred(Some(UnixMillis(claimed)), recorded, now).map(|at| at.0);
        assert_eq!(occurred(None, recorded, now), Ok(now));
        assert_eq!(at(5_000_000), Ok(5_000_000));
        assert_eq!(at(now.0 + CLOCK_SKEW_MS), Ok(now.0));
        assert!(at(now.0 + CLOCK_SKEW_MS + 1).is_err());
        assert_eq!(at(recorded.0 - CLOCK_SKEW_MS), Ok(recorded.0));
        assert!(at(recorded.0 - CLOCK_SKEW_MS - 1).is_err());
    }
}
