//! Every refusal as one document: RFC 9457 problem details, plus the old pair's member `error`.
//!
//! A capability's error enum is turned into a [`Problem`] by one exhaustive `match` and leaves through here. A 5xx is
//! logged once, here, with its chain; the body never shows what is inside.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
pub use belgrano_wire::texts::FieldError;
use belgrano_wire::texts::{Language, Message, Said};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// The slug of a cancellation that comes too late: the order is over.
pub const NOT_CANCELLABLE: &str = "no-se-puede-cancelar";

/// The `type` of problems with this slug.
#[must_use]
pub fn kind(slug: &str) -> String {
    format!("urn:belgrano:problema:{slug}")
}

/// A refusal on its way out. Build it with a constructor, add to it, return it from a handler.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    slug: &'static str,
    /// The key of its text.
    title: &'static str,
    detail: Said,
    errors: Vec<FieldError>,
    retry_after: Option<Duration>,
    /// Boxed: few problems have any, and an error that is returned everywhere should be small.
    extra: Option<Box<Map<String, Value>>>,
}

/// What a problem looks like on the wire.
#[derive(Serialize, ToSchema)]
pub struct ProblemDocument {
    /// `urn:belgrano:problema:<slug>`; the slug is stable and safe to branch on.
    #[serde(rename = "type")]
    kind: String,
    /// The class of the problem, the same text for each of its kind.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What went wrong in this case.
    detail: String,
    /// The same text as `detail`: what the old pair's clients read.
    error: String,
    /// The invalid fields, when the request had any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
    /// Members of one kind of problem (`legales`: the legal steps).
    #[serde(flatten)]
    #[schema(ignore)]
    extra: Map<String, Value>,
}

impl Problem {
    fn new(status: StatusCode, slug: &'static str, title: &'static str, detail: impl Into<Said>) -> Self {
        Self { status, slug, title, detail: detail.into(), errors: Vec::new(), retry_after: None, extra: None }
    }

