//! One message to one push service (RFC 8030), and what its answer means.

use std::time::Duration;

use belgrano_runtime::retry::parse_retry_after;
use belgrano_wire::ambient::Ambient;
use belgrano_wire::texts::Message;
use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};

use super::endpoint::{BadEndpoint, Endpoint, PublicNames, Reach};
use super::vapid::Vapid;
use super::{BrowserKeys, encrypt};

/// As much of a refusal as is kept for people.
const MAX_EXCERPT_CHARS: usize = 200;
/// As much of an answer as is read.
const MAX_ANSWER_BYTES: usize = 4 * 1024;
/// A part of an address that is this long may be what makes it secret.
const SECRET_CHARS: usize = 8;
/// Whoever answers once keeps a connection of ours no longer than this.
const IDLE: Duration = Duration::from_secs(30);
/// Nobody knows better than we do whether the message is still news.
const MAX_RETRY_AFTER: Duration = Duration::from_hours(1);

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
    pub endpoint: &'a Endpoint,
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
    /// There is nobody there just now.
    Unreachable(String),
    /// Nothing was answered in the time there was.
    Silent,
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
        Self::with(PublicNames::new(reach), vapid, reach, deadline, ambient)
    }

    fn with(
        names: PublicNames,
        vapid: Vapid,
        reach: Reach,
        deadline: Duration,
        ambient: &Ambient,
    ) -> reqwest::Result<Self> {
        Ok(Self { client: guarded(names, deadline)?, vapid, reach, ambient: ambient.clone(), deadline })
    }

    /// Sends one message, or says why not.
    pub async fn send(&self, message: &PushMessage<'_>) -> PushOutcome {
        // It was judged when it was stored; but what may be reached can be configured otherwise since.
        if let Err(bad) = message.endpoint.judge(self.reach) {
            return PushOutcome::Refused(bad.to_string());
        }
        let Some(body) = encrypt(message.text, message.keys, &self.ambient) else {
            return PushOutcome::Refused(Message::new("kept-notice-long").to_string());
        };
        let url = message.endpoint.url();
        let request = self
            .client
            .post(url.clone())
            .header(AUTHORIZATION, self.vapid.authorization(url, self.ambient.now()))
            .header(CONTENT_TYPE, "application/octet-stream")
            .header(CONTENT_ENCODING, "aes128gcm")
            .header("ttl", message.ttl_s)
            .header("urgency", message.urgency.as_str())
            .header("topic", message.topic)
            .body(body);
        let exchange = async {
            match request.send().await {
                Ok(response) => self.judge(response, message.endpoint).await,
                Err(error) => failed(&error),
            }
        };
        tokio::time::timeout(self.deadline, exchange).await.unwrap_or(PushOutcome::Silent)
    }

    async fn judge(&self, response: Response, endpoint: &Endpoint) -> PushOutcome {
        let status = response.status().as_u16();
        let header = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let after = header.and_then(|header| parse_retry_after(header, self.ambient.now(), MAX_RETRY_AFTER));
        match status {
            200..=299 => PushOutcome::Taken,
            404 | 410 => PushOutcome::Gone(format!("HTTP {status}")),
            408 | 425 | 429 | 500..=599 => PushOutcome::Later(after, format!("HTTP {status}")),
            _ => PushOutcome::Refused(match without_secrets(excerpt(response).await, endpoint) {
                said if said.is_empty() => format!("HTTP {status}"),
                said => format!("HTTP {status}: {said}"),
            }),
        }
    }
}

/// What sends to addresses that strangers name: to those that `names` lets through, and no further. One exchange takes
/// `deadline` at most.
pub(crate) fn guarded(names: PublicNames, deadline: Duration) -> reqwest::Result<Client> {
    belgrano_runtime::tls::use_ring();
    Client::builder()
        .user_agent(concat!("belgrano/", env!("CARGO_PKG_VERSION")))
        .no_proxy()
        .redirect(Policy::none())
        .dns_resolver(names)
        .timeout(deadline)
        .pool_idle_timeout(IDLE)
        .build()
}

