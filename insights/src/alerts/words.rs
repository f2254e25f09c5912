//! What an alarm says: to a person in a sentence, to a program as JSON, to Slack as its text.

use belgrano_notices::Posted;
use belgrano_wire::texts::{Language, Message};
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::vocabulary;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::rule::Form;
use super::{Kind, Reading, Rule};
use crate::pages::numbers::{amount, number};

vocabulary! {
    /// What is told of an alarm.
    Phase {
        /// It has begun.
        Began = "empieza";
        /// It is well again.
        Over = "termina";
        /// Nothing happened: somebody wants to see whether it arrives.
        Test = "prueba";
    }
}

/// What an alarm is about, as it is kept and as programs get it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Particulars {
    /// What is watched.
    #[serde(rename = "clase")]
    pub kind: Kind,
    /// What is told of it.
    #[serde(rename = "fase")]
    pub phase: Phase,
    /// The number of the rule.
    #[serde(rename = "regla")]
    pub rule: i64,
    /// What was measured, in the unit of its kind.
    #[serde(rename = "valor")]
    pub value: f64,
    /// The limit of the rule, in the same unit; of revenue, how many deviations.
    #[serde(rename = "umbral")]
    pub threshold: f64,
    /// The least that would be ordinary; of revenue alone.
    #[serde(rename = "desde")]
    pub low: Option<f64>,
    /// The most that would be ordinary; of revenue alone.
    #[serde(rename = "hasta")]
    pub high: Option<f64>,
    /// How far it looks back, in minutes.
    #[serde(rename = "ventana_min")]
    pub window_min: i64,
    /// What it is about: names of products, or of a feed.
    #[serde(rename = "que")]
    pub about: Option<String>,
    /// When it was measured.
    #[serde(rename = "en")]
    pub at: UnixMillis,
}

impl Particulars {
    /// Of a reading of `rule`.
    pub(super) fn new(rule: &Rule, phase: Phase, reading: &Reading, at: UnixMillis) -> Self {
        Self {
            kind: rule.kind,
            phase,
            rule: rule.id,
            value: reading.value,
            threshold: rule.threshold,
            low: reading.band.map(|(low, _)| low),
            high: reading.band.map(|(_, high)| high),
            window_min: rule.window_min,
            about: reading.about.clone(),
            at,
        }
    }

