//! Kafka: one topic, the order's number as the key of a record, and a producer that the brokers let repeat nothing.

use std::time::Instant;

use futures_util::future::join_all;
use rdkafka::config::ClientConfig;
use rdkafka::error::RDKafkaErrorCode;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::metadata::MetadataTopic;
use rdkafka::producer::{FutureProducer, FutureRecord, Producer as _};

use crate::broker::{IDLE, PATIENCE, WORD};
use crate::event::CONTENT_TYPE;
use crate::target::LogIn;
use crate::{BrokerError, Event, Target};

/// A producer.
#[derive(Clone)]
pub struct Kafka {
    producer: FutureProducer,
    topic: String,
    place: String,
    used: Instant,
}

impl std::fmt::Debug for Kafka {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kafka").field("place", &self.place).finish_non_exhaustive()
    }
}

fn config(target: &Target) -> ClientConfig {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", target.servers.join(","))
        .set("client.id", "belgrano-insights")
        .set("acks", "all")
        .set("enable.idempotence", "true")
        // What is sent together goes at once: a page waits for its acknowledgements.
        .set("linger.ms", "0")
        .set("message.timeout.ms", WORD.as_millis().to_string());
    if let LogIn::User { name, password } = &target.log_in {
        config
            .set("security.protocol", "sasl_plaintext")
            .set("sasl.mechanisms", "PLAIN")
            .set("sasl.username", name)
            .set("sasl.password", password);
    }
    config
}

impl Kafka {
    pub(crate) async fn connect(target: &Target) -> Result<Self, BrokerError> {
        let (topic, place) = (target.name.clone(), target.place());
        let producer = config(target).create::<FutureProducer>();
        let producer = producer.map_err(|error| BrokerError::Away { place: place.clone(), why: error.to_string() })?;
        let mut kafka = Self { producer, topic, place, used: Instant::now() };
        kafka.look().await?;
        Ok(kafka)
    }

    /// Asks for the topic. A broker that makes topics by itself makes this one, which takes it a moment.
    async fn look(&mut self) -> Result<(), BrokerError> {
        let away = |why: String| BrokerError::Away { place: self.place.clone(), why };
        let (producer, topic) = (self.producer.clone(), self.topic.clone());
        let asking = tokio::task::spawn_blocking(move || {
            let found = producer.client().fetch_metadata(Some(&topic), PATIENCE)?;
            Ok::<_, rdkafka::error::KafkaError>(found.topics().first().and_then(MetadataTopic::error))
        });
        let found = asking.await.map_err(|error| away(error.to_string()))?;
        let unusable = match found.map_err(|error| away(error.to_string()))? {
            None => {
                self.used = Instant::now();
                return Ok(());
            }
            Some(error) => RDKafkaErrorCode::from(error),
        };
        let why = match unusable {
            RDKafkaErrorCode::LeaderNotAvailable => {
                self.used = Instant::now();
                return Ok(());
            }
            RDKafkaErrorCode::UnknownTopicOrPartition | RDKafkaErrorCode::UnknownTopic => {
                "there is no such topic, and the broker makes none by itself".to_owned()
            }
            other => other.to_string(),
        };
        Err(BrokerError::Stream { name: self.topic.clone(), why })
    }

    pub(crate) async fn answers(&mut self) -> bool {
        self.used.elapsed() < IDLE || self.look().await.is_ok()
    }

    pub(crate) async fn send(&mut self, events: &[&Event]) -> Vec<Result<(), BrokerError>> {
        let this = &*self;
        let sending = events.iter().map(|event| async move {
            let (key, body) = (event.order_key(), event.to_json());
            let kind = Header { key: "content-type", value: Some(CONTENT_TYPE) };
            let headers = OwnedHeaders::new().insert(kind);
            let record = FutureRecord::to(&this.topic).key(&key).payload(&body).headers(headers);
            let sent = this.producer.send(record, PATIENCE).await;
            sent.map(drop).map_err(|(error, _)| BrokerError::Event { id: event.id(), why: error.to_string() })
        });
        let sent = join_all(sending).await;
        self.used = Instant::now();
        sent
    }
}
