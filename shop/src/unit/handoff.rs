//! New messages go straight to the relay of their own process.
//!
//! A message that has to be claimed is written three times: new, under a lease, settled. While nothing older waits and the
//! board answers, the relay keeps its door open: a new message is written with its lease already, and the commit hands it
//! over. What must never happen here: a message handed over before it is committed (the commit does it), or while an
//! earlier one of its order is unsettled (only the first of an order goes this way).
//!
//! A process that dies between the commit and the delivery leaves what any dead relay leaves: a lease that ends.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use belgrano_wire::OrderNumber;
use belgrano_wire::steady::SteadyMillis;
use tokio::sync::{AcquireError, Notify, OwnedSemaphorePermit, Semaphore};

use super::MessageKind;

/// The way from the writer to the relay. Clones are the same way.
#[derive(Clone, Debug)]
pub struct Handoff(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    lease: Duration,
    room: Arc<Semaphore>,
    places: u32,
    open: AtomicBool,
    handed: Mutex<Vec<Claimed>>,
    arrived: Notify,
}

/// The place of one message on its way, from before it is written until it is delivered.
pub type Place = OwnedSemaphorePermit;

/// A message a relay may deliver.
#[derive(Debug)]
pub struct Claimed {
    /// Its id.
    pub id: i64,
    /// The order it is about.
    pub order_number: OrderNumber,
    /// What it asks for.
    pub kind: MessageKind,
    /// The JSON body.
    pub payload: String,
    /// `traceparent` of the request that caused it.
    pub trace: String,
    /// Tries that counted so far.
    pub attempts: u32,
    /// What it has spent of its budget of tries.
    pub waited: Duration,
    /// Fences the lease: a verdict without it changes nothing.
    pub token: Arc<str>,
    /// Until when it is ours, by the clock of this process.
    pub held_until: SteadyMillis,
    /// Its place in the [`Handoff`], when it came that way.
    pub place: Option<Place>,
}

impl Handoff {
    /// A closed one, for at most `room` messages at once.
    #[must_use]
    pub fn new(room: usize, lease: Duration) -> Self {
        let places = u32::try_from(room).unwrap_or(u32::MAX);
        Self(Arc::new(Inner {
            lease,
            room: Arc::new(Semaphore::new(places as usize)),
            places,
            open: AtomicBool::new(false),
            handed: Mutex::default(),
            arrived: Notify::new(),
        }))
    }

    /// Whether new messages go this way from now on.
    pub fn set_open(&self, open: bool) {
        // Nothing else hangs on this: a message that takes the other way is claimed.
        self.0.open.store(open, Ordering::Relaxed);
    }

    /// A place for one message and the lease it is written with, if it may go this way.
    pub(crate) fn reserve(&self) -> Option<(Place, Duration)> {
        let open = self.0.open.load(Ordering::Relaxed);
        let place = open.then(|| Arc::clone(&self.0.room).try_acquire_owned().ok()).flatten()?;
        Some((place, self.0.lease))
    }

    /// Hands over what was committed.
    pub fn hand_over(&self, mut messages: Vec<Claimed>) {
        if !messages.is_empty() {
            self.handed().append(&mut messages);
            self.0.arrived.notify_one();
        }
    }

    /// Waits until something was handed over, and takes all of it.
    pub(crate) async fn take(&self) -> Vec<Claimed> {
        loop {
            let taken = std::mem::take(&mut *self.handed());
            if !taken.is_empty() {
                return taken;
            }
            self.0.arrived.notified().await;
        }
    }

    /// Waits until no message has a place, and keeps all of them: after that nothing goes this way.
    pub(crate) async fn all_back(&self) -> Result<OwnedSemaphorePermit, AcquireError> {
        Arc::clone(&self.0.room).acquire_many_owned(self.0.places).await
    }

    fn handed(&self) -> std::sync::MutexGuard<'_, Vec<Claimed>> {
        // Nothing in here panics half-way.
        self.0.handed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
