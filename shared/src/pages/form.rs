//! A submitted form: what was typed, and what is wrong with it.
//!
//! It is read into the same types as a body of the API, so both refuse with the same words. When it is refused, the
//! same form goes back into the page: each error beside its field, and nothing to type twice (but passwords).

use std::borrow::Borrow;

use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::de::value::MapDeserializer;
use sha2::{Digest, Sha256};
use url::form_urlencoded;

use super::field::{Choice, Field, Label};
use crate::free_text;
use crate::idempotency::IdempotencyKey;
use crate::problem::{FieldError, Problem};
use crate::search;
use crate::texts::{Language, Message, Said};

/// The hidden field of a form's one-time key.
pub const KEY_FIELD: &str = "clave_unica";

/// The fields of a form in the order they were sent, and the errors of those that are wrong.
#[derive(Clone, Debug, Default)]
pub struct Form {
    pairs: Vec<(String, String)>,
    errors: Vec<FieldError>,
    refusal: Option<Said>,
}

impl Form {
    /// The form as it stands before anybody typed: `(name, value)` pairs.
    pub fn filled<N: Into<String>, V: Into<String>>(pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        let pairs = pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { pairs, ..Self::default() }
    }

    /// The form that a query string fills in.
    #[must_use]
    pub fn of_query(query: &str) -> Self {
        let fields = form_urlencoded::parse(query.as_bytes());
        Self::filled(fields.map(|(name, value)| free_text::clean_field(&name, &value)))
    }

    /// What was typed in `name`, trimmed; empty when there is no such field.
    #[must_use]
    pub fn value(&self, name: &str) -> &str {
        self.values(name).next().unwrap_or_default()
    }

    /// What was typed in every field called `name`.
    pub fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.pairs.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.trim())
    }

    /// The fields called one of `names` that are not empty, as they were typed: what a page asks for when it is shown again.
    pub fn asked<'a>(&'a self, names: &'a [&str]) -> impl Iterator<Item = (&'a str, &'a str)> {
        let of = |name: &'a str| self.pairs.iter().filter(move |(key, value)| key == name && !value.is_empty());
        names.iter().flat_map(move |name| of(name).map(|(name, value)| (name.as_str(), value.as_str())))
    }

    /// Whether something was typed in `name` to search for that nothing is called.
    #[must_use]
    pub fn asks_nothing(&self, name: &str) -> bool {
        self.asked(&[name]).any(|(_, value)| search::asks_nothing(value))
    }

    /// What was typed in `name`, unless it is blank.
    #[must_use]
    pub fn given(&self, name: &str) -> Option<&str> {
        Some(self.value(name)).filter(|value| !value.is_empty())
    }

    /// Sets a field that nobody types.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.replace(name, [value.into()]);
    }

    /// Puts these values in the place of all that were given under `name`.
    pub fn replace(&mut self, name: &str, values: impl IntoIterator<Item = String>) {
        self.pairs.retain(|(key, _)| key != name);
        self.pairs.extend(values.into_iter().map(|value| (name.to_owned(), value)));
    }

    /// The form as a type; a field left blank is one that was not sent. 422 names the field that is wrong.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        read(self.pairs.iter().filter(|(_, value)| !value.trim().is_empty()))
    }

    /// The form as a type in which a field left blank means nothing is to be there.
    pub fn read_with_blanks<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        read(self.pairs.iter())
    }

    /// The one-time key in the hidden field [`KEY_FIELD`], bound to what was typed. A form that is sent twice by an
    /// impatient finger is done once.
    pub fn key(&self) -> Result<Option<IdempotencyKey>, Problem> {
        let Some(key) = self.given(KEY_FIELD) else { return Ok(None) };
        let mut typed = Sha256::new();
        for (name, value) in &self.pairs {
            // Lengths first, so that no two forms read alike.
            typed.update((name.len() as u64).to_le_bytes());
            typed.update(name);
            typed.update((value.len() as u64).to_le_bytes());
            typed.update(value);
        }
        IdempotencyKey::parse(String::new(), key, typed.finalize().into()).map(Some)
    }

    /// The form on its way back to whoever sent it, with what is wrong.
    #[must_use]
    pub fn refused(mut self, problem: &Problem) -> Self {
        self.errors = problem.errors().to_vec();
        if self.errors.is_empty() {
            self.refusal = Some(problem.said().clone());
        }
        self
    }

    /// Whether a problem is the form's, to be shown in it; else it is nobody's here and goes on its way.
    #[must_use]
    pub fn takes(problem: &Problem) -> bool {
        let status = problem.status();
        status.is_client_error() && !matches!(status, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND)
    }

    /// What is wrong with the form as a whole.
    #[must_use]
    pub fn refusal(&self, language: impl Borrow<Language>) -> Option<String> {
        self.refusal.as_ref().map(|said| said.to(*language.borrow()))
    }

    /// What is wrong with `name`.
    #[must_use]
    pub fn error(&self, name: &str) -> Option<&FieldError> {
        self.errors.iter().find(|error| error.field == name)
    }

    /// The field to begin with: the first that is wrong. Browsers send fields in the order of the page.
    #[must_use]
    pub fn begins_with(&self, name: &str) -> bool {
        let in_order = self.pairs.iter().map(|(name, _)| name.as_str()).find(|name| self.error(name).is_some());
        in_order.or_else(|| Some(self.errors.first()?.field.as_str())) == Some(name)
    }

    /// The errors of fields that are not among `shown`: a page tells them at the top, or they would be lost.
    #[must_use]
    pub fn other_errors(&self, shown: &[&str]) -> Vec<&FieldError> {
        self.errors.iter().filter(|error| !shown.contains(&error.field.as_str())).collect()
    }

    /// A field of text.
    #[must_use]
    pub fn text(&self, name: &'static str, label: impl Into<Label>) -> Field<'_> {
        self.field("text", name, label, self.value(name))
    }

    /// A field of another type: `email`, `tel`, `number`.
    #[must_use]
    pub fn input(&self, kind: &'static str, name: &'static str, label: impl Into<Label>) -> Field<'_> {
        self.field(kind, name, label, self.value(name))
    }

    /// A password: never shown again.
    #[must_use]
    pub fn password(&self, name: &'static str, label: impl Into<Label>) -> Field<'_> {
        self.field("password", name, label, "")
    }

    /// A field of several lines.
    #[must_use]
    pub fn area(&self, name: &'static str, label: impl Into<Label>) -> Field<'_> {
        self.field("textarea", name, label, self.value(name))
    }

    /// One of several.
    #[must_use]
    pub fn select(&self, name: &'static str, label: impl Into<Label>, choices: Vec<Choice>) -> Field<'_> {
        self.field("select", name, label, self.value(name)).choices(choices)
    }

    fn field<'a>(&self, kind: &'static str, name: &'static str, label: impl Into<Label>, value: &'a str) -> Field<'a> {
        Field::new(kind, name, label, value, self.error(name)).focused(self.begins_with(name))
    }
}

