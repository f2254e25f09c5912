//! What every handler and background task of the board can reach.

use std::ops::Deref;
use std::sync::Arc;

use belgrano_shared::ambient::Ambient;
use belgrano_shared::storage::Db;
use belgrano_shared::writer::Writer;

use crate::unit::BoardUnit;

/// The board, shared by all of its handlers and tasks; cheap to clone.
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
    pub writer: Writer<BoardUnit>,
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