    /// 400: the request cannot be read at all.
    pub fn malformed(detail: impl Into<Said>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "pedido-ilegible", "problem-malformed", detail)
    }

    /// 401: who is asking?
    pub fn unauthenticated(detail: impl Into<Said>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "sin-identificar", "problem-unauthenticated", detail)
    }

    /// 401: the password is right, and the account has a second factor. `slug` says what of it is missing.
    #[must_use]
    pub fn second_factor(slug: &'static str, text: &'static str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, slug, "problem-second-factor", Message::new(text))
    }

    /// 403: an administrator has to set up a second factor first (`SECOND_FACTOR`).
    #[must_use]
    pub fn second_factor_owed() -> Self {
        let detail = Message::new("refusal-factor-owed");
        Self::new(StatusCode::FORBIDDEN, "segundo-factor-pendiente", "problem-second-factor", detail)
    }

    /// 403: known, but not allowed.
    pub fn forbidden(detail: impl Into<Said>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "sin-permiso", "problem-forbidden", detail)
    }

    /// 404.
    pub fn not_found(detail: impl Into<Said>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "no-encontrado", "problem-not-found", detail)
    }

    /// 405.
    #[must_use]
    pub fn method_not_allowed() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "metodo-no-permitido",
            "problem-method",
            Message::new("refusal-method"),
        )
    }

    /// 408: the rest of the request did not arrive.
    #[must_use]
    pub fn timed_out() -> Self {
        Self::new(StatusCode::REQUEST_TIMEOUT, "pedido-lento", "problem-timed-out", Message::new("refusal-slow"))
    }

    /// 409: the state of things forbids it.
    pub fn conflict(slug: &'static str, detail: impl Into<Said>) -> Self {
        Self::new(StatusCode::CONFLICT, slug, "problem-conflict", detail)
    }

    /// 409 about a field that has to be nobody else's.
    #[must_use]
    pub fn taken(slug: &'static str, field: &str, text: &'static str) -> Self {
        Self::conflict(slug, Message::new(text)).about(vec![FieldError::new(field, Message::new(text))])
    }

    /// 412: `If-Match` named another version.
    pub fn stale(detail: impl Into<Said>) -> Self {
        Self::new(StatusCode::PRECONDITION_FAILED, "version-vieja", "problem-stale", detail)
    }

    /// 413.
    pub fn too_large(detail: impl Into<Said>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "demasiado-grande", "problem-too-large", detail)
    }

    /// 415.
    pub fn unsupported_media_type(detail: impl Into<Said>) -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "tipo-no-soportado", "problem-media-type", detail)
    }

    /// 422 with the fields that are wrong. `detail` is made from the first of them.
    #[must_use]
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let detail: Said = match errors.as_slice() {
            [] => Message::new("refusal-invalid").into(),
            [only] => only.named("refusal-field").into(),
            [first, rest @ ..] => first.named("refusal-field-and-more").with("more", rest.len()).into(),
        };
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "datos-invalidos", "problem-invalid", detail);
        problem.errors = errors;
        problem
    }

    /// 422 about one field.
    pub fn invalid_field(field: impl Into<String>, message: impl Into<Said>) -> Self {
        Self::invalid(vec![FieldError::new(field, message)])
    }

    /// 429.
    #[must_use]
    pub fn too_many_requests(retry_after: Duration) -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "demasiados-pedidos",
            "problem-too-many",
            Message::new("refusal-too-many"),
        )
        .retry_after(retry_after)
    }

    /// 503 with `Retry-After`: shed load, a dependency that is away, or a process that is stopping.
    #[must_use]
    pub fn unavailable(retry_after: Duration) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "no-disponible",
            "problem-unavailable",
            Message::new("refusal-unavailable"),
        )
        .retry_after(retry_after)
    }

    /// 500: our bug. Logs the whole chain now; the body says nothing of it.
    pub fn internal(error: &(dyn Error + 'static)) -> Self {
        let mut chain = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            chain.push_str(": ");
            chain.push_str(&cause.to_string());
            source = cause.source();
        }
        tracing::error!(error = chain, "request failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "error-interno",
            "problem-internal",
            Message::new("refusal-internal"),
        )
    }

    /// Says which fields it is about.
    #[must_use]
    pub fn about(mut self, errors: Vec<FieldError>) -> Self {
        self.errors = errors;
        self
    }

    /// Tells the client when to come back.
    #[must_use]
    pub fn retry_after(mut self, after: Duration) -> Self {
        self.retry_after = Some(after);
        self
    }

    /// Adds a member to the document.
    #[must_use]
    pub fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.extra.get_or_insert_default().insert(member.to_owned(), value.into());
        self
    }

    /// A member that was added to the document.
    #[must_use]
    pub fn member(&self, member: &str) -> Option<&Value> {
        self.extra.as_deref()?.get(member)
    }

    /// The status it will leave with.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// What it says about this case.
    #[must_use]
    pub fn detail(&self) -> &str {
        self.detail.spanish()
    }

    /// The same, for a page in any language.
    #[must_use]
    pub fn said(&self) -> &Said {
        &self.detail
    }

    /// What a person has to know, in the language of a page: this case, or what is wrong with each field.
    #[must_use]
    pub fn to(&self, language: Language) -> String {
        if self.errors.is_empty() {
            return self.detail.to(language);
        }
        let errors: Vec<String> = self.errors.iter().map(|error| error.to(language)).collect();
        language.t("refusal-fields").with("errors", errors.join("; ")).into()
    }

    /// The invalid fields, for a page that shows each beside its input.
    #[must_use]
    pub fn errors(&self) -> &[FieldError] {
        &self.errors
    }

    /// The class of the problem, in the language of a page.
    #[must_use]
    pub fn title(&self, language: Language) -> String {
        language.t(self.title).into()
    }

    /// The document as it goes over the wire.
    fn document(&self, language: Language) -> ProblemDocument {
        let detail = self.detail.to(language);
        ProblemDocument {
            kind: kind(self.slug),
            title: self.title(language),
            status: self.status.as_u16(),
            error: detail.clone(),
            detail,
            errors: self.errors.iter().map(|error| error.in_language(language)).collect(),
            extra: self.extra.as_deref().cloned().unwrap_or_default(),
        }
    }

    fn body(&self, language: Language) -> Vec<u8> {
        serde_json::to_vec(&self.document(language)).unwrap_or_default()
    }
}

/// Rides on a response that refuses, beside its Spanish document: a page takes the document's place, or it is said in the
/// language of whoever asked.
#[derive(Clone, Debug)]
pub struct Refusal(pub Arc<Problem>);

/// `response` as it is, unless it refuses and its reader wants another language than the wire's.
pub(crate) fn in_language(mut response: Response, language: Language) -> Response {
    if language == Language::Spanish {
        return response;
    }
    let Some(Refusal(problem)) = response.extensions().get::<Refusal>() else { return response };
    *response.body_mut() = problem.body(language).into();
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_LENGTH);
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    headers.append(header::VARY, HeaderValue::from_static("accept-language, cookie"));
    response
}

/// `response` with one more member in its document, if it refuses.
#[must_use]
pub fn with_member(mut response: Response, member: &str, value: impl Into<Value>) -> Response {
    let Some(Refusal(problem)) = response.extensions_mut().remove::<Refusal>() else { return response };
    let problem = match Arc::try_unwrap(problem) {
        Ok(problem) => Arc::new(problem.with(member, value)),
        Err(shared) => shared,
    };
    *response.body_mut() = problem.body(Language::Spanish).into();
    response.headers_mut().remove(header::CONTENT_LENGTH);
    response.extensions_mut().insert(Refusal(problem));
    response
}

/// What a command that never refuses refuses with.
impl From<std::convert::Infallible> for Problem {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = self.body(Language::Spanish);
        let mut response = (self.status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response();
        if let Some(after) = self.retry_after {
            // Whole seconds, rounded up: a client that obeys must not come back early.
            let seconds = after.as_secs() + u64::from(after.subsec_nanos() > 0);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
        }
        response.extensions_mut().insert(Refusal(Arc::new(self)));
        response
    }
}
