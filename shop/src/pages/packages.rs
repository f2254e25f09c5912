//! Packages: what orders itself, and what became of it.

use std::borrow::Borrow;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use belgrano_runtime::http::{Keyed, Page, Path};
use belgrano_runtime::problem::{FieldError, Problem};
use belgrano_web::map::Zones;
use belgrano_web::pages::{Choice, Form, KEY_FIELD, Layout, Notice};
use belgrano_web::seen::{SEEN_FIELD, Seen};
use belgrano_wire::texts::{Language, Message};
use belgrano_wire::timestamp::UnixMillis;
use serde::Deserialize;

use super::checkout::payments;
use super::frame::Frame;
use crate::accounts::Merchant;
use crate::app::App;
use crate::catalog::{self, Filter, ProductView};
use crate::merchants::{
    self, DueDate, Frequency, MissedView, Outcome, PackageItemRequest, PackageList, PackageRequest, PackageView,
    RunHour, RunView, packages,
};

/// Blank lines below what a package has.
const MORE_LINES: usize = 4;
/// Products of a package that its card names.
const SHOWN_ITEMS: usize = 4;
/// Lines of a form that are looked up by themselves.
const MAX_CHOSEN: usize = 100;

#[derive(Template)]
#[template(path = "packages.html")]
struct PackagesPage<'a> {
    layout: &'a Layout,
    packages: Vec<PackageView>,
    now: UnixMillis,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "package.html")]
struct PackagePage<'a> {
    layout: &'a Layout,
    /// The package as it stands; `None` for one that is being made.
    package: Option<PackageView>,
    runs: Vec<RunView>,
    products: Vec<Choice>,
    zones: Zones,
    form: Form,
    now: UnixMillis,
}

/// All of them.
pub(super) async fn list(
    State(app): State<App>,
    merchant: Merchant,
    Frame { layout, .. }: Frame,
    page: Page,
) -> Result<Response, Problem> {
    let now = app.ambient.now();
    let PackageList { paquetes: packages, cursor: next } = packages::page_of(&app, &merchant, &page).await?;
    layout.show(&PackagesPage { layout: &layout, packages, now, next })
}

/// The form of a new one.
pub(super) async fn new(State(app): State<App>, _: Merchant, Frame { layout, .. }: Frame) -> Result<Response, Problem> {
    let key = app.ambient.uuid().to_string();
    let form = Form::filled([(KEY_FIELD, key)]);
    let page = package_page(&layout, &app, None, form).await?;
    layout.show(&page)
}

/// Makes it.
pub(super) async fn create(
    State(app): State<App>,
    merchant: Merchant,
    Frame { layout, .. }: Frame,
    form: Form,
) -> Result<Response, Problem> {
    let made = match request(&form).and_then(|body| Ok(Keyed::new(body, form.key()?))) {
        Ok(body) => packages::create(&app, &merchant, body).await,
        Err(problem) => Err(problem),
    };
    match made {
        Ok(_) => Ok(Notice::done(layout.t("package-made")).then("/paquetes")),
        Err(problem) if Form::takes(&problem) => {
            let page = package_page(&layout, &app, None, form.refused(&problem)).await?;
            layout.show_as(problem.status(), &page)
        }
        Err(problem) => Err(problem),
    }
}

/// One of them, to be changed, with its history.
pub(super) async fn edit(
    State(app): State<App>,
    merchant: Merchant,
    Frame { layout, .. }: Frame,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    let known = read(&app, &merchant, id).await?;
    let form = filled(&known.0);
    let page = package_page(&layout, &app, Some(known), form).await?;
    layout.show(&page)
}

/// Changes it.
pub(super) async fn change(
    State(app): State<App>,
    merchant: Merchant,
    Frame { layout, .. }: Frame,
    Path(id): Path<i64>,
    form: Form,
) -> Result<Response, Problem> {
    let changed = match request(&form) {
        Ok(body) => packages::replace(&app, &merchant, id, body).await,
        Err(problem) => Err(problem),
    };
    match changed {
        Ok(_) => Ok(Notice::done(layout.t("package-saved")).then(&format!("/paquetes/{id}"))),
        Err(problem) if Form::takes(&problem) => {
            let known = read(&app, &merchant, id).await?;
            let untouched = lines_untouched(&form);
            let mut form = form.refused(&problem);
            if untouched && !lines_untouched(&form) {
                put_lines(&mut form, &known.0);
            }
            let page = package_page(&layout, &app, Some(known), form).await?;
            layout.show_as(problem.status(), &page)
        }
        Err(problem) => Err(problem),
    }
}

