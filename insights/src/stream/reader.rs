//! A feed as the stream reads it: each change as an event, whatever it is of.

use std::borrow::Cow;

use belgrano_stream::{Event, Persons};
use belgrano_wire::ambient::Ambient;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::ingest::{Client, Feed, FeedError};

/// Changes of one question: what is held in memory of a feed, and what is sent again when the process dies, at most.
const PAGE: usize = 500;

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(rename = "epoca")]
    epoch: String,
    #[serde(rename = "cambios", borrow)]
    changes: Vec<Change<'a>>,
    #[serde(rename = "hasta")]
    until: i64,
}

#[derive(Deserialize)]
struct Change<'a> {
    seq: i64,
    #[serde(rename = "entidad")]
    entity: Cow<'a, str>,
    #[serde(rename = "clave")]
    key: Cow<'a, str>,
    #[serde(rename = "en", default)]
    at: Option<Cow<'a, str>>,
    #[serde(rename = "dato", borrow)]
    content: Option<&'a RawValue>,
}

/// Changes of a feed, and up to where they go.
pub(super) struct Read {
    pub(super) epoch: String,
    pub(super) events: Vec<Event>,
    pub(super) until: i64,
    /// There may be more at once.
    pub(super) more: bool,
}

/// Asks a feed.
#[derive(Clone, Debug)]
pub(super) struct Reader {
    client: Client,
    feed: &'static str,
    persons: Persons,
    pub(super) page: usize,
}

impl Reader {
    pub(super) fn new(feed: &Feed, persons: Persons, ambient: Ambient) -> reqwest::Result<Self> {
        Ok(Self { client: Client::new(feed.access.clone(), ambient)?, feed: feed.name, persons, page: PAGE })
    }

    /// The life of the feed's database.
    pub(super) async fn epoch(&self) -> Result<String, FeedError> {
        let page = self.client.ask(0, 1, false).await?;
        Ok(answer(page.bytes())?.epoch)
    }

    /// What changed after `seq`; with `wait` not before there is something, for a while.
    pub(super) async fn read(&self, seq: i64, wait: bool) -> Result<Read, FeedError> {
        let page = self.client.ask(seq, self.page, wait).await?;
        let Answer { epoch, changes, until } = answer(page.bytes())?;
        let more = changes.len() >= self.page;
        let event = |change: Change<'_>| Event {
            feed: self.feed,
            epoch: epoch.clone(),
            seq: change.seq,
            data: change.content.map(|content| self.persons.of(&change.entity, content)),
            entity: change.entity.into_owned(),
            key: change.key.into_owned(),
            at: change.at.map(Cow::into_owned),
        };
        let events = changes.into_iter().map(event).collect();
        Ok(Read { epoch, events, until, more })
    }
}

fn answer(bytes: &[u8]) -> Result<Answer<'_>, FeedError> {
    serde_json::from_slice(bytes).map_err(|error| FeedError::Foreign(error.to_string()))
}
