//! Requests that are wrong in one place each, made from an API's document; and what no answer to one may say.

use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApi;

/// A request that is wrong somewhere.
#[derive(Debug)]
pub struct WrongRequest {
    /// `GET` …
    pub method: String,
    /// With its query.
    pub path: String,
    /// A JSON body, if it has one.
    pub body: Option<Value>,
}

/// Every operation of `api` with each field of its body and each of its parameters wrong in several ways.
#[must_use]
pub fn wrong_requests(api: &OpenApi) -> Vec<WrongRequest> {
    let document = serde_json::to_value(api).expect("a document");
    let mut wrong = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let method = method.to_uppercase();
            let mut add = |path: String, body| wrong.push(WrongRequest { method: method.clone(), path, body });
            let with = |word: &str| {
                path.split('/')
                    .map(|part| if part.starts_with('{') { word } else { part })
                    .collect::<Vec<_>>()
                    .join("/")
            };
            let plain = with("1");
            if path.contains('{') {
                add(with("qwzx"), None);
            }
            for parameter in operation["parameters"].as_array().into_iter().flatten().filter(|one| one["in"] == "query")
            {
                for value in ["qwzx", "-1", "99999999999999999999", "%F0%9F%94%A5", "2026-13-45"] {
                    add(format!("{plain}?{}={value}", parameter["name"].as_str().unwrap_or_default()), None);
                }
            }
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            if !schema.is_null() {
                let bodies = [json!({}), json!([]), json!("qwzx"), json!(7), Value::Null];
                for body in bodies.into_iter().chain(wrong_values(&document, schema, 0)) {
                    add(plain.clone(), Some(body));
                }
            }
        }
    }
    wrong
}

/// Values of an object or a list of `schema` with one member wrong.
fn wrong_values(document: &Value, schema: &Value, depth: usize) -> Vec<Value> {
    if depth > 4 {
        return Vec::new();
    }
    if let Some(named) = schema["$ref"].as_str() {
        let schema = document.pointer(named.trim_start_matches('#'));
        return schema.map(|schema| wrong_values(document, schema, depth + 1)).unwrap_or_default();
    }
    let inner = ["allOf", "oneOf", "anyOf"].iter().filter_map(|of| schema[of].as_array()).flatten();
    let mut wrong: Vec<Value> = inner.flat_map(|inner| wrong_values(document, inner, depth + 1)).collect();
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        let simple = [
            json!("qwzx"),
            json!(7.5),
            json!(-1),
            json!(1e30),
            json!(true),
            json!(null),
            json!([]),
            json!({}),
            json!(""),
            json!(["qwzx"]),
        ];
        let nested = wrong_values(document, member, depth + 1);
        wrong.extend(
            simple.into_iter().chain(nested).map(|value| Value::Object(Map::from_iter([(name.clone(), value)]))),
        );
    }
    if !schema["items"].is_null() {
        wrong.extend(wrong_values(document, &schema["items"], depth + 1).into_iter().map(|item| json!([item])));
    }
    wrong
}

/// What libraries say, in English; a segment of customers may be called `Cannot Lose Them`.
const FOREIGN: [&str; 19] = [
    "expected",
    "invalid",
    "missing",
    "unknown",
    "variant",
    " or ",
    " and ",
    "at line",
    "failed",
    "error:",
    "must ",
    "found ",
    "parse",
    "duplicate",
    "cannot be",
    "cannot parse",
    "trailing",
    "out of range",
    "did not",
];

/// No text of the problem `answer` is a library's: every one is Spanish, as all of ours on the wire.
pub fn assert_no_foreign_words(request: &WrongRequest, answer: &Value) {
    let messages = answer["errors"].as_array().into_iter().flatten().map(|error| &error["message"]);
    for text in ["title", "detail", "error"].map(|member| &answer[member]).into_iter().chain(messages) {
        let text = text.as_str().unwrap_or_default().to_lowercase();
        let foreign = FOREIGN.iter().find(|word| text.contains(**word));
        assert!(foreign.is_none(), "{request:?}: {answer}");
    }
}
