//! Events through librdkafka's own cluster of tests.

use std::collections::BTreeSet;
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::message::Message as _;
use rdkafka::mocking::MockCluster;
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};

use super::{NAME, ids, some, soon, target};
use crate::testing::{Arrived, Dice, assert_in_order};
use crate::{Broker, BrokerError, Event, Page};

/// All records of a topic until `wanted` ids have come: of each partition in its order.
fn read(servers: &str, wanted: &BTreeSet<String>) -> Vec<(String, Arrived)> {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", servers).set("group.id", "test").set("auto.offset.reset", "earliest");
    let consumer: BaseConsumer = config.create().expect("a consumer");
    consumer.subscribe(&[NAME]).expect("a topic");
    let (mut found, mut missing) = (Vec::new(), wanted.clone());
    for _ in 0..1200 {
        if missing.is_empty() {
            return found;
        }
        let Some(message) = consumer.poll(Duration::from_millis(100)) else { continue };
        let message = message.expect("a record");
        let key = String::from_utf8(message.key().expect("a key").to_vec()).expect("text");
        let arrived = Arrived::read(message.payload().expect("a body"));
        missing.remove(arrived.text("id"));
        found.push((key, arrived));
    }
    panic!("{missing:?} never came");
}

#[tokio::test(flavor = "multi_thread")]
async fn kafka_gets_each_event_under_its_orders_key_whatever_is_cut_off() {
    let mut dice = Dice::new(7);
    let cluster = MockCluster::new(1).expect("a cluster");
    cluster.create_topic(NAME, 3, 1).expect("a topic");
    let servers = cluster.bootstrap_servers();
    let target = target(&format!("kafka://{servers}"));
    let (mut first, mut sent) = (1, BTreeSet::new());
    for round in 0..4 {
        let events = some(&mut dice, first, 50);
        first += 50;
        sent.extend(events.iter().map(Event::id));
        let mut page = Page::new(events);
        if round == 2 {
            let mut broker = Broker::connect(&target).await.expect("a broker");
            cluster.broker_down(1).expect("down");
            let refused = page.publish(&mut broker, soon()).await.expect_err("nobody is there");
            assert!(matches!(refused, BrokerError::Event { .. }), "{refused}");
            let away = Broker::connect(&target).await.expect_err("nobody is there");
            assert!(away.to_string().contains("cannot be connected to"), "{away}");
            cluster.broker_up(1).expect("up");
        }
        let mut broker = Broker::connect(&target).await.expect("a broker");
        assert!(page.publish(&mut broker, soon()).await.expect("published"));
    }
    let wanted = sent.clone();
    let found = tokio::task::spawn_blocking(move || read(&servers, &wanted)).await.expect("read");
    let arrived: Vec<Arrived> = found.iter().map(|(_, arrived)| arrived.clone()).collect();
    assert_in_order(&arrived);
    assert_eq!(ids(&arrived), sent);
    assert!(found.iter().all(|(key, arrived)| key == arrived.text("partitionkey")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_kafka_is_said_in_a_sentence_without_a_password() {
    let cluster = MockCluster::new(1).expect("a cluster");
    let servers = cluster.bootstrap_servers();
    cluster.create_topic(NAME, 1, 1).expect("a topic");
    let refused = |url: String| async move { Broker::check(&target(&url)).await.expect_err("it is refused") };
    let error = refused(format!("kafka://ana:s3cret@{servers}")).await;
    assert!(matches!(error, BrokerError::Away { .. }) && !error.to_string().contains("s3cret"), "{error}");
    cluster.topic_error(NAME, RDKafkaRespErr::RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART).expect("an error");
    let error = refused(format!("kafka://{servers}")).await.to_string();
    let said = "the broker is there, and its stream belgrano cannot be used: there is no such topic, and the broker makes none by itself";
    assert_eq!(error, said);
    cluster.topic_error(NAME, RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED).expect("an error");
    let error = refused(format!("kafka://{servers}")).await.to_string();
    assert!(error.contains("authorization failed"), "{error}");
    for wrong in ["kafka://token@host", "kafka://ana:s3/cret@host"] {
        assert_eq!(crate::Target::parse(wrong, NAME), Err(crate::BadTarget::Form));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_is_refused_for_a_moment_keeps_its_place() {
    let cluster = MockCluster::new(1).expect("a cluster");
    cluster.create_topic(NAME, 1, 1).expect("a topic");
    let servers = cluster.bootstrap_servers();
    let mut broker = Broker::connect(&target(&format!("kafka://{servers}"))).await.expect("a broker");
    let passing = RDKafkaRespErr::RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS;
    cluster.request_errors(RDKafkaApiKey::Produce, &[passing; 3]);
    let events = some(&mut Dice::new(11), 1, 60);
    let wanted: BTreeSet<String> = events.iter().map(Event::id).collect();
    let mut page = Page::new(events);
    assert!(page.publish(&mut broker, soon()).await.expect("published"));
    let sent = wanted.clone();
    let found = tokio::task::spawn_blocking(move || read(&servers, &wanted)).await.expect("read");
    let arrived: Vec<Arrived> = found.into_iter().map(|(_, arrived)| arrived).collect();
    assert_in_order(&arrived);
    assert_eq!((ids(&arrived), arrived.len()), (sent, 60), "once each");
}
