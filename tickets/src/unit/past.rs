//! For whoever tells, in the board's own words, what went before this database was there. Only one that nobody else uses is gone
//! back in.

use belgrano_wire::timestamp::UnixMillis;

use super::{BoardUnit, Change, Ticket};

impl BoardUnit {
    /// From here on changes are recorded at that time.
    pub fn go_back(&mut self, at: UnixMillis) {
        self.now = at;
    }

    /// [`BoardUnit::record_of_old`] for a change that the log has forgotten since: the ticket alone knows of it.
    pub fn record_forgotten(&mut self, mut ticket: Ticket, change: &Change) -> &Ticket {
        self.pass(&mut ticket, change);
        self.put(ticket)
    }
}
