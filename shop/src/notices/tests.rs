//! Notices on their way to customers, with a push service whose answer can be flipped.

use std::sync::Arc;
use std::time::Duration;

use belgrano_shared::fetch_scalar;
use belgrano_shared::notices::{Claim, Delivery, Settle, Verdict};
use belgrano_shared::on_both_engines;
use belgrano_shared::storage::Db;
use belgrano_shared::testing::{FakeBrowser, FakePushService, PushAnswer, START, TestDatabase};
use belgrano_shared::timestamp::UnixMillis;
use belgrano_shared::wire::{OrderNumber, TicketState};
use serde_json::{Value, json};

use crate::orders::{Apply, Report};
use crate::testing::{Browser, TestShop};
use crate::unit::ShopUnit;

const MINUTE_MS: i64 = 60_000;
const LOCAL: [(&str, &str); 2] = [("PUBLIC_URL", "http://localhost:5000"), ("PUSH_LOOPBACK", "true")];

/// A shop with a push service, and a customer with an order.
struct World {
    shop: TestShop,
    push: FakePushService,
    delivery: Delivery<ShopUnit>,
    ana: Browser,
    number: OrderNumber,
    version: i64,
}

impl World {
    async fn new(database: &TestDatabase) -> Self {
        let shop = TestShop::with(database, &LOCAL).await;
        let mut ana = shop.customer("ana@example.com").await;
        let order = json!({ "items": [{ "producto_id": 1, "cantidad": 1 }] });
        let placed = shop.post(&mut ana, "/api/pedidos", order).await;
        assert_eq!(placed.status, 201, "{placed:?}");
        let number = OrderNumber::parse(placed.body["numero"].as_str().expect("a number")).expect("a number");
        let delivery = super::delivery(&shop.app).expect("a client");
        Self { push: FakePushService::start().await, delivery, shop, ana, number, version: 0 }
    }

    /// A browser of Ana's that wants to be told.
    async fn subscribed(&mut self) -> FakeBrowser {
        let browser = self.push.browser();
        let answer = self.shop.post(&mut self.ana, "/api/avisos", browser.subscription()).await;
        assert_eq!(answer.status, 204, "{answer:?}");
        browser
    }

    /// The board says that the order came to `state`.
    async fn moves(&mut self, state: TicketState) {
        self.moves_at(state, self.shop.app.ambient.now()).await;
    }

    /// The same, some time ago.
    async fn moves_at(&mut self, state: TicketState, at: UnixMillis) {
        self.version += 1;
        let report = Report {
            number: self.number.clone(),
            state: Some(state),
            ticket_id: Some(1),
            version: Some(self.version),
            driver: None,
            reason: None,
            changed_at: Some(at),
        };
        let apply = Apply { reports: vec![report], cursor: None, another_life: false };
        assert_eq!(self.shop.app.writer.submit(apply).await.expect("applied"), 1);
    }

