//! Whoever wants notices is asked for a review: once, some hours after the delivery, by day.

use belgrano_runtime::on_both_engines;
use belgrano_wire::TicketState;
use serde_json::json;

use super::world::{MINUTE_MS, World};
use crate::reviews;

const ASKED: &str = "SELECT COUNT(*) FROM notices WHERE news = 'resena'";

on_both_engines! {
    async fn a_customer_is_asked_once_and_led_to_the_form(database) {
        let mut world = World::new(database).await;
        let phone = world.subscribed().await;
        world.moves(TicketState::Delivered).await;
        assert_eq!(world.delivery.round().await, 1);
        assert_eq!(reviews::ask(&world.shop.app).await.expect("read"), 0, "not at the door");
        world.shop.clock.advance_ms(121 * MINUTE_MS);
        assert_eq!(reviews::ask(&world.shop.app).await.expect("read"), 1);
        assert_eq!(reviews::ask(&world.shop.app).await.expect("read"), 0);
        assert_eq!(world.delivery.round().await, 1);
        let received = world.push.received();
        let said = phone.read(received.last().expect("a message"));
        assert_eq!((&said["title"], &said["url"]), (&json!("¿Qué te pareció?"), &json!(format!("/pedidos/{}/resena", world.number))));
        // Taken back and delivered anew: it was asked already.
        world.moves(TicketState::OnTheWay).await;
        world.moves(TicketState::Delivered).await;
        world.shop.clock.advance_ms(121 * MINUTE_MS);
        assert_eq!((reviews::ask(&world.shop.app).await.expect("read"), world.count(ASKED).await), (0, 1));
    }

    async fn nobody_is_asked_who_did_not_ask_for_notices_or_has_said_it(database) {
        let mut world = World::new(database).await;
        world.moves(TicketState::Delivered).await;
        world.shop.clock.advance_ms(121 * MINUTE_MS);
        assert_eq!(reviews::ask(&world.shop.app).await.expect("read"), 0, "no browser and no mail");
        world.want_mail().await;
        let path = format!("/api/pedidos/{}/resenas", world.number);
        let said = world.shop.post(&mut world.ana, &path, json!({ "entrega": { "estrellas": 5 } })).await;
        assert_eq!(said.status, 200, "{said:?}");
        assert_eq!(reviews::ask(&world.shop.app).await.expect("read"), 0, "it is said");
    }

    async fn what_was_said_meanwhile_is_not_asked(database) {
        let mut world = World::new(database).await;
        world.subscribed().await;
        world.moves(TicketState::Delivered).await;
        assert_eq!(world.delivery.round().await, 1);
        world.shop.clock.advance_ms(121 * MINUTE_MS);
        assert_eq!(reviews::ask(&world.shop.app).await.expect("read"), 1);
        let path = format!("/api/pedidos/{}/resenas", world.number);
        world.shop.post(&mut world.ana, &path, json!({ "entrega": { "estrellas": 5 } })).await;
        assert_eq!(world.delivery.round().await, 0);
        assert_eq!(world.states().await, ["push entregado", "push caducado"]);
    }

    async fn nobody_is_asked_at_night_but_the_next_morning(database) {
        let mut world = World::new(database).await;
        world.want_mail().await;
        // 15:04 and seven hours.
        world.shop.clock.advance_ms(7 * 60 * MINUTE_MS);
        world.moves(TicketState::Delivered).await;
        world.shop.clock.advance_ms(3 * 60 * MINUTE_MS);
        assert_eq!(reviews::ask(&world.shop.app).await.expect("read"), 0, "one o'clock");
        world.shop.clock.advance_ms(9 * 60 * MINUTE_MS);
        assert_eq!(reviews::ask(&world.shop.app).await.expect("read"), 1, "ten o'clock");
        // Two days later is too late.
        let other = world.orders(&mut world.ana.clone()).await;
        world.board_says(&other, TicketState::Delivered, 1, world.shop.app.ambient.now()).await;
        world.shop.clock.advance_ms(48 * 60 * MINUTE_MS);
        assert_eq!(reviews::ask(&world.shop.app).await.expect("read"), 0);
    }
}
