//! The security log as a page for administrators: the same on every service.

use std::borrow::Borrow;
use std::collections::HashMap;

use askama::Template;
use axum::response::Response;
use belgrano_runtime::http::Page;
use belgrano_runtime::problem::Problem;
use belgrano_runtime::security::{Kind, LogFilter, LogPage, LogView, Particulars};
use belgrano_runtime::storage::Db;
use belgrano_wire::texts::Text;
use serde_json::Value;

use crate::pages::{Choice, Form, Layout};

/// Where the page is.
pub const SECURITY_PATH: &str = "/seguridad";

#[derive(Template)]
#[template(path = "security_log.html")]
struct SecurityPage<'a> {
    layout: &'a Layout,
    form: Form,
    found: LogPage,
    names: HashMap<i64, String>,
    filter: LogFilter,
    notices: bool,
}

/// What is different about the page of a service.
#[derive(Clone, Copy, Debug)]
pub struct LogReaders {
    /// Selects `id` and name of the accounts whose ids follow `IN`.
    pub names: &'static str,
    /// Whether whoever reads it may ask for notices of alarms in their browser.
    pub notices: bool,
}

/// The page that `query` asks for.
pub async fn show_log(layout: &Layout, db: &Db, readers: LogReaders, query: &str) -> Result<Response, Problem> {
    let form = Form::of_query(query);
    let asked = form.read::<LogFilter>().and_then(|filter| {
        let page = Page { cursor: form.given("cursor").map(str::to_owned), limit: Page::DEFAULT_LIMIT };
        Ok((filter, page.position()?))
    });
    let (form, filter, found) = match asked {
        Ok((filter, after)) => (form, filter, LogPage::read(db, &filter, after, Page::DEFAULT_LIMIT).await?),
        Err(problem) if Form::takes(&problem) => {
            (form.refused(&problem), LogFilter::default(), LogPage { entradas: Vec::new(), cursor: None })
        }
        Err(problem) => return Err(problem),
    };
    let names = found.names(db, readers.names).await?;
    layout.show(&SecurityPage { layout, form, found, names, filter, notices: readers.notices })
}

impl SecurityPage<'_> {
    fn kinds(&self) -> Vec<Choice> {
        let all = Choice::new("", self.layout.t("security-all").to_string());
        let each = Kind::ALL.iter().map(|kind| Choice::new(kind.as_str(), self.layout.t(kind.label()).to_string()));
        std::iter::once(all).chain(each).collect()
    }

    fn what(&self, entry: &LogView) -> String {
        let kind = Kind::parse(&entry.kind);
        kind.map_or_else(|| entry.kind.clone(), |kind| self.layout.t(kind.label()).to_string())
    }

    /// The look of its badge.
    fn class(entry: &LogView) -> &'static str {
        match Kind::parse(&entry.kind) {
            Some(Kind::Alarm) => "bad",
            Some(kind) if kind.is_failure() => "warn",
            _ => "",
        }
    }

    fn who(&self, account: impl Borrow<i64>) -> String {
        let account = account.borrow();
        let name = self.names.get(account).filter(|name| !name.trim().is_empty());
        name.map_or_else(|| format!("#{account}"), |name| format!("{name} (#{account})"))
    }

    fn particulars(&self, particulars: &Particulars) -> Vec<String> {
        particulars.0.iter().map(|(name, value)| self.particular(name, value)).collect()
    }

    fn particular(&self, name: &str, value: &Value) -> String {
        let value = match value {
            Value::String(word) => self.word(word),
            Value::Bool(yes) => self.layout.t(if *yes { "yes" } else { "no" }).to_string(),
            other => other.to_string(),
        };
        match particular_label(name) {
            Some(label) => format!("{}: {value}", self.layout.t(label)),
            None => format!("{name}: {value}"),
        }
    }

    fn word(&self, word: &str) -> String {
        let known: Option<Text> = word_label(word).map(|label| self.layout.t(label));
        known.map_or_else(|| word.to_owned(), |text| text.to_string())
    }

    /// What the link to the next page adds to its cursor.
    fn filtered(&self) -> String {
        let mut query = String::new();
        if let Some(kind) = self.filter.tipo {
            query.push_str("&tipo=");
            query.push_str(kind.as_str());
        }
        if let Some(account) = self.filter.cuenta {
            query.push_str("&cuenta=");
            query.push_str(&account.to_string());
        }
        query
    }
}

/// The key of what a particular is called.
fn particular_label(name: &str) -> Option<&'static str> {
    Some(match name {
        "motivo" => "security-why",
        "correo" => "security-email",
        "metodo" => "security-method",
        "ruta" => "security-route",
        "rol" => "security-role",
        "activo" => "security-active",
        "fallos" => "security-failures",
        "minutos" => "security-minutes",
        "sesiones" => "security-sessions",
        "servicio" => "security-service",
        "cliente" => "security-client",
        _ => return None,
    })
}

/// The key of a word that says why.
fn word_label(word: &str) -> Option<&'static str> {
    Some(match word {
        "clave" => "security-why-password",
        "limite" => "security-why-limit",
        "codigo" => "security-why-code",
        "codigos" => "security-why-codes",
        "conocida" => "security-why-known",
        "contados" => "security-why-counted",
        "direccion" => "security-why-address",
        "cuenta" => "security-why-account",
        "total" => "security-why-all",
        "otras" => "security-others",
        "otra" => "security-other",
        _ => return None,
    })
}
