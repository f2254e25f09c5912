//! NATS JetStream: one stream, a subject for each thing (`belgrano.pedido.BA-…`), and `Nats-Msg-Id` by which the server knows a repeat.

mod connection;
#[cfg(any(test, feature = "testing"))]
mod stored;
mod tls;
mod wire;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;
use tokio::time::{Instant, timeout_at};

use self::connection::{Connection, Trouble};
#[cfg(any(test, feature = "testing"))]
pub(crate) use self::stored::*;
use crate::broker::{Standing, WORD};
use crate::event::CONTENT_TYPE;
use crate::{BrokerError, Event, Target};

/// For how long the server remembers what it has, to drop repeats: longer than a restart of insights takes.
const REMEMBERED: Duration = Duration::from_mins(10);
/// There is no such stream.
const NOT_FOUND: u16 = 404;

/// A connection to a server with JetStream.
#[derive(Debug)]
pub struct Nats {
    connection: Connection,
    name: String,
}

/// What JetStream answers, to a question about a stream and to an event.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Answer {
    error: Option<Refusal>,
    config: Option<Config>,
    /// The stream that has the event.
    stream: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Refusal {
    code: u16,
    description: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Config {
    subjects: Vec<String>,
}

impl Nats {
    /// Connects, and makes the stream when there is none.
    pub(crate) async fn connect(target: &Target) -> Result<Self, BrokerError> {
        let mut nats = Self::log_in(target).await?;
        if nats.standing().await? == Standing::ToBeMade {
            nats.make().await?;
        }
        Ok(nats)
    }

    /// Connects and looks for the stream.
    pub(crate) async fn check(target: &Target) -> Result<Standing, BrokerError> {
        Self::log_in(target).await?.standing().await
    }

    /// The first server that takes us.
    async fn log_in(target: &Target) -> Result<Self, BrokerError> {
        let mut troubles = Vec::new();
        for server in &target.servers {
            match Connection::open(target, server).await {
                Ok(connection) => return Ok(Self { connection, name: target.name.clone() }),
                Err(trouble) if target.servers.len() == 1 => troubles.push(trouble.to_string()),
                Err(trouble) => troubles.push(format!("{server}: {trouble}")),
            }
        }
        Err(BrokerError::Away { place: target.place(), why: troubles.join("; ") })
    }

    /// Whether the stream is there, and takes what is ours.
    async fn standing(&mut self) -> Result<Standing, BrokerError> {
        let answer = self.ask("INFO", b"").await?;
        match answer {
            Answer { error: Some(Refusal { code: NOT_FOUND, .. }), .. } => Ok(Standing::ToBeMade),
            Answer { error: Some(refusal), .. } => Err(self.unusable(refusal.description)),
            Answer { config, .. } => {
                let subjects = config.unwrap_or_default().subjects;
                if subjects.iter().any(|subject| takes_all_of(subject, &self.name)) {
                    return Ok(Standing::There);
                }
                let name = &self.name;
                Err(self.unusable(format!("it takes {}, and not the subjects `{name}.>`", subjects.join(", "))))
            }
        }
    }

    async fn make(&mut self) -> Result<(), BrokerError> {
        let config = json!({
            "name": self.name,
            "description": "Belgrano: each change as a CloudEvent",
            "subjects": [format!("{}.>", self.name)],
            "retention": "limits",
            "storage": "file",
            "num_replicas": 1,
            "duplicate_window": u64::try_from(REMEMBERED.as_nanos()).unwrap_or(u64::MAX),
        });
        match self.ask("CREATE", config.to_string().as_bytes()).await?.error {
            None => Ok(()),
            Some(refusal) => Err(self.unusable(refusal.description)),
        }
    }

    async fn ask(&mut self, what: &str, body: &[u8]) -> Result<Answer, BrokerError> {
        let subject = format!("$JS.API.STREAM.{what}.{}", self.name);
        let message = match self.connection.ask(&subject, body).await {
            Ok(message) if message.nobody => return Err(self.unusable("JetStream is not switched on there".to_owned())),
            Ok(message) => message,
            Err(trouble) => return Err(self.unusable(trouble.to_string())),
        };
        serde_json::from_slice(&message.body).map_err(|error| self.unusable(error.to_string()))
    }

    fn unusable(&self, why: String) -> BrokerError {
        BrokerError::Stream { name: self.name.clone(), why }
    }

    pub(crate) async fn answers(&mut self) -> bool {
        self.connection.answers().await
    }

    pub(crate) async fn send(&mut self, events: &[&Event]) -> Vec<Result<(), BrokerError>> {
        let mut outcomes: Vec<Option<Result<(), String>>> = vec![None; events.len()];
        // The place of each event that the server's word is waited for, by the number that it comes with.
        let mut waiting = HashMap::new();
        let bytes = self.lines(events, &mut outcomes, &mut waiting);
        let until = Instant::now() + WORD;
        let trouble = match timeout_at(until, self.exchange(&bytes, &mut outcomes, &mut waiting)).await {
            Ok(Ok(())) => String::new(),
            Ok(Err(trouble)) => trouble.to_string(),
            Err(_) => Trouble::Late.to_string(),
        };
        let outcome = |(event, outcome): (&&Event, Option<Result<(), String>>)| {
            let refused = |why| BrokerError::Event { id: event.id(), why };
            outcome.unwrap_or_else(|| Err(trouble.clone())).map_err(refused)
        };
        events.iter().zip(outcomes).map(outcome).collect()
    }

    /// What says all of `events`. One that is too large is settled at once, and not sent.
    fn lines(
        &mut self,
        events: &[&Event],
        outcomes: &mut [Option<Result<(), String>>],
        waiting: &mut HashMap<u64, usize>,
    ) -> Vec<u8> {
        let (mut bytes, most) = (Vec::new(), self.connection.max_payload());
        for (place, (event, outcome)) in events.iter().zip(outcomes).enumerate() {
            let (id, body) = (event.id(), event.to_json());
            let headers = [("Nats-Msg-Id", id.as_str()), ("Content-Type", CONTENT_TYPE)];
            let (reply, number) = self.connection.reply();
            let before = bytes.len();
            wire::publish(&mut bytes, &subject(&self.name, event), &reply, &headers, &body);
            if body.len() + HEADERS > most {
                bytes.truncate(before);
                *outcome = Some(Err(format!("it has {} bytes, and max_payload of the server is {most}", body.len())));
            } else {
                waiting.insert(number, place);
            }
        }
        bytes
    }

    /// Sends, and takes the server's word on each.
    async fn exchange(
        &mut self,
        bytes: &[u8],
        outcomes: &mut [Option<Result<(), String>>],
        waiting: &mut HashMap<u64, usize>,
    ) -> Result<(), Trouble> {
        self.connection.write(bytes).await?;
        while !waiting.is_empty() {
            let (number, message) = self.connection.next().await?;
            let Some(outcome) = waiting.remove(&number).and_then(|place| outcomes.get_mut(place)) else { continue };
            *outcome = Some(if message.nobody {
                Err("no stream takes its subject".to_owned())
            } else {
                word(&message.body, &self.name)
            });
        }
        Ok(())
    }
}

/// More than the headers of an event take.
const HEADERS: usize = 512;

/// What the server says of one event: that the stream `name` has it, and nothing else, is a yes.
fn word(body: &[u8], name: &str) -> Result<(), String> {
    match serde_json::from_slice::<Answer>(body) {
        Ok(Answer { error: Some(refusal), .. }) => Err(refusal.description),
        Ok(Answer { stream: Some(stream), .. }) if stream == name => Ok(()),
        Ok(Answer { stream, .. }) => Err(format!("the stream that has it is {}", stream.as_deref().unwrap_or("none"))),
        Err(error) => Err(format!("its answer cannot be read: {error}")),
    }
}

/// Whether a stream with this subject takes all of ours, which are `name.entity.key`.
fn takes_all_of(subject: &str, name: &str) -> bool {
    let words: Vec<&str> = subject.split('.').collect();
    match words.as_slice() {
        [">"] => true,
        [first, rest @ ..] => (*first == name || *first == "*") && matches!(rest, [">"] | ["*", ">" | "*"]),
        [] => false,
    }
}

/// Dots, blanks and wildcards mean something in a subject: they and all else that is odd are percent-encoded.
fn subject(name: &str, event: &Event) -> String {
    let mut subject = name.to_owned();
    for part in [&event.entity, &event.key] {
        subject.push('.');
        for byte in part.bytes() {
            if byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' {
                subject.push(char::from(byte));
            } else {
                // Writing into a String cannot fail.
                let _ = write!(subject, "%{byte:02X}");
            }
        }
    }
    subject
}

#[cfg(test)]
mod tests {
    use super::{subject, takes_all_of};
    use crate::testing::event;

    #[test]
    fn a_key_is_one_word_of_a_subject() {
        assert_eq!(subject("belgrano", &event("pedido", "BA-1", 1)), "belgrano.pedido.BA-1");
        let odd = event("embudo", "2026-11-29T12Z|movil|*.>", 1);
        assert_eq!(subject("belgrano", &odd), "belgrano.embudo.2026-11-29T12Z%7Cmovil%7C%2A%2E%3E");
    }

    #[test]
    fn a_stream_that_takes_a_part_of_ours_is_told_from_one_that_takes_all() {
        for fit in ["b.>", "*.>", ">", "b.*.*", "b.*.>"] {
            assert!(takes_all_of(fit, "b"), "{fit}");
        }
        for unfit in ["b", "b.*", "c.>", "b.pedido.*", "b.pedido.>", "b.*.*.*"] {
            assert!(!takes_all_of(unfit, "b"), "{unfit}");
        }
    }
}