/// A name that leads inside will do so the next time too; everything else about a network passes.
pub(crate) fn failed(error: &reqwest::Error) -> PushOutcome {
    if error.is_timeout() {
        return PushOutcome::Silent;
    }
    let mut cause: &(dyn std::error::Error + 'static) = error;
    loop {
        if let Some(bad) = cause.downcast_ref::<BadEndpoint>() {
            return PushOutcome::Refused(bad.to_string());
        }
        match cause.source() {
            Some(source) => cause = source,
            // The innermost cause says what happened; what is around it repeats the address, which is a secret.
            None if error.is_connect() => return unreachable("kept-notice-away", cause),
            None => return unreachable("kept-notice-cut", cause),
        }
    }
}

fn unreachable(key: &'static str, cause: &dyn std::error::Error) -> PushOutcome {
    PushOutcome::Unreachable(Message::new(key).with("cause", cause.to_string()).to_string())
}

/// What was answered, should it repeat the address: administrators read it.
fn without_secrets(mut said: String, endpoint: &Endpoint) -> String {
    let url = endpoint.url();
    let parts = url.path().split('/').chain(url.query().unwrap_or_default().split(['&', '=']));
    for secret in parts.filter(|part| part.len() >= SECRET_CHARS) {
        said = said.replace(secret, "…");
    }
    said
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

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::time::Duration;

    use belgrano_runtime::config::Secret;
    use belgrano_wire::testing::still_ambient;
    use tokio::net::TcpListener;

    use super::{PublicNames, PushClient, PushMessage, PushOutcome, Urgency, without_secrets};
    use crate::push::endpoint::{BadEndpoint, Endpoint, Reach};
    use crate::push::{BrowserKeys, TestBrowser, Vapid};

    /// A client for which every name leads to `address`.
    fn client(address: SocketAddr, reach: Reach) -> PushClient {
        let (ambient, _) = still_ambient(5);
        let key = Secret::new("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw");
        let vapid = Vapid::new(&key, "mailto:hola@example.ar".to_owned()).expect("a key");
        let names = PublicNames { fixed: Some(address), ..PublicNames::new(reach) };
        PushClient::with(names, vapid, reach, Duration::from_secs(5), &ambient).expect("a client")
    }

    async fn send(client: &PushClient, endpoint: &Endpoint) -> PushOutcome {
        let (ambient, _) = still_ambient(6);
        let (public, auth) = TestBrowser::new(&ambient).keys();
        let keys = BrowserKeys::parse(&public, &auth).expect("keys");
        let message =
            PushMessage { endpoint, keys: &keys, text: b"hola", ttl_s: 60, urgency: Urgency::Normal, topic: "t" };
        client.send(&message).await
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_not_even_connected_to() {
        let inside = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let endpoint = Endpoint::parse("https://push.example.net/x", Reach::Public).expect("an endpoint");
        let client = client(inside.local_addr().expect("bound"), Reach::Public);
        let sent = send(&client, &endpoint);
        tokio::select! {
            outcome = sent => assert_eq!(outcome, PushOutcome::Refused(BadEndpoint::NotPublic.to_string())),
            _ = inside.accept() => panic!("it was connected to"),
        }
    }

    #[tokio::test]
    async fn an_address_that_is_no_longer_allowed_is_not_sent_to() {
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 9));
        let endpoint = Endpoint::stored("http://127.0.0.1:9/x").expect("a URL");
        let outcome = send(&client(nowhere, Reach::Public), &endpoint).await;
        assert_eq!(outcome, PushOutcome::Refused(BadEndpoint::Form.to_string()));
    }

    #[test]
    fn an_answer_does_not_repeat_the_address() {
        let endpoint = Endpoint::parse("https://push.example.net/wpush/v2/gAAAAABsecret?token=BQsecret", Reach::Public);
        let said = "no such endpoint: /wpush/v2/gAAAAABsecret (BQsecret)".to_owned();
        let said = without_secrets(said, &endpoint.expect("an endpoint"));
        assert_eq!(said, "no such endpoint: /wpush/v2/… (…)");
    }
}
