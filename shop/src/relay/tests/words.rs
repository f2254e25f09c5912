//! Whose words decide about a message: the board's own, and nobody else's.

use belgrano_runtime::on_both_engines;

use super::fake_board::Manners;
use super::world::{PATIENCE, World, settings};
use crate::outbox::{MessageState, summary};
use crate::relay::{BreakerState, RelaySettings};
use crate::unit::MessageKind;

on_both_engines! {
    async fn whoever_answers_for_the_board_swallows_no_order(database) {
        let world = World::new(database, 10).await;
        world.board.behave(Manners::Parked);
        world.orders(10).await;
        // A deadline that passes would be a try.
        let relay = world.relay(RelaySettings { deadline: PATIENCE, ..settings() });
        world.until("the breaker opens", 5, async || world.status.breaker() == BreakerState::Open).await;
        assert_eq!(world.pending().await, 10, "nothing counts as delivered");
        world.board.behave(Manners::Good);
        world.until_all_delivered().await;
        relay.stop().await;
        assert_eq!(world.board.deeds().len(), 10);
        let mut unconfirmed = 0;
        for id in 1..=10 {
            let message = world.show(id).await;
            assert_eq!(message.message.attempts, 1, "a portal costs no order an attempt");
            for attempt in message.history.iter().filter(|attempt| attempt.outcome != "entregado") {
                let said = (attempt.status, attempt.error_class.as_deref(), attempt.excerpt.as_deref());
                assert_eq!(said, (Some(200), Some("sin-confirmar"), Some("<html>Dominio en venta</html>")));
                unconfirmed += 1;
            }
        }
        assert!(unconfirmed > 0, "the record says what was answered");
    }

    async fn a_refusal_is_a_dead_letter_at_once_and_others_go_on(database) {
        let world = World::new(database, 2).await;
        world.board.behave(Manners::Status(422));
        world.orders(1).await;
        let relay = world.relay(settings());
        world.until("it is dead", 0, async || summary(&world.db).await.expect("a summary").dead == 1).await;
        world.board.behave(Manners::Good);
        world.send(vec![("C-1".to_owned(), MessageKind::OrderCreated)]).await;
        world.until_all_delivered().await;
        relay.stop().await;
        assert_eq!(world.show(1).await.message.reason.as_deref(), Some("HTTP 422: así no"));
        let first = world.show(1).await.history;
        assert_eq!((first.len(), first[0].status, first[0].error_class.as_deref()), (1, Some(422), Some("rechazo")));
    }

    async fn nobody_elses_words_cost_an_order_anything(database) {
        let world = World::new(database, 21).await;
        world.orders(12).await;
        let relay = world.relay(RelaySettings { deadline: PATIENCE, ..settings() });
        let pages = [
            301, 308, 400, 401, 403, 404, 405, 407, 409, 410, 413, 421, 422, 429, 451, 500, 501, 511, 502,
        ]
        .map(Manners::Page);
        let others = [400, 401, 403, 404, 409, 422, 429, 500].map(Manners::Gateway);
        let moods = pages.into_iter().chain(others).chain([Manners::Redirect, Manners::Parked]);
        for (n, mood) in moods.enumerate() {
            world.board.behave(mood);
            world.send((0..8).map(|m| (format!("B-{n}-{m}"), MessageKind::OrderCreated)).collect()).await;
            let is_open = async || world.status.breaker() == BreakerState::Open;
            world.until(&format!("{mood:?} shuts the door"), 5, is_open).await;
            assert!(world.status.trouble().is_some(), "{mood:?} is told");
            let summary = summary(&world.db).await.expect("a summary");
            assert_eq!((summary.dead, summary.pending >= 8), (0, true), "{mood:?}");
            world.board.behave(Manners::Good);
            world.until_all_delivered().await;
            assert_eq!(world.status.trouble(), None, "{mood:?} is over");
        }
        relay.stop().await;
        assert!(world.board.received().iter().all(|request| request.path == "/api/tickets"), "nobody followed");
        for id in 1..=12 {
            assert_eq!(world.show(id).await.message.attempts, 1, "only the delivery is charged");
        }
    }

    async fn a_sender_that_is_refused_waits_and_is_alarmed_once(database) {
        let world = World::new(database, 22).await;
        world.orders(20).await;
        let moods = [
            (Manners::Status(401), "INTEGRATION_SECRET"),
            (Manners::Status(403), "INTEGRATION_SECRET"),
            (Manners::Clock(600), "600 s ahead"),
        ];
        let relay = world.relay(settings());
        for (n, (mood, told)) in moods.into_iter().enumerate() {
            world.board.behave(mood);
            world.send((0..8).map(|m| (format!("B-{n}-{m}"), MessageKind::OrderCreated)).collect()).await;
            world.until("all wait", 5, async || world.status.breaker() == BreakerState::Open).await;
            let trouble = world.status.trouble().expect("it is told").to_string();
            assert!(trouble.contains(told), "{trouble}");
            assert_eq!(summary(&world.db).await.expect("a summary").dead, 0);
            world.board.behave(Manners::Good);
            world.until_all_delivered().await;
        }
        relay.stop().await;
        assert_eq!((world.status.trouble(), world.show(1).await.message.attempts), (None, 1));
    }

    async fn a_message_that_alone_hears_somebody_else_holds_up_no_other(database) {
        let world = World::new(database, 23).await;
        world.board.turn_away("A-1");
        world.orders(40).await;
        let relay = world.relay(settings());
        world.until("the others pass", 5, async || world.pending().await == 1).await;
        // It is charged now, so that it ends among the dead letters and not nowhere.
        world.send((0..8).map(|n| (format!("B-{n}"), MessageKind::OrderCreated)).collect()).await;
        world.until("it is charged", 5, async || world.show(1).await.message.attempts > 0).await;
        world.until("others go on", 5, async || world.pending().await == 1).await;
        relay.stop().await;
        assert_eq!(world.show(1).await.message.state, MessageState::Pending);
    }

    async fn a_cancellation_after_the_delivery_is_no_dead_letter(database) {
        let world = World::new(database, 11).await;
        world.board.behave(Manners::Over);
        world.send(vec![("A-1".to_owned(), MessageKind::OrderCancelled)]).await;
        let relay = world.relay(settings());
        world.until("it is settled", 0, async || world.pending().await == 0).await;
        relay.stop().await;
        let message = world.show(1).await.message;
        assert_eq!((message.state, summary(&world.db).await.expect("a summary").dead), (MessageState::Discarded, 0));
        assert_eq!(message.reason.as_deref(), Some("HTTP 409: El pedido ya fue entregado: no se puede cancelar."));
    }
}
