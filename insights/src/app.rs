//! What every handler and background task of insights can reach.

use std::ops::Deref;
use std::sync::Arc;

use axum::http::HeaderMap;
use belgrano_runtime::auth::gate::Gate;
use belgrano_runtime::lifecycle::Lifecycle;
use belgrano_runtime::security::{SecurityLog, Watched};
use belgrano_runtime::storage::Db;
use belgrano_runtime::telemetry::Metrics;
use belgrano_runtime::writer::Writer;
use belgrano_wire::ambient::Ambient;
use belgrano_wire::signature::SigningSecrets;
use tokio::sync::Notify;

use crate::access::Keys;
use crate::alerts::Latencies;
use crate::engine::{Answers, Catalog, Warehouse};
use crate::exports::Jobs;
use crate::guard::Guard;
use crate::ingest::{Credentials, FeedStates, Store};
use crate::models::runner::Runner;
use crate::sessions::Principal;
use crate::settings::InsightsSettings;
use crate::training::Training;
use crate::unit::InsightsUnit;

/// Insights, shared by all of its handlers and tasks; cheap to clone.
#[derive(Clone, Debug)]
pub struct App(Arc<Parts>);

/// What an [`App`] is made of.
#[derive(Debug)]
pub struct Parts {
    /// What the operator chose.
    pub settings: InsightsSettings,
    /// Time and randomness.
    pub ambient: Ambient,
    /// The process' life.
    pub life: Lifecycle,
    /// Where a capability registers what it counts.
    pub metrics: Metrics,
    /// Insights' own small state, to read.
    pub db: Db,
    /// The only way to change it.
    pub writer: Writer<InsightsUnit>,
    /// Who is asking: passwords, sessions and their limits.
    pub gate: Gate<Principal>,
    /// What is told of who came in and who was refused.
    pub security: SecurityLog,
    /// What is shared with the services.
    pub credentials: Credentials,
    /// Keys of programs that read.
    pub keys: Keys,
    /// All of the data.
    pub warehouse: Warehouse,
    /// Asks it, and remembers.
    pub answers: Answers,
    /// What was learned from it.
    pub training: Training,
    /// What there is to ask about.
    pub catalog: Catalog,
    /// Runs other people's SQL.
    pub guard: Guard,
    /// Brings rows into the lake.
    pub store: Store,
    /// Makes tables of the models.
    pub runner: Runner,
    /// What this instance is called among several, for as long as it lives.
    pub instance: Arc<str>,
    /// How long requests took, of late.
    pub latencies: Latencies,
    /// What webhooks are signed with; `None`: none are told.
    pub webhook_secrets: Option<SigningSecrets>,
    /// Told whenever there are notices to be sent.
    pub notices_wake: Arc<Notify>,
    /// How the feeds are doing.
    pub feeds: FeedStates,
    /// Files that are made in the background.
    pub jobs: Jobs,
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
        self.principal(headers).await.ok().flatten().map(|who| who.account_id)
    }

    fn client_of(&self, headers: &HeaderMap) -> Option<String> {
        self.keys.client(headers).map(str::to_owned)
    }
}
