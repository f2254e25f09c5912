//! Extractors that turn a request into a type, or into a problem that names the field.
//!
//! axum's own refuse in plain English text; these refuse with the document of [`Problem`], in Spanish, with the path
//! of the field as on the wire. The size of a body is bounded by the router (`DefaultBodyLimit`).

use axum::body::HttpBody;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequest, FromRequestParts, OptionalFromRequest, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use belgrano_wire::free_text::{self, InvalidText};
use belgrano_wire::texts::{AnyOf, Message, Said};
use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::problem::{FieldError, Problem};

/// A JSON body: in, or out.
///
/// Refuses with 415 (not JSON by its content type), 413 (too large), 400 (not readable as JSON) or 422 (readable, but
/// not this shape; names the field).
#[derive(Clone, Copy, Debug, Default)]
pub struct Json<T>(pub T);

/// The query string as a type; 422 names the parameter that is wrong.
#[derive(Clone, Copy, Debug, Default)]
pub struct Query<T>(pub T);

/// The parts of the path as a type; a path that does not fit its type names nothing, so it is a 404.
#[derive(Clone, Copy, Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned> Json<T> {
    /// Reads `body`, with the same refusals as the extractor. For handlers that need the raw bytes too.
    pub fn from_bytes(body: &[u8]) -> Result<T, Problem> {
        let body = &*free_text::clean_json(body);
        check_json(body)?;
        // The fast way first: keeping track of the path costs, and nearly every body is right.
        serde_json::from_slice(body)
            .map_err(|error| if error.is_data() { wrong_shape::<T>(body) } else { unreadable() })
    }
}

impl<T> Json<T> {
    /// The body of a request that says it is JSON, not read yet.
    pub(super) async fn bytes<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::unsupported_media_type(Message::new("refusal-not-json")));
        }
        Bytes::from_request(request, state).await.map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(Message::new("refusal-too-large")),
            _ => Problem::malformed(Message::new("refusal-cut")),
        })
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        Self::from_bytes(&Self::bytes(request, state).await?).map(Self)
    }
}

/// A body that may be left out: neither a content type nor a byte.
impl<T: DeserializeOwned, S: Send + Sync> OptionalFromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Option<Self>, Problem> {
        let empty = request.body().is_end_stream();
        if empty && !request.headers().contains_key(header::CONTENT_TYPE) {
            return Ok(None);
        }
        <Self as FromRequest<S>>::from_request(request, state).await.map(Some)
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response(),
            Err(error) => Problem::internal(&error).into_response(),
        }
    }
}

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parse_query(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(rejection @ PathRejection::MissingPathParams(_)) => Err(Problem::internal(&rejection)),
            Err(_) => Err(Problem::not_found(Message::new("refusal-no-page"))),
        }
    }
}

/// Reads a query string as the extractors do.
pub(super) fn parse_query<T: DeserializeOwned>(query: &str) -> Result<T, Problem> {
    let query = free_text::clean_query(query);
    let fields = url::form_urlencoded::parse(query.as_bytes());
    check_fields(fields)?;
    read_fields(serde_urlencoded::Deserializer::new(fields))
}

/// Refuses control characters in the fields of a query or a form; see [`free_text::has_control`].
pub fn check_fields<N: AsRef<str>, V: AsRef<str>>(fields: impl IntoIterator<Item = (N, V)>) -> Result<(), Problem> {
    for (name, value) in fields {
        if free_text::has_control(name.as_ref()) {
            return Err(control_in("(pedido)"));
        }
        if free_text::has_control(value.as_ref()) {
            return Err(control_in(name.as_ref()));
        }
    }
    Ok(())
}

fn control_in(field: &str) -> Problem {
    Problem::invalid_field(field, InvalidText::Control)
}

