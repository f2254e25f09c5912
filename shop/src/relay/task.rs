//! The loop: claim, deliver, settle, all at once and each bounded.
//!
//! One task owns everything, so nothing here is locked. What is under way are three kinds of futures that it polls: at most
//! one claim, at most one settlement, and the exchanges. While a settlement is being committed the verdicts that come in
//! wait and become the next one: the batch is as large as the load makes it.

use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use belgrano_runtime::storage::Db;
use belgrano_runtime::telemetry::Metrics;
use belgrano_runtime::writer::{WriteError, Writer};
use belgrano_wire::ambient::Ambient;
use belgrano_wire::steady::{SetBack, SteadyMillis};
use belgrano_wire::timestamp::UnixMillis;
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::board::Board;
use super::breaker::{Breaker, BreakerState, Permit};
use super::outcome::Reply;
use super::set_back::StoredWaits;
use super::settings::RelaySettings;
use super::settle::{Settled, settle};
use super::status::{RelayMetrics, RelayStatus};
use crate::outbox::{BringBack, Charge, Claim, Claimed, Claims, Handoff, Settlement, Verdict};
use crate::unit::ShopUnit;

/// Pause after the database failed.
const REST: Duration = Duration::from_millis(250);

/// What a relay works with.
#[derive(Clone, Debug)]
pub struct RelayParts {
    /// Where to read.
    pub db: Db,
    /// Where claims and verdicts go.
    pub writer: Writer<ShopUnit>,
    /// Time and randomness.
    pub ambient: Ambient,
    /// Told whenever the outbox has work.
    pub wake: Arc<Notify>,
    /// Where new messages come from without being claimed.
    pub handoff: Handoff,
    /// Where it shows its state.
    pub status: RelayStatus,
}

/// Carries messages to the board until it is told to stop.
pub struct Relay {
    pub(super) parts: RelayParts,
    pub(super) settings: RelaySettings,
    pub(super) metrics: RelayMetrics,
    pub(super) breaker: Breaker,
    /// Tries since the board's last answer that were charged and may have to be forgiven.
    pub(super) suspected: Vec<Charge>,
    /// Answers of the board so far.
    pub(super) answers: u64,
    /// Messages that heard somebody else in the board's place, and how many answers there were by then.
    pub(super) foreign: HashMap<i64, u64>,
    /// To be forgiven with the next settlement.
    pub(super) forgiven: Vec<Charge>,
    /// Verdicts for the next settlement.
    pub(super) done: Vec<Settlement>,
    board: Board,
    /// Claimed and not started.
    ready: VecDeque<Claimed>,
    exchanges: FuturesUnordered<BoxFuture<'static, Finished>>,
    claiming: Option<BoxFuture<'static, Result<Claims, WriteError<Infallible>>>>,
    settling: Option<BoxFuture<'static, Settled>>,
    /// Claimed and not settled: what bounds the memory.
    held: usize,
    claim_limit: usize,
    /// There may be something to claim.
    pub(super) hungry: bool,
    /// The last claim took everything that was due.
    caught_up: bool,
    next_due: Option<SteadyMillis>,
    pub(super) set_back: SetBack,
    pub(super) stored_waits: StoredWaits,
    /// When to look for something to claim without being told.
    look_at: Instant,
    rest_until: Option<Instant>,
}

/// One exchange that is over.
#[derive(Debug)]
pub(super) struct Finished {
    pub message: Claimed,
    pub permit: Permit,
    pub started_at: UnixMillis,
    pub took: Duration,
    pub reply: Reply,
}

impl fmt::Debug for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Relay").field("breaker", &self.breaker).field("held", &self.held).finish_non_exhaustive()
    }
}

impl Relay {
    /// A relay to `board`.
    #[must_use]
    pub fn new(parts: RelayParts, board: Board, settings: RelaySettings, metrics: &Metrics) -> Self {
        Self {
            set_back: SetBack::since(&parts.ambient),
            stored_waits: StoredWaits::default(),
            breaker: Breaker::new(settings.breaker, settings.concurrency),
            metrics: RelayMetrics::register(metrics),
            parts,
            settings,
            suspected: Vec::new(),
            answers: 0,
            foreign: HashMap::new(),
            forgiven: Vec::new(),
            done: Vec::new(),
            board,
            ready: VecDeque::new(),
            exchanges: FuturesUnordered::new(),
            claiming: None,
            settling: None,
            held: 0,
            claim_limit: 0,
            hungry: true,
            caught_up: false,
            next_due: None,
            look_at: Instant::now(),
            rest_until: None,
        }
    }

