//! The command behind `POST /api/tickets/{numero}/estado`.
//!
//! Order of the checks: the key, whose ticket it is, whether it was done already, the version, the state machine, the proof. The
//! time is no check: a phone's clock that is off costs no step. The PIN comes last, and only then is a try at it counted: in the
//! transaction that says whether it is right, or many tries at once would find the same count. A driver whose answer got lost
//! repeats the step and gets the ticket as it is: nothing is done twice.

use belgrano_runtime::idempotency::{IdempotencyKey, Once, OnceRefusal, StoredAnswer};
use belgrano_runtime::problem::Problem;
use belgrano_runtime::writer::{Command, Failure};
use belgrano_runtime::{execute, fetch_scalar};
use belgrano_web::picture::Picture;
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::{ClientMoment, EventKind, Judged, OrderNumber, TicketState};

use super::pin_tries::count_try;
use super::{As, GivenProofs, ProofKind, Proofs, Step, TicketRefusal, transition};
use crate::app::App;
use crate::sessions::Principal;
use crate::tickets::Detail;
use crate::unit::{Action, BoardUnit, BoardWants, Change, Ticket};
use crate::users::Role;

/// Take a step.
#[derive(Debug)]
pub struct TakeStep {
    /// Of which ticket.
    pub number: OrderNumber,
    /// Which step.
    pub step: Step,
    /// Who takes it.
    pub by: Principal,
    /// When it happened, by the clock of whoever takes it. Never a reason to refuse it: it is placed where it can have been.
    pub when: ClientMoment,
    /// Only if the ticket is at this version.
    pub if_match: Option<i64>,
    /// What a delivery has to be proved with.
    pub required: Proofs,
    /// What came with the step.
    pub given: GivenProofs,
}

impl Command<BoardUnit> for TakeStep {
    type Output = Detail;
    type Refusal = TicketRefusal;

    fn wants(&self, wants: &mut BoardWants) {
        wants.tickets.push(self.number.clone());
    }

    async fn apply(&self, unit: &mut BoardUnit) -> Result<Detail, Failure<TicketRefusal>> {
        if let Some(ticket) = self.rejected_before(unit).await? {
            return Ok(ticket);
        }
        let ticket = owned(unit, &self.number, &self.by).await?;
        if self.by.role == Role::Driver && ticket.view.state == self.step.target() {
            return Ok(ticket.clone().into());
        }
        let ticket = ticket.clone();
        let judged = self.when(unit, &ticket).await?;
        let next = self.decide(&ticket, judged.at).map_err(Failure::Refused)?;
        let (ticket_id, previous_driver) = (ticket.view.ticket_id, ticket.view.driver_id);
        self.check_pin(unit, ticket_id).await?;
        let change = Change {
            kind: self.step.kind(),
            action: action(&self.step, self.by.role),
            actor: self.by.actor(),
            occurred_at: judged.at,
            clock_moved_ms: judged.moved_ms,
            previous_driver,
        };
        let taken = unit.record(next, change)?.clone().into();
        self.keep_pictures(unit, ticket_id).await?;
        Ok(taken)
    }
}

/// A [`TakeStep`] under its key. A wrong PIN is no refusal to the writer, which would take the counted try back with it.
#[derive(Debug)]
pub struct StepOnce(Once<TakeStep>);

/// What became of a step that was not refused to the writer.
#[derive(Debug)]
pub enum Stepped {
    /// It was taken, now or when its key was first used; with what was answered then.
    Taken(StoredAnswer),
    /// It was not: the PIN was wrong, or there were too many tries. The try is counted.
    PinRefused(TicketRefusal),
}

impl StepOnce {
    /// The answer is kept under `key`.
    #[must_use]
    pub fn new(step: TakeStep, key: Option<IdempotencyKey>) -> Self {
        Self(Once::new(step, key))
    }
}

impl Command<BoardUnit> for StepOnce {
    type Output = Stepped;
    type Refusal = OnceRefusal<TicketRefusal>;

    fn wants(&self, wants: &mut BoardWants) {
        self.0.wants(wants);
    }

    async fn apply(&self, unit: &mut BoardUnit) -> Result<Stepped, Failure<Self::Refusal>> {
        match self.0.apply(unit).await {
            Err(Failure::Refused(OnceRefusal::Refused(
                wrong @ (TicketRefusal::PinWrong | TicketRefusal::PinTries(_)),
            ))) => Ok(Stepped::PinRefused(wrong)),
            answer => answer.map(Stepped::Taken),
        }
    }
}

