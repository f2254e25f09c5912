//! A broker that is connected to, whichever it is.

use std::time::Duration;

use crate::nats::Nats;
use crate::target::Kind;
use crate::{Event, Target};

/// To connect, and for an answer to a question.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);
/// For the broker's word on everything that was sent at once.
pub(crate) const WORD: Duration = Duration::from_secs(10);
/// After so long without a word a broker is asked whether it is there.
pub(crate) const IDLE: Duration = Duration::from_secs(15);

/// Why a broker did not take something. The text is a sentence for an operator, and holds no password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BrokerError {
    /// It cannot be reached, or does not take our log-in.
    #[error("the broker at {place} cannot be connected to: {why}")]
    Away {
        /// Which.
        place: String,
        /// What was said.
        why: String,
    },
    /// It is there, and what events are kept in is not, or cannot be made.
    #[error("the broker is there, and its stream {name} cannot be used: {why}")]
    Stream {
        /// The stream, or the topic.
        name: String,
        /// What was said.
        why: String,
    },
    /// It did not acknowledge an event.
    #[error("the broker did not take the event {id}: {why}")]
    Event {
        /// Which.
        id: String,
        /// What was said.
        why: String,
    },
}

/// Whether what events are kept in is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is.
    There,
    /// It is not, and will be made when there is something to keep.
    ToBeMade,
}

/// A connection. After an error it is thrown away, with all that waits in it, and another is made.
#[derive(Debug)]
pub enum Broker {
    /// NATS JetStream.
    Nats(Nats),
    /// Kafka.
    #[cfg(feature = "kafka")]
    Kafka(crate::kafka::Kafka),
}

impl Broker {
    /// Connects, and makes what events are kept in when there is none.
    pub async fn connect(target: &Target) -> Result<Self, BrokerError> {
        match target.kind {
            Kind::Nats => Nats::connect(target).await.map(Self::Nats),
            #[cfg(feature = "kafka")]
            Kind::Kafka => crate::kafka::Kafka::connect(target).await.map(Self::Kafka),
            #[cfg(not(feature = "kafka"))]
            Kind::Kafka => Err(no_kafka(target)),
        }
    }

    /// Connects and looks whether everything is as it has to be. Of JetStream nothing is made; a broker of Kafka that makes topics
    /// by itself makes this one.
    pub async fn check(target: &Target) -> Result<Standing, BrokerError> {
        match target.kind {
            Kind::Nats => Nats::check(target).await,
            #[cfg(feature = "kafka")]
            Kind::Kafka => crate::kafka::Kafka::connect(target).await.map(|_| Standing::There),
            #[cfg(not(feature = "kafka"))]
            Kind::Kafka => Err(no_kafka(target)),
        }
    }

    /// Whether it can still be used: one that was not used for a while is asked.
    pub async fn answers(&mut self) -> bool {
        match self {
            Self::Nats(nats) => nats.answers().await,
            #[cfg(feature = "kafka")]
            Self::Kafka(kafka) => kafka.answers().await,
        }
    }

    /// Sends some events, all at once, and says of each whether the broker has it.
    pub(crate) async fn send(&mut self, events: &[&Event]) -> Vec<Result<(), BrokerError>> {
        match self {
            Self::Nats(nats) => nats.send(events).await,
            #[cfg(feature = "kafka")]
            Self::Kafka(kafka) => kafka.send(events).await,
        }
    }
}

#[cfg(not(feature = "kafka"))]
fn no_kafka(target: &Target) -> BrokerError {
    BrokerError::Away { place: target.place(), why: crate::BadTarget::NoKafka.to_string() }
}
