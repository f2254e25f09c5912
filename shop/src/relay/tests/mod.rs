//! The relay against a board that misbehaves on demand: nothing lost, nothing doubled, nothing out of order.

mod clock;
mod fake_board;
mod forgetting;
mod mending;
mod words;
mod world;

use std::sync::Arc;
use std::time::Duration;

use belgrano_runtime::on_both_engines;
use belgrano_runtime::retry::RetrySchedule;
use belgrano_runtime::telemetry::Metrics;
use belgrano_runtime::writer::{Writer, WriterSettings};
use belgrano_testing::{START, TestDatabase};
use belgrano_wire::signature::{SignatureHeaders, SigningSecrets};
use sqlx::Connection;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use self::fake_board::Manners;
use self::world::{PATIENCE, Running, SECRET, SendSlowly, TRACE, World, announcer, settings};
use super::{Board, BreakerState, Relay, RelayParts, RelaySettings, RelayStatus};
use crate::outbox::{Handoff, MessageState, list, summary};
use crate::schema::migrations;
use crate::unit::{MessageKind, Promises, ShopContext};

on_both_engines! {
    async fn nothing_is_lost_doubled_or_out_of_order_whatever_the_board_does(database) {
        let world = World::new(database, 42).await;
        let both = |n| [(format!("A-{n}"), MessageKind::OrderCreated), (format!("A-{n}"), MessageKind::OrderCancelled)];
        world.send((0..16).flat_map(both).collect()).await;
        let relay = world.relay(settings());
        let moods = [
            Manners::Good, Manners::Status(500), Manners::Hang, Manners::Cut, Manners::SlowBody, Manners::Status(503),
            Manners::RetryAfter(429, "0"), Manners::Huge, Manners::Parked,
        ];
        for flip in 1..=24 {
            let mood = moods[usize::from(world.ambient.bytes::<1>()[0]) % moods.len()];
            world.board.behave(mood);
            let seen = world.board.received().len();
            // Handed over or to be claimed, as it happens.
            world.send(both(15 + flip).into()).await;
            world.until(&format!("{mood:?} was noticed, flip {flip}"), 5, async || {
                world.board.received().len() > seen + 2 || world.pending().await == 0
            })
            .await;
        }
        world.board.behave(Manners::Good);
        world.until_all_delivered().await;
        relay.stop().await;
        let deeds = world.board.deeds();
        assert_eq!(deeds.len(), 40);
        for (number, done) in deeds {
            assert_eq!(done, ["created", "cancelled"], "{number}");
        }
        let ids: std::collections::HashSet<_> =
            world.board.received().iter().map(|request| request.header("webhook-id").to_owned()).collect();
        assert_eq!(ids.len(), 80, "one id for each message, on all of its tries");
    }

    async fn new_orders_are_handed_over_and_need_no_claim(database) {
        let mut world = World::new(database, 9).await;
        let relay = world.relay(settings());
        world.until("the door is open", 0, async || world.handoff.reserve().is_some()).await;
        world.orders(200).await;
        // Time stands still: no lease ends, and nobody claims what is under one.
        world.until("all are delivered", 0, async || world.board.deeds().len() == 200).await;
        world.board.leave();
        world.send((0..20).map(|n| (format!("B-{n}"), MessageKind::OrderCreated)).collect()).await;
        world.until("the breaker opens", 0, async || world.status.breaker() == BreakerState::Open).await;
        assert!(world.handoff.reserve().is_none(), "the door is shut while the board is away");
        relay.stop().await;
    }

    async fn new_orders_do_not_starve_what_has_to_be_claimed(database) {
        let world = World::new(database, 12).await;
        let relay = world.relay(RelaySettings { deadline: PATIENCE, ..settings() });
        world.until("the door is open", 0, async || world.handoff.reserve().is_some()).await;
        world.board.behave(Manners::Slow);
        world.orders(settings().buffer()).await;
        world.until("the room is full", 0, async || world.board.received().len() == settings().concurrency).await;
        world.send(vec![("B-1".to_owned(), MessageKind::OrderCancelled)]).await;
        for n in 0..3 * settings().buffer() {
            let seen = world.board.received().len();
            world.board.let_go();
            world.until("the next one's turn", 0, async || world.board.received().len() > seen).await;
            world.send(vec![(format!("C-{n}"), MessageKind::OrderCreated)]).await;
        }
        assert!(world.board.deeds().contains_key("B-1"), "it had its turn");
        world.board.behave(Manners::Good);
        (0..settings().concurrency).for_each(|_| world.board.let_go());
        world.until_all_delivered().await;
        relay.stop().await;
    }

    async fn new_orders_do_not_keep_the_relay_from_looking(database) {
        let world = World::new(database, 13).await;
        let relay = world.relay(RelaySettings { poll: Duration::from_secs(1), ..settings() });
        world.until("the door is open", 0, async || world.handoff.reserve().is_some()).await;
        world.board.behave(Manners::Status(500));
        world.orders(1).await;
        world.until("it was refused", 0, async || world.show(1).await.message.attempts == 1).await;
        world.board.behave(Manners::Good);
        let mut n = 0;
        world.until("it is tried again", 5, async || {
            n += 1;
            world.send(vec![(format!("B-{n}"), MessageKind::OrderCreated)]).await;
            world.show(1).await.message.state == MessageState::Delivered
        })
        .await;
        relay.stop().await;
    }

    async fn a_board_that_is_away_costs_no_order_an_attempt(database) {
        let mut world = World::new(database, 1).await;
        world.board.leave();
        world.orders(20).await;
        let relay = world.relay(settings());
        world.until("the breaker opens", 5, async || world.status.breaker() == BreakerState::Open).await;
        world.until("probes go on", 5, async || {
            let tried = world.metrics.encode();
            let free = tried.lines().find_map(|line| line.strip_prefix("relay_attempts_total{outcome=\"sin-costo\"} "));
            free.is_some_and(|count| count.parse::<u64>().is_ok_and(|count| count > 12))
        })
        .await;
        world.until("charges are given back", 0, async || {
            let mut spent = 0;
            for id in 1..=20 {
                let message = world.show(id).await.message;
                spent += message.attempts + i64::from(message.first_attempt_at.is_some());
            }
            spent == 0
        })
        .await;
        world.board.come_back().await;
        world.until_all_delivered().await;
        relay.stop().await;
        for id in 1..=20 {
            let message = world.show(id).await;
            assert_eq!(message.message.attempts, 1);
            assert_eq!(message.history.last().map(|attempt| attempt.outcome.as_str()), Some("entregado"));
        }
        assert_eq!(world.board.received().len(), 20);
        assert_ne!(world.status.breaker(), BreakerState::Open);
    }

    async fn retry_after_is_obeyed(database) {
        let world = World::new(database, 3).await;
        world.board.behave(Manners::RetryAfter(429, "30"));
        world.orders(1).await;
        let relay = world.relay(settings());
        world.until("it was refused", 0, async || world.show(1).await.message.attempts == 1).await;
        assert_eq!(world.show(1).await.message.next_attempt_at, Some(START.plus_ms(30_000)));
        world.board.behave(Manners::Good);
        world.clock.advance_ms(29_999);
        world.orders(0).await;
        world.send(vec![("B-1".to_owned(), MessageKind::OrderCreated)]).await;
        world.until("another order passes", 0, async || world.pending().await == 1).await;
        world.clock.advance_ms(1);
        world.until("its time has come", 0, async || world.pending().await == 0).await;
        relay.stop().await;
    }

    async fn gives_up_after_three_days_of_tries_and_not_before(database) {
        let world = World::new(database, 4).await;
        world.board.behave(Manners::Status(500));
        world.orders(1).await;
        let schedule = RetrySchedule {
            initial: Duration::from_hours(1), max_interval: Duration::from_hours(12), ..RetrySchedule::default()
        };
        let relay = world.relay(RelaySettings { schedule, ..settings() });
        world.until("it is dead", 600_000, async || summary(&world.db).await.expect("a summary").dead == 1).await;
        relay.stop().await;
        let dead = world.show(1).await;
        let settled = dead.message.settled_at.expect("it is settled");
        assert!(settled.since_ms(START) >= 72 * 3_600_000, "{settled:?}");
        assert_eq!(dead.message.attempts, i64::try_from(dead.history.len()).expect("few"));
        assert_eq!(dead.message.reason.as_deref(), Some("Se agotaron los intentos. HTTP 500: así no"));
    }

    async fn a_relay_that_slept_past_its_lease_changes_nothing(database) {
        let world = World::new(database, 5).await;
        world.board.behave(Manners::Hang);
        world.orders(1).await;
        let patient = RelaySettings { deadline: PATIENCE, ..settings() };
        let sleeper = world.relay(patient.clone());
        world.until("the sleeper delivers", 0, async || world.board.received().len() == 1).await;
        world.clock.advance_ms(60_000);
        let other = world.relay(patient);
        world.until("the other delivers as well", 0, async || world.board.received().len() == 2).await;
        world.board.behave(Manners::Good);
        world.until_all_delivered().await;
        sleeper.stop().await;
        other.stop().await;
        let message = world.show(1).await;
        assert_eq!((message.message.attempts, message.history.len()), (1, 1), "one verdict counts");
        assert!(world.metrics.encode().contains("relay_stale_verdicts_total 1"));
        assert_eq!(world.board.deeds()["A-1"], ["created"]);
    }

    async fn two_relays_share_the_work(database) {
        let world = World::new(database, 6).await;
        let second = database.open(&migrations()).await;
        // Two processes: nothing but the database is shared.
        let (wake, handoff) = (Arc::new(Notify::new()), Handoff::new(settings().buffer(), settings().lease));
        let context = ShopContext { ambient: world.ambient.clone(), handoff: handoff.clone(), promises: Promises::default(), order_limits: crate::unit::OrderLimits::NONE };
        let (writer, task) = Writer::new(second.clone(), context, WriterSettings::default(), announcer(&wake, &handoff));
        tokio::spawn(task);
        let one = world.relay(settings());
        let url = format!("http://{}", world.board.address).parse().expect("a URL");
        let secrets = SigningSecrets::parse(SECRET).expect("a secret");
        let board = Board::new(&url, secrets, None, &settings(), &world.ambient).expect("a client");
        let (ambient, status) = (world.ambient.clone(), RelayStatus::default());
        let parts = RelayParts { db: second, writer, ambient, wake, handoff, status };
        let stop = CancellationToken::new();
        let task = tokio::spawn(Relay::new(parts, board, settings(), &Metrics::new()).run(stop.clone()));
        let other = Running { task, stop };
        world.orders(300).await;
        world.until_all_delivered().await;
        one.stop().await;
        other.stop().await;
        assert_eq!(world.board.received().len(), 300, "each exactly once");
        let with_key = world.board.received().iter().filter(|request| request.header("x-api-key") == "clave").count();
        assert!(with_key > 0, "the first relay worked");
    }

    async fn stopping_finishes_what_is_under_way_and_gives_back_the_rest(database) {
        let world = World::new(database, 7).await;
        world.board.behave(Manners::Hang);
        world.orders(30).await;
        let relay = world.relay(RelaySettings { deadline: PATIENCE, ..settings() });
        world.until("eight are under way", 0, async || world.board.received().len() == 8).await;
        relay.stop.cancel();
        world.board.behave(Manners::Good);
        relay.stop().await;
        let messages = list(&world.db, None, None, 100).await.expect("a list").messages;
        assert_eq!(messages.iter().filter(|message| message.settled_at.is_some()).count(), 8);
        assert!(messages.iter().all(|message| !message.leased));
        assert_eq!(world.board.received().len(), 8);
    }

    async fn stopping_gives_back_what_is_still_being_committed(database) {
        let world = World::new(database, 14).await;
        let relay = world.relay(settings());
        world.until("the door is open", 0, async || world.handoff.reserve().is_some()).await;
        let (written, commit) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let send = SendSlowly { number: "A-1", written: Arc::clone(&written), commit: Arc::clone(&commit) };
        let writer = world.writer.clone();
        let sending = tokio::spawn(async move { writer.submit(send).await });
        written.notified().await;
        relay.stop.cancel();
        world.until("the door is shut", 0, async || world.handoff.reserve().is_none()).await;
        commit.notify_one();
        sending.await.expect("does not panic").expect("sent");
        relay.stop().await;
        assert!(!world.show(1).await.message.leased, "another relay may have it at once");
    }

    async fn a_request_is_signed_and_traced_alike_on_every_try(database) {
        let world = World::new(database, 8).await;
        world.board.behave(Manners::Status(500));
        world.orders(1).await;
        let relay = world.relay(settings());
        world.until("three tries", 5, async || world.board.received().len() >= 3).await;
        world.board.behave(Manners::Good);
        world.until_all_delivered().await;
        world.send(vec![("A-1".to_owned(), MessageKind::OrderCancelled)]).await;
        world.until_all_delivered().await;
        relay.stop().await;
        let received = world.board.received();
        let secrets = SigningSecrets::parse(SECRET).expect("a secret");
        for request in &received {
            let (id, timestamp) = (request.header("webhook-id"), request.header("webhook-timestamp"));
            let headers = SignatureHeaders { id, timestamp, signature: request.header("webhook-signature") };
            let verified = secrets.verify(headers, &request.body, world.ambient.now(), Duration::from_mins(5));
            assert_eq!(verified, Ok(()));
            assert_eq!(request.header("x-api-key"), "clave");
            assert_eq!(request.header("traceparent"), TRACE);
            assert_eq!(request.header("content-type"), "application/json");
        }
        let (cancelled, created) = received.split_last().expect("some");
        assert_eq!(cancelled.path, "/api/tickets/A-1/cancelar");
        assert!(created.iter().all(|request| request.header("webhook-id") == "msg_1_A-1"));
    }

    async fn a_reply_too_long_is_a_delivery_and_one_too_slow_is_not(database) {
        let world = World::new(database, 9).await;
        world.board.behave(Manners::SlowBody);
        world.orders(1).await;
        let relay = world.relay(settings());
        world.until("the deadline cut it off", 0, async || world.show(1).await.message.attempts == 1).await;
        assert_eq!(world.show(1).await.history[0].error_class.as_deref(), Some("tiempo"));
        world.board.behave(Manners::Huge);
        world.until_all_delivered().await;
        relay.stop().await;
    }
}

#[tokio::test]
async fn a_message_that_somebody_holds_keeps_no_other() {
    let database = TestDatabase::postgres();
    let world = World::new(&database, 21).await;
    world.board.behave(Manners::Hang);
    world.orders(6).await;
    let relay = world.relay(RelaySettings { deadline: PATIENCE, ..settings() });
    world.until("all are under way", 0, async || world.board.received().len() == 6).await;
    let person = database.hold("SELECT 1 FROM outbox WHERE id IN (2, 5) FOR UPDATE").await;
    world.board.behave(Manners::Good);
    world.until("the others are settled", 0, async || world.pending().await == 2).await;
    world.send(vec![("B-1".to_owned(), MessageKind::OrderCreated)]).await;
    world.until("a new one is delivered", 0, async || world.board.deeds().contains_key("B-1")).await;
    world.until("and settled", 0, async || world.pending().await == 2).await;
    person.close().await.expect("the server answers");
    world.until_all_delivered().await;
    relay.stop().await;
    assert_eq!(world.board.received().len(), 7, "none was sent again");
    database.remove().await;
}
