//! The board at the other end: one HTTP exchange for each message, signed, with one deadline over all of it.

use std::time::Duration;

use belgrano_runtime::config::Secret;
use belgrano_runtime::http::TRACEPARENT;
use belgrano_wire::OrderNumber;
use belgrano_wire::ambient::Ambient;
use belgrano_wire::signature::{ID_HEADER, SIGNATURE_HEADER, SigningSecrets, TIMESTAMP_HEADER, cancel_id, forget_id};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response};
use url::Url;

use super::outcome::{Answer, Reply, Silence, SilenceKind};
use super::receipt::Receipt;
use super::settings::RelaySettings;
use super::voice::Voice;
use crate::outbox::Claimed;
use crate::unit::MessageKind;

/// As much of an answer as is read.
const MAX_ANSWER_BYTES: usize = 64 * 1024;
const API_KEY: HeaderName = HeaderName::from_static("x-api-key");
const USER_AGENT: &str = concat!("belgrano-relay/", env!("CARGO_PKG_VERSION"));

/// Why the board cannot be reached at all.
#[derive(Debug, thiserror::Error)]
pub enum BoardError {
    /// The HTTP client cannot be built.
    #[error("the HTTP client cannot be built")]
    Client(#[from] reqwest::Error),
    /// The key cannot stand in a header.
    #[error("API_KEY cannot stand in a header")]
    ApiKey,
    /// The address cannot have a path.
    #[error("TICKETERA_URL cannot have a path")]
    Url,
}

/// Where messages go, and what they go with. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Board {
    client: Client,
    tickets: Url,
    secrets: SigningSecrets,
    ambient: Ambient,
    deadline: Duration,
}

impl Board {
    /// The board at `url`; `api_key` is sent too when there is one, for the deployed board knows nothing else.
    pub fn new(
        url: &Url,
        secrets: SigningSecrets,
        api_key: Option<&Secret>,
        settings: &RelaySettings,
        ambient: &Ambient,
    ) -> Result<Self, BoardError> {
        belgrano_runtime::tls::use_ring();
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(key) = api_key {
            let mut value = HeaderValue::from_str(key.expose()).map_err(|_| BoardError::ApiKey)?;
            value.set_sensitive(true);
            headers.insert(API_KEY, value);
        }
        let client = Client::builder()
            .user_agent(USER_AGENT)
            .default_headers(headers)
            .http1_only()
            .no_proxy()
            .redirect(Policy::none())
            .connect_timeout(settings.connect_timeout)
            .pool_max_idle_per_host(settings.concurrency)
            .tcp_nodelay(true)
            .build()?;
        let mut tickets = url.clone();
        tickets.path_segments_mut().map_err(|()| BoardError::Url)?.pop_if_empty().extend(["api", "tickets"]);
        Ok(Self { client, tickets, secrets, ambient: ambient.clone(), deadline: settings.deadline })
    }

    /// One exchange: the answer as far as it is read, or why there is none.
    pub async fn deliver(&self, message: &Claimed) -> Reply {
        let request = self.request(message);
        match tokio::time::timeout(self.deadline, exchange(request, message)).await {
            Ok(reply) => reply,
            Err(elapsed) => Err(Silence { kind: SilenceKind::Timeout, detail: elapsed.to_string() }),
        }
    }

    fn request(&self, message: &Claimed) -> RequestBuilder {
        let id = webhook_id(message);
        let signed = self.secrets.sign(&id, self.ambient.now(), message.payload.as_bytes());
        let mut request = self
            .client
            .post(self.address(message.kind, &message.order_number))
            .header(ID_HEADER, id)
            .header(TIMESTAMP_HEADER, signed.timestamp)
            .header(SIGNATURE_HEADER, signed.signature);
        if let Ok(trace) = HeaderValue::from_str(&message.trace)
            && !trace.is_empty()
        {
            request = request.header(TRACEPARENT, trace);
        }
        request.body(message.payload.clone())
    }

    fn address(&self, kind: MessageKind, number: &OrderNumber) -> Url {
        let mut address = self.tickets.clone();
        let step = match kind {
            MessageKind::OrderCreated => None,
            MessageKind::OrderCancelled => Some("cancelar"),
            MessageKind::CustomerForgotten => Some("olvidar"),
        };
        if let Some(step) = step
            && let Ok(mut path) = address.path_segments_mut()
        {
            path.extend([number.as_str(), step]);
        }
        address
    }
}

/// The same on every attempt, and never that of another message: the number keeps it apart from a database that was made
/// anew. The specification wants no dot in it.
fn webhook_id(message: &Claimed) -> String {
    match message.kind {
        MessageKind::OrderCreated => {}
        MessageKind::OrderCancelled => return cancel_id(message.id, &message.order_number),
        MessageKind::CustomerForgotten => return forget_id(message.id, &message.order_number),
    }
    let number = message.order_number.as_str();
    let plain: String = number.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    format!("msg_{}_{plain}", message.id)
}

async fn exchange(request: RequestBuilder, message: &Claimed) -> Reply {
    let mut response = request.send().await.map_err(|error| silence(&error))?;
    let status = response.status().as_u16();
    let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let body = read(&mut response).await.map_err(|error| silence(&error))?;
    let receipt = Receipt::read(&body, &message.order_number);
    let voice = if (200..=299).contains(&status) { Voice::Foreign } else { Voice::read(&body, &webhook_id(message)) };
    Ok(Answer { status, retry_after, body, receipt, voice })
}

/// The body, up to the limit. A longer one is left unread, which costs the connection.
pub(crate) async fn read(response: &mut Response) -> reqwest::Result<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        let room = MAX_ANSWER_BYTES - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if chunk.len() >= room {
            break;
        }
    }
    Ok(body)
}

fn silence(error: &reqwest::Error) -> Silence {
    let kind = if error.is_connect() {
        SilenceKind::Connect
    } else if error.is_timeout() {
        SilenceKind::Timeout
    } else {
        SilenceKind::Cut
    };
    // The innermost cause says what happened; what is around it repeats the address.
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    Silence { kind, detail: cause.to_string() }
}
