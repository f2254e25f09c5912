//! What the board is to forget reaches it as orders do, and a board that cannot forget keeps no order waiting.

use belgrano_runtime::on_both_engines;
use belgrano_wire::OrderNumber;
use belgrano_wire::signature::is_forget_id;

use super::fake_board::Manners;
use super::world::{PATIENCE, World, settings};
use crate::outbox::{MessageState, Replay, summary};
use crate::relay::{BreakerState, RelaySettings};
use crate::unit::MessageKind::{CustomerForgotten, OrderCreated};

on_both_engines! {
    async fn a_board_that_was_down_forgets_later_and_after_the_order(database) {
        let mut world = World::new(database, 31).await;
        world.board.leave();
        world.send(vec![("A-1".to_owned(), OrderCreated), ("A-1".to_owned(), CustomerForgotten)]).await;
        let relay = world.relay(settings());
        world.until("the breaker opens", 5, async || world.status.breaker() == BreakerState::Open).await;
        world.board.come_back().await;
        world.until_all_delivered().await;
        relay.stop().await;
        assert_eq!(world.board.deeds()["A-1"], ["created", "forgotten"]);
        let received = world.board.received();
        let last = received.last().expect("a request");
        assert_eq!(last.path, "/api/tickets/A-1/olvidar");
        assert!(is_forget_id(last.header("webhook-id"), &OrderNumber::parse("A-1").expect("a number")));
    }

    async fn a_board_that_cannot_forget_takes_orders_all_the_same(database) {
        let world = World::new(database, 32).await;
        world.board.behave(Manners::Old);
        let forget = (1..=9).map(|n| (format!("F-{n}"), CustomerForgotten)).collect();
        world.send(forget).await;
        let relay = world.relay(RelaySettings { deadline: PATIENCE, ..settings() });
        world.until("it was told", 5, async || world.show(9).await.message.attempts > 0).await;
        assert_eq!(world.status.breaker(), BreakerState::Closed, "that says nothing of the board");
        world.orders(5).await;
        world.until("orders pass", 5, async || world.pending().await == 9).await;
        let message = world.show(1).await.message;
        assert!(message.reason.as_deref().is_some_and(|reason| reason.contains("404")), "{message:?}");
        assert_eq!(world.status.trouble(), None);

        // After an hour of that it waits for people, who see why; and it can be sent once the board can.
        let hour = "UPDATE outbox SET waited_ms = 3600000 WHERE kind = 'customer.forgotten'";
        database.execute(&world.db, hour).await;
        world.until("nothing is tried any more", 5, async || world.pending().await == 0).await;
        let dead = world.show(1).await;
        assert_eq!((dead.message.state, summary(&world.db).await.expect("a summary").dead), (MessageState::Dead, 9));
        assert_eq!(dead.history.last().and_then(|attempt| attempt.error_class.as_deref()), Some("sin-direccion"));
        world.board.behave(Manners::Good);
        world.writer.submit(Replay { id: 1 }).await.expect("again");
        world.until("it is forgotten", 5, async || world.board.deeds().contains_key("F-1")).await;
        relay.stop().await;
    }
}
