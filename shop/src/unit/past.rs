//! Going back in time: for whoever tells, by the shop's own commands, what went before this database was there.
//!
//! What must never happen here: a time that is not the batch's while others wait for theirs. Only a database that nobody else
//! uses is gone back in.

use belgrano_runtime::execute;
use belgrano_wire::ambient::Ambient;
use belgrano_wire::timestamp::UnixMillis;

use super::{OutboxMessage, Promised, ShopUnit};

/// A time in the past.
#[derive(Debug)]
pub(super) struct Then {
    /// What an order is promised that is placed then.
    pub(super) promised: Promised,
    /// To be stored: the change feed says of each change when it was. On Postgres it says the time of the batch.
    clock: Option<UnixMillis>,
}

impl ShopUnit {
    /// From here on it is the time of `ambient`, and its ids and randomness; an order that is placed then is `promised` that.
    pub fn go_back(&mut self, ambient: Ambient, promised: Promised) {
        self.now = ambient.now();
        self.ambient = ambient;
        self.then = Some(Then { promised, clock: Some(self.now) });
    }

    /// Takes out the messages to the board that are still to be written: they were delivered, and the database need not be
    /// told.
    pub fn take_messages(&mut self) -> Vec<OutboxMessage> {
        self.outbox.take()
    }

    pub(super) async fn store_then(&mut self) -> sqlx::Result<()> {
        if let Some(clock) = self.then.as_mut().and_then(|then| then.clock.take()) {
            execute!(self.session, "UPDATE counters SET clock = $1 WHERE id = 1", clock)?;
        }
        Ok(())
    }
}
