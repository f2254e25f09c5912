//! Who watches which order. A commit wakes the watchers of the orders it changed, and nobody else.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use belgrano_wire::OrderNumber;
use tokio::sync::watch;

type Watched = HashMap<OrderNumber, watch::Sender<()>>;

/// The orders that are being watched in this process.
#[derive(Clone, Debug, Default)]
pub struct OrderWatch(Arc<Mutex<Watched>>);

impl OrderWatch {
    /// Starts to watch an order, until what is returned is dropped.
    #[must_use]
    pub fn watch(&self, number: &OrderNumber) -> Watching {
        let mut watched = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let changes = watched.entry(number.clone()).or_insert_with(|| watch::channel(()).0).subscribe();
        Watching { changes: Some(changes), number: number.clone(), watch: self.clone() }
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
    fn leave(&self, number: &OrderNumber) {
        let mut watched = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if watched.get(number).is_some_and(|sender| sender.receiver_count() == 0) {
            watched.remove(number);
        }
    }
}

/// Somebody who watches an order.
#[derive(Debug)]
pub struct Watching {
    /// There until it is dropped.
    changes: Option<watch::Receiver<()>>,
    number: OrderNumber,
    watch: OrderWatch,
}

impl Watching {
    /// Waits for the next commit that changes the order, or for one since the last call.
    pub async fn changed(&mut self) {
        let alive = match &mut self.changes {
            Some(changes) => changes.changed().await.is_ok(),
            None => false,
        };
        if !alive {
            // The sender lives as long as somebody watches: nothing more will come.
            std::future::pending::<()>().await;
        }
    }

    /// Counts as changed now.
    pub fn mark_changed(&mut self) {
        if let Some(changes) = &mut self.changes {
            changes.mark_changed();
        }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        // Before looking who is left, or two that leave at once would each see the other.
        self.changes = None;
        self.watch.leave(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::PoisonError;

    use belgrano_wire::OrderNumber;
    use futures_util::FutureExt;

    use super::OrderWatch;

    #[test]
    fn watchers_are_woken_and_forgotten() {
        let watch = OrderWatch::default();
        let number = |text| OrderNumber::parse(text).expect("a number");
        let (mut first, second) = (watch.watch(&number("A-1")), watch.watch(&number("A-1")));
        let mut other = watch.watch(&number("B-1"));
        watch.wake(&[number("A-1")]);
        assert!(first.changed().now_or_never().is_some());
        assert!(other.changed().now_or_never().is_none());
        watch.wake_all();
        assert!(first.changed().now_or_never().is_some());
        assert!(other.changed().now_or_never().is_some());
        drop(second);
        watch.wake_all();
        assert!(first.changed().now_or_never().is_some());
        drop((first, other));
        assert!(watch.0.lock().unwrap_or_else(PoisonError::into_inner).is_empty());
    }
}