fn read<'a, T: DeserializeOwned>(pairs: impl Iterator<Item = &'a (String, String)>) -> Result<T, Problem> {
    let fields = pairs.map(|(name, value)| (name.as_str(), Text(value)));
    crate::http::read_fields(MapDeserializer::<_, serde::de::value::Error>::new(fields))
}

/// A value of a form: whatever the type wants that can be read from text.
#[derive(Clone, Copy)]
struct Text<'a>(&'a str);

impl<'de> serde::de::IntoDeserializer<'de, serde::de::value::Error> for Text<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! parsed {
    ($($method:ident => $visit:ident),+) => {
        $(fn $method<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
            match free_text::plain(self.0).trim().parse() {
                Ok(value) => visitor.$visit(value),
                Err(_) => Err(serde::de::Error::custom(Message::new("error-number"))),
            }
        })+
    };
}

impl<'de> serde::Deserializer<'de> for Text<'de> {
    type Error = serde::de::value::Error;

    parsed! {
        deserialize_i8 => visit_i8, deserialize_i16 => visit_i16, deserialize_i32 => visit_i32,
        deserialize_i64 => visit_i64, deserialize_u8 => visit_u8, deserialize_u16 => visit_u16,
        deserialize_u32 => visit_u32, deserialize_u64 => visit_u64, deserialize_f32 => visit_f32,
        deserialize_f64 => visit_f64
    }

    fn deserialize_any<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_str(self.0)
    }

    fn deserialize_bool<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_bool(matches!(self.0, "true" | "on" | "1"))
    }

    fn deserialize_option<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: serde::de::Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: serde::de::Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_enum(serde::de::value::StrDeserializer::new(self.0))
    }

    serde::forward_to_deserialize_any! {
        char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let kind = request.headers().get(axum::http::header::CONTENT_TYPE);
        // A form without fields may come without a type.
        let form = kind.is_none_or(|kind| kind.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
        if !form {
            return Err(Problem::unsupported_media_type(Message::new("refusal-form")));
        }
        let body = Bytes::from_request(request, state).await.map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(Message::new("refusal-too-large")),
            _ => Problem::malformed(Message::new("refusal-cut")),
        })?;
        let pairs = form_urlencoded::parse(&body).map(|(name, value)| free_text::clean_field(&name, &value));
        let pairs: Vec<(String, String)> = pairs.collect();
        crate::http::check_fields(pairs.iter().map(|(name, value)| (name, value)))?;
        Ok(Self { pairs, ..Self::default() })
    }
}

