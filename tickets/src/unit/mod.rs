//! The board's unit of work: what one batch of commands has read, and what it will write.
//!
//! A command takes a ticket, decides, and hands it back with [`BoardUnit::record`], which numbers the change, fixes what
//! everyone will see of it and buffers both. Commands see tickets as they will be after the commands before them.
//! [`BoardUnit::commit`] writes a whole batch with a handful of many-row statements.
//! What must never happen here: a changed ticket without an event, or a `seq` that does not follow commit order.

mod action;
mod assignment_reason;
mod callers;
pub(crate) mod counts;
mod event;
mod milestones;
mod past;
mod redact;
mod security_log;
mod ticket;

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use belgrano_notices::{NoticeService, NoticeUnit, Outgoing};
use belgrano_runtime::auth::caller::Callers;
use belgrano_runtime::auth::session::TokenHash;
use belgrano_runtime::auth::session_end;
use belgrano_runtime::changes::{FeedUnit, Growing};
use belgrano_runtime::idempotency::{Answers, IdempotencyKey, KeepsAnswers, StoredAnswer};
use belgrano_runtime::security::{self, Entry, Source};
use belgrano_runtime::storage::Session;
use belgrano_runtime::storage::dialect::Engine;
use belgrano_runtime::writer::UnitOfWork;
use belgrano_runtime::{execute, fetch, growing};
use belgrano_wire::ambient::Ambient;
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::{OrderNumber, Position};

pub use action::Action;
pub use assignment_reason::{AssignmentReason, Decision, Grounds};
pub use counts::Recount;
pub use event::{Actor, Change, CommittedEvent};
pub use milestones::Milestones;
pub(crate) use redact::{forget_in, reason_left};
pub use ticket::Ticket;
pub(crate) use ticket::{TicketRow, searchable, select_tickets};

use crate::notices;

/// One batch of the board's writer.
#[derive(Debug)]
pub struct BoardUnit {
    session: Session,
    ambient: Ambient,
    now: UnixMillis,
    changes: u64,
    counters: Counters,
    stored: (i64, i64),
    tickets: HashMap<OrderNumber, Option<Ticket>>,
    /// By id, which is the order they are written in.
    dirty: BTreeMap<i64, OrderNumber>,
    events: Vec<event::Row>,
    answers: Answers,
    callers: Callers,
    announcements: Vec<Announcement>,
    outgoing: Outgoing,
    noticed: bool,
    /// Who asks for the command that is applied.
    asker: Source,
    log: Vec<Entry>,
    logged: Vec<Entry>,
}

/// What a batch asks to be read before its commands run.
#[derive(Debug, Default)]
pub struct BoardWants {
    /// Tickets that may exist.
    pub tickets: Vec<OrderNumber>,
    /// Sessions of those who ask.
    pub callers: Vec<TokenHash>,
    /// Keys that may have been answered before.
    pub keys: Vec<IdempotencyKey>,
}

/// What a commit hands on, in order.
#[derive(Clone, Debug)]
pub enum Announcement {
    /// A ticket changed.
    Event(CommittedEvent),
    /// A driver moved.
    Moved {
        /// Which driver.
        driver_id: i64,
        /// Where to.
        position: Position,
        /// When, by the driver's phone.
        at: UnixMillis,
    },
    /// A user may no longer do what it could: its sockets and cached sessions end.
    Revoked {
        /// Which user.
        user_id: i64,
        /// Only this session (hash of its token), or all when `None`.
        session: Option<Vec<u8>>,
    },
}

#[derive(Clone, Debug, sqlx::FromRow)]
struct Counters {
    epoch: String,
    seq: i64,
    ticket_id: i64,
}

/// Makes the row when it is missing and locks it when it is there: on Postgres the writers of other instances wait here
/// until this batch is over, which is what makes `seq` follow commit order.
fn lock_counters(engine: Engine) -> String {
    format!(
        "INSERT INTO counters (id, epoch, seq, ticket_id, clock) VALUES (1, $1, 0, 0, $2) \
         ON CONFLICT (id) DO UPDATE SET clock = excluded.clock RETURNING epoch, seq, ticket_id{}{}",
        engine.own_turn(),
        engine.own_time("clock")
    )
}

static LOCK_SQLITE: LazyLock<String> = LazyLock::new(|| lock_counters(Engine::Sqlite));
static LOCK_POSTGRES: LazyLock<String> = LazyLock::new(|| lock_counters(Engine::Postgres));
const STORE_COUNTERS: &str =
    "UPDATE counters SET seq = $1, ticket_id = $2, counted_seq = counted_seq + $3 WHERE id = 1";

impl BoardUnit {
    /// The transaction, for a room's own statements. Taking it counts as a change, so take it to write.
    pub fn session(&mut self) -> &mut Session {
        self.changes += 1;
        &mut self.session
    }

