//! What every handler and background task of the shop can reach.

use std::ops::Deref;
use std::sync::Arc;

use belgrano_shared::ambient::Ambient;
use belgrano_shared::storage::Db;
use belgrano_shared::writer::Writer;
use tokio::sync::Notify;

use crate::unit::{Committed, ShopUnit};

/// The shop, shared by all of its handlers and tasks; cheap to clone.
#[derive(Clone, Debug)]
pub struct App(Arc<Parts>);

/// What an [`App`] is made of.
#[derive(Debug)]
pub struct Parts {
    /// Time and randomness.
    pub ambient: Ambient,
    /// Where to read.
    pub db: Db,
    /// The only way to change anything.
    pub writer: Writer<ShopUnit>,
    /// Told whenever the outbox has work.
    pub relay_wake: Arc<Notify>,
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl App {
    /// Puts the parts together.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

/// What happens after each commit, in order. Quick, and never waits.
#[must_use]
pub fn announcer(relay_wake: Arc<Notify>) -> impl Fn(Committed) + Send + Sync + 'static {
    move |committed| {
        if committed.outbox {
            relay_wake.notify_one();
        }
    }
}
