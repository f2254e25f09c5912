//! A submitted form: what was typed, and what is wrong with it.
//!
//! It is read into the same types as a body of the API, so both refuse with the same words. When it is refused, the
//! same form goes back into the page: each error beside its field, and nothing to type twice (but passwords).

use std::borrow::Borrow;

use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use belgrano_runtime::idempotency::IdempotencyKey;
use belgrano_runtime::problem::{FieldError, Problem};
use belgrano_wire::free_text::{self, KEY_FIELD};
use belgrano_wire::search;
use belgrano_wire::texts::{Language, Message, Said};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use url::form_urlencoded;

use super::field::{Choice, Field, Label};
use super::typed::read;
use crate::seen::{Fields, NOW_MEMBER, SEEN_FIELD, Seen};

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

    /// The form that shows `fields` as they are, to be changed: it carries what it showed.
    #[must_use]
    pub fn showing(fields: &Fields) -> Self {
        let mut form = Self::filled(fields.pairs());
        form.set(SEEN_FIELD, fields.seen());
        form
    }

    /// What it showed when it was opened.
    #[must_use]
    pub fn seen(&self) -> Seen {
        Seen::of_field(self.value(SEEN_FIELD))
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

    /// The form as a type that changes something: only what is not as it was shown. A field left blank takes away what was
    /// shown in it; one that showed nothing was not sent.
    pub fn read_changes<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let seen = self.seen();
        let changed = |name: &str, value: &str| {
            if seen.get(name).is_some() { !seen.is(name, value) } else { !value.trim().is_empty() }
        };
        read(self.pairs.iter().filter(|(name, value)| changed(name, value)))
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

    /// The form on its way back to whoever sent it, with what is wrong. What changed meanwhile, and is told, counts as seen.
    #[must_use]
    pub fn refused(mut self, problem: &Problem) -> Self {
        if let Some(now) = problem.member(NOW_MEMBER) {
            self.look_again(now);
        }
        self.errors = problem.errors().to_vec();
        if self.errors.is_empty() {
            self.refusal = Some(problem.said().clone());
        }
        self
    }

    /// Sees what is there `now`: what was not touched becomes that, what was typed stays.
    fn look_again(&mut self, now: &serde_json::Value) {
        let seen = self.seen();
        for (name, value) in now.as_object().into_iter().flatten() {
            let value = value.as_str().unwrap_or_default();
            if self.pairs.iter().any(|(key, typed)| key == name && seen.is(name, typed)) {
                self.set(name, value);
            }
        }
        self.set(SEEN_FIELD, now.to_string());
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
        belgrano_runtime::http::check_fields(pairs.iter().map(|(name, value)| (name, value)))?;
        Ok(Self { pairs, ..Self::default() })
    }
}
