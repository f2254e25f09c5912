//! A browser without a screen: keeps cookies, sends forms, and looks at every page as a strict reader would.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, header};
use http_body_util::BodyExt;
use tower::ServiceExt;
use url::form_urlencoded;

/// A browser in front of a router.
#[derive(Debug)]
pub struct Browser {
    router: Router,
    origin: String,
    cookies: BTreeMap<String, String>,
}

/// What a browser accepts that opens a page.
const A_PAGE: &str = "text/html,*/*;q=0.8";

/// What came back.
#[derive(Debug)]
pub struct Seen {
    /// The status.
    pub status: u16,
    /// Where it leads, for a redirect; else empty.
    pub location: String,
    /// The cookies it sets, as they came.
    pub set_cookies: Vec<String>,
    /// The document.
    pub body: String,
}

impl Browser {
    /// A browser that knows nothing yet. `origin` is the service's own.
    #[must_use]
    pub fn new(router: Router, origin: &str) -> Self {
        Self { router, origin: origin.to_owned(), cookies: BTreeMap::new() }
    }

    /// Another browser in front of the same router, without the cookies of this one.
    #[must_use]
    pub fn another(&self) -> Self {
        Self::new(self.router.clone(), &self.origin)
    }

    /// Opens a page.
    pub async fn get(&mut self, path: &str) -> Seen {
        self.send(Method::GET, path, Body::empty(), None, A_PAGE).await
    }

    /// Sends a form from a page of the same site.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Seen {
        let origin = self.origin.clone();
        self.post_from(&origin, path, fields).await
    }

    /// Sends a form from a page of `origin`.
    pub async fn post_from(&mut self, origin: &str, path: &str, fields: &[(&str, &str)]) -> Seen {
        self.send_form(origin, path, fields, A_PAGE).await
    }

    async fn send_form(&mut self, origin: &str, path: &str, fields: &[(&str, &str)], accept: &str) -> Seen {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.send(Method::POST, path, Body::from(body), Some(origin), accept).await
    }

    /// Sends a form as a module of the page does, which reads JSON.
    pub async fn post_for_json(&mut self, path: &str, fields: &[(&str, &str)]) -> serde_json::Value {
        let sent = self.send_form(&self.origin.clone(), path, fields, "application/json").await;
        serde_json::from_str(&sent.body).unwrap_or_else(|error| panic!("POST {path}: {error}: {}", sent.body))
    }

    /// Sends a form and opens the page it leads to, which must be one.
    pub async fn follow(&mut self, path: &str, fields: &[(&str, &str)]) -> Seen {
        let sent = self.post(path, fields).await;
        assert_eq!(sent.status, 303, "POST {path}: {}", sent.body);
        let seen = self.get(&sent.location).await;
        assert_eq!(seen.status, 200, "{}: {}", sent.location, seen.body);
        seen
    }

    async fn send(&mut self, method: Method, path: &str, body: Body, origin: Option<&str>, accept: &str) -> Seen {
        let mut request = Request::builder().method(method).uri(path).header(header::ACCEPT, accept);
        if !self.cookies.is_empty() {
            let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        if let Some(origin) = origin {
            request = request.header(header::ORIGIN, origin);
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        let request = request.body(body).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("infallible");
        let (head, body) = response.into_parts();
        for cookie in head.headers.get_all(header::SET_COOKIE) {
            self.remember(cookie.to_str().expect("text"));
        }
        let body = body.collect().await.expect("a body").to_bytes();
        let body = String::from_utf8(body.to_vec()).expect("text");
        let header = |name| head.headers.get(name).map_or("", |value| value.to_str().expect("text")).to_owned();
        if header(header::CONTENT_TYPE).starts_with("text/html") {
            check(path, &body);
        }
        let cookies = head.headers.get_all(header::SET_COOKIE).iter();
        let set_cookies = cookies.map(|cookie| cookie.to_str().expect("text").to_owned()).collect();
        Seen { status: head.status.as_u16(), location: header(header::LOCATION), set_cookies, body }
    }

    fn remember(&mut self, cookie: &str) {
        let (name, rest) = cookie.split_once('=').expect("a cookie");
        if cookie.contains("Max-Age=0") {
            self.cookies.remove(name);
        } else {
            let value = rest.split(';').next().unwrap_or_default();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}

impl Seen {
    /// The value of the hidden field `name`.
    #[must_use]
    pub fn hidden(&self, name: &str) -> String {
        let field = format!("type=\"hidden\" name=\"{name}\" value=\"");
        let rest = self.body.split(&field).nth(1).unwrap_or_else(|| panic!("no hidden {name}: {}", self.body));
        let value = rest.split('"').next().unwrap_or_default();
        let signs = [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")];
        signs.iter().fold(value.to_owned(), |value, (escaped, sign)| value.replace(escaped, sign))
    }
}

/// What every page has to be: a document with one heading, nothing inline, and a name for all that is filled in.
fn check(path: &str, page: &str) {
    assert!(page.starts_with("<!doctype html>"), "{path}: not a document: {page}");
    let language = ["es-AR", "en"].iter().any(|tag| page.contains(&format!("<html lang=\"{tag}\">")));
    assert!(language, "{path}: no language");
    assert_eq!(page.matches("<h1").count(), 1, "{path}: one heading: {page}");
    for tag in page.split('<').skip(1).filter_map(|rest| rest.split('>').next()) {
        let attributes = format!(" {} ", tag.replace('\n', " "));
        assert!(!tag.starts_with("script") || attributes.contains(" src="), "{path}: inline script");
        assert!(!tag.starts_with("style"), "{path}: inline style");
        for inline in [" style=", " onclick=", " onsubmit=", " onchange=", "javascript:"] {
            assert!(!attributes.contains(inline), "{path}: {inline} in <{tag}>");
        }
        let filled_in = ["input ", "select ", "textarea "].iter().any(|kind| tag.starts_with(kind));
        if filled_in && !attributes.contains("type=\"hidden\"") {
            let id = attributes.split(" id=\"").nth(1).and_then(|rest| rest.split('"').next());
            let labelled = id.is_some_and(|id| page.contains(&format!(" for=\"{id}\"")));
            assert!(labelled || attributes.contains(" aria-label="), "{path}: nobody knows what <{tag}> is");
        }
    }
    let ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    for (at, id) in ids.iter().enumerate() {
        assert!(!ids[..at].contains(id), "{path}: two elements are called {id}");
    }
}
