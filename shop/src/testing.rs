//! A whole shop for one test, without a socket: the real router over a fresh database, with time that stands still.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::response::Parts;
use axum::http::{HeaderMap, Method, Request, header};
use belgrano_runtime::config::Env;
use belgrano_runtime::http::serve;
use belgrano_runtime::lifecycle::Lifecycle;
use belgrano_runtime::mailer::{Mail, Mailer};
use belgrano_testing::{TestDatabase, still_ambient};
use belgrano_wire::ambient::ManualClock;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedReceiver;
use tower::ServiceExt;

use crate::app::App;
use crate::service;
use crate::settings::ShopSettings;

/// The administrator of every test.
pub(crate) const ADMIN: (&str, &str) = ("admin@belgrano.local", "una clave de prueba");

/// A shop with the built-in catalog and an administrator.
pub(crate) struct TestShop {
    pub(crate) app: App,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) mails: UnboundedReceiver<Mail>,
    router: Router,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

/// Somebody with cookies.
#[derive(Clone, Debug, Default)]
pub(crate) struct Browser {
    cookies: Vec<(String, String)>,
}

/// Settings with quick hashes, changed by `variables`.
pub(crate) fn settings(database: &TestDatabase, variables: &[(&str, &str)]) -> ShopSettings {
    let usual = [
        ("HOST", "127.0.0.1"),
        ("PORT", "0"),
        ("PUBLIC_URL", "http://shop.test"),
        ("ARGON2_MEMORY_KIB", "64"),
        ("ARGON2_PASSES", "1"),
        ("ADMIN_EMAIL", ADMIN.0),
        ("ADMIN_PASSWORD", ADMIN.1),
        // Nobody is idle because time passes.
        ("SESSION_IDLE", "31536000"),
        // A test orders as much as it likes.
        ("ORDERS_OPEN", "0"),
        ("ORDER_QUANTITY", "10000"),
        ("NEW_ACCOUNT_TOTAL", "0"),
        // Not generated, which would leave a file behind.
        ("INTEGRATION_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        ("VAPID_PRIVATE_KEY", "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"),
    ];
    let mut env = Env::from_map(usual.iter().chain(variables).copied());
    let mut settings = ShopSettings::from_env(&mut env);
    env.finish().expect("settings of a test are right");
    settings.common.storage = database.settings();
    settings
}

impl TestShop {
    /// A shop on `database`; several on one database are several instances.
    pub(crate) async fn new(database: &TestDatabase) -> Self {
        Self::seeded(database, 7, &[]).await
    }

    /// The same with other settings.
    pub(crate) async fn with(database: &TestDatabase, variables: &[(&str, &str)]) -> Self {
        Self::seeded(database, 7, variables).await
    }

    /// The same with other randomness, or two instances would draw the same numbers.
    pub(crate) async fn seeded(database: &TestDatabase, seed: u64, variables: &[(&str, &str)]) -> Self {
        let (mailer, mails) = Mailer::channel();
        Self::assembled(seed, ShopSettings { mailer, ..settings(database, variables) }, mails).await
    }

    /// One that sends no mail.
    pub(crate) async fn without_mail(database: &TestDatabase) -> Self {
        let (_, mails) = Mailer::channel();
        Self::assembled(7, ShopSettings { mailer: Mailer::unconfigured(), ..settings(database, &[]) }, mails).await
    }

    async fn assembled(seed: u64, settings: ShopSettings, mails: UnboundedReceiver<Mail>) -> Self {
        let (ambient, clock) = still_ambient(seed);
        let app = service::prepare(settings, ambient, &Lifecycle::new()).await.expect("the shop starts");
        Self { router: service::router(&app), app, clock, mails }
    }

    /// A person in front of the pages.
    pub(crate) fn visitor(&self) -> belgrano_testing::Browser {
        let origin = self.app.settings.common.public_url.origin().ascii_serialization();
        belgrano_testing::Browser::new(self.router.clone(), &origin)
    }

    /// Puts it on a socket.
    pub(crate) async fn serve(&self) -> SocketAddr {
        let bound = serve::bind(self.app.settings.common.serve.clone()).await.expect("a free port");
        let address = bound.local_addr().expect("bound");
        self.app.life.spawn(bound.serve(self.router.clone(), self.app.life.clone(), self.app.metrics.clone()));
        address
    }

    /// Sends a request, keeps the cookies it sets.
    pub(crate) async fn send(&self, who: &mut Browser, method: Method, path: &str, body: Option<Value>) -> Answer {
        let body = body.map(|json| ("application/json", Bytes::from(json.to_string())));
        let (head, body) = self.send_bytes(who, method, path, body).await;
        let body = if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).expect("JSON") };
        Answer { status: head.status.as_u16(), headers: head.headers, body }
    }

    /// The same with a body of any type, both ways.
    pub(crate) async fn send_bytes(
        &self,
        who: &mut Browser,
        method: Method,
        path: &str,
        body: Option<(&str, Bytes)>,
    ) -> (Parts, Bytes) {
        let mut request = Request::builder().method(method).uri(path);
        if !who.cookies.is_empty() {
            request = request.header(header::COOKIE, who.cookie());
        }
        let body = body.map_or_else(Bytes::new, |(kind, body)| {
            request = std::mem::take(&mut request).header(header::CONTENT_TYPE, kind);
            body
        });
        let request = request.body(Body::from(body)).expect("a valid request");
        let (head, body) = self.router.clone().oneshot(request).await.expect("infallible").into_parts();
        who.keep(&head.headers);
        (head, body.collect().await.expect("a body").to_bytes())
    }

    pub(crate) async fn get(&self, who: &mut Browser, path: &str) -> Answer {
        self.send(who, Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, who: &mut Browser, path: &str, body: Value) -> Answer {
        self.send(who, Method::POST, path, Some(body)).await
    }

    /// The same under an `Idempotency-Key`.
    pub(crate) async fn keyed(&self, who: &mut Browser, path: &str, key: &str, body: Value) -> Answer {
        let request = Request::post(path).header(header::COOKIE, who.cookie()).header("idempotency-key", key);
        let request = request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string()));
        let response = self.router.clone().oneshot(request.expect("a valid request")).await.expect("infallible");
        let (head, body) = response.into_parts();
        let body = body.collect().await.expect("a body").to_bytes();
        let body = serde_json::from_slice(&body).expect("JSON");
        Answer { status: head.status.as_u16(), headers: head.headers, body }
    }

    /// A browser that has registered as a customer with this address.
    pub(crate) async fn customer(&self, email: &str) -> Browser {
        let mut browser = Browser::default();
        let body = json!({
            "nombre": "Ana", "apellido": "Díaz", "email": email, "password": "correcto caballo",
            "telefono": "+54 11 5555 0101", "direccion": "Av. Cabildo 2040, Belgrano",
        });
        let answer = self.post(&mut browser, "/api/register", body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        browser
    }

    /// A browser that has logged in as the administrator.
    pub(crate) async fn admin(&self) -> Browser {
        let mut browser = Browser::default();
        let answer = self.post(&mut browser, "/api/login", json!({ "email": ADMIN.0, "password": ADMIN.1 })).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        browser
    }
}

impl Browser {
    /// What it sends of itself.
    pub(crate) fn cookie(&self) -> String {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        cookies.join("; ")
    }

    /// The same with one more.
    pub(crate) fn with_cookie(&self, name: &str, value: &str) -> Self {
        let mut cookies = self.cookies.clone();
        cookies.push((name.to_owned(), value.to_owned()));
        Self { cookies }
    }

    fn keep(&mut self, headers: &HeaderMap) {
        for line in headers.get_all(header::SET_COOKIE) {
            let line = line.to_str().expect("text");
            let (name, value) = line.split(';').next().expect("a pair").split_once('=').expect("a pair");
            self.cookies.retain(|(kept, _)| kept != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
    }
}
