//! Where to go on after logging in: a path of this site, never another's.

use axum::response::Response;
use url::{Url, form_urlencoded};

use super::see_other;

/// Where both services let people log in.
pub const LOGIN_PATH: &str = "/ingresar";

/// `wanted` as a path of this site (with its query), or `/`. Read as a browser reads it: `//evil.example`,
/// `/\evil.example` and a tab in between all leave the site, and so are none.
#[must_use]
pub fn local_path(wanted: &str) -> String {
    const HERE: &str = "http://here.invalid";
    let home = || "/".to_owned();
    let Ok(here) = Url::parse(HERE) else { return home() };
    match here.join(wanted) {
        Ok(url) if wanted.starts_with('/') && url.origin() == here.origin() && !url.path().starts_with("//") => {
            url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
        }
        _ => home(),
    }
}

/// Sends somebody who is not logged in to do so, and back to `wanted` afterwards.
#[must_use]
pub fn log_in_first(wanted: &str) -> Response {
    let wanted = local_path(wanted);
    if wanted == "/" {
        return see_other(LOGIN_PATH);
    }
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("volver", &wanted).finish();
    see_other(&format!("{LOGIN_PATH}?{query}"))
}

#[cfg(test)]
mod tests {
    use super::{local_path, log_in_first};

    #[test]
    fn stays_here() {
        assert_eq!(local_path("/pedidos?estado=pendiente&q=a%20b"), "/pedidos?estado=pendiente&q=a%20b");
        assert_eq!(local_path("/productos/ñandú"), "/productos/%C3%B1and%C3%BA");
        for evil in [
            "",
            "pedidos",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "\\\\evil.example",
            "https://evil.example/",
            "javascript:alert(1)",
            "/..//evil.example",
            "/.//evil.example",
            " //evil.example",
        ] {
            assert_eq!(local_path(evil), "/", "{evil}");
        }
        assert_eq!(local_path("/a\r\nSet-Cookie: x=1"), "/aSet-Cookie:%20x=1");
    }

    #[test]
    fn comes_back() {
        let location = |wanted| log_in_first(wanted).headers()["location"].to_str().expect("text").to_owned();
        assert_eq!(location("/pedidos?q=a b"), "/ingresar?volver=%2Fpedidos%3Fq%3Da%2520b");
        assert_eq!(location("//evil.example"), "/ingresar");
    }
}
