//! Who asks for a change, looked at again in the transaction that makes it.
//!
//! A request believes what is in memory of its session ([`SessionCache`](super::session_cache::SessionCache)), and another
//! instance may have ended that session meanwhile. So whatever a handler changes in the name of an account goes through
//! [`Writer::submit_for`]: the sessions of a batch are read with it, and a command whose session is over, or whose account is
//! closed or has another role, is not done. What must never happen here: a change by somebody who may no longer make it.

use std::collections::HashMap;
use std::time::Duration;

use belgrano_wire::texts::Message;
use belgrano_wire::timestamp::UnixMillis;

use super::gate::Principal;
use super::session::TokenHash;
use crate::problem::Problem;
use crate::security::Source;
use crate::storage::Session;
use crate::writer::{Command, Failure, UnitOfWork, WriteError, Writer};

/// Somebody as a request found them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Hash of the token they came with.
    pub session: TokenHash,
    /// Whose session it is.
    pub account_id: i64,
    /// What the account may do, as it is stored.
    pub role: &'static str,
    /// Where they asked from, for the security log.
    pub source: Source,
}

#[derive(sqlx::FromRow)]
struct Holder {
    token_hash: Vec<u8>,
    account_id: i64,
    /// `None`: the account is closed.
    role: Option<String>,
    expires_at: UnixMillis,
}

/// The sessions that the callers of one batch came with, as they are in its transaction.
#[derive(Debug, Default)]
pub struct Callers(HashMap<TokenHash, (i64, String, UnixMillis)>);

impl Callers {
    /// Reads them. `head` selects `token_hash`, `account_id`, `role` (null where the account is closed) and `expires_at` of sessions and ends in
    /// `token_hash IN`.
    pub async fn load(session: &mut Session, head: &'static str, tokens: &[TokenHash]) -> sqlx::Result<Self> {
        if tokens.is_empty() {
            return Ok(Self::default());
        }
        let tokens: Vec<&[u8]> = tokens.iter().map(|token| &token[..]).collect();
        let found = crate::fetch_in!(*session, Holder, head, &tokens, "").into_iter().filter_map(|holder| {
            let Holder { token_hash, account_id, role, expires_at } = holder;
            Some((TokenHash::try_from(token_hash).ok()?, (account_id, role?, expires_at)))
        });
        Ok(Self(found.collect()))
    }

    /// Forgets who came with a session of this account: what of theirs is still to be done in this batch is not done.
    pub fn forget_account(&mut self, account_id: i64) {
        self.0.retain(|_, (holder, ..)| *holder != account_id);
    }

    /// Whether `caller` may still do what the request took them for.
    #[must_use]
    pub fn may(&self, caller: &Caller, now: UnixMillis) -> bool {
        self.0.get(&caller.session).is_some_and(|(account_id, role, expires_at)| {
            *account_id == caller.account_id && role == caller.role && now < *expires_at
        })
    }
}

/// A unit of work that reads the sessions of its callers.
pub trait KnowsCallers: UnitOfWork {
    /// Asks for a session to be read.
    fn want_caller(wants: &mut Self::Wants, session: TokenHash);

    /// Those that were read.
    fn callers(&self) -> &Callers;

    /// Says who asks for the commands that follow, for what they log; the default again: the program itself.
    fn asked_by(&mut self, source: Source);

    /// The time of this batch.
    fn now(&self) -> UnixMillis;
}

/// The session somebody came with is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoLonger;

impl From<NoLonger> for Problem {
    fn from(NoLonger: NoLonger) -> Self {
        Self::unauthenticated(Message::new("refusal-log-in"))
    }
}

/// A command in somebody's name.
#[derive(Debug)]
struct AskedBy<C> {
    caller: Caller,
    command: C,
}

/// Why it is not done.
#[derive(Debug)]
enum AskedByRefusal<R> {
    NoLonger,
    Refused(R),
}

impl<U: KnowsCallers, C: Command<U>> Command<U> for AskedBy<C> {
    type Output = C::Output;
    type Refusal = AskedByRefusal<C::Refusal>;

    fn wants(&self, wants: &mut U::Wants) {
        self.command.wants(wants);
        U::want_caller(wants, self.caller.session);
    }

    fn patience(&self) -> Duration {
        self.command.patience()
    }

    async fn apply(&self, unit: &mut U) -> Result<C::Output, Failure<Self::Refusal>> {
        if !unit.callers().may(&self.caller, unit.now()) {
            return Err(Failure::Refused(AskedByRefusal::NoLonger));
        }
        unit.asked_by(self.caller.source);
        let done = self.command.apply(unit).await;
        unit.asked_by(Source::default());
        done.map_err(|failure| match failure {
            Failure::Refused(refusal) => Failure::Refused(AskedByRefusal::Refused(refusal)),
            Failure::Broke(error) => Failure::Broke(error),
        })
    }
}

impl<U: KnowsCallers> Writer<U> {
    /// [`Writer::submit`] in the name of `who`, who has to be logged in with the same role when it is done, or it is
    /// [`WriteError::NoLonger`].
    pub async fn submit_for<C: Command<U>>(
        &self,
        who: &impl Principal,
        command: C,
    ) -> Result<C::Output, WriteError<C::Refusal>> {
        let done = self.submit(AskedBy { caller: who.caller(), command }).await;
        done.map_err(|error| match error {
            WriteError::Refused(AskedByRefusal::NoLonger) => WriteError::NoLonger(NoLonger),
            WriteError::Refused(AskedByRefusal::Refused(refusal)) => WriteError::Refused(refusal),
            WriteError::NoLonger(no_longer) => WriteError::NoLonger(no_longer),
            WriteError::Database(error) => WriteError::Database(error),
            WriteError::Panicked => WriteError::Panicked,
            WriteError::Overloaded => WriteError::Overloaded,
            WriteError::Stopped => WriteError::Stopped,
        })
    }
}

#[cfg(test)]
mod tests {
    use belgrano_wire::timestamp::UnixMillis;

    use super::{Caller, Callers};
    use crate::security::Source;

    #[test]
    fn who_may_is_who_it_was_then() {
        let callers = Callers([([1; 32], (7, "admin".to_owned(), UnixMillis(100)))].into());
        let caller = Caller { session: [1; 32], account_id: 7, role: "admin", source: Source::default() };
        let cases = [
            (caller, 99, true),
            (caller, 100, false),
            (Caller { session: [2; 32], ..caller }, 99, false),
            (Caller { account_id: 8, ..caller }, 99, false),
            (Caller { role: "flota", ..caller }, 99, false),
        ];
        for (caller, now, may) in cases {
            assert_eq!(callers.may(&caller, UnixMillis(now)), may, "{caller:?} at {now}");
        }
    }
}
