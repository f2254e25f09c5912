//! Guards of the outbox that only a rare order of things asks for.

use std::time::Duration;

use belgrano_runtime::on_both_engines;
use belgrano_testing::START;

use super::{Cancelled, Created, Shop, dead, ids, retry};
use crate::outbox::{BringBack, Charge, Forgive, Replay, ReplayFilter, Verdict, list, prune, replay_dead, show};
use crate::relay::RelaySettings;

on_both_engines! {
    async fn what_waits_behind_a_retry_waits_as_long(database) {
        let shop = Shop::open(database).await;
        shop.send(&[("A-1", Created), ("A-1", Cancelled)]).await;
        shop.settle(&shop.claim(1).await, &retry(30)).await;
        let behind = show(&shop.db, 2).await.expect("a query").expect("a message");
        assert_eq!(behind.message.next_attempt_at, Some(START.plus_ms(30_000)), "or every claim passes over it");
    }

    async fn what_is_settled_is_charged_as_it_was(database) {
        let shop = Shop::open(database).await;
        shop.send(&[("A-1", Created)]).await;
        let charge = Charge { id: 1, wait: Duration::from_secs(30) };
        shop.settle(&shop.claim(1).await, &retry(30)).await;
        shop.clock.advance_ms(30_000);
        shop.settle(&shop.claim(1).await, &Verdict::Delivered).await;
        shop.writer.submit(Forgive(vec![charge])).await.expect("forgiven");
        let detail = show(&shop.db, 1).await.expect("a query").expect("a message");
        assert_eq!((detail.message.attempts, detail.message.first_attempt_at), (2, Some(START)));
    }

    async fn what_is_forgiven_while_a_relay_has_it_stays_with_that_relay(database) {
        let shop = Shop::open(database).await;
        shop.send(&[("A-1", Created)]).await;
        for _ in 0..2 {
            shop.settle(&shop.claim(1).await, &retry(30)).await;
            shop.clock.advance_ms(30_000);
        }
        let taken = shop.claim(1).await;
        shop.writer.submit(Forgive(vec![Charge { id: 1, wait: Duration::from_secs(30) }])).await.expect("forgiven");
        assert!(shop.claim(1).await.is_empty(), "its lease goes on");
        let detail = show(&shop.db, 1).await.expect("a query").expect("a message");
        assert_eq!((detail.message.attempts, detail.message.first_attempt_at), (1, Some(START)), "the first was a try");
        assert!(shop.settle(&taken, &Verdict::Delivered).await.is_empty());
    }

    async fn a_message_that_a_relay_has_is_not_tried_twice_at_once(database) {
        let shop = Shop::open(database).await;
        shop.send(&[("A-1", Created)]).await;
        let taken = shop.claim(1).await;
        shop.writer.submit(Replay { id: 1 }).await.expect("no error: it is being tried");
        assert!(shop.claim(1).await.is_empty());
        assert!(shop.settle(&taken, &Verdict::Delivered).await.is_empty());
    }

    async fn what_waits_for_people_is_not_brought_back_with_the_clock(database) {
        let shop = Shop::open(database).await;
        shop.send(&[("A-1", Created), ("A-1", Cancelled)]).await;
        shop.settle(&shop.claim(1).await, &dead("HTTP 422")).await;
        let settings = RelaySettings::default();
        for bring_back in [BringBack::set_back(&settings), BringBack::beyond(&settings)] {
            assert_eq!(shop.writer.submit(bring_back).await.expect("brought back"), 0);
        }
        let behind = show(&shop.db, 2).await.expect("a query").expect("a message");
        assert_eq!(behind.message.next_attempt_at, None);
    }

    async fn the_dead_of_a_time_come_back_and_what_waits_behind_them(database) {
        let shop = Shop::open(database).await;
        shop.send(&[("A-1", Created), ("A-1", Cancelled), ("B-1", Created)]).await;
        let taken = shop.claim(10).await;
        shop.settle(&taken[..1], &dead("HTTP 401")).await;
        shop.clock.advance_ms(1000);
        shop.settle(&taken[1..], &dead("HTTP 401")).await;
        let before = ReplayFilter { until: Some(START.plus_ms(1000)), ..ReplayFilter::default() };
        let revived = replay_dead(&shop.writer, None, before, shop.ambient.now(), Duration::ZERO).await.expect("revived");
        assert_eq!((revived, shop.states().await), (1, vec!["pendiente", "pendiente", "muerto"]));
        shop.settle(&shop.claim(10).await, &Verdict::Delivered).await;
        assert_eq!(ids(&shop.claim(10).await), [2], "it waits for nobody any more");
    }

    async fn an_old_message_that_was_settled_late_is_kept_as_long_as_any(database) {
        let shop = Shop::open(database).await;
        shop.send(&[("A-1", Created), ("B-1", Created)]).await;
        let taken = shop.claim(2).await;
        shop.settle(&taken[1..], &Verdict::Delivered).await;
        shop.clock.advance_ms(1000);
        shop.settle(&taken[..1], &Verdict::Delivered).await;
        assert_eq!(prune(&shop.writer, START.plus_ms(1)).await.expect("pruned"), 1);
        assert_eq!(list(&shop.db, None, None, 10).await.expect("a list").messages[0].id, 1);
    }
}
