//! `/alertas`: what is watched and how it is with it, what was raised, and, for administrators, the rules themselves.

use std::borrow::Borrow;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use belgrano_runtime::http::{Page, Path};
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::{Choice, Form, Layout, Notice};
use belgrano_wire::texts::{Language, Text};

use super::Frame;
use crate::accounts::Role;
use crate::alerts::{self, AlarmPage, AlarmView, DeleteRule, Kind, NewRule, RuleChange, RuleView, TestRule};
use crate::app::App;
use crate::sessions::{Admin, Principal, Session};

const PATH: &str = "/alertas";

#[derive(Template)]
#[template(path = "alerts.html")]
struct AlertsPage<'a> {
    layout: &'a Layout,
    rules: Vec<RuleView>,
    past: Vec<AlarmView>,
    next: Option<String>,
    /// Whether whoever is looking may change them.
    admin: bool,
    form: Form,
}

#[derive(Template)]
#[template(path = "alert_edit.html")]
struct EditPage<'a> {
    layout: &'a Layout,
    rule: RuleView,
    form: Form,
}

/// All rules, and what they raised.
pub(super) async fn show(
    State(app): State<App>,
    Session(who): Session,
    Frame { layout, .. }: Frame,
    page: Page,
) -> Result<Response, Problem> {
    layout.show(&list_page(&layout, &app, &who, &page, Form::default()).await?)
}

async fn list_page<'a>(
    layout: &'a Layout,
    app: &App,
    who: &Principal,
    page: &Page,
    form: Form,
) -> Result<AlertsPage<'a>, Problem> {
    let admin = who.role == Role::Admin;
    let rules = alerts::rules_for(app, who).await?;
    let AlarmPage { alertas: past, cursor: next } = alerts::past_for(app, who, page).await?;
    Ok(AlertsPage { layout, rules, past, next, admin, form })
}

/// Makes a rule of a kind as is usual for it, and leads to it.
pub(super) async fn create(
    State(app): State<App>,
    Admin(by): Admin,
    Frame { layout, .. }: Frame,
    form: Form,
) -> Result<Response, Problem> {
    let Some(kind) = Kind::parse(form.value("clase")) else {
        return Ok(Notice::failed(layout.t("alerts-choose-kind")).then(PATH));
    };
    match alerts::create_rule(&app, &by, NewRule::usual(kind)).await {
        Ok(rule) => Ok(Notice::done(layout.t("alerts-made")).then(&format!("{PATH}/{}", rule.id))),
        Err(problem) if Form::takes(&problem) => {
            let first = Page { cursor: None, limit: Page::DEFAULT_LIMIT };
            let page = list_page(&layout, &app, &by, &first, form.refused(&problem)).await?;
            layout.show_as(problem.status(), &page)
        }
        Err(problem) => Err(problem),
    }
}

/// One rule, to be changed.
pub(super) async fn edit(
    State(app): State<App>,
    admin: Admin,
    Frame { layout, .. }: Frame,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    let rule = alerts::one(&app, &admin, id).await?;
    let form = filled(&rule);
    layout.show(&EditPage { layout: &layout, rule, form })
}

/// Changes it.
pub(super) async fn change(
    State(app): State<App>,
    admin: Admin,
    Frame { layout, .. }: Frame,
    Path(id): Path<i64>,
    form: Form,
) -> Result<Response, Problem> {
    let changed = match typed(&form) {
        Ok(body) => alerts::change_rule(&app, &admin.0, id, body).await,
        Err(problem) => Err(problem),
    };
    match changed {
        Ok(_) => Ok(Notice::done(layout.t("alerts-saved")).then(PATH)),
        Err(problem) if Form::takes(&problem) => {
            let rule = alerts::one(&app, &admin, id).await?;
            let page = EditPage { layout: &layout, rule, form: form.refused(&problem) };
            layout.show_as(problem.status(), &page)
        }
        Err(problem) => Err(problem),
    }
}

/// Takes it away.
pub(super) async fn remove(
    State(app): State<App>,
    Admin(by): Admin,
    language: Language,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    let removed = app.writer.submit_for(&by, DeleteRule { id }).await;
    told(removed.map_err(Problem::from), language.t("alerts-removed"), language)
}

/// Sends a trial to whom it tells.
pub(super) async fn test(
    State(app): State<App>,
    Admin(by): Admin,
    language: Language,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    let tested = app.writer.submit_for(&by, TestRule { id }).await;
    told(tested.map_err(Problem::from), language.t("alerts-tested"), language)
}

/// Back on the page, with what became of it.
fn told<T>(done: Result<T, Problem>, said: Text, language: Language) -> Result<Response, Problem> {
    match done {
        Ok(_) => Ok(Notice::done(said).then(PATH)),
        Err(problem) if Form::takes(&problem) => Ok(Notice::failed(problem.to(language)).then(PATH)),
        Err(problem) => Err(problem),
    }
}

