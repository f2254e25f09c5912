//! What becomes of a notice: repeated, refused, given up, sent by one of several.

use std::sync::Arc;
use std::time::Duration;

use belgrano_notices::{Claim, Settle, Verdict};
use belgrano_runtime::fetch_scalar;
use belgrano_runtime::on_both_engines;
use belgrano_runtime::storage::Target;
use belgrano_testing::{CapturedLog, FakePushService, PushAnswer, START, TestDatabase};
use belgrano_wire::TicketState;
use serde_json::{Value, json};

use super::world::{LOCAL, MINUTE_MS, NOTICES, SUBSCRIPTIONS, World};
use crate::testing::TestShop;

on_both_engines! {
    async fn a_repeat_replaces_what_it_repeats(database) {
        let mut world = World::new(database).await;
        let phone = world.subscribed().await;
        world.moves(TicketState::OnTheWay).await;
        world.push.answer(PushAnswer::RetryAfter(503, "30"));
        assert_eq!(world.delivery.round().await, 1);
        world.push.answer(PushAnswer::Status(201));
        world.shop.clock.advance_ms(29_000);
        assert_eq!(world.delivery.round().await, 0, "not before it is asked for");
        world.shop.clock.advance_ms(2000);
        assert_eq!(world.delivery.round().await, 1);
        let received = world.push.received();
        let [one, two] = received.as_slice() else { panic!("two messages, not {received:?}") };
        assert_eq!(one.header("topic"), two.header("topic"));
        assert_eq!(phone.read(one), phone.read(two), "the browser knows it by its id");
        world.moves(TicketState::Delivered).await;
        world.delivery.round().await;
        let third = &world.push.received()[2];
        assert_eq!(third.header("topic"), one.header("topic"), "what is newer replaces what is older");
        assert_ne!(phone.read(third)["id"], phone.read(one)["id"]);
    }

    async fn a_browser_that_is_gone_is_forgotten(database) {
        let mut world = World::new(database).await;
        let _gone = world.subscribed().await;
        world.push.answer(PushAnswer::Status(410));
        world.moves(TicketState::OnTheWay).await;
        world.delivery.round().await;
        assert_eq!(world.count(SUBSCRIPTIONS).await, 0);
        assert_eq!(world.states().await, ["push caducado"]);
        world.moves(TicketState::Delivered).await;
        assert_eq!(world.count(NOTICES).await, 1, "nobody is left to tell");
    }

    async fn a_push_service_that_stays_broken_is_given_up_and_can_be_tried_again(database) {
        let mut world = World::new(database).await;
        let phone = world.subscribed().await;
        world.push.answer(PushAnswer::Status(500));
        world.moves(TicketState::Delivered).await;
        let mut tries = 0;
        while world.states().await == ["push pendiente"] {
            tries += world.delivery.round().await;
            world.shop.clock.advance_ms(2 * MINUTE_MS);
            assert!(tries < 50, "it is never given up");
        }
        assert!(tries > 3, "{tries}");
        assert_eq!(world.states().await, ["push muerto"]);
        assert_eq!(world.count(SUBSCRIPTIONS).await, 1, "the browser is not to blame");
        let mut admin = world.shop.admin().await;
        let listed = world.shop.get(&mut admin, "/api/avisos/envios?estado=muerto").await.body;
        assert_eq!((&listed["avisos"][0]["motivo"], &listed["resumen"]["muertos"]), (&json!("HTTP 500"), &json!(1)));
        let retry = format!("/api/avisos/envios/{}/reintentar", listed["avisos"][0]["id"]);
        assert_eq!(world.shop.post(&mut world.ana.clone(), &retry, Value::Null).await.status, 403);
        world.push.answer(PushAnswer::Status(201));
        assert_eq!(world.shop.post(&mut admin, &retry, Value::Null).await.status, 202);
        assert_eq!(world.delivery.round().await, 1);
        assert_eq!(phone.read(world.push.received().last().expect("messages"))["title"], "Entregamos tu pedido");
        assert_eq!(world.shop.post(&mut admin, &retry, Value::Null).await.status, 409, "it is sent");
    }

    async fn a_refusal_is_a_dead_letter_with_its_reason(database) {
        const REASON: &str = "SELECT reason FROM notices WHERE state = 'muerto' ORDER BY id DESC LIMIT 1";
        let mut world = World::new(database).await;
        world.subscribed().await;
        for status in [400, 401, 403, 413] {
            world.push.answer(PushAnswer::Status(status));
            world.moves(TicketState::Accepted).await;
            world.moves(TicketState::OnTheWay).await;
            assert_eq!(world.delivery.round().await, 1);
            let mut session = world.shop.app.db.read().await.expect("a connection");
            let reason = fetch_scalar!(one, session, String, REASON).expect("a dead letter");
            assert_eq!(reason, format!("HTTP {status}"));
        }
    }

    async fn a_redirect_is_not_followed(database) {
        let mut world = World::new(database).await;
        world.subscribed().await;
        world.push.answer(PushAnswer::Redirect(world.push.browser().endpoint));
        world.moves(TicketState::OnTheWay).await;
        world.delivery.round().await;
        assert_eq!(world.push.received().len(), 1);
        assert_eq!(world.states().await, ["push muerto"]);
    }

    async fn a_push_service_that_hangs_holds_up_no_order(database) {
        let mut world = World::new(database).await;
        world.subscribed().await;
        world.push.answer(PushAnswer::Silence);
        crate::notices::start(&world.shop.app).expect("a client");
        world.moves(TicketState::OnTheWay).await;
        world.push.await_received(1).await;
        // It has not answered, and does not while all of this goes on.
        world.moves(TicketState::Delivered).await;
        let order = world.shop.get(&mut world.ana.clone(), &format!("/api/pedidos/{}", world.number)).await.body;
        assert_eq!(order["estado"], "entregado");
        world.push.await_received(2).await;
        assert_eq!(world.states().await, ["push pendiente", "push pendiente"]);
        world.shop.app.life.stop();
    }

    async fn fifty_browsers_that_hang_hold_up_nobody_else(database) {
        let mut world = World::with(database, &[("PUSH_BROWSERS", "50")]).await;
        for _ in 0..50 {
            world.subscribed().await;
        }
        world.push.answer(PushAnswer::Silence);
        let (good, mut beto) = (FakePushService::start().await, world.shop.customer("beto@example.com").await);
        let phone = good.browser();
        assert_eq!(world.shop.post(&mut beto, "/api/avisos", phone.subscription()).await.status, 204);
        let theirs = world.orders(&mut beto).await;
        world.moves(TicketState::OnTheWay).await;
        world.board_says(&theirs, TicketState::OnTheWay, 1, world.shop.app.ambient.now()).await;
        crate::notices::start(&world.shop.app).expect("a client");
        let told = good.await_received(1).await;
        assert_eq!(phone.read(&told[0])["title"], "Tu pedido va en camino");
        // None of the fifty has answered, and does not while this is looked at.
        world.await_count("SELECT COUNT(*) FROM notices WHERE state = 'entregado'", 1).await;
        assert_eq!(world.count("SELECT COUNT(*) FROM notices WHERE state = 'pendiente'").await, 50);
        assert!(world.push.received().len() <= 2, "two at once to whom nobody knows");
        world.push.answer(PushAnswer::Status(201));
        world.await_count("SELECT COUNT(*) FROM notices WHERE state = 'entregado'", 51).await;
        world.shop.app.life.stop();
    }

    async fn who_hangs_is_left_alone_for_a_while(database) {
        let mut world = World::with(database, &[("PUSH_TIMEOUT", "1")]).await;
        world.subscribed().await;
        world.push.answer(PushAnswer::Silence);
        world.moves(TicketState::OnTheWay).await;
        assert_eq!(world.delivery.round().await, 1);
        world.push.answer(PushAnswer::Status(201));
        world.moves(TicketState::Delivered).await;
        assert_eq!(world.delivery.round().await, 0, "it rests");
        assert_eq!(world.states().await, ["push pendiente", "push pendiente"]);
        world.shop.clock.advance_ms(5000);
        assert_eq!(world.delivery.round().await, 1);
        assert_eq!(world.states().await, ["push caducado", "push entregado"]);
    }

    async fn a_queue_of_browsers_that_hang_is_looked_past(database) {
        const DOUBLE: &str = "INSERT INTO notices (event, account_id, channel, subscription_id, news, order_number, state, created_at, \
             expires_at, next_attempt_at) SELECT event, account_id, channel, subscription_id, news, order_number, state, created_at, \
             expires_at, 0 FROM notices";
        let mut world = World::with(database, &[("PUSH_TIMEOUT", "1"), ("PUSH_BROWSERS", "100")]).await;
        for _ in 0..100 {
            world.subscribed().await;
        }
        world.moves(TicketState::OnTheWay).await;
        for _ in 0..3 {
            database.execute(&world.shop.app.db, DOUBLE).await;
        }
        let (good, mut beto) = (FakePushService::start().await, world.shop.customer("beto@example.com").await);
        assert_eq!(world.shop.post(&mut beto, "/api/avisos", good.browser().subscription()).await.status, 204);
        let theirs = world.orders(&mut beto).await;
        world.board_says(&theirs, TicketState::OnTheWay, 1, world.shop.app.ambient.now()).await;
        world.push.answer(PushAnswer::Silence);
        crate::notices::start(&world.shop.app).expect("a client");
        good.await_received(1).await;
        world.shop.app.life.stop();
    }

    async fn neither_a_log_nor_a_reason_says_where_a_browser_or_a_person_is(database) {
        let log = CapturedLog::start();
        let mut world = World::with(database, &[("PUSH_TIMEOUT", "1")]).await;
        world.want_mail().await;
        let answers = [PushAnswer::Status(400), PushAnswer::Status(503), PushAnswer::Status(410), PushAnswer::Silence];
        for answer in answers {
            world.subscribed().await;
            world.push.answer(answer);
            world.moves(TicketState::Accepted).await;
            world.moves(TicketState::OnTheWay).await;
            world.delivery.round().await;
            world.shop.clock.advance_ms(MINUTE_MS);
        }
        let mut session = world.shop.app.db.read().await.expect("a connection");
        let reasons = fetch_scalar!(all, session, String, "SELECT reason FROM notices WHERE reason IS NOT NULL").expect("rows");
        let said = format!("{}\n{}", log.text(), reasons.join("\n"));
        assert!(said.contains("a notice could not be sent") && said.contains("HTTP 410"), "{said}");
        for secret in ["/send/", "ana@example.com", "Cabildo", "Díaz"] {
            assert!(!said.contains(secret), "{secret}: {said}");
        }
    }

    async fn several_instances_send_it_once(database) {
        let mut world = World::new(database).await;
        world.subscribed().await;
        let other = TestShop::seeded(database, 8, &LOCAL).await;
        let others = crate::notices::delivery(&other.app).expect("a client");
        world.moves(TicketState::OnTheWay).await;
        let (here, there) = tokio::join!(world.delivery.round(), others.round());
        assert_eq!(here + there, 1);
        assert_eq!(world.push.received().len(), 1);
    }

    async fn who_slept_past_the_lease_settles_nothing(database) {
        let mut world = World::new(database).await;
        world.subscribed().await;
        world.moves(TicketState::OnTheWay).await;
        let writer = &world.shop.app.writer;
        let claim = || Claim::new(10, Duration::from_secs(30));
        let slept = writer.submit(claim()).await.expect("claimed").notices.remove(0);
        assert!(writer.submit(claim()).await.expect("claimed").notices.is_empty(), "it is leased");
        world.shop.clock.advance_ms(30_000);
        let taken = writer.submit(claim()).await.expect("claimed").notices.remove(0);
        let settle = |token: &Arc<str>, verdict| Settle { id: slept.id, token: Arc::clone(token), started_at: START, verdict, gone: None };
        let dead = Verdict::Dead { reason: "tarde".to_owned() };
        assert!(!writer.submit(settle(&slept.token, dead)).await.expect("submitted"));
        assert!(writer.submit(settle(&taken.token, Verdict::Delivered)).await.expect("submitted"));
        assert_eq!(world.states().await, ["push entregado"]);
    }

    async fn who_is_alone_ends_the_leases_of_an_earlier_life(database) {
        let mut world = World::new(database).await;
        world.subscribed().await;
        world.moves(TicketState::OnTheWay).await;
        let lease = Claim::new(10, Duration::from_hours(24));
        assert_eq!(world.shop.app.writer.submit(lease).await.expect("claimed").notices.len(), 1);
        crate::notices::start(&world.shop.app).expect("a client");
        // On Postgres somebody else may hold it: there one waits.
        let alone = matches!(world.shop.app.settings.common.storage.target, Target::Sqlite(_));
        if alone {
            world.push.await_received(1).await;
        } else {
            assert_eq!(world.delivery.round().await, 0);
        }
        world.shop.app.life.stop();
    }

    async fn what_was_sent_is_not_kept_for_ever(database) {
        const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
        let mut world = World::new(database).await;
        world.subscribed().await;
        world.moves(TicketState::OnTheWay).await;
        world.delivery.round().await;
        world.push.answer(PushAnswer::Status(403));
        world.moves(TicketState::Delivered).await;
        world.delivery.round().await;
        for (days, kept) in [(0, 2), (8, 1), (31, 0)] {
            world.shop.clock.advance_ms(days * DAY_MS);
            world.delivery.prune(world.shop.app.ambient.now()).await.expect("pruned");
            assert_eq!(world.count(NOTICES).await, kept, "after {days} days more");
        }
    }
}

#[tokio::test]
async fn a_notice_that_somebody_holds_keeps_no_other() {
    let database = TestDatabase::postgres();
    let mut world = World::new(&database).await;
    world.subscribed().await;
    world.subscribed().await;
    world.moves(TicketState::OnTheWay).await;
    assert_eq!(world.count(NOTICES).await, 2);
    let person = database.hold("SELECT 1 FROM notices ORDER BY id LIMIT 1 FOR UPDATE").await;
    assert_eq!(world.delivery.round().await, 1);
    assert_eq!(world.states().await, ["push pendiente", "push entregado"]);
    sqlx::Connection::close(person).await.expect("the server answers");
    // Until the server has heard that the person is gone.
    while world.delivery.round().await == 0 {}
    assert_eq!(world.states().await, ["push entregado", "push entregado"]);
    world.shop.app.db.close().await;
    database.remove().await;
}