/// Takes a step, once under `key`.
pub(crate) async fn take(app: &App, step: TakeStep, key: Option<IdempotencyKey>) -> Result<StoredAnswer, Problem> {
    let by = step.by.clone();
    match app.writer.submit_for(&by, StepOnce::new(step, key)).await? {
        Stepped::Taken(answer) => Ok(answer),
        Stepped::PinRefused(refusal) => Err(refusal.into()),
    }
}

impl TakeStep {
    /// The ticket, if this driver has just rejected it: it is nobody's now, but the answer may have got lost.
    async fn rejected_before(&self, unit: &mut BoardUnit) -> sqlx::Result<Option<Detail>> {
        const REJECTED: &str = "SELECT COUNT(*) FROM events WHERE ticket_id = $1 AND version = $2 AND actor_id = $3 \
             AND kind = 'ticket.unassigned'";
        if self.by.role != Role::Driver || self.step != Step::Release {
            return Ok(None);
        }
        let pending = unit.ticket(&self.number).await?.filter(|ticket| ticket.view.state == TicketState::Pending);
        let Some(ticket) = pending.cloned() else { return Ok(None) };
        unit.flush().await?;
        let (by, view) = (self.by.user_id, &ticket.view);
        let count = fetch_scalar!(one, *unit.reader(), i64, REJECTED, view.ticket_id, view.version, by)?;
        Ok((count > 0).then(|| ticket.into()))
    }

    /// When the step happened: not before the one before it, and not after now.
    async fn when(&self, unit: &mut BoardUnit, ticket: &Ticket) -> sqlx::Result<Judged> {
        // An edit is no step: a driver without a signal may have gone on before it.
        const LAST: &str =
            "SELECT occurred_at FROM events WHERE ticket_id = $1 AND kind <> $2 ORDER BY version DESC LIMIT 1";
        if self.when.occurred.is_none() {
            return Ok(self.when.judge(ticket.recorded_at, unit.now()));
        }
        let id = ticket.view.ticket_id;
        unit.flush_ticket(id).await?;
        let last = fetch_scalar!(optional, *unit.reader(), UnixMillis, LAST, id, EventKind::Updated.as_str())?;
        // When it was taken in is by our clock; when it was ordered, by the shop's.
        let earliest = last.unwrap_or(ticket.recorded_at).max(ticket.recorded_at);
        Ok(self.when.judge(earliest, unit.now()))
    }

    /// The ticket afterwards.
    fn decide(&self, ticket: &Ticket, occurred_at: UnixMillis) -> Result<Ticket, TicketRefusal> {
        check_version(ticket, self.if_match)?;
        let who = match self.by.role {
            Role::Admin => As::Board,
            Role::Driver => As::Driver,
        };
        let next = transition(ticket, &self.step, who, occurred_at)?;
        let missing = self.required.missing(&self.given).filter(|_| self.step == Step::Deliver);
        match missing {
            Some(kind) => Err(TicketRefusal::ProofMissing(kind)),
            None => Ok(next),
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
    const UPSERT: &str = "INSERT INTO proofs (ticket_id, kind, media_type, content, recorded_at, drawn) \
         VALUES ($1, $2, $3, $4, $5, TRUE) ON CONFLICT (ticket_id, kind) DO UPDATE SET \
         media_type = excluded.media_type, content = excluded.content, recorded_at = excluded.recorded_at, drawn = TRUE";
    let now = unit.now();
    let (kind, media_type, content) = (kind.as_str(), picture.media_type(), picture.content());
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

/// What the history calls it.
const fn action(step: &Step, role: Role) -> Action {
    match (step, role) {
        (Step::Offer(_), _) => Action::Assigned,
        (Step::Accept, _) => Action::Accepted,
        (Step::Release, Role::Driver) => Action::Rejected,
        (Step::Release, Role::Admin) => Action::MadePending,
        (Step::Start, _) => Action::Started,
        (Step::Deliver, _) => Action::Delivered,
        (Step::Fail(_), _) => Action::Failed,
        (Step::Return(_), _) => Action::Returned,
        (Step::Cancel(_), _) => Action::Cancelled,
    }
}