    /// As it is stored.
    pub(super) fn stored(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What was stored.
    pub(super) fn read(stored: &str) -> Option<Self> {
        serde_json::from_str(stored).ok()
    }

    /// In a few words.
    pub(crate) fn title(&self, language: Language) -> String {
        let key = match self.phase {
            Phase::Began => "alerts-title-began",
            Phase::Over => "alerts-title-over",
            Phase::Test => "alerts-title-test",
        };
        Message::new(key).with("kind", Message::new(self.kind.text())).to(language)
    }

    /// In a sentence.
    pub(crate) fn text(&self, language: Language) -> String {
        let key = match self.kind {
            Kind::Stock => "alerts-said-stock",
            Kind::Deliveries => "alerts-said-deliveries",
            Kind::Revenue => "alerts-said-revenue",
            Kind::Feed => "alerts-said-feed",
            Kind::Requests => "alerts-said-requests",
            Kind::Disk => "alerts-said-disk",
            Kind::Memory => "alerts-said-memory",
        };
        let value = |value| said(self.kind, value, language);
        let said = Message::new(key).with("value", value(self.value)).with("limit", value(self.threshold));
        let said = said.with("low", value(self.low.unwrap_or_default()));
        let said = said.with("high", value(self.high.unwrap_or_default()));
        let hours = number(language, exact(self.window_min) / 60.0, 0);
        let said = said.with("hours", hours).with("minutes", self.window_min);
        let text = said.with("about", self.about.clone().unwrap_or_default()).to(language);
        if self.phase == Phase::Test {
            format!("{} {text}", Message::new("alerts-said-test").to(language))
        } else {
            text
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "minutes of a month at most")]
fn exact(count: i64) -> f64 {
    count as f64
}

/// A value of a kind as people write it, without its unit but for money.
pub(crate) fn said(kind: Kind, value: f64, language: Language) -> String {
    match kind {
        Kind::Revenue => amount(language, value, "ARS"),
        Kind::Deliveries | Kind::Disk => number(language, value, 1),
        Kind::Stock | Kind::Feed | Kind::Requests | Kind::Memory => number(language, value, 0),
    }
}

/// Title and text of what was stored.
pub(super) fn words(stored: &str, language: Language) -> (String, String) {
    let read = Particulars::read(stored);
    read.map_or_else(Default::default, |particulars| (particulars.title(language), particulars.text(language)))
}

/// The body that a webhook is sent.
pub(super) fn body(posted: &Posted<'_>) -> Vec<u8> {
    let Posted { event, title, text, link, particulars, form } = *posted;
    let body = if form == Form::Slack.as_str() {
        json!({ "text": format!("*{}*\n{}\n<{link}>", escaped(title), escaped(text)) })
    } else {
        let about = Particulars::read(particulars);
        let phase = about.as_ref().map_or("", |about| about.phase.as_str());
        let data = serde_json::to_value(about).unwrap_or(Value::Null);
        json!({ "id": event, "tipo": format!("alerta.{phase}"), "titulo": title, "texto": text, "enlace": link, "datos": data })
    };
    body.to_string().into_bytes()
}

/// What Slack takes for its own marks.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use belgrano_notices::Posted;
    use belgrano_wire::texts::Language;
    use belgrano_wire::timestamp::UnixMillis;
    use serde_json::{Value, json};

    use super::{Kind, Particulars, Phase, body, words};

    fn particulars(kind: Kind, phase: Phase) -> Particulars {
        Particulars {
            kind,
            phase,
            rule: 3,
            value: 1234.5,
            threshold: 3.0,
            low: Some(2000.0),
            high: Some(4000.0),
            window_min: 120,
            about: Some("Yerba <1 kg>".to_owned()),
            at: UnixMillis(1_764_000_000_000),
        }
    }

    #[test]
    fn every_kind_and_phase_has_words_in_both_languages() {
        crate::texts::make_known();
        let mut all = Vec::new();
        for kind in Kind::ALL {
            for phase in Phase::ALL {
                for language in [Language::Spanish, Language::English] {
                    let (title, text) = words(&particulars(*kind, *phase).stored(), language);
                    assert!(
                        !title.is_empty() && !text.contains("alerts-") && !title.contains("alerts-"),
                        "{title}: {text}"
                    );
                    all.push(format!("{title}: {text}"));
                }
            }
        }
        all.sort();
        all.dedup();
        assert_eq!(all.len(), Kind::ALL.len() * Phase::ALL.len() * 2, "each says something else");
    }

    #[test]
    fn a_program_gets_all_of_it_and_slack_a_text_without_marks_of_ours() {
        crate::texts::make_known();
        let stored = particulars(Kind::Stock, Phase::Began).stored();
        let (title, text) = words(&stored, Language::Spanish);
        let link = "https://insights.example/alertas";
        let mut posted =
            Posted { event: "e-1", title: &title, text: &text, link, particulars: &stored, form: "propio" };
        let own: Value = serde_json::from_slice(&body(&posted)).expect("JSON");
        assert_eq!((&own["tipo"], &own["id"]), (&json!("alerta.empieza"), &json!("e-1")));
        assert_eq!((&own["datos"]["clase"], &own["datos"]["valor"]), (&json!("stock"), &json!(1234.5)));
        posted.form = "slack";
        let slack: Value = serde_json::from_slice(&body(&posted)).expect("JSON");
        let said = slack["text"].as_str().expect("a text");
        assert!(said.contains("&lt;1 kg&gt;") && said.contains("<https://insights.example/alertas>"), "{said}");
        assert_eq!(slack.as_object().map(serde_json::Map::len), Some(1));
    }
}
