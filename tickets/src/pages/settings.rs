//! The rules the board goes by, to be read: they are set where the program is started.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::Layout;
use belgrano_wire::texts::{Language, Text};
use std::time::Duration;

use super::frame::Frame;
use crate::app::App;
use crate::progress::ProofKind;
use crate::sessions::Admin;
use crate::settings::Settings;

#[derive(Template)]
#[template(path = "settings.html")]
struct SettingsPage<'a> {
    layout: &'a Layout,
    rules: Vec<Rule>,
}

struct Rule {
    name: Text,
    value: String,
    meaning: Text,
    variable: &'static str,
}

/// All that a dispatcher may wonder about.
pub(super) async fn show(State(app): State<App>, _: Admin, Frame { layout, .. }: Frame) -> Result<Response, Problem> {
    let rules = rules(layout.language, &app.settings);
    layout.show(&SettingsPage { layout: &layout, rules })
}

fn rules(language: Language, settings: &Settings) -> Vec<Rule> {
    let t = |key: &'static str| language.t(key);
    let yes_no = |yes: bool| t(if yes { "yes" } else { "no" }).to_string();
    let rule = |name, value, meaning, variable| Rule { name: t(name), value, meaning: t(meaning), variable };
    vec![
        rule("settings-offer", span(language, settings.offer_timeout), "settings-offer-about", "OFFER_TIMEOUT"),
        rule("settings-late", span(language, settings.late_after), "settings-late-about", "LATE_AFTER"),
        rule("settings-silent", span(language, settings.silent_after), "settings-silent-about", "SILENT_AFTER"),
        rule("settings-auto", yes_no(settings.auto_assign), "settings-auto-about", "AUTO_ASSIGN"),
        rule("settings-proof", proofs(language, settings), "settings-proof-about", "PROOF"),
        rule("settings-kept", span(language, settings.events_kept), "settings-kept-about", "EVENTS_RETENTION"),
        rule("settings-intake", yes_no(settings.intake_open), "settings-intake-about", "INTAKE"),
    ]
}

fn proofs(language: Language, settings: &Settings) -> String {
    let kinds = [
        (ProofKind::Pin, "driver-pin"),
        (ProofKind::Photo, "driver-photo"),
        (ProofKind::Signature, "driver-signature"),
    ];
    let asked = kinds.into_iter().filter(|(kind, _)| settings.proofs.ask_for(*kind));
    let asked: Vec<String> = asked.map(|(_, key)| language.t(key).to_string()).collect();
    if asked.is_empty() { language.t("settings-no-proof").to_string() } else { asked.join(", ") }
}

/// In the largest unit it is whole in.
fn span(language: Language, span: Duration) -> String {
    let seconds = span.as_secs();
    let (key, count) = match seconds {
        seconds if seconds >= 86_400 && seconds.is_multiple_of(86_400) => ("span-days", seconds / 86_400),
        seconds if seconds >= 3600 && seconds.is_multiple_of(3600) => ("span-hours", seconds / 3600),
        seconds if seconds >= 60 && seconds.is_multiple_of(60) => ("span-minutes", seconds / 60),
        seconds => ("span-seconds", seconds),
    };
    language.t(key).with("count", count).to_string()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use belgrano_wire::texts::Language;

    use super::span;

    #[test]
    fn a_span_is_said_in_its_largest_unit() {
        let said = |seconds| span(Language::Spanish, Duration::from_secs(seconds));
        assert_eq!(
            [30, 60, 90, 3600, 2_592_000].map(said),
            ["30 segundos", "1 minuto", "90 segundos", "1 hora", "30 días"]
        );
    }
}
