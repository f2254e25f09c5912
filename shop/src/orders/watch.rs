//! Who watches which order. A commit wakes the watchers of the orders it changed, and nobody else.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use belgrano_shared::wire::OrderNumber;
use tokio::sync::watch;

type Watched = HashMap<OrderNumber, watch::Sender<()>>;

/// The orders that are being watched in this process.
#[derive(Clone, Debug, Default)]
pub struct OrderWatch(Arc<Mutex<Watched>>);

impl OrderWatch {
    /// Starts to watch an order: the receiver is marked changed at every commit that changes it.
    #[must_use]
    pub fn watch(&self, number: &OrderNumber) -> watch::Receiver<()> {
        let mut watched = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        watched.entry(number.clone()).or_insert_with(|| watch::channel(()).0).subscribe()
    }

    /// Wakes the watchers of `changed`, and forgets orders nobody watches any more.
    pub fn wake(&self, changed: &[OrderNumber]) {
        let mut watched = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if watched.is_empty() {
            return;
        }
        for number in changed {
            if let Some(sender) = watched.get(number)
                && sender.send(()).is_err()
            {
                watched.remove(number);
            }
        }
    }

    /// Wakes everybody: what changed while this instance could not hear is not known.
    pub fn wake_all(&self) {
        let watched = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for sender in watched.values() {
            // Nobody left who listens is nobody to tell.
            let _ = sender.send(());
        }
    }

    /// Forgets an order when its last watcher has gone.
    pub fn leave(&self, number: &OrderNumber) {
        let mut watched = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if watched.get(number).is_some_and(|sender| sender.receiver_count() == 0) {
            watched.remove(number);
        }
    }
}
