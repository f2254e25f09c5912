//! Whole requests as they are meant: every text of a document, a query or a form through [`clean`], whatever type reads it.
//!
//! What must never happen here: a change of a body before its signature or the fingerprint of its idempotency key was made of
//! it, or of a text that is compared as it was typed (a password, a key).

use std::borrow::Cow;

use url::form_urlencoded;

use super::clean;

/// The hidden field of a form's one-time key.
pub const KEY_FIELD: &str = "clave_unica";

/// The names of what is taken as it was typed: passwords, which their own type normalises, and the one-time key of a form.
const AS_TYPED: [&str; 4] = ["password", "password_actual", "password_nueva", KEY_FIELD];

/// Whether a member or a field of this name is taken as it was typed.
#[must_use]
pub fn is_taken_as_typed(name: &str) -> bool {
    AS_TYPED.contains(&name)
}

/// A field of a form or a query: its name and its value.
#[must_use]
pub fn clean_field(name: &str, value: &str) -> (String, String) {
    let value = if is_taken_as_typed(name) { Cow::Borrowed(value) } else { clean(value) };
    (clean(name).into_owned(), value.into_owned())
}

/// A query string, each of its values clean.
#[must_use]
pub fn clean_query(query: &str) -> Cow<'_, str> {
    // What is not ASCII is escaped in a query; whoever sends it bare means it too.
    if query.is_ascii() && !query.contains('%') {
        return Cow::Borrowed(query);
    }
    let fields = form_urlencoded::parse(query.as_bytes()).map(|(name, value)| clean_field(&name, &value));
    Cow::Owned(form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish())
}

/// A JSON document with every text in it clean, and without a byte order mark before it. Nothing else of it changes: not
/// the order of its members, not how a number is written, not what is wrong with it.
#[must_use]
pub fn clean_json(json: &[u8]) -> Cow<'_, [u8]> {
    let json = json.strip_prefix("\u{feff}".as_bytes()).unwrap_or(json);
    // An escape may stand for anything.
    let changes = json.iter().any(|byte| !byte.is_ascii()) || json.windows(2).any(|pair| pair == b"\\u");
    if !changes {
        return Cow::Borrowed(json);
    }
    let mut cleaned = Vec::with_capacity(json.len());
    let mut rest = json;
    // Whether the text that comes next belongs to a name whose value is taken as it was typed.
    let mut as_typed = false;
    while let Some(begin) = rest.iter().position(|byte| *byte == b'"') {
        let (between, from) = rest.split_at(begin);
        as_typed &= between.iter().all(|byte| byte.is_ascii_whitespace() || *byte == b':');
        let Some(length) = text_length(from) else { break };
        let (text, behind) = from.split_at(length);
        cleaned.extend_from_slice(between);
        let decoded = serde_json::from_slice::<String>(text).ok();
        match decoded.as_deref().filter(|_| !as_typed).map(|decoded| (decoded, clean(decoded))) {
            Some((decoded, meant)) if *meant != *decoded => {
                cleaned.extend_from_slice(&serde_json::to_vec(&meant).unwrap_or_else(|_| text.to_vec()));
            }
            _ => cleaned.extend_from_slice(text),
        }
        let is_name = behind.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b':');
        as_typed = is_name && decoded.as_deref().is_some_and(is_taken_as_typed);
        rest = behind;
    }
    cleaned.extend_from_slice(rest);
    Cow::Owned(cleaned)
}

/// The bytes of the text that `json` begins with, its quotation marks among them; `None` when it does not end.
fn text_length(json: &[u8]) -> Option<usize> {
    let mut escaped = false;
    let end = json.iter().skip(1).position(|byte| match (escaped, byte) {
        (true, _) => {
            escaped = false;
            false
        }
        (false, b'\\') => {
            escaped = true;
            false
        }
        (false, byte) => *byte == b'"',
    })?;
    Some(end + 2)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::{clean_field, clean_json, clean_query};

    fn cleaned(json: &str) -> String {
        String::from_utf8(clean_json(json.as_bytes()).into_owned()).expect("text")
    }

    #[test]
    fn every_text_of_a_document_is_clean_and_nothing_else_changes() {
        let pasted = "{ \"nombre\" : \"A\u{200b}na\", \"n\": 1.50e2, \"a\":[\"man\\u0303ana\",\"\\u202aB\\\"\\u202c\"],\"x\":\"q\\\\\" , \"x\":\"ñ\"}";
        assert_eq!(cleaned(pasted), r#"{ "nombre" : "Ana", "n": 1.50e2, "a":["mañana","B\""],"x":"q\\" , "x":"ñ"}"#);
        assert_eq!(cleaned("\u{feff}{\"a\":1}"), "{\"a\":1}");
    }

    #[test]
    fn what_is_broken_stays_broken() {
        for broken in ["{\"a\":\"ñ", "{\"a\":\"\\ud800\"}", "ñ", "\"ñ\\", "{\"ñ\"", "[\"\u{200b}\", \"\\x\"]"] {
            assert_eq!(
                serde_json::from_str::<Value>(broken).is_err(),
                serde_json::from_str::<Value>(&cleaned(broken)).is_err(),
                "{broken:?}"
            );
        }
    }

    #[test]
    fn a_password_stays_as_typed() {
        let body = "{\"password\" : \"n\u{303}\u{200b}\",\"nombre\":\"n\u{303}\", \"a\":[\"password\",\"n\u{303}\"]}";
        let expected = "{\"password\" : \"n\u{303}\u{200b}\",\"nombre\":\"ñ\", \"a\":[\"password\",\"ñ\"]}";
        assert_eq!(cleaned(body), expected);
        assert_eq!(clean_field("password", "n\u{303}").1, "n\u{303}");
    }

    #[test]
    fn a_query_is_read_as_it_is_meant() {
        assert_eq!(clean_query("q=leche&cursor=a"), "q=leche&cursor=a");
        assert_eq!(clean_query("q=man%CC%83ana%E2%80%8B&x=1+2"), "q=ma%C3%B1ana&x=1+2");
    }

    proptest! {
        #[test]
        fn a_document_of_clean_texts_is_the_same_document(text in "\\PC*", name in "\\PC*") {
            let document = json!({ &*super::clean(&name): [super::clean(&text), 1, null] });
            let written = document.to_string();
            prop_assert_eq!(cleaned(&written), written);
        }
    }
}
