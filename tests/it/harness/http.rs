//! An HTTP client that keeps its cookies, as a browser would, and says what came back.

use std::collections::BTreeMap;
use std::sync::{Mutex, Once, PoisonError};
use std::time::Duration;

use reqwest::Method;
use reqwest::header::{HeaderMap, SET_COOKIE};
use serde_json::Value;

/// Longer than any answer takes: a request that hangs has found something.
const PATIENCE: Duration = Duration::from_secs(20);

/// One client of one service.
pub struct Client {
    http: reqwest::Client,
    base: String,
    cookies: Mutex<BTreeMap<String, String>>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Reply {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("not JSON ({error}): {self:?}"))
    }

    /// The body of an answer that has to have `status`.
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        if self.body.is_empty() { Value::Null } else { self.json() }
    }

    /// One header, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// A refusal with one of these statuses.
    pub fn problem_in(&self, statuses: &[u16]) -> Value {
        assert!(statuses.contains(&self.status), "{}: {}", self.status, self.body);
        self.problem(self.status)
    }

    /// The body of a refusal: a problem document with the old pair's `error`.
    pub fn problem(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        let kind = self.header("content-type");
        assert!(kind.starts_with("application/problem+json"), "{kind}: {}", self.body);
        let document = self.json();
        assert_eq!(document["status"], status, "{document}");
        for member in ["type", "title", "detail", "error"] {
            assert!(document[member].as_str().is_some_and(|text| !text.is_empty()), "no `{member}`: {document}");
        }
        document
    }
}

impl Client {
    pub fn new(base: &str) -> Self {
        static PROVIDER: Once = Once::new();
        PROVIDER.call_once(|| {
            // Somebody else in this process may have been first, with the same one.
            let _ = rustls::crypto::ring::default_provider().install_default();
        });
        let redirects = reqwest::redirect::Policy::none();
        let http = reqwest::Client::builder().timeout(PATIENCE).redirect(redirects).build().expect("a client");
        Self { http, base: base.trim_end_matches('/').to_owned(), cookies: Mutex::default() }
    }

    /// The service's origin.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The cookies as a header's value.
    pub fn cookie(&self) -> String {
        let cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    /// Takes over the cookies of another client.
    pub fn share_cookies(&self, other: &Self) {
        let theirs = other.cookies.lock().unwrap_or_else(PoisonError::into_inner).clone();
        *self.cookies.lock().unwrap_or_else(PoisonError::into_inner) = theirs;
    }

    /// Sends a request with any body. An error is one of the network.
    pub async fn send_raw(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Vec<u8>>,
    ) -> Result<Reply, reqwest::Error> {
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        let cookie = self.cookie();
        if !cookie.is_empty() {
            request = request.header("cookie", cookie);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.body(body);
        }
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        self.keep_cookies(&headers);
        Ok(Reply { status, headers, body: response.text().await? })
    }

    fn keep_cookies(&self, headers: &HeaderMap) {
        let mut cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        for value in headers.get_all(SET_COOKIE) {
            let pair = value.to_str().ok().and_then(|text| text.split(';').next()?.split_once('='));
            let Some((name, value)) = pair else { continue };
            if value.is_empty() {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// Sends JSON.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Reply, reqwest::Error> {
        let Some(body) = body else { return self.send_raw(method, path, headers, None).await };
        let mut all = vec![("content-type", "application/json")];
        all.extend_from_slice(headers);
        self.send_raw(method, path, &all, Some(body.to_string().into_bytes())).await
    }

    pub async fn get(&self, path: &str) -> Result<Reply, reqwest::Error> {
        self.send(Method::GET, path, &[], None).await
    }

    /// GET of something that is there.
    pub async fn read(&self, path: &str) -> Value {
        self.get(path).await.expect("the service answers").expect(200)
    }

    /// POST to a service that answers.
    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::POST, path, &[], Some(body)).await.expect("the service answers")
    }

    /// PATCH to a service that answers.
    pub async fn patch(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> Reply {
        self.send(Method::PATCH, path, headers, Some(body)).await.expect("the service answers")
    }

    /// Every page of a list.
    pub async fn pages(&self, path: &str, resource: &str) -> Vec<Value> {
        let mut found = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let separator = if path.contains('?') { '&' } else { '?' };
            let at = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
            let page = self.read(&format!("{path}{separator}limit=200{at}")).await;
            found
                .extend(page[resource].as_array().unwrap_or_else(|| panic!("no `{resource}`: {page}")).iter().cloned());
            cursor = page["cursor"].as_str().map(str::to_owned);
            if cursor.is_none() {
                return found;
            }
        }
    }
}
