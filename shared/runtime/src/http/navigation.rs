//! Whether a person asks or a program: a browser that navigates is refused with a page.
//!
//! What such a page looks like is not known here: the edge is given [`ForPeople`].

use axum::extract::Request;
use axum::http::{HeaderMap, Method, header};
use axum::response::Response;
use url::Url;

use belgrano_wire::texts::Language;

/// What a navigation asked for, kept until its answer is known.
#[derive(Clone, Debug)]
pub struct Navigation {
    /// Where a person would go on after logging in.
    back_to: String,
    language: Language,
}

/// Makes a page of what refuses a navigation. What refuses nothing it leaves as it is.
pub type ForPeople = fn(Response, &Navigation) -> Response;

impl Navigation {
    /// Where a person would go on after logging in.
    #[must_use]
    pub fn back_to(&self) -> &str {
        &self.back_to
    }

    /// The language they read.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }
}

/// Whether a browser asks for a document, and not a program for an answer of the API.
#[must_use]
pub fn is_navigation(request: &Request) -> Option<Navigation> {
    let accept = request.headers().get(header::ACCEPT)?.to_str().ok()?;
    let path = request.uri().path();
    if !accept.contains("text/html") || path.starts_with("/api/") {
        return None;
    }
    let back_to = if matches!(*request.method(), Method::GET | Method::HEAD) {
        request.uri().path_and_query().map_or_else(|| path.to_owned(), ToString::to_string)
    } else {
        // The form cannot be sent again on its own, but the page it is on can be shown again.
        referring_path(request.headers()).unwrap_or_else(|| "/".to_owned())
    };
    Some(Navigation { back_to, language: Language::of(request.headers()) })
}

fn referring_path(headers: &HeaderMap) -> Option<String> {
    let referer = Url::parse(headers.get(header::REFERER)?.to_str().ok()?).ok()?;
    Some(referer.query().map_or_else(|| referer.path().to_owned(), |query| format!("{}?{query}", referer.path())))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::extract::Request;

    use super::is_navigation;

    fn request(path: &str, accept: Option<&str>) -> Request {
        let builder = Request::builder().uri(path);
        let builder = accept.into_iter().fold(builder, |builder, accept| builder.header("accept", accept));
        builder.body(Body::empty()).expect("valid")
    }

    #[test]
    fn a_program_reads_the_document() {
        let html = Some("text/html,application/xhtml+xml,*/*;q=0.8");
        assert!(is_navigation(&request("/pedidos", Some("*/*"))).is_none());
        assert!(is_navigation(&request("/pedidos", None)).is_none());
        assert!(is_navigation(&request("/api/pedidos", html)).is_none());
        assert!(is_navigation(&request("/pedidos", html)).is_some());
    }
}
