//! Where insights is, as the services beside it know: what the operator says, else what answers on this machine.

use std::sync::Arc;
use std::time::Duration;

use belgrano_wire::ambient::Ambient;
use belgrano_wire::steady::SteadyMillis;
use reqwest::redirect::Policy;
use serde::Deserialize;
use tokio::sync::Mutex;
use url::Url;

use crate::config::{Env, local_url};
use crate::tls::use_ring;

/// The port of insights when none is given.
const PORT: u16 = 8000;
/// How long a look at this machine is believed.
const BELIEVED_MS: i64 = 30_000;
/// What a look may take: whoever waits for a page waits for it.
const LOOK: Duration = Duration::from_millis(500);
/// More than `/health` ever says.
const MAX_BYTES: u64 = 64 << 10;

/// Where insights is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DoorSettings {
    /// At this address, as the operator says.
    At(Url),
    /// There, if it answers.
    IfItAnswers(Url),
    /// Nowhere: no button leads there.
    Nowhere,
}

impl DoorSettings {
    /// Reads `INSIGHTS_URL`. On a developer's own machine it is looked for where it is usually started.
    pub fn from_env(env: &mut Env, development: bool) -> Self {
        let meaning = "where browsers find insights, for a button that leads there; unset: on one's own machine where it is \
                       started by default, elsewhere no button";
        match env.optional_url("INSIGHTS_URL", meaning) {
            Some(url) => Self::At(url),
            None if development => Self::IfItAnswers(local_url(PORT)),
            None => Self::Nowhere,
        }
    }
}

/// Knows whether there is a way to insights. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Door(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    settings: DoorSettings,
    ambient: Ambient,
    /// When it was last looked for, and whether it was there.
    seen: Mutex<Option<(SteadyMillis, bool)>>,
}

#[derive(Deserialize)]
struct Health {
    service: String,
}

impl Door {
    /// Nobody has looked yet.
    #[must_use]
    pub fn new(settings: DoorSettings, ambient: &Ambient) -> Self {
        Self(Arc::new(Parts { settings, ambient: ambient.clone(), seen: Mutex::default() }))
    }

    /// Where it leads, if anywhere.
    pub async fn leads_to(&self) -> Option<&Url> {
        match &self.0.settings {
            DoorSettings::At(url) => Some(url),
            DoorSettings::IfItAnswers(url) => self.answers(url).await.then_some(url),
            DoorSettings::Nowhere => None,
        }
    }

    async fn answers(&self, url: &Url) -> bool {
        // Held while it is looked for: those who come meanwhile get the same answer.
        let mut seen = self.0.seen.lock().await;
        let now = self.0.ambient.steady();
        if let Some((_, answers)) = seen.filter(|(at, _)| (0..BELIEVED_MS).contains(&now.since_ms(*at))) {
            return answers;
        }
        let answers = look(url).await == Some(true);
        *seen = Some((now, answers));
        answers
    }
}

/// Whether what is at `url` is insights; `None` when nothing answers.
async fn look(url: &Url) -> Option<bool> {
    use_ring();
    let client = reqwest::Client::builder().no_proxy().redirect(Policy::none()).timeout(LOOK).build().ok()?;
    let answer = client.get(url.join("health").ok()?).send().await.ok()?;
    if answer.content_length().is_none_or(|length| length > MAX_BYTES) {
        return Some(false);
    }
    let health: Health = serde_json::from_slice(&answer.bytes().await.ok()?).ok()?;
    Some(health.service == "insights")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::Router;
    use axum::routing::get;
    use belgrano_wire::testing::still_ambient;
    use tokio::net::TcpListener;
    use url::Url;

    use super::{Door, DoorSettings};
    use crate::config::Env;

    #[test]
    fn it_is_looked_for_on_ones_own_machine_only() {
        let read = |variables: &[(&'static str, &'static str)], development| {
            let mut env = Env::from_map(variables.iter().copied());
            let settings = DoorSettings::from_env(&mut env, development);
            env.finish().expect("no mistake");
            settings
        };
        let url = |text: &str| Url::parse(text).expect("a URL");
        assert_eq!(read(&[], true), DoorSettings::IfItAnswers(url("http://localhost:8000/")));
        assert_eq!(read(&[], false), DoorSettings::Nowhere);
        let set = ("INSIGHTS_URL", "https://datos.example");
        assert_eq!(read(&[set], false), DoorSettings::At(url("https://datos.example/")));
    }

    /// Something that says it is `service`, and how often it was asked.
    async fn something(service: &'static str) -> (Url, Arc<AtomicUsize>) {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let health = get(async move || {
            count.fetch_add(1, Ordering::Relaxed);
            format!("{{\"status\":\"ok\",\"service\":\"{service}\"}}")
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move { axum::serve(listener, Router::new().route("/health", health)).await });
        (Url::parse(&format!("http://{address}")).expect("a URL"), asked)
    }

    #[tokio::test]
    async fn what_answers_is_asked_who_it_is_now_and_then() {
        let (ambient, clock) = still_ambient(7);
        let (url, asked) = something("insights").await;
        let door = Door::new(DoorSettings::IfItAnswers(url.clone()), &ambient);
        assert_eq!((door.leads_to().await, door.leads_to().await), (Some(&url), Some(&url)));
        assert_eq!(asked.load(Ordering::Relaxed), 1);
        clock.advance_ms(31_000);
        assert_eq!((door.leads_to().await, asked.load(Ordering::Relaxed)), (Some(&url), 2));
        let (other, _) = something("jupyter").await;
        assert_eq!(Door::new(DoorSettings::IfItAnswers(other), &ambient).leads_to().await, None);
        let nobody = Url::parse("http://127.0.0.1:1").expect("a URL");
        assert_eq!(Door::new(DoorSettings::IfItAnswers(nobody.clone()), &ambient).leads_to().await, None);
        assert_eq!(Door::new(DoorSettings::At(nobody.clone()), &ambient).leads_to().await, Some(&nobody));
    }
}
