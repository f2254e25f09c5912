//! The whole of insights for one test: the real router over a fresh database and a lake of its own, without a socket.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::response::Response;
use belgrano_runtime::config::Env;
use belgrano_runtime::lifecycle::Lifecycle;
use belgrano_testing::{TestDatabase, still_ambient};
use belgrano_wire::ambient::ManualClock;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;

use crate::accounts::ensure_admin;
use crate::app::App;
use crate::ingest::{Change, Fresh, OWN, translate};
use crate::lake::rows::Origin;
use crate::router::router;
use crate::service::{assemble, health};
use crate::settings::InsightsSettings;

pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
pub(crate) const KEYS: &str =
    "leer:lectura:0123456789abcdef,todo:completa:fedcba9876543210,socio:lectura@1:aaaabbbbccccdddd";
const ADMIN: (&str, &str) = ("admin@belgrano.local", "una clave larga");

/// Of the next instance.
static SEED: AtomicU64 = AtomicU64::new(7);

/// One instance of the service.
pub(crate) struct House {
    pub(crate) app: App,
    pub(crate) clock: Arc<ManualClock>,
    router: Router,
    seq: i64,
    folder: TempDir,
}

/// What a caller sends along: a cookie, or a key.
#[derive(Clone, Debug)]
pub(crate) enum Caller {
    Nobody,
    Cookie(String),
    Key(&'static str),
}

impl House {
    pub(crate) async fn start(database: &TestDatabase) -> Self {
        Self::start_with(database, &[]).await
    }

