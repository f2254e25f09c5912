//! One change as a CloudEvent 1.0 in structured mode: one JSON document with its attributes and its data.
//!
//! Specification: <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md>; `sequence` and
//! `partitionkey` are its documented extensions, `epoch` is ours.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// What a body says it is.
pub const CONTENT_TYPE: &str = "application/cloudevents+json";

/// A change of a feed.
#[derive(Clone, Debug)]
pub struct Event {
    /// The feed: `shop` or `board`.
    pub feed: &'static str,
    /// The life of the feed's database.
    pub epoch: String,
    /// Its place in the feed.
    pub seq: i64,
    /// What it is of: `pedido`, `ticket` …
    pub entity: String,
    /// Which one of those.
    pub key: String,
    /// When it was committed, as RFC 3339.
    pub at: Option<String>,
    /// Its present content; `None`: it is gone.
    pub data: Option<Box<RawValue>>,
}

#[derive(Serialize)]
struct Cloud<'a> {
    specversion: &'static str,
    id: String,
    source: String,
    #[serde(rename = "type")]
    kind: String,
    subject: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<&'a str>,
    datacontenttype: &'static str,
    epoch: &'a str,
    /// As text of one length, so that it sorts.
    sequence: String,
    partitionkey: &'a str,
    data: Option<&'a RawValue>,
}

/// The order that something belongs to, as the feeds name it.
#[derive(Default, Deserialize)]
struct Of<'a> {
    #[serde(borrow, default)]
    numero: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pedido: Option<Cow<'a, str>>,
}

impl Event {
    /// What it is called wherever it arrives, also when it arrives twice.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{}-{}-{}", self.feed, self.epoch, self.seq)
    }

    /// By what it is kept in order: the number of the order for what can only be added to one, else its own entity and key. A review
    /// belongs to an order too, but may be taken away, and an event of what is gone does not say whose it was.
    #[must_use]
    pub fn order_key(&self) -> String {
        let of = match self.entity.as_str() {
            "pedido" | "ticket" => Some(self.key.clone()),
            "paso" => self.of().numero.map(Cow::into_owned),
            "movimiento" => self.of().pedido.map(Cow::into_owned),
            _ => None,
        };
        of.unwrap_or_else(|| format!("{}/{}", self.entity, self.key))
    }

    fn of(&self) -> Of<'_> {
        let data = self.data.as_deref().map(RawValue::get);
        data.and_then(|data| serde_json::from_str(data).ok()).unwrap_or_default()
    }

    /// The whole of it.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        let cloud = Cloud {
            specversion: "1.0",
            id: self.id(),
            source: format!("urn:belgrano:{}", self.feed),
            kind: format!("ar.belgrano.{}", self.entity),
            subject: &self.key,
            time: self.at.as_deref(),
            datacontenttype: "application/json",
            epoch: &self.epoch,
            sequence: format!("{:020}", self.seq),
            partitionkey: &self.order_key(),
            data: self.data.as_deref(),
        };
        // Texts and a document that was read from one: there is no other way this could end.
        serde_json::to_vec(&cloud).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use crate::Event;
    use crate::testing::{event, event_of};

    #[test]
    fn what_may_be_gone_keeps_the_key_that_it_had() {
        let there = event_of("resena", "5", 1, "pedido", "BA-1");
        let gone = Event { data: None, ..event("resena", "5", 2) };
        assert_eq!((there.order_key().as_str(), gone.order_key().as_str()), ("resena/5", "resena/5"));
        assert_eq!(Event { data: None, ..event("pedido", "BA-1", 3) }.order_key(), "BA-1");
        assert_eq!(event_of("movimiento", "9", 4, "pedido", "BA-1").order_key(), "BA-1");
        assert_eq!(event("movimiento", "9", 5).order_key(), "movimiento/9", "a delivery of goods is of no order");
    }
}
