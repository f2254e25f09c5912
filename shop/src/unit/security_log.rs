//! What a batch adds to the security log.

use belgrano_notices::Notice;
use belgrano_runtime::security::{Entry, SecurityUnit};
use belgrano_runtime::storage::Session;
use belgrano_wire::timestamp::UnixMillis;

use super::ShopUnit;

impl ShopUnit {
    /// Adds an entry to the security log, with the commit; by whoever asks for the command, where it says nothing else.
    pub fn log(&mut self, entry: Entry) {
        self.changes += 1;
        self.log.push(entry.or_by(self.asker));
    }
}

impl SecurityUnit for ShopUnit {
    const TOLD: Option<&'static str> = Some("SELECT id FROM accounts WHERE role = 'admin' AND active ORDER BY id");

    fn log(&mut self, entry: Entry) {
        self.log(entry);
    }

    fn now(&self) -> UnixMillis {
        self.now
    }

    fn reader(&mut self) -> &mut Session {
        &mut self.session
    }

    fn tell_of_alarm(&mut self, account_id: i64) -> sqlx::Result<()> {
        self.notify(Notice::of_security_alarm(account_id, self.now)?);
        Ok(())
    }
}
