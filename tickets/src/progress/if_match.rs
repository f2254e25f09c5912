//! `If-Match: "3"`: only if nobody changed the ticket since version 3 (RFC 9110, 13.1.1).

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use belgrano_runtime::problem::Problem;
use belgrano_wire::texts::Message;

/// The version a caller has seen; `None` when it does not care (`*` or no header).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IfMatch(pub Option<i64>);

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else { return Ok(Self(None)) };
        parse(value.to_str().unwrap_or_default())
            .ok_or_else(|| Problem::invalid_field("If-Match", Message::new("error-version")))
    }
}

fn parse(text: &str) -> Option<IfMatch> {
    let text = text.trim();
    if text == "*" {
        return Some(IfMatch(None));
    }
    let tag = text.strip_prefix("W/").unwrap_or(text);
    let tag = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).unwrap_or(tag);
    tag.parse().ok().map(|version| IfMatch(Some(version)))
}

#[cfg(test)]
mod tests {
    use super::{IfMatch, parse};

    #[test]
    fn reads_what_is_a_version() {
        for (text, version) in [("\"3\"", Some(3)), ("W/\"3\"", Some(3)), ("3", Some(3)), (" * ", None)] {
            assert_eq!(parse(text), Some(IfMatch(version)), "{text}");
        }
        assert_eq!(parse("\"abc\""), None);
        assert_eq!(parse(""), None);
    }
}
