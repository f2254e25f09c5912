//! What is news, to whom, and what is told by mail.

use belgrano_runtime::on_both_engines;
use belgrano_testing::PushAnswer;
use belgrano_wire::TicketState;
use serde_json::{Value, json};

use super::world::{MINUTE_MS, NOTICES, World};
use crate::orders::{Apply, Report};
use crate::testing::Browser;

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
}
