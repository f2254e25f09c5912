//! `?cursor=&limit=`: one page of a list.
//!
//! A cursor is opaque to the client: base64url of the JSON of whatever the query sorts by. It is not signed, so what
//! comes out of it is input like any other and must only ever narrow a query that is already allowed.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use belgrano_wire::texts::Message;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::body::parse_query;
use crate::problem::Problem;

/// A cursor longer than this was not made here.
const MAX_CURSOR_BYTES: usize = 512;

/// Which page of a list is asked for. Sits beside a `Query<T>` of the same request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Where the last page ended, as handed out in `cursor`; `None` for the first.
    pub cursor: Option<String>,
    /// How many entries at most.
    pub limit: u32,
}

impl Page {
    /// Entries on a page when the client does not say.
    pub const DEFAULT_LIMIT: u32 = 50;
    /// Entries on a page at most.
    pub const MAX_LIMIT: u32 = 200;

    /// Reads the cursor back into what the query sorts by. 422 when it was not made by [`Page::encode`].
    pub fn position<T: DeserializeOwned>(&self) -> Result<Option<T>, Problem> {
        let Some(cursor) = &self.cursor else { return Ok(None) };
        let json = (cursor.len() <= MAX_CURSOR_BYTES).then(|| URL_SAFE_NO_PAD.decode(cursor).ok()).flatten();
        let position = json.and_then(|json| serde_json::from_slice(&json).ok());
        position.map(Some).ok_or_else(|| Problem::invalid_field("cursor", Message::new("error-cursor")))
    }

    /// The cursor of the page after the entry at `position`.
    #[must_use]
    pub fn encode<T: Serialize>(position: &T) -> String {
        // A position is a tuple of numbers and strings; those always have a JSON form.
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(position).unwrap_or_default())
    }

    fn parse(query: &str) -> Result<Self, Problem> {
        #[derive(Deserialize)]
        struct Raw {
            cursor: Option<String>,
            limit: Option<String>,
        }
        let raw: Raw = parse_query(query)?;
        let limit = match raw.limit.as_deref() {
            None | Some("") => Self::DEFAULT_LIMIT,
            Some(text) => {
                let limit = text.parse().ok().filter(|limit| (1..=Self::MAX_LIMIT).contains(limit));
                limit.ok_or_else(|| {
                    Problem::invalid_field(
                        "limit",
                        Message::new("error-number-range").with("from", 1).with("to", Self::MAX_LIMIT),
                    )
                })?
            }
        };
        Ok(Self { cursor: raw.cursor.filter(|cursor| !cursor.is_empty()), limit })
    }
}

impl<S: Sync> FromRequestParts<S> for Page {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Self::parse(parts.uri.query().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::Page;

    #[test]
    fn limits_are_kept() {
        assert_eq!(Page::parse("").expect("valid"), Page { cursor: None, limit: 50 });
        assert_eq!(Page::parse("q=x&limit=200&cursor=").expect("valid"), Page { cursor: None, limit: 200 });
        for wrong in ["limit=0", "limit=201", "limit=-1", "limit=mil"] {
            assert_eq!(Page::parse(wrong).expect_err("refused").errors()[0].field, "limit");
        }
    }

    #[test]
    fn a_cursor_comes_back_as_it_went() {
        let position = (1_795_284_245_000_i64, "BA-20261121-7F3K9Q".to_owned());
        let page = Page { cursor: Some(Page::encode(&position)), limit: 1 };
        assert_eq!(page.position::<(i64, String)>().expect("ours"), Some(position));
        let forged = Page { cursor: Some("no!".to_owned()), limit: 1 };
        assert_eq!(forged.position::<i64>().expect_err("refused").errors()[0].field, "cursor");
    }
}
