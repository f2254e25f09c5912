//! The hub: committed events in one order, in memory, for any number of readers.
//!
//! The writer's announcer hands in what it committed; readers are cursors and are only woken. An event that does not
//! follow the last one (another instance committed in between) is kept aside until `catch_up` has read what is missing
//! from the log. Drivers have small rings of their own, so that an event wakes the one it concerns and not the fleet.
//! What must never happen here: waiting, an event before the one it follows, the same event twice.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use belgrano_runtime::sockets::Sockets;
use belgrano_wire::OrderNumber;
use tokio::sync::{Notify, watch};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::frames::{DriverFrame, EventFrames, position_frame};
use super::positions::Positions;
use super::reader::Reader;
use super::ring::{Ring, RingLimits};
use super::viewer::View;
use crate::unit::{Announcement, Committed, CommittedEvent, LogHead};

/// Events kept aside while a gap is filled; those beyond are read from the log again.
pub(super) const MAX_ASIDE: usize = 4096;

/// How much the hub remembers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HubLimits {
    /// Of all events.
    pub all: RingLimits,
    /// Of the events of one connected driver.
    pub driver: RingLimits,
}

impl Default for HubLimits {
    fn default() -> Self {
        Self {
            all: RingLimits { entries: 8192, bytes: 16 * 1024 * 1024 },
            driver: RingLimits { entries: 256, bytes: 512 * 1024 },
        }
    }
}

/// Committed events in memory. Clones are the same hub.
#[derive(Clone, Debug)]
pub struct Hub(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    epoch: String,
    limits: HubLimits,
    state: RwLock<State>,
    /// Wakes those who see everything; carries the last `seq`.
    head: watch::Sender<i64>,
    positions: Positions,
    gap: Notify,
    sockets: Sockets,
    tickets: AtomicI64,
}

#[derive(Debug)]
struct State {
    head: i64,
    all: Ring<EventFrames>,
    drivers: HashMap<i64, DriverFeed>,
    /// Events that arrived before those they follow.
    aside: BTreeMap<i64, EventFrames>,
    /// The newest event known to exist.
    known: i64,
}

#[derive(Debug)]
struct DriverFeed {
    ring: Ring<DriverFrame>,
    wake: watch::Sender<i64>,
    readers: usize,
}

/// The cursor is older than what the hub remembers: the log has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Behind;

impl Hub {
    /// A hub for a log that ends at `head`.
    #[must_use]
    pub fn new(head: LogHead, limits: HubLimits, sockets: Sockets) -> Self {
        let state = State {
            head: head.seq,
            all: Ring::new(head.seq, limits.all),
            drivers: HashMap::new(),
            aside: BTreeMap::new(),
            known: head.seq,
        };
        Self(Arc::new(Shared {
            epoch: head.epoch,
            limits,
            state: RwLock::new(state),
            head: watch::Sender::new(head.seq),
            positions: Positions::default(),
            gap: Notify::new(),
            sockets,
            tickets: AtomicI64::new(0),
        }))
    }

    /// A hub that already remembers the end of the log, so that a restart does not send every reader to the database.
    /// `history` is in order and ends at `head`.
    #[must_use]
    pub fn with_history(head: LogHead, limits: HubLimits, sockets: Sockets, history: &[CommittedEvent]) -> Self {
        let start = history.first().map_or(head.seq, |first| first.seq - 1);
        let hub = Self::new(LogHead { epoch: head.epoch, seq: start }, limits, sockets);
        hub.insert(history);
        hub
    }

    /// The life of the database.
    #[must_use]
    pub fn epoch(&self) -> &str {
        &self.0.epoch
    }

    /// The last event every reader can have.
    #[must_use]
    pub fn head(&self) -> i64 {
        *self.0.head.borrow()
    }

    /// The oldest event a reader of everything can go on from.
    #[must_use]
    pub fn floor(&self) -> i64 {
        self.read().all.floor()
    }

    /// How many tickets there are, of all instances, as far as this one has heard.
    #[must_use]
    pub fn tickets(&self) -> i64 {
        self.0.tickets.load(Ordering::Relaxed)
    }