/// What else can be done with a package.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Action {
    Pausar,
    Reanudar,
    Borrar,
}

/// Pauses it, lets it go on, or deletes it.
pub(super) async fn act(
    State(app): State<App>,
    merchant: Merchant,
    Path((id, action)): Path<(i64, Action)>,
    language: Language,
) -> Result<Response, Problem> {
    let here = format!("/paquetes/{id}");
    let (done, to) = match action {
        Action::Pausar => (packages::set_active(&app, &merchant, id, false).await.map(drop), here.as_str()),
        Action::Reanudar => (packages::set_active(&app, &merchant, id, true).await.map(drop), here.as_str()),
        Action::Borrar => (packages::delete(&app, &merchant, id).await, "/paquetes"),
    };
    let said = match action {
        Action::Pausar => "package-is-paused",
        Action::Reanudar => "package-goes-on",
        Action::Borrar => "package-deleted",
    };
    match done {
        Ok(()) => Ok(Notice::done(language.t(said)).then(to)),
        Err(problem) if Form::takes(&problem) => Ok(Notice::failed(problem.to(language)).then(&here)),
        Err(problem) => Err(problem),
    }
}

async fn read(app: &App, merchant: &Merchant, id: i64) -> Result<(PackageView, Vec<RunView>), Problem> {
    let package = packages::one(app, merchant, id).await?;
    let latest = Page { cursor: None, limit: 20 };
    let runs = packages::runs_of(app, merchant, id, &latest).await?;
    Ok((package, runs.corridas))
}

async fn package_page<'a>(
    layout: &'a Layout,
    app: &App,
    known: Option<(PackageView, Vec<RunView>)>,
    form: Form,
) -> Result<PackagePage<'a>, Problem> {
    let (now, zones) = (app.ambient.now(), app.settings.map.zones.clone());
    let products = products(layout, app, known.as_ref().map(|(package, _)| package), &form).await?;
    let (package, runs) = known.map_or((None, Vec::new()), |(package, runs)| (Some(package), runs));
    Ok(PackagePage { layout, package, runs, products, zones, form, now })
}

/// What may be chosen: the first page of the catalog, and whatever else was chosen already. With script any product is found.
async fn products(
    layout: &Layout,
    app: &App,
    package: Option<&PackageView>,
    form: &Form,
) -> Result<Vec<Choice>, Problem> {
    let all = Page { cursor: None, limit: Page::MAX_LIMIT };
    let found = catalog::products(app, &Filter::default(), &all).await?;
    let mut choices = vec![Choice::new("", layout.t("package-nothing-chosen"))];
    choices.extend(found.productos.iter().map(|product| choice(layout, product)));
    for typed in form.values("producto").take(MAX_CHOSEN) {
        if choices.iter().any(|known| known.value == typed) {
            continue;
        }
        let Ok(id) = typed.parse() else { continue };
        let item = package.and_then(|package| package.items.iter().find(|item| item.product_id == id));
        match (item, catalog::product(app, id).await) {
            (_, Ok(product)) => choices.push(choice(layout, &product)),
            // No longer for sale: it stays in sight, so that its merchant takes it out and not this page.
            (Some(item), Err(_)) => {
                choices.push(Choice::new(typed, layout.t("package-item-gone").with("name", &item.name)));
            }
            (None, Err(_)) => {}
        }
    }
    Ok(choices)
}

fn choice(layout: &Layout, product: &ProductView) -> Choice {
    let text = format!("{} · {} · {}", product.name, product.business.name, layout.price(product.price));
    Choice::new(product.id.to_string(), text)
}

/// The day that a package was due.
fn due_day(layout: &Layout, missed: &MissedView) -> String {
    let due = missed.due_on.clone().and_then(|day| DueDate::try_from(day).ok());
    due.map_or_else(String::new, |day| layout.day(day.at(RunHour::DEFAULT)))
}

impl PackagesPage<'_> {
    fn due_day(&self, missed: &MissedView) -> String {
        due_day(self.layout, missed)
    }

    fn in_days(&self, package: &PackageView) -> String {
        in_days(self.layout, package, self.now)
    }
}

