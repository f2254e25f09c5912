//! A relay, its outbox and a board that misbehaves, for one test.

use std::sync::Arc;
use std::time::Duration;

use belgrano_runtime::config::Secret;
use belgrano_runtime::retry::RetrySchedule;
use belgrano_runtime::storage::Db;
use belgrano_runtime::telemetry::Metrics;
use belgrano_runtime::writer::{Command, Failure, Writer, WriterSettings};
use belgrano_testing::{TestDatabase, still_ambient};
use belgrano_wire::OrderNumber;
use belgrano_wire::ambient::{Ambient, ManualClock};
use belgrano_wire::signature::SigningSecrets;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::fake_board::FakeBoard;
use crate::outbox::{Handoff, MessageDetail, show, summary};
use crate::relay::{Board, BreakerSettings, Relay, RelayParts, RelaySettings, RelayStatus};
use crate::schema::migrations;
use crate::unit::{Committed, MessageKind, OutboxMessage, Promises, ShopContext, ShopUnit};

/// Nothing here takes longer, unless it hangs.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
pub(super) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
pub(super) const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

pub(super) struct World {
    pub(super) db: Db,
    pub(super) writer: Writer<ShopUnit>,
    pub(super) ambient: Ambient,
    pub(super) clock: Arc<ManualClock>,
    pub(super) wake: Arc<Notify>,
    pub(super) handoff: Handoff,
    pub(super) status: RelayStatus,
    pub(super) metrics: Metrics,
    pub(super) board: FakeBoard,
}

pub(super) struct Running {
    pub(super) task: JoinHandle<()>,
    pub(super) stop: CancellationToken,
}

impl Running {
    pub(super) async fn stop(self) {
        self.stop.cancel();
        tokio::time::timeout(PATIENCE, self.task).await.expect("stops in time").expect("does not panic");
    }
}

#[derive(Debug)]
struct Send(Vec<(String, MessageKind)>);

impl Command<ShopUnit> for Send {
    type Output = ();
    type Refusal = ();

    async fn apply(&self, unit: &mut ShopUnit) -> Result<(), Failure<()>> {
        for (number, kind) in &self.0 {
            let payload = match kind {
                MessageKind::OrderCreated => format!("{{\"numero\":\"{number}\"}}"),
                MessageKind::OrderCancelled | MessageKind::CustomerForgotten => "{}".to_owned(),
            };
            let order_number = OrderNumber::parse(number).expect("a number");
            unit.send(OutboxMessage { order_number, kind: *kind, payload, trace: TRACE.to_owned() });
        }
        Ok(())
    }
}

/// Puts an order into the outbox, and is committed when it is let.
#[derive(Debug)]
pub(super) struct SendSlowly {
    pub(super) number: &'static str,
    pub(super) written: Arc<Notify>,
    pub(super) commit: Arc<Notify>,
}

impl Command<ShopUnit> for SendSlowly {
    type Output = ();
    type Refusal = ();

    async fn apply(&self, unit: &mut ShopUnit) -> Result<(), Failure<()>> {
        Send(vec![(self.number.to_owned(), MessageKind::OrderCreated)]).apply(unit).await?;
        self.written.notify_one();
        self.commit.notified().await;
        Ok(())
    }
}

/// Of what the shop does after a commit, the relay's part.
pub(super) fn announcer(
    wake: &Arc<Notify>,
    handoff: &Handoff,
) -> impl Fn(Committed) + std::marker::Send + Sync + 'static {
    let (wake, handoff) = (Arc::clone(wake), handoff.clone());
    move |committed| {
        handoff.hand_over(committed.handed);
        if committed.outbox {
            wake.notify_one();
        }
    }
}

pub(super) fn settings() -> RelaySettings {
    RelaySettings {
        concurrency: 8,
        deadline: Duration::from_millis(250),
        connect_timeout: Duration::from_millis(250),
        lease: Duration::from_mins(1),
        poll: Duration::from_millis(20),
        schedule: RetrySchedule {
            initial: Duration::from_millis(10),
            max_interval: Duration::from_millis(50),
            ..RetrySchedule::default()
        },
        breaker: BreakerSettings {
            first_pause: Duration::from_millis(10),
            max_pause: Duration::from_millis(40),
            ..BreakerSettings::default()
        },
        ..RelaySettings::default()
    }
}

impl World {
    pub(super) async fn new(database: &TestDatabase, seed: u64) -> Self {
        let (ambient, clock) = still_ambient(seed);
        let db = database.open(&migrations()).await;
        let wake = Arc::new(Notify::new());
        let handoff = Handoff::new(settings().buffer(), settings().lease);
        let announce = announcer(&wake, &handoff);
        let context = ShopContext {
            ambient: ambient.clone(),
            handoff: handoff.clone(),
            promises: Promises::default(),
            order_limits: crate::unit::OrderLimits::NONE,
        };
        let (writer, task) = Writer::new(db.clone(), context, WriterSettings::default(), announce);
        tokio::spawn(task);
        let (status, metrics, board) = (RelayStatus::default(), Metrics::new(), FakeBoard::start().await);
        Self { db, writer, ambient, clock, wake, handoff, status, metrics, board }
    }

    pub(super) fn relay(&self, settings: RelaySettings) -> Running {
        let url = format!("http://{}/", self.board.address).parse().expect("a URL");
        let secrets = SigningSecrets::parse(SECRET).expect("a secret");
        let key = Secret::new("clave");
        let board = Board::new(&url, secrets, Some(&key), &settings, &self.ambient).expect("a client");
        let parts = RelayParts {
            db: self.db.clone(),
            writer: self.writer.clone(),
            ambient: self.ambient.clone(),
            wake: Arc::clone(&self.wake),
            handoff: self.handoff.clone(),
            status: self.status.clone(),
        };
        let stop = CancellationToken::new();
        let task = tokio::spawn(Relay::new(parts, board, settings, &self.metrics).run(stop.clone()));
        Running { task, stop }
    }

    pub(super) async fn send(&self, messages: Vec<(String, MessageKind)>) {
        self.writer.submit(Send(messages)).await.expect("sent");
    }

    pub(super) async fn orders(&self, count: usize) {
        self.send((1..=count).map(|n| (format!("A-{n}"), MessageKind::OrderCreated)).collect()).await;
    }

    pub(super) async fn show(&self, id: i64) -> MessageDetail {
        show(&self.db, id).await.expect("a query").expect("a message")
    }

    /// Awaits a condition, while time goes on `step_ms` with each look.
    pub(super) async fn until(&self, what: &str, step_ms: i64, mut holds: impl AsyncFnMut() -> bool) {
        let waiting = async {
            while !holds().await {
                self.clock.advance_ms(step_ms);
                let _ = tokio::time::timeout(Duration::from_millis(5), self.board.changed()).await;
            }
        };
        assert!(tokio::time::timeout(PATIENCE, waiting).await.is_ok(), "never happened: {what}");
    }

    pub(super) async fn until_all_delivered(&self) {
        self.until("everything is delivered", 5, async || self.pending().await == 0).await;
    }

    pub(super) async fn pending(&self) -> i64 {
        summary(&self.db).await.expect("a summary").pending
    }
}
