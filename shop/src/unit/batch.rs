//! What a batch of the shop's writer asks for, what it has beside the transaction, and what its commit hands on.

use std::fmt;
use std::sync::Arc;

use belgrano_runtime::auth::session::TokenHash;
use belgrano_runtime::auth::session_end::SessionEnd;
use belgrano_runtime::idempotency::IdempotencyKey;
use belgrano_runtime::security::Entry;
use belgrano_wire::OrderNumber;
use belgrano_wire::ambient::Ambient;
use belgrano_wire::timestamp::UnixMillis;

use super::{Claimed, Handoff, OrderLimits, Promised};
use crate::arrival::Placed;

/// What a batch asks to be read before its commands run.
#[derive(Debug, Default)]
pub struct ShopWants {
    /// Products that will be sold.
    pub products: Vec<i64>,
    /// Accounts that will buy.
    pub accounts: Vec<i64>,
    /// Accounts whose whole cart will be bought.
    pub carts: Vec<i64>,
    /// Packages that will be ordered.
    pub packages: Vec<i64>,
    /// Orders that will change.
    pub orders: Vec<OrderNumber>,
    /// Sessions of those who ask.
    pub callers: Vec<TokenHash>,
    /// Keys that may have been answered before.
    pub keys: Vec<IdempotencyKey>,
}

/// What every batch needs beside the transaction.
#[derive(Clone, Debug)]
pub struct ShopContext {
    /// Time and randomness.
    pub ambient: Ambient,
    /// Where new messages may go without being claimed.
    pub handoff: Handoff,
    /// What new orders are promised.
    pub promises: Promises,
    /// How much one account may order.
    pub order_limits: OrderLimits,
}

impl From<Ambient> for ShopContext {
    /// Without a relay in this process: its messages wait to be claimed.
    fn from(ambient: Ambient) -> Self {
        Self {
            ambient,
            handoff: Handoff::new(0, std::time::Duration::ZERO),
            promises: Promises::default(),
            order_limits: OrderLimits::NONE,
        }
    }
}

/// What an order that is placed at a moment is promised of its arrival: whoever knows says so here. Clones ask the same.
#[derive(Clone)]
pub struct Promises(Arc<dyn Fn(UnixMillis) -> Promised + Send + Sync>);

impl Promises {
    /// What `promise` says. It is asked once for each order that is placed, and must not wait.
    #[must_use]
    pub fn of(promise: impl Fn(UnixMillis) -> Promised + Send + Sync + 'static) -> Self {
        Self(Arc::new(promise))
    }

    pub(super) fn at(&self, now: UnixMillis) -> Promised {
        (self.0)(now)
    }
}

impl Default for Promises {
    /// Nothing is promised.
    fn default() -> Self {
        Self::of(|_| Promised::default())
    }
}

impl fmt::Debug for Promises {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Promises").finish_non_exhaustive()
    }
}

/// What a commit hands on.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is news to somebody else")]
pub struct Committed {
    /// Outbox rows were added or made due: the relay has something to claim.
    pub outbox: bool,
    /// New messages that are the relay's already.
    pub handed: Vec<Claimed>,
    /// Orders that changed, for whoever watches them.
    pub orders: Vec<OrderNumber>,
    /// Packages changed: one may be due sooner.
    pub packages: bool,
    /// The catalog changed.
    pub catalog: bool,
    /// Accounts whose sessions or rights changed.
    pub accounts: Vec<i64>,
    /// Sessions that ended, each with its account.
    pub sessions: Vec<(i64, TokenHash)>,
    /// There are notices to be sent.
    pub noticed: bool,
    /// Orders that requests placed, for the funnel.
    pub placed: Vec<Placed>,
    /// What the security log has more.
    pub logged: Vec<Entry>,
    /// Anything was written at all.
    pub changed: bool,
}

impl Committed {
    /// What the other instances have to hear of.
    pub(super) fn session_ends(&self) -> Vec<SessionEnd> {
        let accounts = self.accounts.iter().map(|account_id| SessionEnd { account_id: *account_id, session: None });
        let sessions = self.sessions.iter().map(|(account_id, token)| (*account_id, Some(*token)));
        accounts.chain(sessions.map(|(account_id, session)| SessionEnd { account_id, session })).collect()
    }
}
