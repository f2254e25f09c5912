//! Sockets that misbehave: each is closed with the code for it, and nobody else notices.

use serde_json::json;
use tokio_tungstenite::tungstenite::{self, Message};

use super::still_well;
use crate::harness::{Cast, Engine, Heard, Viewer};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn frames_that_are_none_close_the_socket() {
    let mut cast = Cast::on(Engine::Sqlite).await;
    for (message, code) in [
        (Message::text(""), 4400),
        (Message::text("hola"), 4400),
        (Message::text("[]"), 4400),
        (Message::text(r#"{"type":"bailar"}"#), 4400),
        (Message::text(r#"{"type":"subscribe","epoch":"e","after":-1}"#), 4400),
        (Message::text("[".repeat(4000)), 4400),
        (Message::text(r#"{"type":"position","lat":0,"lng":0}"#), 4403),
        (Message::binary(vec![0, 159, 146, 150]), 4400),
        (Message::text("x".repeat(100_000)), 4400),
    ] {
        let mut socket = cast.admin.viewer().open().await.expect("a socket");
        assert!(matches!(socket.hear().await, Heard::Frame(_)));
        socket.say_raw(message.clone()).await.expect("an open socket");
        let (_, end) = socket.drain().await;
        assert_eq!(end, Heard::Closed(code), "{message:.60}");
    }
    still_well(&mut cast).await;
    cast.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cursor_that_means_nothing_gets_a_snapshot() {
    let cast = Cast::on(Engine::Sqlite).await;
    let number = cast.customer.order("una", &[(1, 1)]).await;
    cast.admin.await_ticket(&number).await;
    for cursor in [
        json!({ "type": "subscribe", "epoch": "otra", "after": 0 }),
        json!({ "type": "subscribe", "epoch": "otra" }),
        json!({ "type": "subscribe", "after": 0 }),
        json!({ "type": "subscribe", "epoch": cast.reader.journal().epoch, "after": 1_000_000 }),
    ] {
        let mut socket = cast.admin.viewer().open().await.expect("a socket");
        assert!(matches!(socket.hear().await, Heard::Frame(_)));
        socket.say(&cursor).await.expect("an open socket");
        let Heard::Frame(frame) = socket.hear().await else { panic!("closed after {cursor}") };
        assert_eq!((&frame["type"], &frame["seq"]), (&json!("snapshot"), &json!(1)), "{cursor}");
        assert_eq!(frame["tickets"][0]["numero"], json!(number));
    }
    cast.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_get_nothing() {
    let mut cast = Cast::on(Engine::Sqlite).await;
    for origin in ["https://evil.example", "null", "http://127.0.0.1"] {
        refused(&cast.admin.viewer().with_origin(origin), &[401, 403]).await;
    }
    let number = cast.customer.order("una", &[(1, 1)]).await;
    let path = format!("/api/pedidos/{number}/ws");
    refused(&Viewer::session(&cast.pair.shop.client()).at(path.clone()), &[401]).await;
    refused(&Viewer::session(&cast.customer.client).at(path.clone()).with_origin("https://evil.example"), &[403]).await;
    let other = crate::harness::Customer::join(&cast.pair.shop, "otra").await;
    refused(&Viewer::session(&other.client).at(path), &[404]).await;

    // No cookie: a token has to come first, and it has to be one.
    for first in [json!({ "type": "auth", "token": "cualquiera" }), json!({ "type": "subscribe" })] {
        let mut socket = Viewer::shop(&cast.pair.tickets).upgrade().await.expect("a socket");
        socket.say(&first).await.expect("an open socket");
        assert_eq!(socket.drain().await, (vec![], Heard::Closed(4401)), "{first}");
    }
    // Who says nothing is let go.
    let socket = Viewer::shop(&cast.pair.tickets).upgrade().await.expect("a socket");
    assert_eq!(socket.drain().await, (vec![], Heard::Closed(4408)));
    still_well(&mut cast).await;
    cast.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_logs_out_stops_seeing() {
    let cast = Cast::on(Engine::Sqlite).await;
    let mut socket = cast.driver.viewer().open().await.expect("a socket");
    assert!(matches!(socket.hear().await, Heard::Frame(_)));
    socket.say(&json!({ "type": "subscribe" })).await.expect("an open socket");
    assert!(matches!(socket.hear().await, Heard::Frame(_)));
    let reply = cast.driver.client.post("/api/logout", &json!({})).await;
    assert!(matches!(reply.status, 200 | 204), "{reply:?}");
    assert_eq!(socket.drain().await.1, Heard::Closed(4401));
    cast.finish().await;
}

async fn refused(viewer: &Viewer, statuses: &[u16]) {
    match viewer.upgrade().await {
        Err(tungstenite::Error::Http(response)) => {
            assert!(statuses.contains(&response.status().as_u16()), "{viewer:?}: {response:?}");
        }
        Err(error) => panic!("{viewer:?}: {error}"),
        Ok(_) => panic!("{viewer:?} was let in"),
    }
}
