//! Insights over a lake of the test's, without its tasks: each step is the test's.

use std::sync::Arc;

use belgrano_wire::ambient::{Ambient, ManualClock, SeededEntropy};
use belgrano_wire::signature::SigningSecrets;
use belgrano_wire::timestamp::UnixMillis;
use serde_json::Value;

use super::feed::Feed;
use crate::engine::{Answers, Limits, Warehouse};
use crate::ingest::client::{Access, Client};
use crate::ingest::store::Store;
use crate::ingest::tail::{FeedStates, Tail, TailError};
use crate::ingest::{BOARD_FEED, Credentials, SHOP_FEED};
use crate::lake::Lake;
use crate::lake::failing::Failing;
use crate::lake::lease::TERM;
use crate::models::runner::Runner;

/// What is outside of insights.
#[derive(Clone)]
pub(super) struct Around {
    pub(super) lake: Lake,
    /// What the lake is in, where the test did not say otherwise.
    pub(super) files: Failing,
    pub(super) shop: Feed,
    pub(super) board: Feed,
    pub(super) clock: Arc<ManualClock>,
    pub(super) ambient: Ambient,
}

impl Around {
    pub(super) async fn new(seed: u64) -> Self {
        let files = Failing::default();
        let root = "memory:///lake/".parse().expect("an address");
        let lake = Lake::over(root, Arc::new(files.clone())).expect("a lake");
        Self { files, ..Self::at(lake, seed).await }
    }

    pub(super) async fn at(lake: Lake, seed: u64) -> Self {
        let clock = Arc::new(ManualClock::new(UnixMillis(1_764_000_000_000)));
        let ambient = Ambient::new(Arc::<ManualClock>::clone(&clock), Arc::new(SeededEntropy::new(seed)));
        let (shop, board) = (Feed::serve(&ambient).await, Feed::serve(&ambient).await);
        Self { lake, files: Failing::default(), shop, board, clock, ambient }
    }

    /// A number below `end`.
    pub(super) fn dice(&self, end: u64) -> u64 {
        u64::from_le_bytes(self.ambient.bytes()) % end
    }

    /// Lets a lease that nobody renews run out.
    pub(super) fn wait(&self) {
        self.clock.advance_ms(i64::try_from(TERM.as_millis()).expect("a term"));
    }
}

/// One instance of the service, without sockets: it reads both feeds and may write the lake.
pub(super) struct World {
    pub(super) answers: Answers,
    pub(super) runner: Runner,
    pub(super) store: Store,
    pub(super) tails: [Tail; 2],
}

impl World {
    pub(super) async fn open(around: &Around) -> Self {
        let warehouse = Warehouse::open(around.lake.clone(), Limits::default()).expect("models");
        warehouse.refresh().await.expect("the lake");
        let runner = Runner::new(warehouse.clone(), around.ambient.clone());
        let store = Store::new(warehouse.clone(), runner.clone(), around.ambient.clone());
        let tail = |name, feed: &Feed| Self::tail(around, &store, name, feed);
        let tails = [tail(SHOP_FEED, &around.shop), tail(BOARD_FEED, &around.board)];
        Self { answers: Answers::new(warehouse, around.ambient.clone()), runner, tails, store }
    }

    /// The same, and it writes: who wrote before is dead.
    pub(super) async fn open_alone(around: &Around) -> Self {
        let world = Self::open(around).await;
        world.store.lease().hold().await.expect("a look");
        around.wait();
        assert!(world.store.lease().hold().await.expect("a lease"), "nobody else renews it");
        world
    }

    fn tail(around: &Around, store: &Store, name: &'static str, feed: &Feed) -> Tail {
        let secrets = SigningSecrets::parse(&SigningSecrets::generate(&around.ambient)).expect("a secret");
        let credentials = Credentials::new(Some(secrets), std::path::PathBuf::new());
        let access = Access { url: feed.url.clone(), credentials, api_key: None };
        let client = Client::new(access.clone(), around.ambient.clone()).expect("a client");
        Tail {
            feed: crate::ingest::Feed { name, access },
            client,
            page: 3,
            store: store.clone(),
            states: FeedStates::default(),
            accounts: None,
            ambient: around.ambient.clone(),
            at: None,
        }
    }

    /// Reads both feeds until they have nothing more to say.
    pub(super) async fn catch_up(&mut self) -> Result<(), TailError> {
        for tail in &mut self.tails {
            while tail.step().await? {}
        }
        Ok(())
    }

    pub(super) async fn ask(&self, sql: &str) -> Vec<Value> {
        let answer = self
            .answers
            .ask(&crate::engine::Scope::WHOLE, sql, Vec::new())
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        let Value::Array(rows) = crate::api::json(&answer.batches).expect("rows") else { return Vec::new() };
        rows
    }
}
