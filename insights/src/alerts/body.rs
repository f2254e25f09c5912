//! What somebody wants a rule to be, held to what its kind allows.

use std::ops::RangeInclusive;

use belgrano_notices::push::Endpoint;
use belgrano_runtime::auth::email::Email;
use belgrano_runtime::problem::{FieldError, Problem};
use belgrano_wire::texts::{Language, Message};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Kind;
use super::change::{Told, Wanted};
use super::rule::Form;
use super::view::RuleView;
use crate::app::App;

/// Addresses that one rule may tell.
const MOST_EMAILS: usize = 20;
/// A week: whoever wants less switches the rule off.
const QUIET: RangeInclusive<i64> = 0..=10_080;

/// `POST /api/alertas`; what is left out is what is usual for its kind, and nobody is told.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewRule {
    /// What it watches.
    #[serde(rename = "clase")]
    pub(super) kind: Kind,
    #[serde(rename = "activa")]
    enabled: Option<bool>,
    #[serde(rename = "umbral")]
    threshold: Option<f64>,
    #[serde(rename = "ventana_min")]
    window_min: Option<i64>,
    #[serde(rename = "minimo")]
    minimum: Option<i64>,
    #[serde(rename = "silencio_min")]
    quiet_min: Option<i64>,
    #[serde(rename = "correos")]
    emails: Option<Vec<String>>,
    /// An https address of the Internet; blank: none.
    webhook: Option<String>,
    #[serde(rename = "formato")]
    form: Option<Form>,
    /// `es-AR` or `en`.
    #[serde(rename = "idioma")]
    language: Option<String>,
}

impl NewRule {
    /// One of a kind of which nothing else is said.
    pub(crate) fn usual(kind: Kind) -> Self {
        let (enabled, threshold, window_min, minimum, quiet_min) = (None, None, None, None, None);
        let (emails, webhook, form, language) = (None, None, None, None);
        Self { kind, enabled, threshold, window_min, minimum, quiet_min, emails, webhook, form, language }
    }

    pub(super) fn rest(self) -> RuleChange {
        let Self { kind: _, enabled, threshold, window_min, minimum, quiet_min, emails, webhook, form, language } =
            self;
        RuleChange { enabled, threshold, window_min, minimum, quiet_min, emails, webhook, form, language }
    }
}

/// `PATCH /api/alertas/{id}`; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
pub(crate) struct RuleChange {
    #[serde(rename = "activa")]
    pub(crate) enabled: Option<bool>,
    #[serde(rename = "umbral")]
    pub(crate) threshold: Option<f64>,
    #[serde(rename = "ventana_min")]
    pub(crate) window_min: Option<i64>,
    #[serde(rename = "minimo")]
    pub(crate) minimum: Option<i64>,
    #[serde(rename = "silencio_min")]
    pub(crate) quiet_min: Option<i64>,
    #[serde(rename = "correos")]
    pub(crate) emails: Option<Vec<String>>,
    /// An https address of the Internet; blank: none.
    pub(crate) webhook: Option<String>,
    #[serde(rename = "formato")]
    pub(crate) form: Option<Form>,
    /// `es-AR` or `en`.
    #[serde(rename = "idioma")]
    pub(crate) language: Option<String>,
}

impl RuleChange {
    /// What the rule is to be, where it is `now` so; 422 names every field that is wrong.
    pub(super) fn wanted(self, app: &App, now: RuleView) -> Result<Wanted, Problem> {
        let mut wrong = Vec::new();
        let kind = now.kind;
        let threshold = self.threshold.unwrap_or(now.threshold);
        within(&mut wrong, "umbral", Some(kind.thresholds()), &threshold);
        let window_min = kept(&mut wrong, "ventana_min", kind.windows(), self.window_min, now.window_min);
        let minimum = kept(&mut wrong, "minimo", kind.minimums(), self.minimum, now.minimum);
        let quiet_min = kept(&mut wrong, "silencio_min", Some(QUIET), self.quiet_min, now.quiet_min);
        let language = self.language.unwrap_or(now.language);
        let language = Language::parse(&language).unwrap_or_else(|| {
            wrong.push(FieldError::new("idioma", Message::new("error-alert-language")));
            Language::default()
        });
        let emails = emails(&mut wrong, &self.emails.unwrap_or(now.emails));
        let webhook = self.webhook.map(|address| address.trim().to_owned()).or(now.webhook);
        let webhook = webhook.filter(|address| !address.is_empty());
        let webhook = webhook.and_then(|address| {
            let endpoint = Endpoint::parse(&address, app.settings.notices.reach).ok();
            if endpoint.is_none() {
                wrong.push(FieldError::new("webhook", Message::new("error-alert-webhook")));
            }
            endpoint.map(|endpoint| endpoint.as_str().to_owned())
        });
        if !wrong.is_empty() {
            return Err(Problem::invalid(wrong));
        }
        let told = Told { emails, webhook, form: Some(self.form.unwrap_or(now.form)) };
        Ok(Wanted {
            enabled: self.enabled.unwrap_or(now.enabled),
            threshold,
            window_min,
            minimum,
            quiet_min,
            language: language.tag().to_owned(),
            told,
        })
    }
}

/// A number that has to be in `range`; where the kind has no use for it, it stays as it is.
fn kept(
    wrong: &mut Vec<FieldError>,
    field: &'static str,
    range: Option<RangeInclusive<i64>>,
    given: Option<i64>,
    now: i64,
) -> i64 {
    let Some(range) = range else { return now };
    let value = given.unwrap_or(now);
    within(wrong, field, Some(range), &value);
    value
}

fn within<T: PartialOrd + ToString>(
    wrong: &mut Vec<FieldError>,
    field: &'static str,
    range: Option<RangeInclusive<T>>,
    value: &T,
) {
    let Some(range) = range.filter(|range| !range.contains(value)) else { return };
    let (from, to) = (range.start().to_string(), range.end().to_string());
    wrong.push(FieldError::new(field, Message::new("error-insights-range").with("from", from).with("to", to)));
}

/// Each address once, in lower case.
fn emails(wrong: &mut Vec<FieldError>, given: &[String]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for address in given.iter().map(|address| address.trim()).filter(|address| !address.is_empty()) {
        match Email::parse(address) {
            Some(email) if found.iter().any(|known| known == email.as_str()) => {}
            Some(email) => found.push(email.as_str().to_owned()),
            None => {
                wrong.push(FieldError::new("correos", Message::new("error-alert-email").with("email", address)));
                return found;
            }
        }
    }
    if found.len() > MOST_EMAILS {
        let most = MOST_EMAILS.to_string();
        wrong.push(FieldError::new("correos", Message::new("error-alert-emails").with("most", most)));
    }
    found
}

/// A rule of a kind as it is before anybody has said anything.
pub(super) fn usual(kind: Kind) -> RuleView {
    let usual = kind.usual();
    RuleView {
        id: 0,
        kind,
        enabled: true,
        threshold: usual.threshold,
        window_min: usual.window_min,
        minimum: usual.minimum,
        quiet_min: usual.quiet_min,
        emails: Vec::new(),
        webhook: None,
        form: Form::Own,
        language: Language::default().tag().to_owned(),
        alarmed: false,
        since: None,
        reading: None,
        read_at: None,
    }
}
