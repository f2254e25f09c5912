//! Who asks for a change, looked at within its transaction, and whose sessions a change ends.

use belgrano_runtime::auth::caller::{Callers, KnowsCallers};
use belgrano_runtime::auth::session::TokenHash;
use belgrano_runtime::auth::session_end::SessionEnd;
use belgrano_runtime::security::Source;
use belgrano_wire::timestamp::UnixMillis;

use super::{Announcement, BoardUnit, BoardWants};

/// Not a join: planned on empty tables, a join would read both as a whole for as long as that plan is kept.
pub(super) const SELECT: &str = "SELECT s.token_hash, s.user_id AS account_id, s.expires_at, \
     (SELECT a.role FROM users a WHERE a.id = s.user_id AND a.active) AS role FROM sessions s WHERE s.token_hash IN";

/// What the other instances have to hear of.
pub(super) fn ended(announcements: &[Announcement]) -> Vec<SessionEnd> {
    let ends = announcements.iter().filter_map(|announcement| match announcement {
        Announcement::Revoked { user_id, session } => {
            let session = session.as_deref().and_then(|hash| TokenHash::try_from(hash).ok());
            Some(SessionEnd { account_id: *user_id, session })
        }
        Announcement::Event(_) | Announcement::Moved { .. } => None,
    });
    ends.collect()
}

impl KnowsCallers for BoardUnit {
    fn want_caller(wants: &mut BoardWants, session: TokenHash) {
        wants.callers.push(session);
    }

    fn callers(&self) -> &Callers {
        &self.callers
    }

    fn asked_by(&mut self, source: Source) {
        self.asker = source;
    }

    fn now(&self) -> UnixMillis {
        self.now
    }
}
