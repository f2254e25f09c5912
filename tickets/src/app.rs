//! What every handler and background task of the board can reach, and what happens after each commit.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use axum::http::HeaderMap;
use belgrano_notices::push::Vapid;
use belgrano_runtime::auth::api_key::KeyGuard;
use belgrano_runtime::auth::gate::Gate;
use belgrano_runtime::auth::second_factor::SecondFactors;
use belgrano_runtime::auth::session::TokenHash;
use belgrano_runtime::auth::session_end::{SessionEnd, SessionEnds};
use belgrano_runtime::changes::ChangeFeed;
use belgrano_runtime::passage::Door;
use belgrano_runtime::security::{Entry, SecurityLog, Watched};
use belgrano_runtime::storage::Db;
use belgrano_runtime::telemetry::Metrics;
use belgrano_runtime::writer::Writer;
use belgrano_wire::EventKind;
use belgrano_wire::ambient::Ambient;
use belgrano_wire::signature::SigningSecrets;
use tokio::sync::Notify;

use crate::intake::IntakeGate;
use crate::live::{Hub, Live};
use crate::sessions::Principal;
use crate::settings::Settings;
use crate::unit::{Announcement, BoardUnit, Committed};

/// The board, shared by all of its handlers and tasks; cheap to clone.
#[derive(Clone, Debug)]
pub struct App(Arc<Parts>);

/// What an [`App`] is made of.
#[derive(Debug)]
pub struct Parts {
    /// Time and randomness.
    pub ambient: Ambient,
    /// What was configured.
    pub settings: Settings,
    /// Where to read.
    pub db: Db,
    /// The only way to change anything.
    pub writer: Writer<BoardUnit>,
    /// Who is asking: passwords, sessions and their limits.
    pub gate: Gate<Principal>,
    /// The second factors of accounts.
    pub second_factors: SecondFactors,
    /// Sessions that other instances ended.
    pub session_ends: SessionEnds,
    /// Who may hand in orders.
    pub intake: IntakeGate,
    /// The keys of clients that do not sign.
    pub keys: KeyGuard,
    /// What is shared with the shop.
    pub secrets: SigningSecrets,
    /// Who sends messages to browsers, if anybody does.
    pub vapid: Option<Vapid>,
    /// What is told of who came in and who was refused.
    pub security: SecurityLog,
    /// The way to insights.
    pub insights: Door,
    /// What is measured.
    pub metrics: Metrics,
    /// The live feed.
    pub live: Live,
    /// Who reads the board's changes.
    pub changes: ChangeFeed,
    /// What the announcer tells.
    pub signals: Arc<Signals>,
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

    /// What happens when another instance has ended a session: the same as when this one has.
    pub(crate) fn heed(&self, end: SessionEnd) {
        self.gate.heed(&end);
        let session = end.session.as_ref().map(|token| &token[..]);
        self.live.hub().sockets().revoke(end.account_id, session);
    }
}

impl Watched for App {
    fn security(&self) -> &SecurityLog {
        &self.security
    }

    async fn account_of(&self, headers: &HeaderMap) -> Option<i64> {
        self.principal_by_cookie(headers).await.ok().flatten().map(|who| who.user_id)
    }

    fn client_of(&self, headers: &HeaderMap) -> Option<String> {
        self.keys.client(headers).map(str::to_owned)
    }
}

/// What background tasks and probes hear of each commit.
#[derive(Debug, Default)]
pub struct Signals {
    /// An offer was made: the earliest deadline may have changed.
    pub offered: Notify,
    /// A ticket waits for a driver.
    pub pending: Notify,
    /// There are notices to be sent.
    pub noticed: Arc<Notify>,
}

/// What happens after each commit, in order. Quick, and never waits.
///
/// The hub needs the log to be founded, which takes a commit: that one, without events, finds no hub yet.
pub fn announcer(
    signals: Arc<Signals>,
    gate: Gate<Principal>,
    hub: Arc<OnceLock<Hub>>,
    changes: ChangeFeed,
) -> impl Fn(Committed) + Send + Sync + 'static {
    move |committed| {
        committed.logged.iter().for_each(Entry::tell);
        if committed.changed {
            changes.committed();
        }
        if committed.noticed {
            signals.noticed.notify_one();
        }
        for announcement in &committed.announcements {
            match announcement {
                Announcement::Event(event) => signals.tell(event.kind),
                Announcement::Revoked { user_id, session } => {
                    match session.as_deref().and_then(|hash| TokenHash::try_from(hash).ok()) {
                        Some(hash) => gate.forget_session(&hash),
                        None => gate.forget_accounts(&[*user_id]),
                    }
                }
                Announcement::Moved { .. } => {}
            }
        }
        // After the sessions: a socket that asks again whose it is must not find the one that has just ended.
        if let Some(hub) = hub.get() {
            hub.publish(committed);
        }
    }
}

impl Signals {
    fn tell(&self, kind: EventKind) {
        match kind {
            EventKind::Created | EventKind::Unassigned => self.pending.notify_one(),
            EventKind::Assigned => self.offered.notify_one(),
            EventKind::Status | EventKind::Updated | EventKind::Left => {}
        }
    }
}
