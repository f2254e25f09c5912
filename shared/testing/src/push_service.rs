//! The other side of Web Push: a push service whose answer can be flipped, and browsers that read what it was given. It takes
//! signed webhooks too, whatever they say.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;

use belgrano_notices::push::{TestBrowser, verified_claims};
use belgrano_wire::ambient::Ambient;
use belgrano_wire::signature::SIGNATURE_HEADER;

/// A message as the push service got it.
#[derive(Clone, Debug)]
pub struct PushReceived {
    /// Which browser it is for.
    pub path: String,
    /// What came with it.
    pub headers: HeaderMap,
    /// What only the browser can read.
    pub body: Bytes,
}

/// How it answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PushAnswer {
    /// With a status.
    Status(u16),
    /// With a status and `Retry-After`.
    RetryAfter(u16, &'static str),
    /// With a redirect to this address.
    Redirect(String),
    /// Not at all, until the answer is another.
    Silence,
}

/// A push service on this machine. Ends with its last value.
#[derive(Clone, Debug)]
pub struct FakePushService(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    origin: String,
    answer: watch::Sender<PushAnswer>,
    received: watch::Sender<Vec<PushReceived>>,
    browsers: Mutex<HashMap<String, Arc<TestBrowser>>>,
    next: AtomicU64,
}

/// A browser that has subscribed with it.
#[derive(Clone, Debug)]
pub struct FakeBrowser {
    /// Where messages to it go.
    pub endpoint: String,
    path: String,
    browser: Arc<TestBrowser>,
}

impl FakePushService {
    /// Listens, and takes every message.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let origin = format!("http://{}", listener.local_addr().expect("bound"));
        let inner = Inner {
            origin,
            answer: watch::Sender::new(PushAnswer::Status(201)),
            received: watch::Sender::new(Vec::new()),
            browsers: Mutex::default(),
            next: AtomicU64::new(1),
        };
        let service = Self(Arc::new(inner));
        let router = Router::new().fallback(take).with_state(service.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        service
    }

    /// A new browser.
    #[must_use]
    pub fn browser(&self) -> FakeBrowser {
        let path = format!("/send/{}", self.0.next.fetch_add(1, Ordering::Relaxed));
        let browser = Arc::new(TestBrowser::new(&Ambient::system()));
        self.0.browsers.lock().unwrap_or_else(PoisonError::into_inner).insert(path.clone(), Arc::clone(&browser));
        FakeBrowser { endpoint: format!("{}{path}", self.0.origin), path, browser }
    }

    /// Answers so from now on, also to those that wait.
    pub fn answer(&self, answer: PushAnswer) {
        self.0.answer.send_replace(answer);
    }

    /// What it has got so far.
    #[must_use]
    pub fn received(&self) -> Vec<PushReceived> {
        self.0.received.borrow().clone()
    }

    /// Waits until it has got `count` messages, and hands all of them back.
    pub async fn await_received(&self, count: usize) -> Vec<PushReceived> {
        let mut received = self.0.received.subscribe();
        let enough = received.wait_for(|received| received.len() >= count);
        let deadline = std::time::Duration::from_mins(1);
        let found = tokio::time::timeout(deadline, enough).await;
        found.unwrap_or_else(|_| panic!("{count} messages never came: {:?}", self.received())).expect("open").clone()
    }

    /// The origin that a token has to be for.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.0.origin
    }
}

/// What a push service insists on.
fn check(service: &FakePushService, headers: &HeaderMap) -> Result<(), StatusCode> {
    let said = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (claims, _) = verified_claims(said).ok_or(StatusCode::UNAUTHORIZED)?;
    let is_coded = headers.get("content-encoding").is_some_and(|coding| coding == "aes128gcm");
    if claims["aud"] == service.origin() && is_coded { Ok(()) } else { Err(StatusCode::BAD_REQUEST) }
}

/// Keeps what came, and answers.
async fn take(State(service): State<FakePushService>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    if !headers.contains_key(SIGNATURE_HEADER)
        && let Err(status) = check(&service, &headers)
    {
        return status.into_response();
    }
    let message = PushReceived { path: uri.path().to_owned(), headers, body };
    service.0.received.send_modify(|received| received.push(message));
    let mut answer = service.0.answer.subscribe();
    let answer = match answer.wait_for(|answer| *answer != PushAnswer::Silence).await {
        Ok(answer) => answer.clone(),
        Err(_) => PushAnswer::Status(503),
    };
    let status = |status| StatusCode::from_u16(status).expect("a status");
    match answer {
        PushAnswer::Status(code) => status(code).into_response(),
        PushAnswer::RetryAfter(code, after) => (status(code), [(header::RETRY_AFTER, after)]).into_response(),
        PushAnswer::Redirect(to) => (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, to)]).into_response(),
        PushAnswer::Silence => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

impl FakeBrowser {
    /// As it tells the service that wants to write to it.
    #[must_use]
    pub fn subscription(&self) -> Value {
        let (p256dh, auth) = self.browser.keys();
        json!({ "endpoint": self.endpoint, "expirationTime": null, "keys": { "p256dh": p256dh, "auth": auth } })
    }

    /// What a message says, which has to be for this browser.
    #[must_use]
    pub fn read(&self, message: &PushReceived) -> Value {
        assert_eq!(message.path, self.path, "it is for another browser");
        let text = self.browser.decrypt(&message.body).expect("a message this browser can read");
        serde_json::from_slice(&text).expect("JSON")
    }
}

impl PushReceived {
    /// A header of it.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }
}
