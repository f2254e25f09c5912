//! The stream: each change of the feeds as a CloudEvent, to a broker of the operator's (`STREAM_URL`).
//!
//! In: the same feeds that ingest follows, asked a second time, so that neither waits for the other. Out: events at the broker, in the
//! order of each key, at least once. The place in each feed moves in the small database, after the broker has acknowledged a page and
//! only while this instance holds the lease of that feed.
//!
//! What must never happen here: a place that is ahead of what the broker has, or a person's name in an event that nobody asked for.

mod cursor;
mod figures;
mod follow;
mod reader;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use belgrano_runtime::config::Env;
use belgrano_stream::{BadTarget, Broker, Persons, Standing, Target};
use belgrano_wire::ambient::Ambient;

pub(crate) use self::cursor::Progress;
use crate::app::App;
use crate::ingest::Feed;
use crate::settings::InsightsSettings;

/// What the stream, or the topic, is called when nobody says otherwise.
const NAME: &str = "belgrano";

/// Where changes go, and what of them.
#[derive(Clone, Debug)]
pub struct Streaming {
    /// The broker.
    pub target: Target,
    /// Whether events hold what names a person.
    pub persons: Persons,
}

/// Reads what operators may say of the stream; `None`: nothing is published.
pub(crate) fn settings(env: &mut Env) -> Option<Streaming> {
    let address = env.secret(
        "STREAM_URL",
        "broker that each change is published to as a CloudEvent: `nats://…` (JetStream), `tls://…` (the same over TLS) or `kafka://…`; unset: none",
    );
    let name =
        env.string("STREAM_NAME", NAME, "the stream of JetStream, or the topic of Kafka, that events are kept in");
    let authorities = env
        .optional("STREAM_CA", "certificates that the broker's has to be signed by, PEM; unset: those of the system");
    let persons = env.bool(
        "STREAM_PERSONS",
        false,
        "whether events hold names, mail and street addresses, telephones, places on the map and words that people wrote",
    );
    let persons = if persons { Persons::With } else { Persons::Without };
    match Target::parse(address?.expose(), &name) {
        Ok(target) => Some(Streaming { target: target.with_authorities(authorities.map(PathBuf::from)), persons }),
        Err(bad) => {
            env.mistake(if bad == BadTarget::Name { "STREAM_NAME" } else { "STREAM_URL" }, bad.to_string());
            None
        }
    }
}

/// Starts what publishes each of `feeds`, if there is a broker.
pub(crate) fn spawn(app: &App, feeds: &[Feed]) {
    let Some(streaming) = &app.settings.stream else { return };
    let figures = figures::Figures::register(&app.metrics);
    for feed in feeds {
        match follow::Publishing::new(app.clone(), feed, streaming.clone(), figures.clone()) {
            Ok(publishing) => app.life.spawn_critical("stream", publishing.run()),
            Err(error) => tracing::error!(%error, "cannot make an HTTP client: nothing is published"),
        }
    }
}

/// How far the broker is with each feed; `None`: there is no broker.
pub(crate) async fn progress(app: &App) -> sqlx::Result<Option<Vec<Progress>>> {
    let Some(Streaming { target, .. }) = &app.settings.stream else { return Ok(None) };
    cursor::progress(&app.db, &target.place()).await.map(Some)
}

/// Says in one sentence whether the stream works, for each part of it that may not: the broker, and the feeds. Changes nothing.
///
/// # Errors
/// The first that is wrong.
pub async fn check(settings: &InsightsSettings, ambient: &Ambient) -> Result<String, Box<dyn std::error::Error>> {
    let Some(Streaming { target, persons }) = &settings.stream else {
        return Err("STREAM_URL is not set: nothing is published".into());
    };
    let standing = match Broker::check(target).await? {
        Standing::There => "takes events".to_owned(),
        Standing::ToBeMade => format!("is there; its stream {} is made when insights starts", target.name()),
    };
    for feed in crate::ingest::feeds(settings) {
        let name = feed.name;
        let reader = reader::Reader::new(&feed, *persons, ambient.clone())?;
        let epoch = reader.epoch().await;
        epoch.map_err(|error| format!("the feed of {name} cannot be read: {}", belgrano_runtime::chain(&error)))?;
    }
    Ok(format!("{} {standing}; both feeds can be read", target.place()))
}
