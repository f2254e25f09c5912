//! What every handler and background task of the shop can reach.

use std::net::IpAddr;
use std::ops::Deref;
use std::sync::Arc;

use axum::http::HeaderMap;
use belgrano_notices::push::Vapid;
use belgrano_runtime::auth::api_key::KeyGuard;
use belgrano_runtime::auth::gate::Gate;
use belgrano_runtime::auth::second_factor::SecondFactors;
use belgrano_runtime::auth::session_end::{SessionEnd, SessionEnds};
use belgrano_runtime::changes::ChangeFeed;
use belgrano_runtime::http::RateLimit;
use belgrano_runtime::lifecycle::Lifecycle;
use belgrano_runtime::passage::Door;
use belgrano_runtime::security::{Entry, SecurityLog, Watched};
use belgrano_runtime::sockets::Sockets;
use belgrano_runtime::storage::Db;
use belgrano_runtime::telemetry::Metrics;
use belgrano_runtime::writer::Writer;
use belgrano_wire::ambient::Ambient;
use belgrano_wire::signature::SigningSecrets;
use tokio::sync::Notify;

use crate::accounts::{self, AccountLimits, Principal};
use crate::orders::{Arrivals, OrderWatch, Whereabouts};
use crate::outbox::Handoff;
use crate::relay::RelayStatus;
use crate::settings::ShopSettings;
use crate::unit::{Committed, ShopUnit};
use crate::visits::Funnel;

/// The shop, shared by all of its handlers and tasks; cheap to clone.
///
/// The writer ends when the last clone is gone, so a task that outlives the soft stop must let go of its own.
#[derive(Clone, Debug)]
pub struct App(Arc<Parts>);

/// What an [`App`] is made of.
#[derive(Debug)]
pub struct Parts {
    /// What the operator chose.
    pub settings: ShopSettings,
    /// Time and randomness.
    pub ambient: Ambient,
    /// The process' life: when to stop, and where to put work that outlives its request.
    pub life: Lifecycle,
    /// Where a capability registers what it counts.
    pub metrics: Metrics,
    /// Where to read.
    pub db: Db,
    /// The only way to change anything.
    pub writer: Writer<ShopUnit>,
    /// Who is asking: passwords, sessions and their limits.
    pub gate: Gate<Principal>,
    /// The second factors of accounts.
    pub second_factors: SecondFactors,
    /// Sessions that other instances ended.
    pub session_ends: SessionEnds,
    /// Limits of registration and recovery.
    pub limits: AccountLimits,
    /// Carts that were made from one address.
    pub carts_made: RateLimit<IpAddr>,
    /// Told whenever the outbox has work.
    pub relay_wake: Arc<Notify>,
    /// Where new messages go without being claimed.
    pub handoff: Handoff,
    /// Told whenever a package may be due at another time than before.
    pub packages_wake: Arc<Notify>,
    /// Told whenever there are notices to be sent.
    pub notices_wake: Arc<Notify>,
    /// Who sends messages to browsers, if anybody does.
    pub vapid: Option<Vapid>,
    /// Who watches which order.
    pub watch: OrderWatch,
    /// When an order that is placed now is likely to arrive.
    pub arrivals: Arrivals,
    /// Where the drivers are.
    pub whereabouts: Whereabouts,
    /// Page views that are not written down yet.
    pub funnel: Funnel,
    /// Every socket of this process.
    pub sockets: Sockets,
    /// What is shared with the board: it proves a delivery to the customer.
    pub secrets: SigningSecrets,
    /// The keys of clients that do not sign.
    pub keys: KeyGuard,
    /// Who reads the shop's changes.
    pub changes: ChangeFeed,
    /// What is told of who came in and who was refused.
    pub security: SecurityLog,
    /// The way to insights.
    pub insights: Door,
    /// What the relay says of the board.
    pub relay_status: RelayStatus,
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

impl Watched for App {
    fn security(&self) -> &SecurityLog {
        &self.security
    }

    async fn account_of(&self, headers: &HeaderMap) -> Option<i64> {
        accounts::of_session(self, headers).await.ok().flatten()
    }

    fn client_of(&self, headers: &HeaderMap) -> Option<String> {
        self.keys.client(headers).map(str::to_owned)
    }
}

/// Whom a commit concerns.
#[derive(Debug)]
pub(crate) struct Listeners {
    /// Sends what is in the outbox.
    pub(crate) relay: Arc<Notify>,
    /// The same, without asking the database.
    pub(crate) handoff: Handoff,
    /// Orders packages.
    pub(crate) packages: Arc<Notify>,
    /// Sends notices.
    pub(crate) notices: Arc<Notify>,
    /// Remembers who is logged in.
    pub(crate) gate: Gate<Principal>,
    /// Customers who watch an order.
    pub(crate) watch: OrderWatch,
    /// Every socket.
    pub(crate) sockets: Sockets,
    /// Counts orders among the views.
    pub(crate) funnel: Funnel,
    /// When they are counted.
    pub(crate) ambient: Ambient,
    /// Readers of the change feed.
    pub(crate) changes: ChangeFeed,
}

impl App {
    /// What happens when another instance has ended a session: the same as when this one has.
    pub(crate) fn heed(&self, end: SessionEnd) {
        self.gate.heed(&end);
        self.sockets.revoke(end.account_id, end.session.as_ref().map(|token| &token[..]));
    }
}

/// What happens after each commit, in order. Quick, and never waits.
pub(crate) fn announcer(to: Listeners) -> impl Fn(Committed) + Send + Sync + 'static {
    move |committed| {
        committed.logged.iter().for_each(Entry::tell);
        to.handoff.hand_over(committed.handed);
        if committed.outbox {
            to.relay.notify_one();
        }
        if committed.packages {
            to.packages.notify_one();
        }
        if committed.noticed {
            to.notices.notify_one();
        }
        to.gate.forget_accounts(&committed.accounts);
        for (_, token) in &committed.sessions {
            to.gate.forget_session(token);
        }
        // After the sessions in memory: a socket that asks again whose it is must not find the one that has just ended.
        for account_id in &committed.accounts {
            to.sockets.revoke(*account_id, None);
        }
        for (account_id, token) in &committed.sessions {
            to.sockets.revoke(*account_id, Some(&token[..]));
        }
        to.watch.wake(&committed.orders);
        if committed.changed {
            to.changes.committed();
        }
        to.funnel.placed(&committed.placed, to.ambient.now());
    }
}