    /// Works until `stop`, then finishes what is under way and gives back the rest.
    pub async fn run(mut self, stop: CancellationToken) {
        let (wake, handoff) = (Arc::clone(&self.parts.wake), self.parts.handoff.clone());
        self.look_at_what_is_stored().await;
        loop {
            self.look_at_the_clock();
            self.start_exchanges();
            self.start_settling();
            self.start_claiming();
            handoff.set_open(self.may_be_handed());
            let pause = self.pause();
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                Some(finished) = self.exchanges.next() => self.finish(finished),
                settled = taken(&mut self.settling) => self.settled(settled),
                claims = taken(&mut self.claiming) => self.claimed(claims),
                messages = handoff.take() => self.handed(messages),
                () = wake.notified() => self.hungry = true,
                () = tokio::time::sleep(pause) => self.hungry = true,
            }
        }
        self.drain().await;
    }

    /// Whether new messages may come without being claimed: while nothing older has to wait for them. What is to be claimed
    /// and finds no room here would never find any if every place that is given back went to the next new order.
    fn may_be_handed(&mut self) -> bool {
        let kept_waiting = self.hungry && self.claiming.is_none();
        self.caught_up && !kept_waiting && self.breaker.state() == BreakerState::Closed && !self.resting()
    }

    async fn drain(mut self) {
        let handoff = self.parts.handoff.clone();
        handoff.set_open(false);
        // A batch that is not committed yet may still hand over what it has a place for.
        let (mut all_back, mut places) = (pin!(handoff.all_back()), None);
        let mut out_of_time = pin!(tokio::time::sleep(self.settings.drain));
        loop {
            self.release_ready(0);
            self.start_settling();
            let settled = self.done.is_empty() && self.settling.is_none();
            if settled && self.exchanges.is_empty() && self.claiming.is_none() && places.is_some() {
                return;
            }
            tokio::select! {
                biased;
                Some(finished) = self.exchanges.next() => self.finish(finished),
                settled = taken(&mut self.settling) => self.settled(settled),
                claims = taken(&mut self.claiming) => self.claimed(claims),
                messages = handoff.take() => self.handed(messages),
                all = &mut all_back, if places.is_none() => places = Some(all),
                () = &mut out_of_time => break,
                () = tokio::time::sleep(REST), if self.rest_until.is_some() => {}
            }
        }
        tracing::warn!(messages = self.held, "stopped before every verdict was stored; leases end by themselves");
    }

    fn start_exchanges(&mut self) {
        while let Some(message) = self.ready.front() {
            let now = self.parts.ambient.steady();
            if message.held_until.left(now) > self.settings.deadline {
                let Some(permit) = self.breaker.permit(now) else { break };
                let Some(message) = self.ready.pop_front() else { break };
                let started_at = self.parts.ambient.now();
                self.exchanges.push(Box::pin(exchange(self.board.clone(), message, permit, started_at)));
            } else if let Some(message) = self.ready.pop_front() {
                // It waited so long that the lease might end before the exchange does.
                self.release(message, Duration::ZERO);
            }
        }
    }

    fn start_claiming(&mut self) {
        let now = self.parts.ambient.steady();
        if self.next_due.is_some_and(|due| due <= now) {
            (self.next_due, self.hungry) = (None, true);
        }
        // Not only when nothing else happens for so long: under load something always does.
        self.hungry |= self.look_at <= Instant::now();
        let limit = self.appetite(now);
        if !self.hungry || self.claiming.is_some() || self.resting() || limit == 0 {
            return;
        }
        self.hungry = false;
        self.look_at = Instant::now() + self.settings.poll.mul_f64(0.75 + self.parts.ambient.fraction() / 2.0);
        self.claim_limit = limit;
        let (writer, claim) = (self.parts.writer.clone(), Claim { limit, lease: self.settings.lease });
        let bring_back = self.stored_waits.take_long().then(|| BringBack::set_back(&self.settings));
        self.claiming = Some(Box::pin(async move {
            if let Some(bring_back) = bring_back {
                writer.submit(bring_back).await?;
            }
            writer.submit(claim).await
        }));
    }

    /// How many messages to claim now.
    fn appetite(&self, now: SteadyMillis) -> usize {
        if self.breaker.state() == BreakerState::Open {
            return if self.ready.is_empty() { self.breaker.room(now) } else { 0 };
        }
        let free = self.settings.buffer().saturating_sub(self.held);
        // Few large claims instead of many small ones.
        if self.ready.is_empty() || free >= self.settings.concurrency { free } else { 0 }
    }

    fn claimed(&mut self, result: Result<Claims, WriteError<Infallible>>) {
        match result {
            Ok(claims) => {
                self.caught_up = claims.messages.len() < self.claim_limit;
                self.hungry |= !self.caught_up;
                let (wall, steady) = (self.parts.ambient.now(), self.parts.ambient.steady());
                self.next_due = claims.next_due.map(|due| steady.plus_ms(due.since_ms(wall)));
                self.held += claims.messages.len();
                self.ready.extend(claims.messages);
                self.give_back_while_away();
            }
            Err(error) => {
                self.hungry = true;
                self.stored_waits.keep();
                self.rest(&error);
            }
        }
    }

    fn handed(&mut self, messages: Vec<Claimed>) {
        self.held += messages.len();
        self.ready.extend(messages);
        self.give_back_while_away();
    }

    /// While the board is away one message, for the probe, is all that is needed here.
    pub(super) fn give_back_while_away(&mut self) {
        if self.breaker.state() == BreakerState::Open {
            self.release_ready(1);
        }
    }

    fn release_ready(&mut self, keep: usize) {
        for message in self.ready.split_off(keep.min(self.ready.len())) {
            self.release(message, Duration::ZERO);
        }
    }

    fn release(&mut self, message: Claimed, wait: Duration) {
        self.done.push(Settlement {
            id: message.id,
            order_number: message.order_number,
            token: message.token,
            verdict: Verdict::Release { wait },
            attempt: None,
        });
    }

    fn start_settling(&mut self) {
        if self.resting() || self.settling.is_some() || (self.done.is_empty() && self.forgiven.is_empty()) {
            return;
        }
        let settlements: Arc<[Settlement]> = std::mem::take(&mut self.done).into();
        let forgiven = std::mem::take(&mut self.forgiven);
        self.settling = Some(Box::pin(settle(self.parts.writer.clone(), settlements, forgiven)));
    }

    fn settled(&mut self, settled: Settled) {
        if !settled.forgave {
            self.forgiven.extend(settled.forgiven);
        }
        match settled.result {
            Ok(stale) => {
                self.held = self.held.saturating_sub(settled.settlements.len() - settled.kept.len());
                if !stale.is_empty() {
                    self.metrics.stale(stale.len());
                    tracing::warn!(messages = ?stale, "verdicts came after the lease and changed nothing");
                }
                // What was given back may be claimed again.
                self.hungry |= settled.settlements.iter().any(|one| matches!(one.verdict, Verdict::Release { .. }));
                if !settled.kept.is_empty() {
                    tracing::warn!(messages = settled.kept.len(), "verdicts wait for rows that somebody holds");
                    self.rest_until = Some(Instant::now() + REST);
                    self.done.extend(settled.kept);
                }
            }
            Err(error) => {
                self.rest(&error);
                self.done.extend_from_slice(&settled.settlements);
            }
        }
    }

    fn rest(&mut self, error: &WriteError<Infallible>) {
        tracing::warn!(error = %error, "the relay waits for the database");
        self.rest_until = Some(Instant::now() + REST);
    }

    fn resting(&mut self) -> bool {
        self.rest_until = self.rest_until.filter(|until| *until > Instant::now());
        self.rest_until.is_some()
    }

    /// How long to sleep when nobody wakes us.
    fn pause(&self) -> Duration {
        let now = self.parts.ambient.steady();
        let until = |at: SteadyMillis| Some(at.left(now)).filter(|left| !left.is_zero());
        // Who could not claim what it wanted to waits for something to end.
        let look =
            if self.hungry { self.settings.poll } else { self.look_at.saturating_duration_since(Instant::now()) };
        let times = [self.next_due.and_then(until), self.breaker.probe_at().and_then(until)];
        let rest = self.rest_until.map(|until| until.saturating_duration_since(Instant::now()));
        times.into_iter().flatten().chain(rest).fold(look, Duration::min)
    }
}

/// Waits for the future in `slot` and empties it; for ever when there is none.
async fn taken<T>(slot: &mut Option<BoxFuture<'static, T>>) -> T {
    match slot {
        Some(future) => {
            let value = future.await;
            *slot = None;
            value
        }
        None => std::future::pending().await,
    }
}

async fn exchange(board: Board, message: Claimed, permit: Permit, started_at: UnixMillis) -> Finished {
    let started = Instant::now();
    let reply = board.deliver(&message).await;
    Finished { message, permit, started_at, took: started.elapsed(), reply }
}