    /// Says how many there are at least. Their ids are given without holes and none is ever deleted: a ticket's id says it.
    pub(crate) fn know_tickets(&self, count: i64) {
        self.0.tickets.fetch_max(count, Ordering::Relaxed);
    }

    /// Every socket of this process.
    #[must_use]
    pub fn sockets(&self) -> &Sockets {
        &self.0.sockets
    }

    /// Takes what a commit hands on. Never waits; the announcer of the writer calls it.
    pub fn publish(&self, committed: Committed) {
        if committed.epoch != self.0.epoch {
            tracing::error!("a commit of another epoch: the database was replaced under a running process");
            return;
        }
        let mut events = Vec::with_capacity(committed.announcements.len());
        for announcement in committed.announcements {
            match announcement {
                Announcement::Event(event) => events.push(event),
                Announcement::Moved { driver_id, position, at } => {
                    self.0.positions.moved(driver_id, position_frame(driver_id, position, at));
                }
                Announcement::Revoked { user_id, session } => self.0.sockets.revoke(user_id, session.as_deref()),
            }
        }
        self.insert(&events);
    }

    /// Puts events in their place: those that follow the last one go to the readers, the others wait for the gap to be
    /// filled, and those that are there already are dropped.
    pub(super) fn insert(&self, events: &[CommittedEvent]) {
        if events.is_empty() {
            return;
        }
        self.know_tickets(events.iter().map(|event| event.ticket_id).max().unwrap_or(0));
        // Serialised before the lock is taken: readers wait for nothing but the copying.
        let framed: Vec<_> = events.iter().map(|event| (event.seq, EventFrames::of(event))).collect();
        let mut state = self.write();
        let before = state.head;
        for (seq, frames) in framed {
            state.known = state.known.max(seq);
            if seq == state.head + 1 {
                state.push(seq, frames);
                state.push_aside();
            } else if seq > state.head && state.aside.len() < MAX_ASIDE {
                state.aside.insert(seq, frames);
            }
        }
        let (head, gap) = (state.head, state.known > state.head);
        drop(state);
        if head != before {
            self.wake(head);
        }
        if gap {
            self.0.gap.notify_one();
        }
    }

    /// Says that the log has lost what follows the head (it was pruned while this process was cut off): goes on after
    /// `floor`, and every reader behind it has to start anew.
    pub(super) fn skip_to(&self, floor: i64) {
        let mut state = self.write();
        if floor <= state.head {
            return;
        }
        state.head = floor;
        state.known = state.known.max(floor);
        state.all.restart(floor);
        state.aside = state.aside.split_off(&(floor + 1));
        for feed in state.drivers.values_mut() {
            feed.ring.restart(floor);
            feed.wake.send_replace(floor);
        }
        state.push_aside();
        let head = state.head;
        drop(state);
        self.wake(head);
    }

    /// Wakes who sees everything. Without the lock on the state: the first readers copy while the last are woken.
    pub(super) fn wake(&self, head: i64) {
        self.0.head.send_if_modified(|known| {
            let newer = head > *known;
            *known = head.max(*known);
            newer
        });
    }

    /// The newest event this hub has heard of, in its place or not.
    pub(super) fn known(&self) -> i64 {
        self.read().known
    }

    /// Resolves when there is a gap to fill.
    pub(super) async fn gap(&self) {
        self.0.gap.notified().await;
    }

    /// A reader that goes on after `cursor`, which may lie ahead of the hub (a snapshot can be newer).
    pub fn follow(&self, view: View, positions: bool, cursor: i64) -> Result<Reader, Behind> {
        let mut wake = match view {
            View::All => {
                if cursor < self.floor() {
                    return Err(Behind);
                }
                self.0.head.subscribe()
            }
            View::Driver(driver_id) => {
                let mut state = self.write();
                let limits = self.0.limits.driver;
                let State { drivers, all, .. } = &mut *state;
                let feed = drivers.entry(driver_id).or_insert_with(|| DriverFeed::of(driver_id, all, limits));
                if cursor < feed.ring.floor() {
                    if feed.readers == 0 {
                        drivers.remove(&driver_id);
                    }
                    return Err(Behind);
                }
                feed.readers += 1;
                feed.wake.subscribe()
            }
        };
        // The first look does not wait for an event.
        wake.mark_changed();
        let positions = positions.then(|| self.0.positions.follow());
        Ok(Reader::new(self.clone(), view, cursor, wake, positions))
    }

