//! What the board says of an order, from the feed and by callback, on both engines.

use belgrano_runtime::on_both_engines;
use belgrano_web::seen::Seen;
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::{OrderNumber, TicketState};
use futures_util::FutureExt;
use serde_json::json;

use super::{Apply, Report};
use crate::outbox::{Discard, prune};
use crate::testing::{Browser, TestShop};

/// A customer and the number of its order.
async fn ordered(shop: &TestShop) -> (Browser, OrderNumber) {
    let mut ana = shop.customer("ana@example.com").await;
    let number = order(shop, &mut ana).await;
    (ana, number)
}

/// The number of one more order.
async fn order(shop: &TestShop, who: &mut Browser) -> OrderNumber {
    let order = json!({ "items": [{ "producto_id": 1, "cantidad": 1 }] });
    let placed = shop.post(who, "/api/pedidos", order).await;
    assert_eq!(placed.status, 201, "{placed:?}");
    OrderNumber::parse(placed.body["numero"].as_str().expect("a number")).expect("a number")
}

fn callback(number: &OrderNumber, state: Option<TicketState>, driver: Option<&str>) -> Report {
    let driver = driver.map(|name| (None, name.to_owned()));
    Report { number: number.clone(), state, ticket_id: None, version: None, driver, reason: None, changed_at: None }
}

async fn apply(shop: &TestShop, report: Report) -> usize {
    let apply = Apply { reports: vec![report], cursor: None, another_life: false };
    shop.app.writer.submit(apply).await.expect("applied")
}

async fn state(shop: &TestShop, who: &mut Browser, number: &OrderNumber) -> (String, serde_json::Value) {
    let order = shop.get(who, &format!("/api/pedidos/{number}")).await.body;
    (order["estado"].as_str().expect("a state").to_owned(), order["repartidor_nombre"].clone())
}

