//! The origins whose pages are ours, compared exactly.
//!
//! Used for writes that carry a cookie and for WebSocket upgrades, where the browser sends the cookie from any site.

use std::sync::Arc;

use axum::http::{HeaderMap, header};
use url::Url;

/// What the `Origin` header says about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OriginCheck {
    /// No such header: not a browser, or a navigation.
    Absent,
    /// One of ours.
    Allowed,
    /// Somebody else's page, or one that hides where it is from (`null`).
    Foreign,
}

/// The exact list of our origins (`https://host[:port]`). Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct AllowedOrigins(Arc<[String]>);

impl AllowedOrigins {
    /// The origins as browsers write them: lower case, no path, no default port.
    pub fn new<T: Into<String>>(origins: impl IntoIterator<Item = T>) -> Self {
        Self(origins.into_iter().map(Into::into).collect())
    }

    /// The origin of `public_url` and `extra`. A public URL on this machine is also reached by its other names.
    #[must_use]
    pub fn of(public_url: &Url, extra: &[Url]) -> Self {
        const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];
        let mut origins: Vec<String> = Vec::new();
        if public_url.host_str().is_some_and(|host| LOCAL.contains(&host)) {
            let port = public_url.port().map(|port| format!(":{port}")).unwrap_or_default();
            origins.extend(LOCAL.map(|host| format!("{}://{host}{port}", public_url.scheme())));
        }
        origins.extend(std::iter::once(public_url).chain(extra).map(|url| url.origin().ascii_serialization()));
        Self::new(origins)
    }

    /// Compares the `Origin` header with the list. Two of them are nobody's.
    #[must_use]
    pub fn check(&self, headers: &HeaderMap) -> OriginCheck {
        let mut values = headers.get_all(header::ORIGIN).iter();
        match (values.next(), values.next()) {
            (None, _) => OriginCheck::Absent,
            (Some(origin), None) if self.0.iter().any(|ours| ours.as_bytes() == origin.as_bytes()) => {
                OriginCheck::Allowed
            }
            _ => OriginCheck::Foreign,
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};

    use super::{AllowedOrigins, OriginCheck};

    fn check(public_url: &str, origin: &'static str) -> OriginCheck {
        let extra = ["https://otra.example".parse().expect("a URL")];
        let mut headers = HeaderMap::new();
        headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
        AllowedOrigins::of(&public_url.parse().expect("a URL"), &extra).check(&headers)
    }

    #[test]
    fn exact_and_nothing_else() {
        assert_eq!(check("https://shop.example/", "https://shop.example"), OriginCheck::Allowed);
        assert_eq!(check("https://shop.example/", "https://otra.example"), OriginCheck::Allowed);
        assert_eq!(check("https://shop.example/", "https://shop.example:444"), OriginCheck::Foreign);
        assert_eq!(check("https://shop.example/", "http://localhost"), OriginCheck::Foreign);
        assert_eq!(check("http://localhost:5000", "http://127.0.0.1:5000"), OriginCheck::Allowed);
        assert_eq!(check("http://localhost:5000", "http://127.0.0.1:5001"), OriginCheck::Foreign);
        assert_eq!(AllowedOrigins::default().check(&HeaderMap::new()), OriginCheck::Absent);
    }
}
