//! One message to one push service (RFC 8030), and what its answer means.

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use url::Url;

use super::endpoint::{BadEndpoint, PublicNames, Reach};
use super::vapid::Vapid;
use super::{BrowserKeys, encrypt};
use crate::ambient::Ambient;
use crate::retry::parse_retry_after;

/// As much of a refusal as is kept for people.
const MAX_EXCERPT_CHARS: usize = 200;
/// As much of an answer as is read.
const MAX_ANSWER_BYTES: usize = 4 * 1024;
/// Nobody knows better than we do whether the message is still news.
const MAX_RETRY_AFTER: Duration = Duration::from_hours(1);

const NO_ANSWER: &str = "el servicio de avisos no contestó a tiempo";

/// How soon a message should wake a device (RFC 8030, 5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// At once, whatever the battery says.
    High,
    /// When the device does something anyway.
    Normal,
}

impl Urgency {
    fn as_str(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Normal => "normal",
        }
    }
}

/// A message to one browser.
#[derive(Debug)]
pub struct PushMessage<'a> {
    /// Where it goes.
    pub endpoint: &'a Url,
    /// Who may read it.
    pub keys: &'a BrowserKeys,
    /// What it says.
    pub text: &'a [u8],
    /// Seconds it is kept for a device that is off.
    pub ttl_s: u64,
    /// How soon.
    pub urgency: Urgency,
    /// A message that has not arrived yet is replaced by the next of the same topic: at most 32 characters of base64url.
    pub topic: &'a str,
}

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PushOutcome {
    /// The push service has it.
    Taken,
    /// There is no such subscription any more.
    Gone(String),
    /// Try again, not before this.
    Later(Option<Duration>, String),
    /// It will never be taken.
    Refused(String),
}

/// Speaks to push services. Cheap to clone.
#[derive(Clone, Debug)]
pub struct PushClient {
    client: Client,
    vapid: Vapid,
    reach: Reach,
    ambient: Ambient,
    deadline: Duration,
}

impl PushClient {
    /// Sends as `vapid`; one exchange takes `deadline` at most.
    pub fn new(vapid: Vapid, reach: Reach, deadline: Duration, ambient: &Ambient) -> reqwest::Result<Self> {
        crate::tls::use_ring();
        let client = Client::builder()
            .user_agent(concat!("belgrano/", env!("CARGO_PKG_VERSION")))
            .no_proxy()
            .redirect(Policy::none())
            .dns_resolver(PublicNames(reach))
            .timeout(deadline)
            .build()?;
        Ok(Self { client, vapid, reach, ambient: ambient.clone(), deadline })
    }

    /// Sends one message, or says why not.
    pub async fn send(&self, message: &PushMessage<'_>) -> PushOutcome {
        // It was judged when it was stored; but what may be reached can be configured otherwise since.
        if let Err(bad) = super::endpoint::parse(message.endpoint.as_str(), self.reach) {
            return PushOutcome::Refused(bad.to_string());
        }
        let Some(body) = encrypt(message.text, message.keys, &self.ambient) else {
            return PushOutcome::Refused("el aviso es demasiado largo".to_owned());
        };
        let request = self
            .client
            .post(message.endpoint.clone())
            .header(AUTHORIZATION, self.vapid.authorization(message.endpoint, self.ambient.now()))
            .header(CONTENT_TYPE, "application/octet-stream")
            .header(CONTENT_ENCODING, "aes128gcm")
            .header("ttl", message.ttl_s)
            .header("urgency", message.urgency.as_str())
            .header("topic", message.topic)
            .body(body);
        let exchange = async {
            match request.send().await {
                Ok(response) => self.judge(response).await,
                Err(error) => failed(&error),
            }
        };
        let late = || PushOutcome::Later(None, NO_ANSWER.to_owned());
        tokio::time::timeout(self.deadline, exchange).await.unwrap_or_else(|_| late())
    }

    async fn judge(&self, response: Response) -> PushOutcome {
        let status = response.status().as_u16();
        let header = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let after = header.and_then(|header| parse_retry_after(header, self.ambient.now(), MAX_RETRY_AFTER));
        match status {
            200..=299 => PushOutcome::Taken,
            404 | 410 => PushOutcome::Gone(format!("HTTP {status}")),
            408 | 425 | 429 | 500..=599 => PushOutcome::Later(after, format!("HTTP {status}")),
            _ => PushOutcome::Refused(match excerpt(response).await {
                said if said.is_empty() => format!("HTTP {status}"),
                said => format!("HTTP {status}: {said}"),
            }),
        }
    }
}

/// A name that leads inside will do so the next time too; everything else about a network passes.
fn failed(error: &reqwest::Error) -> PushOutcome {
    let mut cause: &(dyn std::error::Error + 'static) = error;
    loop {
        if let Some(bad) = cause.downcast_ref::<BadEndpoint>() {
            return PushOutcome::Refused(bad.to_string());
        }
        match cause.source() {
            Some(source) => cause = source,
            // The innermost cause says what happened; what is around it repeats the address, which is a secret.
            None if error.is_connect() => return PushOutcome::Later(None, format!("no se pudo conectar: {cause}")),
            None if error.is_timeout() => return PushOutcome::Later(None, NO_ANSWER.to_owned()),
            None => return PushOutcome::Later(None, format!("la conexión se cortó: {cause}")),
        }
    }
}

/// The beginning of what was answered: text that any database takes.
async fn excerpt(mut response: Response) -> String {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        let room = MAX_ANSWER_BYTES - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if chunk.len() >= room {
            break;
        }
    }
    let text = String::from_utf8_lossy(&body);
    let clean = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    clean.take(MAX_EXCERPT_CHARS).collect::<String>().trim().to_owned()
}