impl PackagePage<'_> {
    fn due_day(&self, missed: &MissedView) -> String {
        due_day(self.layout, missed)
    }

    /// The lines as they were typed, and some blank ones: a product and how many.
    fn lines(&self) -> Vec<(&str, &str)> {
        typed_lines(&self.form).chain([("", ""); MORE_LINES]).collect()
    }

    fn in_days(&self, package: &PackageView) -> String {
        in_days(self.layout, package, self.now)
    }

    fn first_hint(&self) -> &'static str {
        if self.package.is_some() { "package-first-kept" } else { "package-first-hint" }
    }

    /// The date a line of the history is about.
    fn ran_on(&self, run: &RunView) -> String {
        let due = run.due_on.clone().and_then(|day| DueDate::try_from(day).ok());
        match due {
            Some(day) => self.layout.day(day.at(RunHour::DEFAULT)),
            None => format!("{} · {}", self.layout.moment(run.ran_at), self.layout.t("package-by-hand")),
        }
    }

    /// What is wrong with the lines.
    fn line_errors(&self) -> Vec<&FieldError> {
        let known = ["nombre", "frecuencia", "direccion", "barrio", "metodo_pago", "notas", "primera_fecha"];
        self.form.other_errors(&known)
    }
}

/// The form as it stands before anybody typed: the fields, and the products line by line.
fn filled(package: &PackageView) -> Form {
    let mut form = Form::showing(&merchants::fields(package));
    put_lines(&mut form, package);
    form
}

fn put_lines(form: &mut Form, package: &PackageView) {
    form.replace("producto", package.items.iter().map(|item| item.product_id.to_string()));
    form.replace("cantidad", package.items.iter().map(|item| item.quantity.to_string()));
}

/// Whether the lines are those that the form showed.
fn lines_untouched(form: &Form) -> bool {
    let lines = typed_lines(form).map(|(product, quantity)| Some((product.parse().ok()?, quantity.parse().ok()?)));
    let lines: Option<Vec<_>> = lines.collect();
    lines.is_some_and(|lines| form.seen().is("items", &merchants::canonical(lines)))
}

/// Products with how many, as they were typed.
fn typed_lines(form: &Form) -> impl Iterator<Item = (&str, &str)> {
    form.values("producto").zip(form.values("cantidad")).filter(|(product, _)| !product.is_empty())
}

/// The fields besides the lines.
#[derive(Deserialize)]
struct Head {
    nombre: Option<String>,
    frecuencia: Frequency,
    direccion: Option<String>,
    barrio: Option<String>,
    metodo_pago: Option<String>,
    notas: Option<String>,
    primera_fecha: Option<DueDate>,
    #[serde(default)]
    visto: Seen,
}

fn request(form: &Form) -> Result<PackageRequest, Problem> {
    let head: Head = form.read()?;
    let lines = typed_lines(form);
    let line = |(product, quantity): (&str, &str)| {
        let quantity = if quantity.is_empty() { "1" } else { quantity };
        Some(PackageItemRequest { product_id: product.parse().ok()?, quantity: quantity.parse().ok()? })
    };
    let items: Option<Vec<_>> = lines.map(line).collect();
    let items = items.ok_or_else(|| Problem::invalid_field("items", Message::new("cart-not-a-number")))?;
    Ok(PackageRequest {
        name: head.nombre.unwrap_or_default(),
        frequency: head.frecuencia,
        items,
        address: head.direccion,
        barrio: head.barrio,
        payment_method: head.metodo_pago,
        notes: head.notas,
        first_on: head.primera_fecha,
        seen: head.visto,
    })
}

/// `mañana`, `en 5 días`; empty while the package is paused.
fn in_days(layout: &Layout, package: &PackageView, now: UnixMillis) -> String {
    package
        .next_on
        .map_or_else(String::new, |next| layout.t("package-in-days").with("count", next.days_from(now)).into())
}

fn frequencies(language: impl Borrow<Language>) -> Vec<Choice> {
    let language = *language.borrow();
    Frequency::ALL.map(|frequency| Choice::new(frequency.as_str(), language.t(frequency_text(frequency)))).into()
}

fn frequency_text(frequency: impl Borrow<Frequency>) -> &'static str {
    merchants::frequency_text(*frequency.borrow())
}

fn outcome_text(outcome: impl Borrow<Outcome>) -> &'static str {
    match outcome.borrow() {
        Outcome::Ordered => "package-run-ordered",
        Outcome::Refused => "package-run-refused",
        Outcome::Skipped => "package-run-skipped",
    }
}

/// Its class in a timeline.
fn outcome_class(outcome: impl Borrow<Outcome>) -> &'static str {
    match outcome.borrow() {
        Outcome::Ordered => "done",
        Outcome::Refused => "bad",
        Outcome::Skipped => "",
    }
}
