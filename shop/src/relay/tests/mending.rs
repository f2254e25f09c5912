//! What a relay does when something takes longer than it may: the database, or a message before it.

use std::time::Duration;

use belgrano_runtime::{fetch_scalar, on_both_engines};
use belgrano_testing::{CapturedLog, START};
use belgrano_wire::timestamp::UnixMillis;

use super::fake_board::Manners;
use super::world::{PATIENCE, World, settings};
use crate::relay::RelaySettings;

on_both_engines! {
    async fn a_verdict_that_could_not_be_stored_is_stored_later(database) {
        let log = CapturedLog::start();
        let world = World::new(database, 21).await;
        world.board.behave(Manners::Hang);
        world.orders(1).await;
        let relay = world.relay(RelaySettings { deadline: PATIENCE, ..settings() });
        world.until("it is under way", 0, async || world.board.received().len() == 1).await;
        database.execute(&world.db, "ALTER TABLE outbox_attempts RENAME TO elsewhere").await;
        world.board.behave(Manners::Good);
        world.until("that fails", 0, async || log.text().contains("the relay waits for the database")).await;
        assert_eq!(world.pending().await, 1);
        database.execute(&world.db, "ALTER TABLE elsewhere RENAME TO outbox_attempts").await;
        world.until("it is stored", 0, async || world.pending().await == 0).await;
        assert_eq!((world.board.received().len(), world.show(1).await.history.len()), (1, 1), "and not delivered again");
        relay.stop().await;
    }

    async fn what_waited_until_its_lease_is_almost_over_is_taken_anew(database) {
        const LEASED: &str = "SELECT lease_until FROM outbox WHERE id = 2";
        let world = World::new(database, 22).await;
        world.board.behave(Manners::Slow);
        world.orders(2).await;
        let relay = world.relay(RelaySettings { concurrency: 1, deadline: Duration::from_secs(30), ..settings() });
        world.until("the first is under way", 0, async || world.board.received().len() == 1).await;
        world.clock.advance_ms(31_000);
        world.board.let_go();
        world.until("the second is under way", 0, async || world.board.received().len() == 2).await;
        let mut session = world.db.read().await.expect("a connection");
        let until = fetch_scalar!(one, session, Option<UnixMillis>, LEASED).expect("a message");
        assert_eq!(until, Some(START.plus_ms(31_000 + 60_000)), "an exchange may last longer than what was left");
        drop(session);
        world.board.let_go();
        world.until_all_delivered().await;
        relay.stop().await;
    }
}