    /// The transaction, to read on; [`BoardUnit::flush`] first to see what the batch has buffered.
    pub fn reader(&mut self) -> &mut Session {
        &mut self.session
    }

    /// The time of this batch.
    #[must_use]
    pub fn now(&self) -> UnixMillis {
        self.now
    }

    /// Randomness and ids.
    #[must_use]
    pub fn ambient(&self) -> &Ambient {
        &self.ambient
    }

    /// Says something once this is committed.
    pub fn announce(&mut self, announcement: Announcement) {
        self.announcements.push(announcement);
    }

    /// A ticket as it stands in this batch, or `None`.
    pub async fn ticket(&mut self, number: &OrderNumber) -> sqlx::Result<Option<&Ticket>> {
        ticket::load(&mut self.session, &mut self.tickets, std::slice::from_ref(number)).await?;
        Ok(self.tickets.get(number).and_then(Option::as_ref))
    }

    /// An id for a new ticket.
    pub fn new_ticket_id(&mut self) -> i64 {
        self.counters.ticket_id += 1;
        self.counters.ticket_id
    }

    /// Puts a ticket back, changed (or a new one, with version 0), and the event that says so. Returns it as stored.
    pub fn record(&mut self, mut ticket: Ticket, change: Change) -> sqlx::Result<&Ticket> {
        ticket.view.updated_at = self.now;
        let before = self.tickets.get(&ticket.view.number).and_then(Option::as_ref).map(|before| &before.view);
        for notice in notices::of(before, &ticket.view, &change, self.now) {
            self.outgoing.push(notice);
        }
        self.record_of_old(ticket, change)
    }

    /// The same for a ticket that lived elsewhere: `updated_at` stays as it is, and it is no news to anybody.
    pub fn record_of_old(&mut self, mut ticket: Ticket, change: Change) -> sqlx::Result<&Ticket> {
        self.pass(&mut ticket, &change);
        let row = event::Row::new(self.counters.seq, &ticket, change, self.now)?;
        self.announcements.push(Announcement::Event(row.committed(&ticket.view.number)));
        self.events.push(row);
        Ok(self.put(ticket))
    }

    /// Puts a ticket back that has forgotten its customer, and the event that says so; `updated_at` stays as it is. What is
    /// buffered is written first: afterwards the ticket's row and all that was buffered of it are stored.
    pub async fn record_forgotten_customer(&mut self, ticket: Ticket, change: Change) -> sqlx::Result<&Ticket> {
        self.flush().await?;
        ticket::store_forgotten(&mut self.session, &ticket).await?;
        self.record_of_old(ticket, change)
    }

    /// Counts a change, and notes with the ticket where it led to.
    fn pass(&mut self, ticket: &mut Ticket, change: &Change) {
        self.changes += 1;
        self.counters.seq += 1;
        ticket.view.version += 1;
        if let Some(Some(before)) = self.tickets.get(&ticket.view.number) {
            ticket.milestones.pass(before.view.state, ticket.view.state, change);
        }
    }

    fn put(&mut self, ticket: Ticket) -> &Ticket {
        let number = ticket.view.number.clone();
        self.dirty.insert(ticket.view.ticket_id, number.clone());
        self.tickets.entry(number).or_default().insert(ticket)
    }

    /// [`BoardUnit::flush`], if a change of this ticket is buffered: for who reads its events only.
    pub async fn flush_ticket(&mut self, id: i64) -> sqlx::Result<()> {
        if self.dirty.contains_key(&id) { self.flush().await } else { Ok(()) }
    }

    /// Writes what is buffered, so that a statement can read it.
    pub async fn flush(&mut self) -> sqlx::Result<()> {
        let dirty: Vec<&Ticket> = self.dirty.values().filter_map(|number| self.tickets.get(number)?.as_ref()).collect();
        counts::keep(&mut self.session, &dirty, &self.events).await?;
        ticket::store(&mut self.session, &dirty).await?;
        self.dirty.clear();
        event::store(&mut self.session, &self.events).await?;
        self.events.clear();
        let outgoing = self.outgoing.flush(&mut self.session, Self::NOTICES, &self.ambient, self.now);
        self.noticed |= outgoing.await?;
        self.answers.flush(&mut self.session, self.now).await?;
        security::store(&mut self.session, &self.log, self.now).await?;
        self.logged.append(&mut self.log);
        let counters = (self.counters.seq, self.counters.ticket_id);
        if counters != self.stored {
            execute!(self.session, STORE_COUNTERS, counters.0, counters.1, counters.0 - self.stored.0)?;
            self.stored = counters;
        }
        Ok(())
    }
}

/// As it is stored.
fn as_json(value: &impl serde::Serialize) -> sqlx::Result<String> {
    serde_json::to_string(value).map_err(|error| sqlx::Error::Encode(Box::new(error)))
}