/// Refuses control characters in the texts of `json`; see [`free_text::has_control`].
fn check_json(json: &[u8]) -> Result<(), Problem> {
    // Nearly no body has anything that could be one: an escape for one, DEL, or the first byte of U+0080 to U+009F.
    let suspicious =
        json.windows(2).any(|pair| matches!(pair, [b'\\', b'u' | b'b' | b'f'] | [0x7f, _] | [0xc2, 0x80..=0x9f]));
    if !suspicious {
        return Ok(());
    }
    // What cannot be looked through is not let through: a type may skip what breaks here (a number beyond all bounds in a
    // member it does not know), and the text beside it would go unseen.
    let value = serde_json::from_slice(json).map_err(|_| unreadable())?;
    find_control(&value, "").map_or(Ok(()), |field| Err(control_in(&field)))
}

fn find_control(value: &Value, path: &str) -> Option<String> {
    match value {
        Value::String(text) => free_text::has_control(text).then(|| path.to_owned()),
        Value::Array(items) => {
            items.iter().zip(0..).find_map(|(item, at)| find_control(item, &format!("{path}[{at}]")))
        }
        Value::Object(members) => members.iter().find_map(|(name, member)| {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            // A name nobody knows is not repeated.
            if free_text::has_control(name) { Some(String::new()) } else { find_control(member, &path) }
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
    .map(|found| if found.is_empty() { "(pedido)".to_owned() } else { found })
}

/// Reads named fields of whatever came with names: a query, a form.
pub fn read_fields<'de, T: DeserializeOwned, D: serde::Deserializer<'de>>(fields: D) -> Result<T, Problem> {
    serde_path_to_error::deserialize(fields).map_err(|error| {
        let path = error.path().to_string();
        describe(&path, &error.into_inner().to_string())
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else { return false };
    let mime = value.split(';').next().unwrap_or_default().trim();
    let Some((kind, subtype)) = mime.split_once('/') else { return false };
    let suffix = subtype.rsplit('+').next().unwrap_or_default();
    kind.eq_ignore_ascii_case("application") && suffix.eq_ignore_ascii_case("json")
}

fn unreadable() -> Problem {
    Problem::malformed(Message::new("refusal-json"))
}

/// Reads `body` again, this time keeping track of where it is, to name the field.
fn wrong_shape<T: DeserializeOwned>(body: &[u8]) -> Problem {
    let json = &mut serde_json::Deserializer::from_slice(body);
    match serde_path_to_error::deserialize::<_, T>(json) {
        Err(error) => {
            let path = error.path().to_string();
            describe(&path, &error.into_inner().to_string())
        }
        Ok(_) => unreadable(),
    }
}

/// Reads a value that was read as JSON before, or says which field of it is wrong and how.
pub fn read_value<T: DeserializeOwned>(value: Value) -> Result<T, FieldError> {
    serde_path_to_error::deserialize::<_, T>(value).map_err(|error| {
        let path = error.path().to_string();
        field_error(&path, &error.into_inner().to_string())
    })
}

fn describe(path: &str, message: &str) -> Problem {
    Problem::invalid(vec![field_error(path, message)])
}

/// Turns what serde says into a field and a message of ours. What a type of ours says is of the catalogues already; nothing
/// else that a library says is repeated.
fn field_error(path: &str, message: &str) -> FieldError {
    // The root is called "." there.
    let path = if path == "." { "" } else { path };
    let message = without_place(message);
    if let Some(missing) = quoted_after(message, "missing field ") {
        let field = if path.is_empty() { missing.to_owned() } else { format!("{path}.{missing}") };
        return FieldError::new(field, Message::new("error-missing"));
    }
    let said: Said = if message.starts_with("unknown variant ") {
        // The last one: what was sent stands before it, and may say anything.
        let known = message.rsplit_once(", expected ").map_or("", |(_, known)| known);
        // "`a`", "`a` or `b`", "one of `a`, `b`, `c`"
        let known = AnyOf::new(known.split('`').skip(1).step_by(2));
        Message::new("error-unknown-word").with("known", known).into()
    } else if let Some(unknown) = quoted_after(message, "unknown field ") {
        let field = if path.is_empty() { unknown.to_owned() } else { path.to_owned() };
        return FieldError::new(field, Message::new("error-unknown-field"));
    } else if message.starts_with("invalid type") {
        Message::new("error-type").into()
    } else {
        Said::known(message, "error-").unwrap_or_else(|| Message::new("error-invalid").into())
    };
    FieldError::new(if path.is_empty() { "(pedido)" } else { path }, said)
}

/// `message` without where in the text it was, which `serde_json` adds and a person cannot use.
fn without_place(message: &str) -> &str {
    let place = |place: &str| place.split(" column ").all(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
    match message.rsplit_once(" at line ") {
        Some((message, at)) if place(at) => message,
        _ => message,
    }
}

fn quoted_after<'a>(message: &'a str, opening: &str) -> Option<&'a str> {
    message.strip_prefix(opening)?.split('`').nth(1)
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::extract::{DefaultBodyLimit, FromRequest, Request};
    use axum::http::StatusCode;
    use serde::Deserialize;

    use super::{Json, parse_query};
    use crate::problem::Problem;

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only its shape is tested")]
    struct Line {
        id: u32,
        size: Size,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Size {
        Big,
        Small,
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only its shape is tested")]
    struct Order {
        lines: Vec<Line>,
    }

    async fn post(content_type: &str, body: &'static str) -> Result<Json<Order>, Problem> {
        let request = Request::builder().header("content-type", content_type).body(Body::from(body)).expect("valid");
        Json::from_request(request, &()).await
    }

    async fn refusal(body: &'static str) -> (u16, Option<(String, String)>) {
        let problem = post("application/json", body).await.expect_err("refused");
        let error = problem.errors().first().map(|error| (error.field.clone(), error.message.clone()));
        (problem.status().as_u16(), error)
    }

    #[tokio::test]
    async fn a_good_body_passes_with_any_json_type() {
        for kind in ["application/json", "Application/JSON; charset=utf-8", "application/cloudevents+json"] {
            assert!(post(kind, r#"{"lines":[{"id":1,"size":"big"}]}"#).await.is_ok(), "{kind}");
        }
        for kind in ["text/plain", "application/x-www-form-urlencoded", "json", ""] {
            assert_eq!(post(kind, "{}").await.expect_err("refused").status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
        }
    }

    #[tokio::test]
    async fn says_which_field_is_wrong() {
        let field = |field: &str, message: &str| Some((field.to_owned(), message.to_owned()));
        assert_eq!(refusal("{").await, (400, None));
        assert_eq!(refusal("").await, (400, None));
        assert_eq!(refusal("{}").await, (422, field("lines", "falta este dato")));
        assert_eq!(refusal("7").await, (422, field("(pedido)", "el dato no es del tipo esperado")));
        let wrong = refusal(r#"{"lines":[{"id":1,"size":"big"},{"id":"x","size":"big"}]}"#).await;
        assert_eq!(wrong, (422, field("lines[1].id", "el dato no es del tipo esperado")));
        let wrong = refusal(r#"{"lines":[{"id":1,"size":"huge"}]}"#).await;
        assert_eq!(wrong, (422, field("lines[0].size", "valor desconocido; los posibles son: big o small")));
        let spoken = refusal(r#"{"lines":[{"id":1,"size":"huge`, expected `x` at line 9"}]}"#).await;
        assert_eq!(spoken.1, field("lines[0].size", "valor desconocido; los posibles son: big o small"));
        assert_eq!(refusal(r#"{"lines":[{"size":"big"}]}"#).await, (422, field("lines[0].id", "falta este dato")));
    }

    #[tokio::test]
    async fn a_body_over_the_limit_is_a_413() {
        let mut request = Request::builder().header("content-type", "application/json").body(Body::from("[1,2,3,4]"));
        DefaultBodyLimit::max(4).apply(request.as_mut().expect("valid"));
        let problem = Json::<Vec<u8>>::from_request(request.expect("valid"), &()).await.expect_err("refused");
        assert_eq!(problem.status(), StatusCode::PAYLOAD_TOO_LARGE);
    }

    #[test]
    fn what_cannot_be_looked_through_is_not_let_through() {
        #[derive(Debug, Deserialize)]
        struct Reason {
            #[expect(dead_code, reason = "only its reading matters")]
            motivo: String,
        }
        for rest in [
            r#""x":1e999"#.to_owned(),
            r#""x":"\ud800""#.to_owned(),
            format!("\"x\":{}{}", "[".repeat(200), "]".repeat(200)),
        ] {
            let body = format!(r#"{{"motivo":"a\u001b[31m",{rest}}}"#);
            let refused = Json::<Reason>::from_bytes(body.as_bytes()).expect_err("it has an escape in it");
            assert_eq!(refused.status().as_u16(), 400, "{body}");
        }
    }

    #[test]
    fn a_control_character_is_refused_by_the_name_of_its_field() {
        let refused = |json: &str| {
            let problem = Json::<serde_json::Value>::from_bytes(json.as_bytes()).err()?;
            Some((problem.status().as_u16(), problem.errors().first().map(|error| error.field.clone())))
        };
        for (json, field) in [
            (r#""a\u0000b""#, "(pedido)"),
            (r#"{"motivo":"\\\u0000"}"#, "motivo"),
            (r#"{"items":[{"notas":"x"},{"notas":"\u001b[31m"}]}"#, "items[1].notas"),
            ("{\"nombre\":\"a\u{7f}b\"}", "nombre"),
            ("{\"nombre\":\"a\u{85}b\"}", "nombre"),
            (r#"{"nombre":"a\bb"}"#, "nombre"),
            (r#"{"otro":{"a\u0000":1}}"#, "(pedido)"),
        ] {
            assert_eq!(refused(json), Some((422, Some(field.to_owned()))), "{json}");
        }
        for json in [r#""\\u0000""#, r#""u0000""#, r#""a\r\n\tb \u00f1""#, r#""\\b\/""#] {
            assert_eq!(refused(json), None, "{json}");
        }
        assert_eq!(refused("\"a\0b\""), Some((400, None)), "that is no JSON");
        for (query, field) in [("q=a%00b", "q"), ("q=a&nota=%1b", "nota"), ("%00=a", "(pedido)")] {
            let problem = parse_query::<Vec<(String, String)>>(query).expect_err("refused");
            assert_eq!((problem.status().as_u16(), problem.errors()[0].field.as_str()), (422, field), "{query}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_with_a_control_character_passes(name in "[a-z]{1,5}", text in "[\\x00-\\x1f\\x7f\\u{80}-\\u{9f}a-z\\\\\"ñ]{0,8}") {
            let json = serde_json::json!({ (name): [text.clone()] }).to_string();
            let refused = Json::<serde_json::Value>::from_bytes(json.as_bytes()).is_err();
            proptest::prop_assert_eq!(refused, belgrano_wire::free_text::has_control(&text), "{}", json);
        }
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only its shape is tested")]
    struct Filter {
        id: Option<u32>,
    }

    #[test]
    fn what_is_given_twice_is_refused() {
        assert_eq!(parse_query::<Filter>("id=7&id=8").expect_err("which?").status().as_u16(), 422);
        assert_eq!(Json::<Filter>::from_bytes(br#"{"id":7,"id":8}"#).expect_err("which?").status().as_u16(), 422);
    }

    #[test]
    fn a_query_names_its_parameter() {
        assert!(parse_query::<Filter>("").is_ok());
        let problem = parse_query::<Filter>("id=siete").expect_err("refused");
        assert_eq!(problem.errors()[0].field, "id");
        assert_eq!(problem.errors()[0].message, "el valor no es válido");
    }
}
