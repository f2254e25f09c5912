//! Offers on their way to phones, with a push service whose answer can be flipped.

use belgrano_runtime::on_both_engines;
use belgrano_testing::{FakeBrowser, FakePushService, PushAnswer, TestDatabase};
use serde_json::{Value, json};

use crate::tests::board::{Board, Client, NOBODY};

/// A board with a push service, an administrator, and a driver on shift.
struct World {
    board: Board,
    push: FakePushService,
    admin: Client,
    caro: Client,
    caro_id: i64,
}

impl World {
    async fn new(database: &TestDatabase) -> Self {
        let board = Board::start_with(database, &[("PUSH_LOOPBACK", "true")]).await;
        let admin = board.admin().await;
        let (caro, caro_id) = board.driver(&admin, "caro").await;
        Self { board, push: FakePushService::start().await, admin, caro, caro_id }
    }

    async fn subscribed(&self) -> FakeBrowser {
        let phone = self.push.browser();
        let (status, said) = self.board.post(&self.caro, "/api/avisos", phone.subscription()).await;
        assert_eq!(status, 204, "{said}");
        phone
    }

    /// A new order, offered to the driver.
    async fn offer(&self, number: &str) {
        self.board.order(number).await;
        let (status, said) = self.board.assign(&self.admin, number, self.caro_id).await;
        assert_eq!(status, 200, "{said}");
    }
}

const PENDING: &str = "SELECT COUNT(*) FROM notices WHERE state = 'pendiente'";