    pub(crate) async fn start_with(database: &TestDatabase, variables: &[(&'static str, &'static str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let basic = [
            ("INTEGRATION_SECRET", SECRET),
            ("ADMIN_PASSWORD", ADMIN.1),
            ("API_KEYS", KEYS),
            ("ARGON2_MEMORY_KIB", "64"),
            ("ARGON2_PASSES", "1"),
            // The engine is slow as it is built for tests.
            ("REQUEST_TIMEOUT", "200"),
        ];
        let own = [("DATA_DIR", folder.path().to_str().expect("a path").to_owned())];
        let fixed = basic.iter().chain(variables).map(|(name, value)| (*name, (*value).to_owned()));
        let mut env = Env::from_map(fixed.chain(own));
        let mut settings = InsightsSettings::from_env(&mut env);
        env.finish().expect("a configuration without mistakes");
        settings.common.storage = database.settings();
        // Two instances over one database are not called alike.
        let (ambient, clock) = still_ambient(SEED.fetch_add(1, Ordering::Relaxed));
        let life = Lifecycle::new();
        let app = assemble(settings, ambient, &life).await.expect("insights opens");
        ensure_admin(&app).await.expect("an administrator");
        let router = router(app.clone(), health(&app));
        Self { app, clock, router, seq: 0, folder }
    }

    /// What came of a feed.
    pub(crate) async fn came(&mut self, feed: &'static str, changes: &[(&str, &str, Value)]) {
        let mut fresh = Fresh::default();
        for (entity, key, content) in changes {
            self.seq += 1;
            let text = json!({ "seq": self.seq, "entidad": entity, "clave": key, "dato": content }).to_string();
            let change: Change<'_> = serde_json::from_str(&text).expect("a change");
            let origin = Origin { source: OWN, seq: self.seq, at: self.app.ambient.now() };
            translate(&change, origin, &mut fresh).expect("a change that can be read");
        }
        if !self.app.warehouse.reached().contains_key(feed) {
            self.app.store.open(feed, "e1").await.expect("a feed");
        }
        self.app.store.add(fresh.take().expect("batches"), feed, "e1", self.seq).expect("rows");
    }

    /// Everything into the lake, and its tables made.
    pub(crate) async fn stored(&self) {
        self.app.store.flush().await.expect("a flush");
        self.app.runner.build_gold(true).await.expect("gold");
    }

    /// From now on nothing that is stored can be read.
    pub(crate) fn lose_the_lake(&self) {
        let folder = self.folder.path();
        std::fs::rename(folder.join("lake"), folder.join("gone")).expect("a lake");
        self.app.warehouse.note_away(true);
    }

    pub(crate) async fn answer(&self, request: Request<Body>) -> Response {
        self.router.clone().oneshot(request).await.expect("infallible")
    }

    pub(crate) async fn exchange(&self, request: Request<Body>) -> (u16, HeaderMap, String) {
        let (head, body) = self.answer(request).await.into_parts();
        let body = body.collect().await.expect("a body").to_bytes();
        let text = String::from_utf8_lossy(&body).into_owned();
        assert_ne!(head.status, StatusCode::INTERNAL_SERVER_ERROR, "{text}");
        (head.status.as_u16(), head.headers, text)
    }

    pub(crate) async fn call(&self, who: &Caller, method: &str, path: &str, body: Value) -> (u16, Value) {
        let (status, _, text) = self.exchange(request(who, method, path, &body)).await;
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    /// What somebody who sends nothing in particular is answered, whose end is not awaited.
    pub(crate) async fn status(&self, who: &Caller, method: &str, path: &str) -> u16 {
        self.answer(request(who, method, path, &json!({}))).await.status().as_u16()
    }

    pub(crate) async fn get(&self, who: &Caller, path: &str) -> (u16, Value) {
        self.call(who, "GET", path, Value::Null).await
    }

    /// A page as somebody with a session sees it.
    pub(crate) async fn text(&self, who: &Caller, path: &str) -> String {
        self.page(who, path).await.1
    }

    /// A page as somebody with a session sees it, and its status.
    pub(crate) async fn page(&self, who: &Caller, path: &str) -> (u16, String) {
        let Caller::Cookie(session) = who else { panic!("pages are for people") };
        let request = Request::get(path).header("accept", "text/html").header("cookie", session);
        let (status, _, page) = self.exchange(request.body(Body::empty()).expect("a request")).await;
        (status, page)
    }

    /// A form as the browser of somebody with a session sends it.
    pub(crate) async fn send_form(&self, who: &Caller, path: &str, fields: &[(&str, &str)]) -> (u16, String) {
        let Caller::Cookie(session) = who else { panic!("pages are for people") };
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post(path).header("accept", "text/html").header("cookie", session);
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(Body::from(body));
        let (status, _, page) = self.exchange(request.expect("a request")).await;
        (status, page)
    }

    pub(crate) async fn log_in(&self, email: &str, password: &str) -> Result<Caller, u16> {
        let body = json!({ "email": email, "password": password });
        let request = Request::post("/api/login").header("content-type", "application/json");
        let (status, headers, _) = self.exchange(request.body(Body::from(body.to_string())).expect("a request")).await;
        if status == 200 { Ok(cookie(&headers).expect("a cookie")) } else { Err(status) }
    }

    pub(crate) async fn admin(&self) -> Caller {
        self.log_in(ADMIN.0, ADMIN.1).await.expect("the first administrator")
    }

    /// A new account, logged in, and its id.
    pub(crate) async fn account(&self, role: &str, business: Option<i64>) -> (Caller, i64) {
        let email = format!("{role}@example.com");
        let body = json!({ "nombre": role, "email": email, "password": "jacaranda lila", "rol": role, "negocio_id": business });
        let (status, made) = self.call(&self.admin().await, "POST", "/api/usuarios", body).await;
        assert_eq!(status, 201, "{made}");
        let caller = self.log_in(&email, "jacaranda lila").await.expect("the new account");
        (caller, made["id"].as_i64().expect("an id"))
    }
}

fn request(who: &Caller, method: &str, path: &str, body: &Value) -> Request<Body> {
    let request = Request::builder().method(method).uri(path.replace(' ', "%20"));
    let request = request.header("content-type", "application/json");
    let request = match who {
        Caller::Nobody => request,
        Caller::Cookie(cookie) => request.header("cookie", cookie),
        Caller::Key(key) => request.header("x-api-key", *key),
    };
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    request.body(body).expect("a request")
}

/// The session that an answer opens.
pub(crate) fn cookie(headers: &HeaderMap) -> Option<Caller> {
    let cookie = headers.get(header::SET_COOKIE)?.to_str().ok()?.split(';').next()?;
    Some(Caller::Cookie(cookie.to_owned()))
}
