//! A clock that was set back, while the relay watches or while it was down: what waits by the old one is brought back.

use super::task::Relay;
use crate::outbox::was_set_back;

/// What the clock by which messages were put off is to us.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum StoredWaits {
    /// The clock that we have.
    #[default]
    AsStored,
    /// One that was set back since: they have to be brought back with the next claim.
    TooLong,
    /// They were, if the last claim goes well.
    BroughtBack,
}

impl StoredWaits {
    /// Whether they have to be brought back; the claim that asks is taken to do so.
    pub(super) fn take_long(&mut self) -> bool {
        let too_long = *self == Self::TooLong;
        if too_long {
            *self = Self::BroughtBack;
        }
        too_long
    }

    /// That claim failed.
    pub(super) fn keep(&mut self) {
        if *self == Self::BroughtBack {
            *self = Self::TooLong;
        }
    }
}

impl Relay {
    /// What waits by a clock that was set back since would wait for as long as that.
    pub(super) fn look_at_the_clock(&mut self) {
        if let Some(by) = self.set_back.look(&self.parts.ambient) {
            tracing::warn!(?by, "the clock was set back: messages that wait are tried now");
            (self.stored_waits, self.hungry) = (StoredWaits::TooLong, true);
        }
    }

    /// Nobody saw the clock while the process was down.
    pub(super) async fn look_at_what_is_stored(&mut self) {
        match was_set_back(&self.parts.db, self.parts.ambient.now()).await {
            Ok(true) => self.stored_waits = StoredWaits::TooLong,
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "what the clock was before could not be read"),
        }
    }
}
