//! A rule as it is shown.

use belgrano_notices::push::Endpoint;
use belgrano_wire::timestamp::UnixMillis;
use serde::Serialize;
use utoipa::ToSchema;

use super::Kind;
use super::rule::{Form, Rule, Target};

/// A rule, how it is with it, and whom it tells.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RuleView {
    /// Its number.
    pub(crate) id: i64,
    /// What it watches.
    #[serde(rename = "clase")]
    pub(crate) kind: Kind,
    /// Whether it watches.
    #[serde(rename = "activa")]
    pub(crate) enabled: bool,
    /// From which value on it is an alarm: products, percent, seconds, milliseconds or MiB; of `ventas`, how many deviations off.
    #[serde(rename = "umbral")]
    pub(crate) threshold: f64,
    /// How far it looks back, in minutes; 0 where its kind does not.
    #[serde(rename = "ventana_min")]
    pub(crate) window_min: i64,
    /// How little may be there to tell from: deliveries, requests, or days.
    #[serde(rename = "minimo")]
    pub(crate) minimum: i64,
    /// Minutes after a notice of an alarm in which no other is told.
    #[serde(rename = "silencio_min")]
    pub(crate) quiet_min: i64,
    /// Mail addresses that are told.
    #[serde(rename = "correos")]
    pub(crate) emails: Vec<String>,
    /// Address of the webhook that is told. Who is not an administrator sees whose it is and no more: whoever knows it can write there.
    pub(crate) webhook: Option<String>,
    /// What the webhook is sent.
    #[serde(rename = "formato")]
    pub(crate) form: Form,
    /// The language of whoever is told.
    #[serde(rename = "idioma")]
    pub(crate) language: String,
    /// Whether it is beyond its limit.
    #[serde(rename = "alarmada")]
    pub(crate) alarmed: bool,
    /// Since when it is as it is; null: ever.
    #[serde(rename = "desde")]
    pub(crate) since: Option<UnixMillis>,
    /// What was measured last; null: nothing yet, or too little to tell from.
    #[serde(rename = "valor")]
    pub(crate) reading: Option<f64>,
    /// When it was measured last; null before the first time.
    #[serde(rename = "medida")]
    pub(crate) read_at: Option<UnixMillis>,
}

impl RuleView {
    pub(super) fn new(rule: Rule, targets: &[Target], whole: bool) -> Self {
        let own = || targets.iter().filter(|target| target.rule_id == rule.id);
        let webhook = own().find(|target| target.channel == "webhook");
        let shown = |target: &Target| {
            if whole {
                return target.address.clone();
            }
            Endpoint::stored(&target.address)
                .map_or_else(String::new, |endpoint| format!("https://{}/…", endpoint.host()))
        };
        Self {
            emails: own().filter(|target| target.channel == "correo").map(|target| target.address.clone()).collect(),
            webhook: webhook.map(shown),
            form: webhook.map_or(Form::Own, |target| target.form),
            id: rule.id,
            kind: rule.kind,
            enabled: rule.enabled,
            threshold: rule.threshold,
            window_min: rule.window_min,
            minimum: rule.minimum,
            quiet_min: rule.quiet_min,
            language: rule.language,
            alarmed: rule.alarmed,
            since: rule.since,
            reading: rule.reading,
            read_at: rule.read_at,
        }
    }

    /// Whether anybody is told.
    pub(crate) fn tells(&self) -> bool {
        !self.emails.is_empty() || self.webhook.is_some()
    }
}
