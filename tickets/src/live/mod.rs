//! Live: every committed change reaches everyone who may see it, in order, without a gap.
//!
//! In: what the writer committed ([`Hub::publish`]) and, where another process wrote, the log. Out: one socket per
//! client at `GET /ws`. A connection is a cursor over frames that were serialised once. The protocol is a pure state
//! machine; the task of a socket is one `select!`. What must never happen here: an event before its commit, a gap, a
//! duplicate, a slow reader that anybody else notices.

mod answers;
mod catch_up;
mod frames;
mod hub;
#[cfg(test)]
mod hub_tests;
mod log;
mod moves;
mod positions;
mod protocol;
#[cfg(test)]
mod protocol_tests;
mod reader;
mod ring;
mod session;
mod settings;
mod snapshot;
#[cfg(test)]
mod socket_tests;
mod token;
mod upgrade;
mod viewer;

pub use hub::{Behind, Hub, HubLimits};
pub use log::Page;
pub use protocol::{Action, Input, Protocol};
pub use reader::Reader;
pub use ring::RingLimits;
pub use settings::{LiveSettings, Rules};
pub use snapshot::SnapshotLimits;
pub(crate) use token::forget_signatures;
pub use viewer::{View, Viewer, ViewerRole};

use std::sync::Arc;

use belgrano_runtime::lifecycle::Lifecycle;
use tokio::sync::Semaphore;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

/// What the sockets of a process share. Clones are the same.
#[derive(Clone, Debug)]
pub struct Live(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    hub: Hub,
    snapshots: snapshot::Snapshots,
    settings: LiveSettings,
    /// Who may read the database for a replay.
    reads: Semaphore,
    /// Who may look for what another instance has committed: one at a time.
    ahead: Semaphore,
    life: Lifecycle,
}

impl Live {
    /// The live feed of `hub`.
    #[must_use]
    pub fn new(hub: Hub, settings: &LiveSettings, life: &Lifecycle) -> Self {
        Self(Arc::new(Shared {
            hub,
            snapshots: snapshot::Snapshots::new(settings.snapshot),
            settings: *settings,
            reads: Semaphore::new(settings.reads),
            ahead: Semaphore::new(1),
            life: life.clone(),
        }))
    }

    /// The committed events.
    #[must_use]
    pub fn hub(&self) -> &Hub {
        &self.0.hub
    }
}

/// `/ws` and the tokens for it.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(token::issue)).route("/ws", axum::routing::get(upgrade::upgrade))
}

/// Starts what keeps the hub up with other processes, and what says good-bye.
pub fn spawn(app: &App, life: &Lifecycle) {
    let (hub, poll) = (app.live.hub().clone(), app.settings.live.poll);
    life.spawn_critical("live log", hub.keep_up(app.db.clone(), poll, life.soft().clone()));
    app.live.hub().sockets().end_with(life);
}