on_both_engines! {
    async fn a_driver_who_asked_is_told_of_an_offer(database) {
        let world = World::new(database).await;
        world.offer("BA-1").await;
        assert_eq!(world.board.count("SELECT COUNT(*) FROM notices").await, 0, "nobody asked");
        let phone = world.subscribed().await;
        world.offer("BA-2").await;
        let received = world.push.await_received(1).await;
        let said = phone.read(&received[0]);
        assert_eq!((&said["title"], &said["url"]), (&json!("Tenés un pedido para aceptar"), &json!("/reparto")));
        assert_eq!(said["body"], "Pedido BA-2, en Belgrano. Aceptalo antes de las 15:05.");
        assert!(!said.to_string().contains("Cabildo"), "no address on a lock screen: {said}");
        assert_eq!((received[0].header("ttl"), received[0].header("urgency")), ("60", "high"));
    }

    async fn an_offer_in_bulk_or_made_automatically_is_told_as_well(database) {
        let world = World::new(database).await;
        let phone = world.subscribed().await;
        for number in ["BA-1", "BA-2"] {
            world.board.order(number).await;
        }
        let bulk = json!({ "numeros": ["BA-1"], "accion": "asignar", "repartidor_id": world.caro_id });
        assert_eq!(world.board.post(&world.admin, "/api/tickets/lote", bulk).await.0, 200);
        let auto = json!({ "auto": true });
        assert_eq!(world.board.post(&world.admin, "/api/tickets/BA-2/asignar", auto).await.0, 200);
        let said: Vec<String> =
            world.push.await_received(2).await.iter().map(|message| phone.read(message)["body"].to_string()).collect();
        assert!(said.iter().any(|body| body.contains("BA-1")) && said.iter().any(|body| body.contains("BA-2")), "{said:?}");
    }

    async fn an_offer_that_is_over_is_no_news(database) {
        let world = World::new(database).await;
        world.subscribed().await;
        world.push.answer(PushAnswer::RetryAfter(503, "5"));
        for number in ["BA-1", "BA-2", "BA-3"] {
            world.offer(number).await;
        }
        world.push.await_received(3).await;
        world.board.await_count("SELECT COUNT(*) FROM notices WHERE attempts = 1", 3).await;
        world.push.answer(PushAnswer::Status(201));
        assert_eq!(world.board.step(&world.caro, "BA-1", json!({ "estado": "aceptado" })).await.0, 200);
        assert_eq!(world.board.post(&world.admin, "/api/tickets/BA-2/desasignar", Value::Null).await.0, 200);
        world.board.clock.advance_ms(6000);
        world.board.await_count(PENDING, 0).await;
        let told = world.push.received();
        assert_eq!(told.len(), 5, "the third again, and that the second is gone: {told:?}");
        assert_eq!(world.board.count("SELECT COUNT(*) FROM notices WHERE state = 'caducado'").await, 2);
    }

    async fn a_driver_is_told_of_a_stop_that_need_not_be_made(database) {
        let world = World::new(database).await;
        let phone = world.subscribed().await;
        world.offer("BA-1").await;
        world.push.await_received(1).await;
        assert_eq!(world.board.step(&world.caro, "BA-1", json!({ "estado": "aceptado" })).await.0, 200);
        assert_eq!(world.board.step(&world.caro, "BA-1", json!({ "estado": "en-camino" })).await.0, 200);
        let called_off = json!({ "estado": "cancelado", "motivo": "Se arrepintió" });
        assert_eq!(world.board.step(&world.admin, "BA-1", called_off).await.0, 200);
        let told = world.push.await_received(2).await;
        let said = phone.read(&told[1]);
        assert_eq!((&said["title"], &said["url"]), (&json!("Se canceló un pedido que tenías"), &json!("/reparto")));
        assert_eq!(said["body"], "Pedido BA-1, en Belgrano. No hace falta llevarlo.");
        assert_eq!(told[1].header("topic"), told[0].header("topic"), "it replaces the offer");
        assert_eq!(told[1].header("urgency"), "high");
    }

    async fn a_driver_is_told_of_a_stop_that_was_taken_back_and_of_one_that_comes_back(database) {
        let world = World::new(database).await;
        let phone = world.subscribed().await;
        world.offer("BA-1").await;
        world.push.await_received(1).await;
        assert_eq!(world.board.step(&world.caro, "BA-1", json!({ "estado": "aceptado" })).await.0, 200);
        assert_eq!(world.board.post(&world.admin, "/api/tickets/BA-1/desasignar", Value::Null).await.0, 200);
        assert_eq!(phone.read(&world.push.await_received(2).await[1])["title"], "Un pedido ya no es tuyo");
        world.board.await_count(PENDING, 0).await;
        assert_eq!(world.board.post(&world.admin, "/api/tickets/BA-1/deshacer", Value::Null).await.0, 200);
        let said = phone.read(&world.push.await_received(3).await[2]);
        assert_eq!(said["title"], "Un pedido vuelve a ser tuyo");
        assert_eq!(said["body"], "Pedido BA-1, en Belgrano. Está otra vez entre tus paradas.");
    }

    async fn nobody_is_told_of_what_they_did_or_of_an_offer_that_ran_out(database) {
        let world = World::new(database).await;
        let _phone = world.subscribed().await;
        world.offer("BA-1").await;
        assert_eq!(world.board.step(&world.caro, "BA-1", json!({ "estado": "pendiente" })).await.0, 200);
        world.offer("BA-2").await;
        assert_eq!(world.board.step(&world.caro, "BA-2", json!({ "estado": "aceptado" })).await.0, 200);
        assert_eq!(world.board.step(&world.caro, "BA-2", json!({ "estado": "pendiente" })).await.0, 200);
        world.offer("BA-3").await;
        world.board.clock.advance_ms(61_000);
        crate::assignment::Offers::default().round(&world.board.app).await.expect("a round");
        assert_eq!(world.board.get(&world.admin, "/api/tickets/BA-3").await.1["estado"], "pendiente");
        assert_eq!(world.board.count("SELECT COUNT(*) FROM notices WHERE news <> 'asignado'").await, 0);
    }

    async fn a_phone_is_told_nothing_after_its_log_out(database) {
        let world = World::new(database).await;
        world.subscribed().await;
        assert_eq!(world.board.post(&world.caro, "/api/logout", Value::Null).await.0, 204);
        world.offer("BA-1").await;
        assert_eq!(world.board.count("SELECT COUNT(*) FROM push_subscriptions").await, 0);
        assert_eq!(world.board.count("SELECT COUNT(*) FROM notices").await, 0);
    }

    async fn whoever_is_logged_in_subscribes_and_only_who_runs_the_board_looks(database) {
        let world = World::new(database).await;
        let subscription = world.push.browser().subscription();
        assert_eq!(world.board.post(&world.admin, "/api/avisos", subscription.clone()).await.0, 204);
        assert_eq!(world.board.post(&NOBODY, "/api/avisos", subscription).await.0, 401);
        assert_eq!(world.board.get(&world.caro, "/api/avisos/envios").await.0, 403);
        let (status, listed) = world.board.get(&world.admin, "/api/avisos/envios").await;
        assert_eq!((status, &listed["avisos"]), (200, &json!([])));
        let (_, key) = world.board.get(&world.caro, "/api/avisos/clave").await;
        assert_eq!(key["cuenta"], world.caro_id);
        assert!(key["clave"].as_str().expect("a key").starts_with('B'));
    }
}