    async fn want_mail(&mut self) {
        let answer = self
            .shop
            .send(&mut self.ana, axum::http::Method::PUT, "/api/avisos/correo", Some(json!({ "activo": true })))
            .await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    async fn count(&self, sql: &'static str) -> i64 {
        count(&self.shop.app.db, sql).await
    }

    /// What became of each notice, in the order they were written.
    async fn states(&self) -> Vec<String> {
        let mut session = self.shop.app.db.read().await.expect("a connection");
        fetch_scalar!(all, session, String, "SELECT channel || ' ' || state FROM notices ORDER BY id").expect("rows")
    }
}

async fn count(db: &Db, sql: &'static str) -> i64 {
    let mut session = db.read().await.expect("a connection");
    fetch_scalar!(one, session, i64, sql).expect("a count")
}

const SUBSCRIPTIONS: &str = "SELECT COUNT(*) FROM push_subscriptions";
const NOTICES: &str = "SELECT COUNT(*) FROM notices";

on_both_engines! {
    async fn who_did_not_ask_is_not_told(database) {
        let mut world = World::new(database).await;
        world.moves(TicketState::OnTheWay).await;
        world.moves(TicketState::Delivered).await;
        assert_eq!(world.count(NOTICES).await, 0);
        assert_eq!(world.delivery.round().await, 0);
    }

    async fn a_browser_is_told_exactly_that(database) {
        let mut world = World::new(database).await;
        let phone = world.subscribed().await;
        world.moves(TicketState::Assigned).await;
        world.moves(TicketState::OnTheWay).await;
        assert_eq!(world.delivery.round().await, 1);
        let received = world.push.received();
        let [message] = received.as_slice() else { panic!("one message, not {received:?}") };
        let said = phone.read(message);
        assert_eq!(said["title"], "Tu pedido va en camino");
        assert_eq!(said["url"], format!("/pedidos/{}", world.number));
        assert!(said["body"].as_str().expect("text").contains(world.number.as_str()));
        let text = said.to_string();
        assert!(!text.contains("Díaz") && !text.contains("Cabildo") && !text.contains("ana@"), "nothing personal: {text}");
        assert_eq!((message.header("ttl"), message.header("urgency")), ("1800", "high"));
        assert_eq!(said["tag"], message.header("topic"));
        assert_eq!(world.states().await, ["push entregado"]);
        assert_eq!(world.delivery.round().await, 0, "once");
    }

    async fn what_the_board_says_twice_is_told_once(database) {
        let mut world = World::new(database).await;
        world.subscribed().await;
        world.moves(TicketState::OnTheWay).await;
        let again = Apply {
            reports: vec![Report {
                number: world.number.clone(), state: Some(TicketState::OnTheWay), ticket_id: Some(1),
                version: Some(world.version + 1), driver: Some((Some(3), "Caro".to_owned())), reason: None, changed_at: None,
            }],
            cursor: None,
            another_life: false,
        };
        world.shop.app.writer.submit(again).await.expect("applied");
        assert_eq!(world.count(NOTICES).await, 1);
    }

    async fn every_browser_of_the_account_is_told_in_its_language(database) {
        let mut world = World::new(database).await;
        let (phone, laptop) = (world.subscribed().await, world.push.browser());
        // As a page in English sends it.
        let mut english = world.ana.with_cookie("belgrano_idioma", "en");
        let active = async |who: &Browser| world.shop.get(&mut who.clone(), "/api/avisos/clave").await.body["activo"].clone();
        assert_eq!((active(&world.ana).await, active(&english).await), (json!(true), json!(false)));
        let answer = world.shop.post(&mut english, "/api/avisos", laptop.subscription()).await;
        assert_eq!(answer.status, 204);
        world.moves(TicketState::Delivered).await;
        assert_eq!(world.delivery.round().await, 2);
        let mut received = world.push.received();
        received.sort_by_key(|message| message.path.clone());
        assert_eq!(phone.read(&received[0])["title"], "Entregamos tu pedido");
        assert_eq!(laptop.read(&received[1])["title"], "We delivered your order");
    }

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

    async fn logging_out_ends_it(database) {
        let mut world = World::new(database).await;
        world.subscribed().await;
        world.moves(TicketState::OnTheWay).await;
        let mut ana = world.ana.clone();
        assert_eq!(world.shop.post(&mut ana, "/api/logout", Value::Null).await.status, 204);
        assert_eq!(world.count(SUBSCRIPTIONS).await, 0);
        assert_eq!(world.delivery.round().await, 0);
        assert!(world.push.received().is_empty());
        assert_eq!(world.states().await, ["push caducado"]);
    }

    async fn a_browser_that_changes_hands_takes_nothing_along(database) {
        let mut world = World::new(database).await;
        let phone = world.subscribed().await;
        world.moves(TicketState::OnTheWay).await;
        let mut beto = world.shop.customer("beto@example.com").await;
        assert_eq!(world.shop.post(&mut beto, "/api/avisos", phone.subscription()).await.status, 204);
        assert_eq!(world.delivery.round().await, 0);
        assert!(world.push.received().is_empty(), "what Ana was to be told is none of Beto's business");
        world.moves(TicketState::Delivered).await;
        assert_eq!(world.count("SELECT COUNT(*) FROM notices WHERE state = 'pendiente'").await, 0);
    }

    async fn what_has_moved_on_is_no_news(database) {
        let mut world = World::new(database).await;
        let phone = world.subscribed().await;
        world.moves(TicketState::OnTheWay).await;
        world.moves(TicketState::Delivered).await;
        world.delivery.round().await;
        assert_eq!(world.states().await, ["push caducado", "push entregado"]);
        assert_eq!(phone.read(&world.push.received()[0])["title"], "Entregamos tu pedido");
    }

    async fn what_is_old_is_no_news(database) {
        let mut world = World::new(database).await;
        world.subscribed().await;
        world.moves(TicketState::OnTheWay).await;
        world.shop.clock.advance_ms(30 * MINUTE_MS);
        assert_eq!(world.delivery.round().await, 0);
        assert_eq!(world.states().await, ["push caducado"]);
    }

    async fn what_happened_hours_ago_is_not_even_written(database) {
        let mut world = World::new(database).await;
        world.subscribed().await;
        let long_ago = world.shop.app.ambient.now().plus_ms(-5 * 60 * MINUTE_MS);
        world.moves_at(TicketState::Delivered, long_ago).await;
        assert_eq!(world.count(NOTICES).await, 0);
    }

    async fn mail_is_for_who_wants_it_and_has_no_browser(database) {
        let mut world = World::new(database).await;
        assert_eq!(world.shop.get(&mut world.ana.clone(), "/api/avisos/correo").await.body["activo"], false);
        world.want_mail().await;
        world.moves(TicketState::OnTheWay).await;
        world.delivery.round().await;
        let mail = world.shop.mails.try_recv().expect("a mail");
        assert_eq!((mail.to.as_str(), mail.subject.as_str()), ("ana@example.com", "Tu pedido va en camino"));
        assert!(mail.text.contains(&format!("http://localhost:5000/pedidos/{}", world.number)), "{}", mail.text);
        assert!(mail.text.contains("http://localhost:5000/avisos"), "how to stop it: {}", mail.text);
        world.subscribed().await;
        world.moves(TicketState::Delivered).await;
        world.delivery.round().await;
        assert!(world.shop.mails.try_recv().is_err(), "the browser was told");
        assert_eq!(world.states().await, ["correo entregado", "push entregado"]);
    }

    async fn mail_stands_in_once_when_no_browser_could_be_told(database) {
        let mut world = World::new(database).await;
        world.want_mail().await;
        world.subscribed().await;
        world.subscribed().await;
        world.push.answer(PushAnswer::Status(410));
        world.moves(TicketState::OnTheWay).await;
        assert_eq!(world.delivery.round().await, 2);
        assert_eq!(world.delivery.round().await, 1);
        assert_eq!(world.shop.mails.try_recv().expect("a mail").subject, "Tu pedido va en camino");
        assert!(world.shop.mails.try_recv().is_err());
        assert_eq!(world.states().await, ["push caducado", "push caducado", "correo entregado"]);
    }

    async fn mail_stands_in_for_a_browser_that_was_given_back(database) {
        let mut world = World::new(database).await;
        world.want_mail().await;
        world.subscribed().await;
        world.moves(TicketState::OnTheWay).await;
        assert_eq!(world.shop.post(&mut world.ana.clone(), "/api/logout", Value::Null).await.status, 204);
        assert_eq!(world.delivery.round().await, 0);
        assert_eq!(world.delivery.round().await, 1);
        assert_eq!(world.shop.mails.try_recv().expect("a mail").subject, "Tu pedido va en camino");
        assert_eq!(world.states().await, ["push caducado", "correo entregado"]);
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

    async fn only_what_is_a_subscription_is_taken(database) {
        let world = World::new(database).await;
        let subscription = world.push.browser().subscription();
        assert_eq!(world.shop.post(&mut Browser::default(), "/api/avisos", subscription.clone()).await.status, 401);
        for inside in ["http://10.0.0.1/x", "https://169.254.169.254/latest", "https://[::ffff:10.0.0.1]/x", "file:///etc/passwd"] {
            let mut body = subscription.clone();
            body["endpoint"] = json!(inside);
            let answer = world.shop.post(&mut world.ana.clone(), "/api/avisos", body).await;
            assert_eq!((answer.status, &answer.body["errors"][0]["field"]), (422, &json!("endpoint")), "{inside}");
        }
        let mut body = subscription;
        body["keys"]["auth"] = json!("corta");
        let answer = world.shop.post(&mut world.ana.clone(), "/api/avisos", body).await;
        assert_eq!((answer.status, &answer.body["errors"][0]["field"]), (422, &json!("keys")));
        assert_eq!(world.count(SUBSCRIPTIONS).await, 0);
    }

    async fn the_oldest_browsers_make_room(database) {
        let mut world = World::new(database).await;
        let first = world.subscribed().await;
        for _ in 0..10 {
            world.shop.clock.advance_ms(1);
            world.subscribed().await;
        }
        assert_eq!(world.count(SUBSCRIPTIONS).await, 10);
        world.moves(TicketState::OnTheWay).await;
        assert_eq!(world.delivery.round().await, 10);
        assert!(world.push.received().iter().all(|message| !first.endpoint.ends_with(&message.path)));
    }

    async fn a_browser_says_so_when_it_wants_no_more_or_moves(database) {
        let mut world = World::new(database).await;
        let (phone, moved) = (world.subscribed().await, world.push.browser());
        let mut body = moved.subscription();
        body["anterior"] = json!(phone.endpoint);
        assert_eq!(world.shop.post(&mut world.ana.clone(), "/api/avisos", body).await.status, 204);
        assert_eq!(world.count(SUBSCRIPTIONS).await, 1);
        let forget = json!({ "endpoint": moved.endpoint });
        let mut beto = world.shop.customer("beto@example.com").await;
        let delete = |who: &mut Browser| {
            let (mut who, shop, forget) = (who.clone(), &world.shop, forget.clone());
            async move { shop.send(&mut who, axum::http::Method::DELETE, "/api/avisos", Some(forget)).await.status }
        };
        assert_eq!(delete(&mut beto).await, 204);
        assert_eq!(world.count(SUBSCRIPTIONS).await, 1, "it is not his");
        assert_eq!(delete(&mut world.ana.clone()).await, 204);
        assert_eq!(world.count(SUBSCRIPTIONS).await, 0);
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
        let claim = Claim { limit: 10, lease: Duration::from_secs(30) };
        let slept = writer.submit(claim).await.expect("claimed").remove(0);
        assert!(writer.submit(claim).await.expect("claimed").is_empty(), "it is leased");
        world.shop.clock.advance_ms(30_000);
        let taken = writer.submit(claim).await.expect("claimed").remove(0);
        let settle = |token: &Arc<str>, verdict| Settle { id: slept.id, token: Arc::clone(token), started_at: START, verdict, gone: None };
        let dead = Verdict::Dead { reason: "tarde".to_owned() };
        assert!(!writer.submit(settle(&slept.token, dead)).await.expect("submitted"));
        assert!(writer.submit(settle(&taken.token, Verdict::Delivered)).await.expect("submitted"));
        assert_eq!(world.states().await, ["push entregado"]);
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
