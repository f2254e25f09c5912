//! A whole board for one test: the real router over a fresh database, without a socket.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use belgrano_runtime::config::Env;
use belgrano_runtime::fetch_scalar;
use belgrano_runtime::lifecycle::Lifecycle;
use belgrano_testing::{TestDatabase, still_ambient};
use belgrano_wire::ambient::ManualClock;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::app::App;
use crate::service::assemble;
use crate::settings::Settings;

pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const ADMIN: (&str, &str) = ("admin@belgrano.local", "una clave larga");

/// One instance of the service.
pub(crate) struct Board {
    pub(crate) app: App,
    pub(crate) clock: Arc<ManualClock>,
    router: Router,
}

/// Somebody with a cookie.
#[derive(Clone)]
pub(crate) struct Client(Option<String>);

/// Nobody in particular.
pub(crate) const NOBODY: Client = Client(None);

impl Client {
    /// Somebody whose browser sends this as `Cookie`.
    pub(crate) fn with_cookie(pair: &str) -> Self {
        Self(Some(pair.to_owned()))
    }

    /// What its browser sends as `Cookie`.
    pub(crate) fn cookie(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }
}

impl Board {
    pub(crate) async fn start(database: &TestDatabase) -> Self {
        Self::start_with(database, &[]).await
    }

    pub(crate) async fn start_with(database: &TestDatabase, variables: &[(&'static str, &'static str)]) -> Self {
        Self::seeded(database, 7, variables).await
    }

    /// With other randomness, or two instances would draw the same.
    pub(crate) async fn seeded(database: &TestDatabase, seed: u64, variables: &[(&'static str, &'static str)]) -> Self {
        Self::living(database, seed, variables, &Lifecycle::new()).await
    }

    /// Without what a board does by itself, for a test that does it step by step.
    pub(crate) async fn passive(database: &TestDatabase, seed: u64) -> Self {
        Self::passive_with(database, seed, &[]).await
    }

    pub(crate) async fn passive_with(
        database: &TestDatabase,
        seed: u64,
        variables: &[(&'static str, &'static str)],
    ) -> Self {
        let life = Lifecycle::new();
        life.stop();
        Self::living(database, seed, variables, &life).await
    }

    async fn living(
        database: &TestDatabase,
        seed: u64,
        variables: &[(&'static str, &'static str)],
        life: &Lifecycle,
    ) -> Self {
        let basic = [
            ("API_KEY", "clave"),
            // Not generated, which would leave a file behind.
            ("VAPID_PRIVATE_KEY", "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"),
            ("INTEGRATION_SECRET", SECRET),
            ("ADMIN_PASSWORD", ADMIN.1),
            ("ARGON2_MEMORY_KIB", "64"),
            ("ARGON2_PASSES", "1"),
        ];
        let env = Env::from_map(basic.iter().chain(variables).copied());
        let (mut settings, _) = Settings::from_env(env).expect("a configuration without mistakes");
        settings.common.storage = database.settings();
        let (ambient, clock) = still_ambient(seed);
        let (app, router) = assemble(settings, &ambient, life).await.expect("the board starts");
        Self { app, clock, router }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> (u16, Value) {
        let (status, _, body) = self.exchange(request).await;
        (status, body)
    }

    /// The answer as it is, a page or not.
    pub(crate) async fn answer(&self, request: Request<Body>) -> axum::response::Response {
        self.router.clone().oneshot(request).await.expect("infallible")
    }

    async fn exchange(&self, request: Request<Body>) -> (u16, Option<String>, Value) {
        let response = self.router.clone().oneshot(request).await.expect("infallible");
        let (head, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        let cookie = head.headers.get(header::SET_COOKIE).map(|value| value.to_str().expect("text").to_owned());
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).expect("JSON") };
        assert_ne!(head.status, StatusCode::INTERNAL_SERVER_ERROR, "{body}");
        (head.status.as_u16(), cookie, body)
    }

