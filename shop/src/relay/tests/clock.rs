//! The relay while somebody sets the clock: deliveries go on within the usual seconds.

use std::time::Duration;

use belgrano_runtime::on_both_engines;
use belgrano_runtime::retry::RetrySchedule;
use belgrano_testing::START;

use super::fake_board::Manners;
use super::world::{World, settings};
use crate::outbox::{BringBack, Claim, bring_back};
use crate::relay::{BreakerState, RelaySettings};
use crate::unit::MessageKind;

const HOUR_MS: i64 = 3_600_000;
/// What time on the steady clock a delivery may take, whatever the other one shows.
const USUAL_MS: i64 = 10_000;

/// Waits that are long beside what is usual.
fn patient() -> RelaySettings {
    let day = Duration::from_hours(24);
    RelaySettings {
        schedule: RetrySchedule { initial: day, max_interval: day, ..RetrySchedule::default() },
        ..settings()
    }
}

on_both_engines! {
    async fn a_clock_set_back_while_the_board_is_away_keeps_nothing_waiting(database) {
        let mut world = World::new(database, 21).await;
        world.orders(10).await;
        world.board.leave();
        let relay = world.relay(settings());
        world.until("the breaker opens", 5, async || world.status.breaker() == BreakerState::Open).await;
        world.clock.set_by_ms(-HOUR_MS);
        let before = world.ambient.steady();
        world.send(vec![("B-1".to_owned(), MessageKind::OrderCreated)]).await;
        world.board.come_back().await;
        world.until_all_delivered().await;
        relay.stop().await;
        assert!(world.ambient.steady().since_ms(before) < USUAL_MS);
        assert_eq!(world.board.deeds().len(), 11);
        assert_eq!(world.status.breaker(), BreakerState::Closed);
    }

    async fn what_waits_for_a_second_try_is_brought_back_by_any_step(database) {
        for (place, back_ms) in [5000, 5 * 60_000, HOUR_MS, 24 * HOUR_MS, 400 * 24 * HOUR_MS].into_iter().enumerate() {
            let world = World::new(database, 22).await;
            world.board.behave(Manners::Status(500));
            world.send(vec![(format!("A-{place}"), MessageKind::OrderCreated)]).await;
            let relay = world.relay(patient());
            let id = i64::try_from(place).expect("few") + 1;
            world.until("it was refused", 0, async || world.show(id).await.message.attempts == 1).await;
            world.board.behave(Manners::Good);
            world.clock.set_by_ms(-back_ms);
            world.until("it is delivered all the same", 0, async || world.pending().await == 0).await;
            relay.stop().await;
        }
    }

    async fn forwards_and_back_again_nothing_is_lost_or_doubled(database) {
        let world = World::new(database, 23).await;
        let relay = world.relay(settings());
        for (round, by_ms) in [365 * 24 * HOUR_MS, -365 * 24 * HOUR_MS, -HOUR_MS, HOUR_MS].into_iter().enumerate() {
            world.clock.set_by_ms(by_ms);
            world.send(vec![(format!("A-{round}"), MessageKind::OrderCreated)]).await;
            world.until_all_delivered().await;
        }
        relay.stop().await;
        assert_eq!(world.board.received().len(), 4);
    }

    async fn set_back_while_the_shop_was_down(database) {
        let world = World::new(database, 24).await;
        world.board.behave(Manners::Status(500));
        world.orders(3).await;
        let relay = world.relay(patient());
        world.until("they were refused", 0, async || {
            let mut attempts = 0;
            for id in 1..=3 {
                attempts += world.show(id).await.message.attempts;
            }
            attempts == 3
        })
        .await;
        relay.stop().await;
        world.clock.set_by_ms(-HOUR_MS);
        world.board.behave(Manners::Good);
        let relay = world.relay(patient());
        world.until_all_delivered().await;
        relay.stop().await;
    }

    async fn what_another_life_leased_or_put_off_to_next_year_is_due(database) {
        let world = World::new(database, 25).await;
        world.orders(4).await;
        let beyond = BringBack::beyond(&settings());
        world.clock.set_by_ms(365 * 24 * HOUR_MS);
        let lease = Duration::from_mins(1);
        assert_eq!(world.writer.submit(Claim { limit: 2, lease }).await.expect("a claim").messages.len(), 2);
        bring_back(&world.db, &world.writer, beyond, world.ambient.now()).await.expect("a look");
        assert!(world.show(1).await.message.leased, "by the clock of the one who leased it all is well");
        world.clock.set_by_ms(-365 * 24 * HOUR_MS);
        bring_back(&world.db, &world.writer, beyond, world.ambient.now()).await.expect("brought back");
        let first = world.show(1).await.message;
        assert_eq!((first.leased, first.next_attempt_at), (false, Some(START)));
        assert_eq!(world.writer.submit(Claim { limit: 9, lease }).await.expect("a claim").messages.len(), 4);
    }
}