#[cfg(test)]
mod tests {
    use axum::extract::{FromRequest, Request};
    use serde::Deserialize;

    use super::Form;
    use crate::problem::Problem;
    use crate::texts::{Language, Message};
    use crate::wire::Priority;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Driver {
        nombre: String,
        capacidad: u32,
        barrio: Option<String>,
        prioridad: Option<Priority>,
    }

    #[tokio::test]
    async fn what_was_pasted_is_read_as_it_is_meant() {
        let body = "nombre=%E2%80%AAA%E2%80%8Bna%E2%80%AC&capacidad=%EF%BC%94&password=n%CC%83%E2%80%8B";
        let request = Request::post("/").header("content-type", "application/x-www-form-urlencoded");
        let form = Form::from_request(request.body(body.into()).expect("valid"), &()).await.expect("a form");
        assert_eq!((form.value("nombre"), form.value("password")), ("Ana", "n\u{303}\u{200b}"));
        assert_eq!(form.read::<Driver>().expect("a driver").capacidad, 4);
        assert_eq!(Form::of_query("q=man%CC%83ana").value("q"), "mañana");
    }

    #[test]
    fn reads_into_the_types_of_the_api() {
        let form = Form::filled([("nombre", "Beto"), ("capacidad", " 4 "), ("barrio", " "), ("prioridad", "alta")]);
        let expected =
            Driver { nombre: "Beto".to_owned(), capacidad: 4, barrio: None, prioridad: Some(Priority::High) };
        assert_eq!(form.read::<Driver>().expect("a driver"), expected);
    }

    #[test]
    fn says_which_field_is_wrong_and_keeps_what_was_typed() {
        let refusal = |pairs: [(&'static str, &'static str); 2]| {
            let problem = Form::filled(pairs).read::<Driver>().expect_err("refused");
            let error = &problem.errors()[0];
            (error.field.clone(), error.message.clone())
        };
        let said = |field: &str, message: &str| (field.to_owned(), message.to_owned());
        assert_eq!(refusal([("nombre", "Beto"), ("capacidad", "")]), said("capacidad", "falta este dato"));
        assert_eq!(refusal([("nombre", "Beto"), ("capacidad", "x")]), said("capacidad", "tiene que ser un número"));

        let form = Form::filled([("nombre", "<Beto>"), ("clave", "secreta")]);
        let form = form.refused(&Problem::invalid_field("nombre", Message::new("error-missing")));
        let field = form.text("nombre", "Nombre").to_string();
        assert!(field.contains("value=\"&#60;Beto&#62;\"") && field.contains("falta este dato"), "{field}");
        assert!(field.contains("aria-invalid") && field.contains("aria-describedby=\"nombre-error\""), "{field}");
        assert!(!form.password("clave", "Clave").to_string().contains("secreta"));
        assert_eq!(form.other_errors(&["clave"]).len(), 1);
        assert!(field.contains(" autofocus") && !form.password("clave", "Clave").to_string().contains(" autofocus"));
        let errors =
            ["clave", "nombre"].map(|field| crate::problem::FieldError::new(field, Message::new("error-missing")));
        let both = form.clone().refused(&Problem::invalid(errors.into()));
        assert!(both.begins_with("nombre") && !both.begins_with("clave"), "the first of the page, not of the list");
        let english = form.text("nombre", Language::English.t("account-name")).optional().to_string();
        assert!(english.contains("Name") && english.contains("(optional)"), "{english}");
        let form = form.refused(&Problem::invalid_field("nombre", Message::new("error-missing")));
        let english = form.text("nombre", Language::English.t("account-name")).to_string();
        assert!(english.contains("this is missing"), "{english}");
        let form = form.refused(&Problem::conflict("existe", Message::new("refusal-email-taken")));
        let taken = Language::English.t("refusal-email-taken").to_string();
        assert_eq!(form.refusal(Language::English), Some(taken));
    }
}