    pub(crate) async fn call(&self, client: &Client, method: &str, path: &str, body: Value) -> (u16, Value) {
        self.call_with(client, method, path, &[], body).await
    }

    pub(crate) async fn call_with(
        &self,
        client: &Client,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Value,
    ) -> (u16, Value) {
        let mut request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(cookie) = &client.0 {
            request = request.header("cookie", cookie);
        }
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        self.send(request.body(body).expect("a request")).await
    }

    pub(crate) async fn get(&self, client: &Client, path: &str) -> (u16, Value) {
        self.call(client, "GET", path, Value::Null).await
    }

    pub(crate) async fn post(&self, client: &Client, path: &str, body: Value) -> (u16, Value) {
        self.call(client, "POST", path, body).await
    }

    pub(crate) async fn log_in(&self, email: &str, password: &str) -> Result<Client, u16> {
        let body = json!({ "email": email, "password": password });
        let request = Request::post("/api/login").header("content-type", "application/json");
        let request = request.body(Body::from(body.to_string())).expect("a request");
        let (status, cookie, _) = self.exchange(request).await;
        let cookie = cookie.and_then(|cookie| cookie.split(';').next().map(str::to_owned));
        if status == 200 { Ok(Client(cookie)) } else { Err(status) }
    }

    pub(crate) async fn admin(&self) -> Client {
        self.log_in(ADMIN.0, ADMIN.1).await.expect("the first admin")
    }

    /// A new driver, on shift, and its id.
    pub(crate) async fn driver(&self, admin: &Client, name: &str) -> (Client, i64) {
        let email = format!("{name}@flota.example");
        let body = json!({ "nombre": name, "email": email, "password": "reparto1234", "telefono": "11 5555",
            "capacidad": 3, "barrio": "Belgrano" });
        let (status, made) = self.post(admin, "/api/repartidores", body).await;
        assert_eq!(status, 201, "{made}");
        let client = self.log_in(&email, "reparto1234").await.expect("the new driver");
        let (status, _) = self.post(&client, "/api/repartidores/yo/turno", json!({ "activo": true })).await;
        assert_eq!(status, 200);
        (client, made["id"].as_i64().expect("an id"))
    }

    /// Hands an order in as the old pair does.
    pub(crate) async fn order(&self, number: &str) -> (u16, Value) {
        self.intake(&order(number)).await
    }

    pub(crate) async fn intake(&self, order: &Value) -> (u16, Value) {
        self.call_with(&NOBODY, "POST", "/api/tickets", &[("x-api-key", "clave")], order.clone()).await
    }

    pub(crate) async fn step(&self, client: &Client, number: &str, body: Value) -> (u16, Value) {
        self.post(client, &format!("/api/tickets/{number}/estado"), body).await
    }

    pub(crate) async fn assign(&self, admin: &Client, number: &str, driver: i64) -> (u16, Value) {
        self.post(admin, &format!("/api/tickets/{number}/asignar"), json!({ "repartidor_id": driver })).await
    }

    /// Waits until `sql` counts `wanted`.
    pub(crate) async fn await_count(&self, sql: &'static str, wanted: i64) {
        let counted = async {
            while self.count(sql).await != wanted {
                tokio::task::yield_now().await;
            }
        };
        let reached = tokio::time::timeout(std::time::Duration::from_mins(1), counted).await;
        assert!(reached.is_ok(), "{sql} never counts {wanted}");
    }

    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        let mut session = self.app.db.read().await.expect("a connection");
        fetch_scalar!(one, session, i64, sql).expect("a count")
    }
}

pub(crate) fn order(number: &str) -> Value {
    json!({ "numero": number, "cliente_nombre": "Ana Díaz", "cliente_direccion": "Av. Cabildo 2040", "total": 6901.0,
        "productos": ["Yerba 1 kg x2"], "barrio": "Belgrano", "lat": -34.5614, "lng": -58.4563 })
}
