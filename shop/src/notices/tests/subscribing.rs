//! Who is told: whoever asked, on the browsers it asked for.

use belgrano_notices::push::{BrowserKeys, Endpoint, Reach};
use belgrano_notices::{SessionOver, Subscribe};
use belgrano_runtime::on_both_engines;
use belgrano_runtime::writer::WriteError;
use belgrano_wire::TicketState;
use belgrano_wire::texts::Language;
use serde_json::{Value, json};

use super::world::{SUBSCRIPTIONS, World};
use crate::testing::Browser;

on_both_engines! {
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

    async fn only_what_is_a_subscription_is_taken(database) {
        let world = World::new(database).await;
        let subscription = world.push.browser().subscription();
        assert_eq!(world.shop.post(&mut Browser::default(), "/api/avisos", subscription.clone()).await.status, 401);
        for inside in ["https://push.example.net:8443/x", "https://intranet/x", "https://8.8.8.8/x", "http://10.0.0.1/x", "https://169.254.169.254/latest", "https://[::ffff:10.0.0.1]/x", "file:///etc/passwd"] {
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

    async fn an_address_is_the_same_however_it_is_written(database) {
        let mut world = World::new(database).await;
        let phone = world.subscribed().await;
        let shouted = phone.endpoint.replace("http://", "HTTP://").replace("/send/", "/./send/");
        let mut again = phone.subscription();
        again["endpoint"] = json!(shouted);
        assert_eq!(world.shop.post(&mut world.ana.clone(), "/api/avisos", again.clone()).await.status, 204);
        assert_eq!(world.count(SUBSCRIPTIONS).await, 1);
        let mut moved = world.push.browser().subscription();
        moved["anterior"] = json!(shouted);
        assert_eq!(world.shop.post(&mut world.ana.clone(), "/api/avisos", moved).await.status, 204);
        assert_eq!(world.count(SUBSCRIPTIONS).await, 1, "it took the place of the first");
        assert_eq!(world.shop.post(&mut world.ana.clone(), "/api/avisos", again).await.status, 204);
        let forget = json!({ "endpoint": shouted });
        let forgotten = world.shop.send(&mut world.ana.clone(), axum::http::Method::DELETE, "/api/avisos", Some(forget)).await;
        assert_eq!((forgotten.status, world.count(SUBSCRIPTIONS).await), (204, 1));
    }

    async fn a_subscription_that_is_refused_changes_nothing(database) {
        let mut world = World::new(database).await;
        let phone = world.subscribed().await;
        let (public, auth) = (phone.subscription()["keys"]["p256dh"].clone(), phone.subscription()["keys"]["auth"].clone());
        let keys = BrowserKeys::parse(public.as_str().expect("text"), auth.as_str().expect("text")).expect("keys");
        let endpoint = Endpoint::parse(&phone.endpoint, Reach::Loopback).expect("an endpoint");
        let over = Subscribe {
            account_id: 999, session: [9; 32], endpoint, keys, language: Language::Spanish, replaces: None, most: 10,
        };
        let refused = world.shop.app.writer.submit(over).await.expect_err("that session is over");
        assert!(matches!(refused, WriteError::Refused(SessionOver)));
        assert_eq!(world.count(SUBSCRIPTIONS).await, 1, "it is still Ana's");
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
}