/// The form of a rule as it is.
fn filled(rule: &RuleView) -> Form {
    Form::filled([
        ("activa", rule.enabled.to_string()),
        ("umbral", rule.threshold.to_string()),
        ("ventana_min", rule.window_min.to_string()),
        ("minimo", rule.minimum.to_string()),
        ("silencio_min", rule.quiet_min.to_string()),
        ("correos", rule.emails.join("\n")),
        ("webhook", rule.webhook.clone().unwrap_or_default()),
        ("formato", rule.form.to_string()),
        ("idioma", rule.language.clone()),
    ])
}

/// What was typed, as a body of the API: addresses stand in lines, and a field left blank takes away what was there.
fn typed(form: &Form) -> Result<RuleChange, Problem> {
    let mut plain = form.clone();
    plain.replace("correos", []);
    plain.replace("webhook", []);
    let threshold = form.value("umbral").replace(',', ".");
    plain.replace("umbral", (!threshold.is_empty()).then_some(threshold));
    let mut body = plain.read::<RuleChange>()?;
    let lines = form.value("correos").split(|c: char| c.is_whitespace() || c == ',' || c == ';');
    body.emails = Some(lines.filter(|line| !line.is_empty()).map(str::to_owned).collect());
    body.webhook = Some(form.value("webhook").to_owned());
    Ok(body)
}

/// What there is to watch.
fn kinds(layout: &Layout) -> Vec<Choice> {
    Kind::ALL.iter().map(|kind| Choice::new(kind.as_str(), layout.t(kind.text()))).collect()
}

fn yes_no(layout: &Layout) -> Vec<Choice> {
    vec![Choice::new("true", layout.t("yes")), Choice::new("false", layout.t("no"))]
}

fn forms(layout: &Layout) -> Vec<Choice> {
    let text = |form: &alerts::Form| match form {
        alerts::Form::Own => "alerts-form-own",
        alerts::Form::Slack => "alerts-form-slack",
    };
    alerts::Form::ALL.iter().map(|form| Choice::new(form.as_str(), layout.t(text(form)))).collect()
}

fn languages() -> Vec<Choice> {
    [Language::Spanish, Language::English].map(|language| Choice::new(language.tag(), language.name())).to_vec()
}

/// Which form of a word a value takes: that of one, or that of several.
fn many(value: f64) -> i64 {
    if (value - 1.0).abs() < f64::EPSILON { 1 } else { 2 }
}

impl AlertsPage<'_> {
    /// How it is with a rule, as a class and in a word.
    fn health(&self, rule: &RuleView) -> (&'static str, Text) {
        let (class, key) = match (rule.enabled, rule.alarmed, rule.read_at) {
            (false, ..) => ("", "alerts-off"),
            (true, true, _) => ("bad", "alerts-alarmed"),
            (true, false, None) => ("info", "alerts-unmeasured"),
            (true, false, Some(_)) => ("good", "alerts-well"),
        };
        (class, self.layout.t(key))
    }

    /// A value with its unit.
    fn value(&self, kind: impl Borrow<Kind>, value: impl Borrow<f64>) -> Text {
        let (kind, value) = (*kind.borrow(), *value.borrow());
        let unit = match kind {
            Kind::Stock => "alerts-unit-products",
            Kind::Deliveries | Kind::Disk => "alerts-unit-percent",
            Kind::Revenue => "alerts-unit-money",
            Kind::Feed => "alerts-unit-seconds",
            Kind::Requests => "alerts-unit-ms",
            Kind::Memory => "alerts-unit-mib",
        };
        let said = self.layout.t(unit).with("value", alerts::said(kind, value, self.layout.language));
        said.with("count", many(value))
    }

    /// The limit of a rule in a few words.
    fn limit(&self, rule: &RuleView) -> String {
        if rule.kind == Kind::Revenue {
            let value = super::numbers::number(self.layout.language, rule.threshold, 1);
            let said = self.layout.t("alerts-unit-deviations").with("value", value);
            return said.with("count", many(rule.threshold)).to_string();
        }
        self.value(rule.kind, rule.threshold).to_string()
    }

    /// Whom a rule tells.
    fn told(&self, rule: &RuleView) -> String {
        if !rule.tells() {
            return self.layout.t("alerts-nobody").to_string();
        }
        rule.emails.iter().chain(&rule.webhook).cloned().collect::<Vec<_>>().join(", ")
    }

    /// What an alarm was about.
    fn said(&self, alert: &AlarmView) -> String {
        alert.particulars.text(self.layout.language)
    }

    /// How an alarm ended, or that it goes on.
    fn ended(&self, alert: &AlarmView) -> (&'static str, Text) {
        let (class, key) = match alert.ended_how.as_deref() {
            None => ("bad", "alerts-goes-on"),
            Some("apagada") => ("", "alerts-ended-off"),
            Some("borrada") => ("", "alerts-ended-removed"),
            Some(_) => ("good", "alerts-ended-well"),
        };
        (class, self.layout.t(key))
    }
}
