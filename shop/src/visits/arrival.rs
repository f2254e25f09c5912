//! What a request says of where its sender came from: the kind of device and the origin of the visit.
//!
//! The origin has to last from the page that was led to until checkout. A cookie of the session holds its word, and nothing
//! else: it says `instagram` or `buscador`, so it is the same for everybody who came that way and cannot tell one visitor from
//! another. It is set only where something led here that is worth a word, ends with the browser's session and goes to no
//! other site. A later visit that nobody led to leaves it as it is; one that somebody led to replaces it.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use belgrano_runtime::http::cookie;
use url::{Url, form_urlencoded};

use crate::app::App;
use crate::arrival::{Arrival, Device, Origin};

/// The cookie with the word of an origin.
const COOKIE: &str = "belgrano_origen";

/// What led to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lead {
    /// Device, and the origin of the visit that this request belongs to.
    pub(super) arrival: Arrival,
    /// Another site or nobody led here: a visit begins.
    pub(super) begins: bool,
    /// The origin is news, to be kept for the rest of the visit.
    pub(super) keep: bool,
}

impl Lead {
    /// Reads what a request says. `site` is the shop's own address.
    pub(super) fn of(headers: &HeaderMap, uri: &Uri, site: &Url) -> Self {
        let kept = cookie(headers, COOKIE).and_then(Origin::stored);
        let word = uri.query().and_then(|query| {
            let mut pairs = form_urlencoded::parse(query.as_bytes());
            pairs.find(|(name, _)| name == "utm_source").and_then(|(_, word)| Origin::of_link(&word))
        });
        let referrer = headers.get(header::REFERER).and_then(|value| value.to_str().ok());
        let referrer = referrer.and_then(|text| Url::parse(text).ok());
        let ours = referrer.as_ref().is_some_and(|referrer| is_ours(referrer, headers, site));
        let led_by = word.or_else(|| referrer.filter(|_| !ours).map(|site| Origin::of_site(&site)));
        let keep = led_by.is_some() && led_by != kept;
        let origin = led_by.or(kept).unwrap_or_else(Origin::direct);
        Self { arrival: Arrival { device: Some(Device::of_request(headers)), origin }, begins: !ours, keep }
    }

    /// The cookie that keeps the origin until the browser is closed.
    pub(super) fn cookie(&self) -> Option<HeaderValue> {
        let text = format!("{COOKIE}={}; Path=/; HttpOnly; SameSite=Lax", self.arrival.origin);
        // A word is ASCII without separators.
        if self.keep { HeaderValue::try_from(text).ok() } else { None }
    }
}

/// Whether a page of this shop led here, under whichever of its names the visitor knows it.
fn is_ours(referrer: &Url, headers: &HeaderMap, site: &Url) -> bool {
    if referrer.origin() == site.origin() {
        return true;
    }
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok());
    // Without the port where it is the scheme's own, as browsers write both.
    let authority = referrer.host_str().map(|host| match referrer.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    });
    authority.is_some() && authority.as_deref() == host
}

impl FromRequestParts<App> for Arrival {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        Ok(Lead::of(&parts.headers, &parts.uri, &app.settings.common.public_url).arrival)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    use super::Lead;

    /// Origin, whether a visit begins, and the cookie that is set.
    fn lead(path: &'static str, headers: &[(&'static str, &'static str)]) -> (String, bool, Option<String>) {
        let pairs =
            headers.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        let headers: HeaderMap = pairs.collect();
        let site = "https://tienda.example".parse().expect("a URL");
        let lead = Lead::of(&headers, &path.parse().expect("a path"), &site);
        let cookie = lead.cookie().map(|cookie| cookie.to_str().expect("text").to_owned());
        (lead.arrival.origin.to_string(), lead.begins, cookie)
    }

    #[test]
    fn the_word_of_a_link_counts_most_and_then_who_led_here() {
        let kept = |word: &str| Some(format!("belgrano_origen={word}; Path=/; HttpOnly; SameSite=Lax"));
        let google = ("referer", "https://www.google.com/");
        assert_eq!(lead("/", &[]), ("directo".to_owned(), true, None), "no cookie for nothing");
        assert_eq!(lead("/", &[google]), ("buscador".to_owned(), true, kept("buscador")));
        assert_eq!(lead("/?a=1&utm_source=Diario", &[google]), ("diario".to_owned(), true, kept("diario")));
        assert_eq!(lead("/?utm_source=%20", &[google]), ("buscador".to_owned(), true, kept("buscador")));
    }

    #[test]
    fn an_origin_lasts_until_another_leads_here() {
        let (kept, home) = (("cookie", "belgrano_origen=diario"), ("referer", "https://tienda.example/carrito"));
        assert_eq!(lead("/finalizar", &[kept, home]), ("diario".to_owned(), false, None));
        assert_eq!(lead("/", &[kept]), ("diario".to_owned(), true, None), "typed on the same day");
        let (origin, begins, cookie) = lead("/", &[kept, ("referer", "https://t.co/x")]);
        assert!(origin == "red-social" && begins && cookie.is_some());
        assert_eq!(lead("/?utm_source=diario", &[kept, home]), ("diario".to_owned(), false, None), "known already");
        let forged = ("cookie", "belgrano_origen=Ana Diaz");
        assert_eq!(lead("/", &[forged, home]).0, "directo");
    }

    #[test]
    fn the_shop_is_itself_under_each_of_its_names() {
        let other = [("referer", "http://192.168.0.7:5000/"), ("host", "192.168.0.7:5000")];
        assert!(!lead("/carrito", &other).1);
        assert!(lead("/carrito", &[("referer", "http://192.168.0.7:5001/"), ("host", "192.168.0.7:5000")]).1);
        assert!(lead("/carrito", &[("referer", "https://tienda.example.evil.example/")]).1);
        assert!(lead("/carrito", &[("referer", "no address")]).1);
    }
}
