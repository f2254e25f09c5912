//! Who asked to be told is told, also when whoever tells is killed in the middle of it.

use belgrano_testing::{FakeBrowser, FakePushService, PushAnswer};
use serde_json::Value;

use crate::harness::{Cast, Plan, Service, eventually, on_both_engines};

const KEY: &str = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw";
const SENT: &str = "SELECT COUNT(*) FROM notices WHERE state = 'entregado'";

async fn cast(engine: crate::harness::Engine) -> Cast {
    // A short lease, because that is what the next life waits for.
    let plan = Plan::new(engine).env("PUSH_LOOPBACK", "true").env("PUSH_TIMEOUT", "1").env("VAPID_PRIVATE_KEY", KEY);
    Cast::of(plan).await
}

/// What a browser was told, all of it about one thing: the same topic and the same id, however often it came.
fn told(push: &FakePushService, browser: &FakeBrowser) -> Value {
    let received = push.received();
    let mut said: Vec<Value> = received.iter().map(|message| browser.read(message)).collect();
    said.dedup();
    assert!(received.len() > 1, "it was sent before the kill and after it");
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(received.iter().all(|message| message.header("topic") == received[0].header("topic")));
    said.remove(0)
}

async fn await_sent(cast: &Cast, service: Service) {
    eventually("the notice is sent", async || {
        let sent = cast.pair.database.number(service, SENT).await;
        if sent == 1 { Ok(()) } else { Err(sent) }
    })
    .await;
}

on_both_engines! {
    async fn a_board_killed_while_it_tells_a_driver_tells_again(engine) {
        let (mut cast, push) = (cast(engine).await, FakePushService::start().await);
        let phone = push.browser();
        cast.driver.client.post("/api/avisos", &phone.subscription()).await.expect(204);
        push.answer(PushAnswer::Silence);
        let number = cast.customer.order("avisos", &[(1, 1)]).await;
        cast.admin.await_ticket(&number).await;
        cast.admin.assign(&number, cast.driver.id).await.expect(200);
        push.await_received(1).await;
        cast.pair.tickets.kill();
        let before = push.received().len();
        push.answer(PushAnswer::Status(201));
        cast.pair.tickets.start().await;
        push.await_received(before + 1).await;
        await_sent(&cast, Service::Tickets).await;
        assert_eq!(told(&push, &phone)["url"], "/reparto");
        cast.finish().await;
    }

    async fn a_shop_killed_while_it_tells_a_customer_tells_again(engine) {
        let (mut cast, push) = (cast(engine).await, FakePushService::start().await);
        let phone = push.browser();
        cast.customer.client.post("/api/avisos", &phone.subscription()).await.expect(204);
        push.answer(PushAnswer::Silence);
        let number = cast.customer.order("avisos", &[(1, 1)]).await;
        cast.admin.await_ticket(&number).await;
        cast.admin.assign(&number, cast.driver.id).await.expect(200);
        for state in ["aceptado", "en-camino"] {
            cast.driver.step(&number, state).await.expect(200);
        }
        push.await_received(1).await;
        cast.pair.shop.kill();
        let before = push.received().len();
        push.answer(PushAnswer::Status(201));
        cast.pair.shop.start().await;
        push.await_received(before + 1).await;
        await_sent(&cast, Service::Shop).await;
        assert_eq!(told(&push, &phone)["url"], format!("/pedidos/{number}"));
        cast.finish().await;
    }
}
