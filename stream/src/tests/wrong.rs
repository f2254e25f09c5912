//! What is wrong with a broker is said in a sentence, and no password is in it.

use serde_json::value::RawValue;

use super::{NAME, soon, target};
use crate::testing::{NatsServer, event, stored};
use crate::{Broker, BrokerError, Event, Page, Standing, Target};

async fn refused(target: &Target) -> BrokerError {
    Broker::connect(target).await.expect_err("it cannot be connected to")
}

#[tokio::test]
async fn a_check_makes_nothing_and_says_what_will_be_made() {
    let server = NatsServer::start().await;
    let target = target(&server.url());
    for _ in 0..2 {
        assert_eq!(Broker::check(&target).await, Ok(Standing::ToBeMade));
    }
    Broker::connect(&target).await.expect("a broker");
    assert_eq!(Broker::check(&target).await, Ok(Standing::There));
}

#[tokio::test]
async fn a_stream_that_is_in_the_way_or_takes_other_subjects_is_named() {
    let server = NatsServer::start().await;
    Broker::connect(&target(&server.url())).await.expect("a broker");
    // Ours has the subjects of this one.
    let config = serde_json::json!({ "name": "other", "subjects": ["other.pedido.>"] }).to_string();
    crate::nats::make(&target(&server.url()), "other", &config).await;
    let other = Target::parse(&server.url(), "other").expect("a target");
    let error = refused(&other).await;
    assert_eq!(
        error.to_string(),
        "the broker is there, and its stream other cannot be used: it takes other.pedido.>, and not the subjects `other.>`"
    );
    // Somebody else's has the subjects that ours would have.
    let config = serde_json::json!({ "name": "third", "subjects": ["fourth.>"] }).to_string();
    crate::nats::make(&target(&server.url()), "third", &config).await;
    let fourth = Target::parse(&server.url(), "fourth").expect("a target");
    let error = refused(&fourth).await;
    assert!(
        matches!(&error, BrokerError::Stream { name, why } if name == "fourth" && why.contains("overlap")),
        "{error}"
    );
}

#[tokio::test]
async fn a_wrong_password_and_a_server_that_is_away_are_told_apart() {
    let mut server = NatsServer::start_with("authorization { user: ana, password: \"the right one\" }").await;
    let with = |log_in: &str| target(&format!("nats://{log_in}127.0.0.1:{}", server.port()));
    for wrong in ["", "ana:wr0ng%20s3cret@", "wr0ng%20s3cret@"] {
        let error = refused(&with(wrong)).await.to_string();
        assert!(error.ends_with("it says: Authorization Violation") && error.contains("127.0.0.1"), "{error}");
        assert!(!error.contains("s3cret") && !format!("{:?}", with(wrong)).contains("s3cret"), "{error}");
    }
    let right = with("ana:the%20right%20one@");
    Broker::connect(&right).await.expect("a broker");
    server.kill();
    let error = refused(&right).await.to_string();
    assert!(error.contains("cannot be connected to: Connection refused") && !error.contains("right"), "{error}");
    let plain = NatsServer::start().await;
    let error = refused(&target(&format!("tls://127.0.0.1:{}", plain.port()))).await.to_string();
    assert!(error.contains("it does not speak TLS"), "{error}");
}

#[tokio::test]
async fn a_server_that_may_not_be_used_says_so() {
    let permissions = "authorization { users: [ { user: ana, password: pass, permissions: { publish: [\"$JS.API.STREAM.INFO.*\", \
                       \"$JS.API.STREAM.CREATE.*\"], subscribe: \"_INBOX.>\" } } ] }";
    let server = NatsServer::start_with(permissions).await;
    let target = target(&format!("nats://ana:pass@127.0.0.1:{}", server.port()));
    let mut broker = Broker::connect(&target).await.expect("a broker");
    let mut page = Page::new(vec![event("pedido", "BA-1", 1)]);
    let error = page.publish(&mut broker, soon()).await.expect_err("it may not").to_string();
    assert!(error.contains("shop-e1-1") && error.contains("Permissions Violation"), "{error}");
}

#[tokio::test]
async fn an_event_that_is_too_large_is_named_and_what_comes_after_it_of_its_order_waits() {
    let server = NatsServer::start_with("max_payload: 2048").await;
    let target = target(&server.url());
    let mut broker = Broker::connect(&target).await.expect("a broker");
    let data = RawValue::from_string(format!("\"{}\"", "x".repeat(2000))).ok();
    let large = Event { data, ..event("pedido", "BA-2", 1) };
    let mut page = Page::new(vec![large, event("pedido", "BA-1", 2), event("pedido", "BA-2", 3)]);
    for _ in 0..2 {
        let error = page.publish(&mut broker, soon()).await.expect_err("it is too large").to_string();
        assert!(error.contains("shop-e1-1") && error.contains("max_payload of the server is 2048"), "{error}");
        let subjects: Vec<String> = stored(&target).await.iter().map(|one| one.text("subject").to_owned()).collect();
        assert_eq!(subjects, ["BA-1"], "the order that has nothing to do with it, once");
    }
}

#[tokio::test]
async fn what_a_stream_refuses_does_not_count_as_published() {
    let server = NatsServer::start().await;
    let target = target(&server.url());
    let full = serde_json::json!({ "name": NAME, "subjects": ["belgrano.>"], "max_msgs": 1, "discard": "new" });
    crate::nats::make(&target, NAME, &full.to_string()).await;
    let mut broker = Broker::connect(&target).await.expect("a broker");
    let mut page = Page::new(vec![event("pedido", "BA-1", 1), event("pedido", "BA-2", 2)]);
    let error = page.publish(&mut broker, soon()).await.expect_err("it is full").to_string();
    assert!(error.contains("shop-e1-2") && error.contains("maximum messages exceeded"), "{error}");
    crate::nats::delete(&target, NAME).await;
    let error = page.publish(&mut broker, soon()).await.expect_err("it is gone").to_string();
    assert!(error.contains("shop-e1-2") && error.contains("no stream takes its subject"), "{error}");
    let mut broker = Broker::connect(&target).await.expect("it makes another");
    assert!(page.publish(&mut broker, soon()).await.expect("published"));
    assert_eq!(stored(&target).await.len(), 1, "what was acknowledged is not sent again");
}

#[tokio::test]
async fn what_is_no_server_of_nats_is_said_to_be_none() {
    use tokio::io::AsyncWriteExt as _;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let port = listener.local_addr().expect("bound").port();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            drop(socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await);
        }
    });
    let error = refused(&target(&format!("nats://127.0.0.1:{port}"))).await.to_string();
    assert!(error.contains("does not speak as NATS does") && error.contains(NAME), "{error}");
}