on_both_engines! {
    async fn a_callback_never_goes_back_behind_the_feed(database) {
        let shop = TestShop::new(database).await;
        let (mut ana, number) = ordered(&shop).await;
        assert_eq!(apply(&shop, callback(&number, Some(TicketState::Assigned), Some("Beto"))).await, 1);
        assert_eq!(apply(&shop, callback(&number, None, None)).await, 0, "says nothing");
        assert_eq!(state(&shop, &mut ana, &number).await, ("asignado".to_owned(), json!(null)));
        let told = Report { version: Some(3), ..callback(&number, Some(TicketState::OnTheWay), Some("Caro")) };
        assert_eq!(apply(&shop, told).await, 1);
        assert_eq!(apply(&shop, callback(&number, Some(TicketState::Assigned), Some("Beto"))).await, 0);
        assert_eq!(state(&shop, &mut ana, &number).await, ("en-camino".to_owned(), json!("Caro")));
    }

    async fn an_older_report_of_the_board_does_not_overwrite_a_newer_one(database) {
        let shop = TestShop::new(database).await;
        let (mut ana, number) = ordered(&shop).await;
        let told = |version, state, driver| Report { version: Some(version), ..callback(&number, Some(state), Some(driver)) };
        assert_eq!(apply(&shop, told(3, TicketState::OnTheWay, "Caro")).await, 1);
        for (version, told_state) in [(2, TicketState::Assigned), (3, TicketState::Delivered)] {
            assert_eq!(apply(&shop, told(version, told_state, "Beto")).await, 0, "version {version}");
            assert_eq!(state(&shop, &mut ana, &number).await, ("en-camino".to_owned(), json!("Caro")));
        }
        // The board was restored from a backup, or is another one: its versions start again.
        let anew = Apply { reports: vec![told(1, TicketState::Assigned, "Beto")], cursor: None, another_life: true };
        assert_eq!(shop.app.writer.submit(anew).await.expect("applied"), 1);
        assert_eq!(state(&shop, &mut ana, &number).await, ("asignado".to_owned(), json!(null)));
    }

    async fn the_cursor_of_the_feed_goes_back_in_another_life_only(database) {
        const CURSOR: &str = "SELECT epoch, seq FROM feed_cursor";
        let shop = TestShop::new(database).await;
        for (said, kept) in [(("a", 7), ("a", 7)), (("a", 5), ("a", 7)), (("a", 8), ("a", 8)), (("b", 2), ("b", 2))] {
            let cursor = Some((said.0.to_owned(), said.1));
            shop.app.writer.submit(Apply { reports: Vec::new(), cursor, another_life: false }).await.expect("applied");
            let mut session = shop.app.db.read().await.expect("a connection");
            let found = belgrano_runtime::fetch!(one, session, (String, i64), CURSOR).expect("a cursor");
            assert_eq!((found.0.as_str(), found.1), kept);
        }
    }

    async fn goods_go_back_to_the_shelf_once_however_often_the_end_is_told(database) {
        const BACK: &str = "SELECT COUNT(*) FROM stock_movements WHERE kind = 'devolucion'";
        let shop = TestShop::new(database).await;
        let (_, number) = ordered(&shop).await;
        for (version, reason) in [(1, "no hay"), (2, "no hay, de verdad")] {
            let told = Report { version: Some(version), reason: Some(reason.to_owned()), ..callback(&number, Some(TicketState::Cancelled), None) };
            assert_eq!(apply(&shop, told).await, 1, "the reason is news");
            let mut session = shop.app.db.read().await.expect("a connection");
            assert_eq!(belgrano_runtime::fetch_scalar!(one, session, i64, BACK).expect("a count"), 1);
        }
    }

    async fn an_order_the_board_has_is_not_over_because_its_message_is_given_up(database) {
        let shop = TestShop::new(database).await;
        // Its ticket is known, although the answer to the message got lost.
        let (mut ana, number) = ordered(&shop).await;
        let told = Report { version: Some(1), ticket_id: Some(9), ..callback(&number, Some(TicketState::Assigned), Some("Beto")) };
        assert_eq!(apply(&shop, told).await, 1);
        // An old board calls back without the ticket's id.
        let mut leo = shop.customer("leo@example.com").await;
        let delivered = order(&shop, &mut leo).await;
        assert_eq!(apply(&shop, callback(&delivered, Some(TicketState::Delivered), None)).await, 1);
        for id in [1, 2] {
            shop.app.writer.submit(Discard { id, reason: "no hay más".to_owned(), seen: Seen::default() }).await.expect("discarded");
        }
        assert_eq!(state(&shop, &mut ana, &number).await.0, "asignado");
        assert_eq!(state(&shop, &mut leo, &delivered).await.0, "entregado");
    }

    async fn an_order_whose_cancellation_is_given_up_is_left_to_the_board(database) {
        let shop = TestShop::new(database).await;
        let (mut ana, number) = ordered(&shop).await;
        assert_eq!(shop.post(&mut ana, &format!("/api/pedidos/{number}/cancelar"), json!({})).await.status, 200);
        let discard = Discard { id: 2, reason: "no va".to_owned(), seen: Seen::default() };
        shop.app.writer.submit(discard).await.expect("discarded");
        assert_eq!(state(&shop, &mut ana, &number).await.0, "pendiente");
    }

    async fn asking_to_cancel_again_sends_nothing_more(database) {
        const CANCELS: &str = "SELECT COUNT(*) FROM outbox WHERE kind = 'order.cancelled'";
        let shop = TestShop::new(database).await;
        let (mut ana, number) = ordered(&shop).await;
        for _ in 0..2 {
            let asked = shop.post(&mut ana, &format!("/api/pedidos/{number}/cancelar"), json!({})).await;
            assert_eq!(asked.body["cancelacion_pedida"], true, "{asked:?}");
        }
        let mut session = shop.app.db.read().await.expect("a connection");
        assert_eq!(belgrano_runtime::fetch_scalar!(one, session, i64, CANCELS).expect("a count"), 1);
    }

    async fn who_ordered_may_cancel_until_the_driver_sets_out(database) {
        const CANCELS: &str = "SELECT COUNT(*) FROM outbox WHERE kind = 'order.cancelled'";
        let shop = TestShop::new(database).await;
        let (mut ana, number) = ordered(&shop).await;
        let (path, cancel) = (format!("/api/pedidos/{number}"), format!("/api/pedidos/{number}/cancelar"));
        let told = |version, state| Report { version: Some(version), ticket_id: Some(9), ..callback(&number, Some(state), None) };
        assert_eq!(apply(&shop, told(1, TicketState::Accepted)).await, 1);
        assert_eq!(shop.post(&mut ana, &cancel, json!({})).await.body["cancelacion_pedida"], true);
        // The driver was faster than the message.
        assert_eq!(apply(&shop, told(2, TicketState::OnTheWay)).await, 1);
        let order = shop.get(&mut ana, &path).await.body;
        assert_eq!((&order["cancelacion_pedida"], &order["cancelacion_tarde"]), (&json!(false), &json!(true)));
        let refused = shop.post(&mut ana, &cancel, json!({})).await;
        assert_eq!((refused.status, &refused.body["estado"]), (409, &json!("en-camino")), "{refused:?}");
        // A next try may be called off again.
        for (version, state) in [(3, TicketState::Failed), (4, TicketState::Pending)] {
            assert_eq!(apply(&shop, told(version, state)).await, 1);
            let order = shop.get(&mut ana, &path).await.body;
            assert_eq!((&order["cancelacion_pedida"], &order["cancelacion_tarde"]), (&json!(false), &json!(false)));
        }
        assert_eq!(shop.post(&mut ana, &cancel, json!({})).await.body["cancelacion_pedida"], true);
        let mut session = shop.app.db.read().await.expect("a session");
        assert_eq!(belgrano_runtime::fetch_scalar!(one, session, i64, CANCELS).expect("a count"), 2);
    }

    async fn an_order_that_was_given_up_stays_so_and_its_ticket_is_called_off(database) {
        const CANCELS: &str = "SELECT COUNT(*) FROM outbox WHERE kind = 'order.cancelled' AND state = 'pendiente'";
        const REASON: &str = "SELECT payload FROM outbox WHERE kind = 'order.cancelled'";
        let shop = TestShop::new(database).await;
        let (mut ana, number) = ordered(&shop).await;
        // It was delivered, and the answer got lost.
        shop.app.writer.submit(Discard { id: 1, reason: "no hay más".to_owned(), seen: Seen::default() }).await.expect("discarded");
        // Much later: the outbox has forgotten it.
        assert_eq!(prune(&shop.app.writer, UnixMillis(i64::MAX)).await.expect("pruned"), 1);
        let told = |version, state| Report { version: Some(version), ticket_id: Some(9), ..callback(&number, Some(state), None) };
        for (version, told_state) in [(1, TicketState::Pending), (2, TicketState::Assigned), (3, TicketState::Cancelled), (4, TicketState::Pending)] {
            assert_eq!(apply(&shop, told(version, told_state)).await, 1);
            let order = shop.get(&mut ana, &format!("/api/pedidos/{number}")).await.body;
            assert_eq!((&order["estado"], &order["motivo"]), (&json!("cancelado"), &json!("No pudimos tomar tu pedido.")));
            let mut session = shop.app.db.read().await.expect("a connection");
            let cancels = belgrano_runtime::fetch_scalar!(one, session, i64, CANCELS).expect("a count");
            assert_eq!(cancels, 1, "once");
            let payload = belgrano_runtime::fetch_scalar!(one, session, String, REASON).expect("a message");
            assert_eq!(payload, r#"{"motivo":"No pudimos tomar tu pedido."}"#);
        }
    }

    async fn a_driver_keeps_the_id_only_with_the_name(database) {
        let shop = TestShop::new(database).await;
        let (_, number) = ordered(&shop).await;
        let beto = Report { driver: Some((Some(9), "Beto".to_owned())), ..callback(&number, None, None) };
        assert_eq!(apply(&shop, beto).await, 1);
        let mut session = shop.app.db.read().await.expect("a connection");
        for (name, id) in [("Beto", Some(9)), ("Caro", None)] {
            apply(&shop, callback(&number, None, Some(name))).await;
            let sql = "SELECT driver_id FROM orders WHERE number = $1";
            let found = belgrano_runtime::fetch_scalar!(one, session, Option<i64>, sql, number.as_str()).expect("a row");
            assert_eq!(found, id, "{name}");
        }
    }

    async fn what_another_instance_applied_wakes_who_watches_here(database) {
        let shop = TestShop::new(database).await;
        let other = TestShop::seeded(database, 8, &[]).await;
        let (_, number) = ordered(&shop).await;
        let told = Report { version: Some(1), ..callback(&number, Some(TicketState::Assigned), Some("Beto")) };
        let mut watching = other.app.watch.watch(&number);
        assert_eq!(apply(&shop, told.clone()).await, 1);
        assert!(watching.changed().now_or_never().is_none());
        assert_eq!(apply(&other, told).await, 0);
        assert!(watching.changed().now_or_never().is_some());
    }
}
