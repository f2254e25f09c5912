//! One notice to one webhook: a request that is signed as Standard Webhooks has it, and what its answer means.
//!
//! The address is somebody's own words, so it is held to what push services are held to: https to a public address, and no
//! redirects. A request carries the same `webhook-id` on every try, by which its receiver knows a repeat.

use std::time::Duration;

use belgrano_runtime::retry::parse_retry_after;
use belgrano_wire::ambient::Ambient;
use belgrano_wire::signature::{ID_HEADER, SIGNATURE_HEADER, SigningSecrets, TIMESTAMP_HEADER};
use belgrano_wire::texts::Message;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Response};

use super::push::{Endpoint, PublicNames, PushOutcome, Reach, failed, guarded};

/// Nobody waits longer than this because a receiver asks for it.
const MAX_RETRY_AFTER: Duration = Duration::from_hours(1);

/// How a service tells webhooks.
#[derive(Debug)]
pub struct WebhookService {
    /// `address`, `form` and `language` of the webhook `$1`, while it is to be told.
    pub target: &'static str,
    /// The body of what is posted: JSON.
    pub body: fn(&Posted<'_>) -> Vec<u8>,
}

/// What a body is made of.
#[derive(Clone, Copy, Debug)]
pub struct Posted<'a> {
    /// What happened, however often it is told: also the request's `webhook-id`.
    pub event: &'a str,
    /// In a few words.
    pub title: &'a str,
    /// In a sentence or two.
    pub text: &'a str,
    /// Where to look.
    pub link: &'a str,
    /// What the service has written down of it.
    pub particulars: &'a str,
    /// Which form the receiver wants, as the service calls it.
    pub form: &'a str,
}

/// Where a webhook is.
#[derive(sqlx::FromRow)]
pub(super) struct Target {
    pub(super) address: String,
    pub(super) form: String,
    pub(super) language: String,
}

/// Posts to webhooks. Cheap to clone.
#[derive(Clone, Debug)]
pub struct WebhookClient {
    client: Client,
    secrets: SigningSecrets,
    reach: Reach,
    ambient: Ambient,
    deadline: Duration,
}

impl WebhookClient {
    /// Signs with `secrets`; one exchange takes `deadline` at most.
    pub fn new(secrets: SigningSecrets, reach: Reach, deadline: Duration, ambient: &Ambient) -> reqwest::Result<Self> {
        Self::with(PublicNames::new(reach), secrets, reach, deadline, ambient)
    }

    fn with(
        names: PublicNames,
        secrets: SigningSecrets,
        reach: Reach,
        deadline: Duration,
        ambient: &Ambient,
    ) -> reqwest::Result<Self> {
        Ok(Self { client: guarded(names, deadline)?, secrets, reach, ambient: ambient.clone(), deadline })
    }

    /// Posts one body, or says why not.
    pub(super) async fn post(&self, address: &str, id: &str, body: Vec<u8>) -> PushOutcome {
        let Some(endpoint) = Endpoint::stored(address) else {
            return PushOutcome::Refused(Message::new("kept-notice-bad-address").to_string());
        };
        // It was judged when it was stored; but what may be reached can be configured otherwise since.
        if let Err(bad) = endpoint.judge(self.reach) {
            return PushOutcome::Refused(bad.to_string());
        }
        let signed = self.secrets.sign(id, self.ambient.now(), &body);
        let request = self
            .client
            .post(endpoint.url().clone())
            .header(CONTENT_TYPE, "application/json")
            .header(ID_HEADER, id)
            .header(TIMESTAMP_HEADER, signed.timestamp)
            .header(SIGNATURE_HEADER, signed.signature)
            .body(body);
        let exchange = async {
            match request.send().await {
                Ok(response) => self.judge(&response),
                Err(error) => failed(&error),
            }
        };
        tokio::time::timeout(self.deadline, exchange).await.unwrap_or(PushOutcome::Silent)
    }

    /// Whoever changes a receiver breaks it now and then, so everything but a yes and a "never again" is tried again.
    fn judge(&self, response: &Response) -> PushOutcome {
        let status = response.status().as_u16();
        let header = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let after = header.and_then(|header| parse_retry_after(header, self.ambient.now(), MAX_RETRY_AFTER));
        match status {
            200..=299 => PushOutcome::Taken,
            410 => PushOutcome::Gone(format!("HTTP {status}")),
            _ => PushOutcome::Later(after, format!("HTTP {status}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use belgrano_wire::testing::still_ambient;
    use tokio::net::TcpListener;

    use super::{PublicNames, PushOutcome, Reach, SigningSecrets, WebhookClient};
    use crate::push::endpoint::BadEndpoint;

    #[tokio::test]
    async fn a_name_that_leads_inside_is_not_even_connected_to() {
        let inside = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let (ambient, _) = still_ambient(5);
        let secrets = SigningSecrets::parse(&SigningSecrets::generate(&ambient)).expect("secrets");
        let reach = Reach::Public;
        let names = PublicNames { fixed: inside.local_addr().ok(), ..PublicNames::new(reach) };
        let client = WebhookClient::with(names, secrets, reach, Duration::from_secs(5), &ambient).expect("a client");
        let not_public = PushOutcome::Refused(BadEndpoint::NotPublic.to_string());
        tokio::select! {
            outcome = client.post("https://hooks.example.net/x", "1", Vec::new()) => assert_eq!(outcome, not_public),
            _ = inside.accept() => panic!("it was connected to"),
        }
        assert_eq!(client.post("https://10.0.0.1/x", "1", Vec::new()).await, not_public);
        let form = PushOutcome::Refused(BadEndpoint::Form.to_string());
        assert_eq!(client.post("http://hooks.example.net/x", "1", Vec::new()).await, form);
    }
}