/// What a commit of the board hands on.
#[derive(Debug)]
pub struct Committed {
    /// The life of the database these belong to.
    pub epoch: String,
    /// In order of `seq`.
    pub announcements: Vec<Announcement>,
    /// There are notices to be sent.
    pub noticed: bool,
    /// What the security log has more.
    pub logged: Vec<Entry>,
    /// Anything was written at all.
    pub changed: bool,
}

impl UnitOfWork for BoardUnit {
    type Context = Ambient;
    type Wants = BoardWants;
    type Committed = Committed;

    async fn begin(mut session: Session, ambient: &Ambient) -> sqlx::Result<Self> {
        let epoch = ambient.uuid().simple().to_string();
        let lock: &'static str = match session.engine() {
            Engine::Sqlite => &LOCK_SQLITE,
            Engine::Postgres => &LOCK_POSTGRES,
        };
        let now = ambient.now();
        let counters = fetch!(one, session, Counters, lock, epoch.as_str(), now)?;
        Ok(Self {
            now,
            ambient: ambient.clone(),
            changes: 0,
            stored: (counters.seq, counters.ticket_id),
            counters,
            tickets: HashMap::new(),
            dirty: BTreeMap::new(),
            events: Vec::new(),
            answers: Answers::default(),
            callers: Callers::default(),
            announcements: Vec::new(),
            outgoing: Outgoing::default(),
            noticed: false,
            asker: Source::default(),
            log: Vec::new(),
            logged: Vec::new(),
            session,
        })
    }

    async fn read(&mut self, wants: BoardWants) -> sqlx::Result<()> {
        self.callers = Callers::load(&mut self.session, callers::SELECT, &wants.callers).await?;
        ticket::load(&mut self.session, &mut self.tickets, &wants.tickets).await?;
        self.answers = Answers::load(&mut self.session, &wants.keys).await?;
        Ok(())
    }

    fn changes(&self) -> u64 {
        self.changes
    }

    async fn commit(mut self) -> sqlx::Result<Committed> {
        let changed = self.changes > 0;
        if changed {
            self.flush().await?;
            session_end::store(&mut self.session, &callers::ended(&self.announcements), self.now).await?;
            self.session.commit().await?;
        } else {
            self.session.rollback().await?;
        }
        let (announcements, noticed, logged) = (self.announcements, self.noticed, self.logged);
        Ok(Committed { epoch: self.counters.epoch, announcements, noticed, logged, changed })
    }
}

impl FeedUnit for BoardUnit {
    const GROWING: &'static [Growing] = &[
        growing!("ticket", "tickets", "id", "updated_at", "tickets_told"),
        growing!("paso", "events", "seq", "recorded_at", "history_told"),
    ];

    fn feed_session(&mut self) -> &mut Session {
        self.session()
    }
}

impl NoticeUnit for BoardUnit {
    const NOTICES: &'static NoticeService = &notices::SERVICE;

    fn now(&self) -> UnixMillis {
        self.now
    }

    fn ambient(&self) -> &Ambient {
        &self.ambient
    }

    fn session(&mut self) -> &mut Session {
        self.session()
    }

    fn reader(&mut self) -> &mut Session {
        self.reader()
    }

    fn wake(&mut self) {
        self.noticed = true;
    }
}

impl KeepsAnswers for BoardUnit {
    fn want_answer(wants: &mut BoardWants, key: IdempotencyKey) {
        wants.keys.push(key);
    }

    fn answers(&self) -> &Answers {
        &self.answers
    }

    fn keep_answer(&mut self, key: IdempotencyKey, answer: StoredAnswer) {
        self.changes += 1;
        self.answers.keep(key, answer);
    }
}

/// The number of the last committed change and the life it belongs to, as a reader sees them.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct LogHead {
    /// The life of the database.
    pub epoch: String,
    /// The last `seq`; 0 before the first.
    pub seq: i64,
}

/// Makes sure the counters are there, so that readers find an epoch from the first moment on.
#[derive(Debug)]
pub struct Found;

impl belgrano_runtime::writer::Command<BoardUnit> for Found {
    type Output = LogHead;
    type Refusal = std::convert::Infallible;

    async fn apply(
        &self,
        unit: &mut BoardUnit,
    ) -> Result<LogHead, belgrano_runtime::writer::Failure<std::convert::Infallible>> {
        // Beginning the unit made the row; counting a change makes the commit keep it.
        unit.changes += 1;
        Ok(LogHead { epoch: unit.counters.epoch.clone(), seq: unit.counters.seq })
    }
}

/// Where the log ends, read on any session.
pub async fn log_head(session: &mut Session) -> sqlx::Result<LogHead> {
    fetch!(one, *session, LogHead, "SELECT epoch, seq FROM counters WHERE id = 1")
}
