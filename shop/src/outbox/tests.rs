//! The storage contract of the outbox, on both engines.

mod guards;
mod plans;

use std::sync::Arc;
use std::time::Duration;

use super::{
    Attempt, Charge, Claim, Claimed, Discard, DiscardRefusal, EndLeases, Forgive, Handoff, MessageState, Replay,
    ReplayFilter, ReplayRefusal, Settle, Settlement, Verdict, list, prune, replay_dead, show, summary,
};
use crate::schema::migrations;
use crate::unit::{Committed, MessageKind, OutboxMessage, Promises, ShopContext, ShopUnit};
use belgrano_runtime::storage::Db;
use belgrano_runtime::writer::{Command, Failure, WriteError, Writer, WriterSettings};
use belgrano_runtime::{fetch_scalar, on_both_engines};
use belgrano_testing::{START, TestDatabase, still_ambient};
use belgrano_web::seen::Seen;
use belgrano_wire::OrderNumber;
use belgrano_wire::ambient::{Ambient, ManualClock};

const LEASE: Duration = Duration::from_mins(1);

struct Shop {
    db: Db,
    writer: Writer<ShopUnit>,
    clock: Arc<ManualClock>,
    ambient: Ambient,
    handoff: Handoff,
}

/// Puts messages into the outbox, as a checkout does.
#[derive(Debug)]
struct Send(Vec<(&'static str, MessageKind)>);

impl Command<ShopUnit> for Send {
    type Output = ();
    type Refusal = ();

    async fn apply(&self, unit: &mut ShopUnit) -> Result<(), Failure<()>> {
        for (number, kind) in &self.0 {
            unit.send(OutboxMessage {
                order_number: OrderNumber::parse(number).expect("a number"),
                kind: *kind,
                payload: format!("{{\"numero\":\"{number}\"}}"),
                trace: String::new(),
            });
        }
        Ok(())
    }
}

/// Changes its mind after it has written.
#[derive(Debug)]
struct SendAndFail;

impl Command<ShopUnit> for SendAndFail {
    type Output = ();
    type Refusal = ();

    async fn apply(&self, unit: &mut ShopUnit) -> Result<(), Failure<()>> {
        Send(vec![("X-1", MessageKind::OrderCreated), ("Y-1", MessageKind::OrderCreated)]).apply(unit).await?;
        Err(Failure::Refused(()))
    }
}

impl Shop {
    async fn open(database: &TestDatabase) -> Self {
        let (ambient, clock) = still_ambient(7);
        let db = database.open(&migrations()).await;
        let handoff = Handoff::new(2, LEASE);
        let context = ShopContext {
            ambient: ambient.clone(),
            handoff: handoff.clone(),
            promises: Promises::default(),
            order_limits: crate::unit::OrderLimits::NONE,
        };
        let arrived = handoff.clone();
        let announce = move |committed: Committed| arrived.hand_over(committed.handed);
        let (writer, task) = Writer::new(db.clone(), context, WriterSettings::default(), announce);
        tokio::spawn(task);
        Self { db, writer, clock, ambient, handoff }
    }

    async fn send(&self, messages: &[(&'static str, MessageKind)]) {
        self.writer.submit(Send(messages.to_vec())).await.expect("sent");
    }

    async fn claim(&self, limit: usize) -> Vec<Claimed> {
        self.writer.submit(Claim { limit, lease: LEASE }).await.expect("a claim").messages
    }

    /// Settles and says which were stale.
    async fn settle(&self, claimed: &[Claimed], verdict: &Verdict) -> Vec<i64> {
        let settlements: Arc<[_]> = claimed.iter().map(|message| self.settlement(message, verdict)).collect();
        self.writer.submit(Settle(settlements)).await.expect("settled")
    }

    fn settlement(&self, message: &Claimed, verdict: &Verdict) -> Settlement {
        Settlement {
            id: message.id,
            order_number: message.order_number.clone(),
            token: Arc::clone(&message.token),
            verdict: verdict.clone(),
            attempt: Some(Attempt {
                started_at: self.ambient.now(),
                took: Duration::from_millis(12),
                status: Some(201),
                error_class: None,
                excerpt: Some("{}".to_owned()),
            }),
        }
    }

    async fn states(&self) -> Vec<&'static str> {
        let mut messages = list(&self.db, None, None, 100).await.expect("a list").messages;
        messages.reverse();
        messages.iter().map(|message| message.state.as_str()).collect()
    }
}

fn ids(claimed: &[Claimed]) -> Vec<i64> {
    claimed.iter().map(|message| message.id).collect()
}

fn retry(seconds: u64) -> Verdict {
    Verdict::Retry { wait: Duration::from_secs(seconds), reason: "no contesta".to_owned() }
}

fn dead(reason: &str) -> Verdict {
    Verdict::Dead { reason: reason.to_owned() }
}

use MessageKind::{OrderCancelled as Cancelled, OrderCreated as Created};

on_both_engines! {
    async fn only_the_first_of_each_order_is_taken_and_only_once(database) {
        let shop = Shop::open(database).await;
        shop.send(&[("A-1", Created), ("A-1", Cancelled), ("B-1", Created), ("C-1", Created)]).await;
        let first = shop.claim(2).await;
        assert_eq!(ids(&first), [1, 3]);
        assert_eq!(first[0].payload, "{\"numero\":\"A-1\"}");
        let second = shop.claim(10).await;
        assert_eq!(ids(&second), [4], "2 waits for 1, the others are taken");
        assert!(shop.settle(&first, &Verdict::Delivered).await.is_empty());
        assert_eq!(ids(&shop.claim(10).await), [2]);
        assert_eq!(shop.states().await, ["entregado", "pendiente", "entregado", "pendiente"]);
    }

    async fn an_open_door_hands_new_orders_over_as_they_are_committed(database) {
        let shop = Shop::open(database).await;
        shop.send(&[("A-1", Created)]).await;
        shop.handoff.set_open(true);
        shop.send(&[("B-1", Created), ("B-1", Cancelled), ("C-1", Created), ("D-1", Created)]).await;
        let handed = shop.handoff.take().await;
        assert_eq!(ids(&handed), [2, 4], "the first of an order, and no more than there is room for");
        assert_eq!(ids(&shop.claim(10).await), [1, 5], "what was handed over is nobody else's, and holds its order back");
        assert!(shop.settle(&handed, &Verdict::Delivered).await.is_empty());
        assert_eq!(ids(&shop.claim(10).await), [3]);
        shop.send(&[("E-1", Created)]).await;
        assert_eq!(ids(&shop.claim(10).await), [6], "no place is free before the messages that had them are gone");
        drop(handed);

        shop.writer.submit(SendAndFail).await.expect_err("refused");
        shop.send(&[("F-1", Created), ("G-1", Created)]).await;
        let handed = shop.handoff.take().await;
        assert_eq!(ids(&handed), [7, 8], "what was rolled back was not handed over and holds no place");
        shop.clock.advance_ms(60_000);
        assert_eq!(ids(&shop.claim(10).await), [1, 3, 5, 6, 7, 8], "their lease ends like any other");
        assert_eq!(shop.settle(&handed, &Verdict::Delivered).await, [7, 8]);
    }

    async fn a_lease_that_ended_is_taken_by_another_and_fences_the_first(database) {
        let shop = Shop::open(database).await;
        shop.send(&[("A-1", Created), ("B-1", Created)]).await;
        let slept = shop.claim(10).await;
        shop.clock.advance_ms(59_999);
        assert!(shop.claim(10).await.is_empty());
        shop.clock.advance_ms(1);
        let other = shop.claim(10).await;
        assert_eq!(ids(&other), [1, 2]);
        for verdict in [Verdict::Delivered, dead("tarde"), retry(1), Verdict::Release { wait: Duration::ZERO }] {
            assert_eq!(shop.settle(&slept, &verdict).await, [1, 2]);
        }
        let untouched = show(&shop.db, 1).await.expect("a query").expect("a message");
        assert_eq!((untouched.message.attempts, untouched.history.len()), (0, 0));
        assert!(untouched.message.leased);
        assert!(shop.settle(&other, &Verdict::Delivered).await.is_empty());
        assert_eq!(shop.settle(&other, &Verdict::Delivered).await, [1, 2], "only once");
    }

    async fn leases_of_an_earlier_life_end_at_once(database) {
        let shop = Shop::open(database).await;
        shop.send(&[("A-1", Created), ("A-1", Cancelled), ("B-1", Created)]).await;
        let before = shop.claim(1).await;
        assert_eq!(shop.writer.submit(EndLeases).await.expect("ended"), 1);
        assert_eq!(shop.settle(&before, &Verdict::Delivered).await, [1], "its token is worth nothing now");
        assert_eq!(ids(&shop.claim(10).await), [1, 3]);
    }

    async fn a_retry_waits_costs_and_holds_its_order_back_but_no_other(database) {
        let shop = Shop::open(database).await;
        shop.send(&[("A-1", Created), ("A-1", Cancelled), ("B-1", Created)]).await;
        let taken = shop.claim(1).await;
        shop.settle(&taken, &retry(30)).await;
        let claims = shop.writer.submit(Claim { limit: 10, lease: LEASE }).await.expect("a claim");
        assert_eq!(ids(&claims.messages), [3]);
        assert_eq!(claims.next_due, Some(START.plus_ms(30_000)));
        shop.clock.advance_ms(30_000);
        let again = shop.claim(10).await;
        assert_eq!(ids(&again), [1]);
        assert_eq!((again[0].attempts, again[0].waited), (1, Duration::from_secs(30)));
        let detail = show(&shop.db, 1).await.expect("a query").expect("a message");
        assert_eq!(detail.message.first_attempt_at, Some(START));
        assert_eq!(detail.message.reason.as_deref(), Some("no contesta"));
        assert_eq!(detail.history.len(), 1);
        assert_eq!(detail.history[0].outcome, "reintento");
    }

    async fn a_release_costs_nothing_and_keeps_one_row_only(database) {
        let shop = Shop::open(database).await;
        shop.send(&[("A-1", Created)]).await;
        for _ in 0..3 {
            let taken = shop.claim(1).await;
            shop.settle(&taken, &Verdict::Release { wait: Duration::from_secs(1) }).await;
            assert!(shop.claim(1).await.is_empty());
            shop.clock.advance_ms(1000);
        }
        let detail = show(&shop.db, 1).await.expect("a query").expect("a message");
        assert_eq!((detail.message.attempts, detail.message.first_attempt_at), (0, None));
        assert_eq!(detail.history.len(), 1);
        assert_eq!(detail.history[0].outcome, "sin-costo");
        assert_eq!(detail.history[0].started_at, START.plus_ms(2000));
    }

    async fn what_a_try_cost_is_given_back(database) {
        let shop = Shop::open(database).await;
        shop.send(&[("A-1", Created)]).await;
        let charge = Charge { id: 1, wait: Duration::from_mins(10) };
        shop.settle(&shop.claim(1).await, &retry(600)).await;
        for _ in 0..2 {
            // The second time there is nothing left to give back.
            shop.writer.submit(Forgive(vec![charge])).await.expect("forgiven");
        }
        let again = shop.claim(1).await;
        assert_eq!((again[0].attempts, again[0].waited), (0, Duration::ZERO), "due at once, and as if never tried");
        let detail = show(&shop.db, 1).await.expect("a query").expect("a message");
        assert_eq!(detail.message.first_attempt_at, None);
    }

    async fn a_dead_letter_blocks_its_order_until_somebody_acts(database) {
        let shop = Shop::open(database).await;
        shop.send(&[("A-1", Created), ("A-1", Cancelled), ("B-1", Created), ("B-1", Cancelled)]).await;
        let taken = shop.claim(10).await;
        shop.settle(&taken, &dead("HTTP 422: total")).await;
        assert!(shop.claim(10).await.is_empty());
        let blocked = show(&shop.db, 2).await.expect("a query").expect("a message");
        assert_eq!(blocked.message.next_attempt_at, None);
        let now = summary(&shop.db).await.expect("a summary");
        assert_eq!((now.pending, now.dead, now.oldest), (2, 2, Some(START)));

        shop.writer.submit(Discard { id: 1, reason: "de prueba".to_owned(), seen: Seen::default() }).await.expect("discarded");
        assert_eq!(ids(&shop.claim(10).await), [2]);
        shop.writer.submit(Replay { id: 3 }).await.expect("revived");
        let revived = shop.claim(10).await;
        assert_eq!((ids(&revived), revived[0].attempts), (vec![3], 0));
        shop.settle(&revived, &Verdict::Delivered).await;
        assert_eq!(ids(&shop.claim(10).await), [4]);
    }

    async fn what_the_board_refuses_for_good_needs_nobody(database) {
        let shop = Shop::open(database).await;
        shop.send(&[("A-1", Cancelled)]).await;
        let reason = "El pedido ya fue entregado.".to_owned();
        shop.settle(&shop.claim(1).await, &Verdict::TooLate { reason: reason.clone() }).await;
        let message = show(&shop.db, 1).await.expect("a query").expect("a message");
        assert_eq!((message.message.state, message.message.reason), (MessageState::Discarded, Some(reason)));
        assert_eq!(message.history[0].outcome, "tarde", "as the metrics call it");
        let now = summary(&shop.db).await.expect("a summary");
        assert_eq!((now.pending, now.dead), (0, 0));
    }

    async fn what_is_settled_is_not_touched_again(database) {
        let shop = Shop::open(database).await;
        shop.send(&[("A-1", Created)]).await;
        let taken = shop.claim(1).await;
        let discard = || shop.writer.submit(Discard { id: 1, reason: "no va".to_owned(), seen: Seen::default() });
        assert!(matches!(discard().await, Err(WriteError::Refused(DiscardRefusal::UnderWay))));
        shop.clock.advance_ms(60_000);
        discard().await.expect("whoever took it is gone");
        assert_eq!(shop.settle(&taken, &Verdict::Delivered).await, [1]);
        let refused = shop.writer.submit(Replay { id: 1 }).await;
        assert!(matches!(refused, Err(WriteError::Refused(ReplayRefusal::Settled(MessageState::Discarded)))));
        let refused = shop.writer.submit(Discard { id: 9, reason: String::new(), seen: Seen::default() }).await;
        assert!(matches!(refused, Err(WriteError::Refused(DiscardRefusal::NotFound))));
    }

    async fn the_dead_come_back_paced_and_by_filter(database) {
        let shop = Shop::open(database).await;
        shop.send(&[("A-1", Created), ("B-1", Created), ("C-1", Created), ("D-1", Created)]).await;
        let taken = shop.claim(10).await;
        shop.settle(&taken[..3], &dead("HTTP 401: Clave_mala")).await;
        shop.settle(&taken[3..], &dead("HTTP 422: total")).await;
        let revive = async |reason: &str, from| {
            let filter = ReplayFilter { reason: Some(reason.to_owned()), from, until: None };
            replay_dead(&shop.writer, None, filter, shop.ambient.now(), Duration::from_secs(1)).await.expect("revived")
        };
        assert_eq!(revive("clave%mala", None).await, 0, "nothing in it is a wildcard");
        assert_eq!(revive("clave_mala", Some(START.plus_ms(1))).await, 0);
        assert_eq!(revive("clave_mala", None).await, 3);
        let mut order = Vec::new();
        for _ in 0..3 {
            order.push(ids(&shop.claim(10).await));
            shop.clock.advance_ms(1000);
        }
        assert_eq!(order, [[1], [2], [3]]);
        assert_eq!(shop.states().await, ["pendiente", "pendiente", "pendiente", "muerto"]);
    }

    async fn what_died_by_a_clock_that_was_ahead_is_revived_too(database) {
        let shop = Shop::open(database).await;
        shop.send(&[("A-1", Created), ("B-1", Created)]).await;
        let taken = shop.claim(10).await;
        shop.clock.advance_ms(600_000);
        shop.settle(&taken, &Verdict::Dead { reason: "HTTP 401".to_owned() }).await;
        shop.clock.advance_ms(-600_000);
        let all = ReplayFilter::default();
        let revived = replay_dead(&shop.writer, None, all, shop.ambient.now(), Duration::ZERO).await.expect("revived");
        assert_eq!((revived, ids(&shop.claim(10).await)), (2, vec![1, 2]));
    }

    async fn pages_go_from_young_to_old(database) {
        let shop = Shop::open(database).await;
        shop.send(&[("A-1", Created), ("B-1", Created), ("C-1", Created), ("D-1", Created)]).await;
        shop.settle(&shop.claim(2).await, &Verdict::Delivered).await;
        for (state, expected) in [
            (None, vec![vec![4, 3, 2], vec![1]]),
            (Some(MessageState::Delivered), vec![vec![2, 1]]),
            (Some(MessageState::Pending), vec![vec![4, 3]]),
            (Some(MessageState::Dead), vec![vec![]]),
        ] {
            let (mut pages, mut cursor) = (Vec::new(), None);
            loop {
                let page = list(&shop.db, state, cursor, 3).await.expect("a page");
                pages.push(page.messages.iter().map(|message| message.id).collect::<Vec<_>>());
                cursor = page.cursor;
                if cursor.is_none() {
                    break;
                }
            }
            assert_eq!(pages, expected, "{state:?}");
        }
    }

    async fn old_messages_go_and_open_ones_stay(database) {
        let shop = Shop::open(database).await;
        shop.send(&[("A-1", Created), ("B-1", Created), ("C-1", Created), ("D-1", Created)]).await;
        let taken = shop.claim(3).await;
        shop.settle(&taken[..1], &dead("no")).await;
        shop.settle(&taken[1..2], &Verdict::Delivered).await;
        shop.clock.advance_ms(1000);
        shop.settle(&taken[2..], &Verdict::Delivered).await;
        assert_eq!(prune(&shop.writer, START.plus_ms(1)).await.expect("pruned"), 1);
        assert_eq!(shop.states().await, ["muerto", "entregado", "pendiente"]);
        let mut session = shop.db.read().await.expect("a connection");
        let tries = fetch_scalar!(one, session, i64, "SELECT COUNT(*) FROM outbox_attempts").expect("a count");
        assert_eq!(tries, 2);
    }
}