    /// Copies what `view` has after `cursor` into `out`, until `full` says stop; the new cursor, and whether that is all.
    pub(super) fn copy(
        &self,
        view: View,
        cursor: i64,
        mut full: impl FnMut(&Utf8Bytes) -> bool,
        out: &mut Vec<Utf8Bytes>,
    ) -> Result<(i64, bool), Behind> {
        let state = self.read();
        let mut at = cursor;
        let mut push = |seq: i64, frame: &Utf8Bytes| {
            at = seq;
            out.push(frame.clone());
            full(frame)
        };
        let more = match view {
            View::All => {
                let mut entries = state.all.after(cursor).map_err(|_| Behind)?;
                entries.any(|(seq, frames)| frames.for_view(view).is_some_and(|frame| push(*seq, frame)))
            }
            View::Driver(id) => match state.drivers.get(&id) {
                Some(feed) => feed.ring.after(cursor).map_err(|_| Behind)?.any(|(seq, frame)| push(*seq, &frame.now)),
                None => false,
            },
        };
        Ok((if more { at } else { cursor.max(state.head) }, !more))
    }

    pub(super) fn positions(&self) -> &Positions {
        &self.0.positions
    }

    /// A reader of `view` is gone.
    pub(super) fn left(&self, view: View) {
        let View::Driver(driver_id) = view else { return };
        let mut state = self.write();
        if let Some(feed) = state.drivers.get_mut(&driver_id) {
            feed.readers -= 1;
            if feed.readers == 0 {
                state.drivers.remove(&driver_id);
            }
        }
    }

    // Nothing in here panics half-way, so a poisoned lock guards a whole state.
    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.0.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.0.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn push(&mut self, seq: i64, frames: EventFrames) {
        self.head = seq;
        if let Some(number) = &frames.forgets {
            self.forget(frames.ticket_id, number);
        }
        for driver_id in [frames.driver_id, frames.left_driver_id].into_iter().flatten() {
            if let Some(feed) = self.drivers.get_mut(&driver_id)
                && feed.take(seq, frames.for_driver(driver_id))
            {
                feed.wake.send_replace(seq);
            }
        }
        self.all.push(seq, frames);
    }

    /// Takes the customer out of whatever is remembered of a ticket.
    fn forget(&mut self, ticket_id: i64, number: &OrderNumber) {
        self.all.update(|earlier| earlier.forget(ticket_id, number));
        for feed in self.drivers.values_mut() {
            feed.ring.update(|earlier| earlier.forget(ticket_id));
        }
    }

    /// Takes from aside what now follows.
    fn push_aside(&mut self) {
        while let Some(entry) = self.aside.first_entry() {
            let seq = *entry.key();
            if seq > self.head + 1 {
                return;
            }
            let frames = entry.remove();
            if seq == self.head + 1 {
                self.push(seq, frames);
            }
        }
    }
}

impl DriverFeed {
    /// What the ring of all remembers of one driver.
    fn of(driver_id: i64, all: &Ring<EventFrames>, limits: RingLimits) -> Self {
        let mut feed = Self { ring: Ring::new(all.floor(), limits), wake: watch::Sender::new(0), readers: 0 };
        for (seq, frames) in all.after(all.floor()).into_iter().flatten() {
            feed.take(*seq, frames.for_driver(driver_id));
        }
        feed
    }

    /// Takes what concerns the driver. With the end of its business with a ticket what was told before of that ticket forgets the
    /// customer.
    fn take(&mut self, seq: i64, frame: Option<DriverFrame>) -> bool {
        let Some(frame) = frame else { return false };
        if frame.ends {
            self.ring.update(|earlier| {
                if earlier.ticket_id == frame.ticket_id {
                    earlier.now = earlier.afterwards.clone();
                }
            });
        }
        self.ring.push(seq, frame);
        true
    }
}
