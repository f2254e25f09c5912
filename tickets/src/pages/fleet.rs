//! The fleet: who is on shift, how much they carry, how old their position is.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use belgrano_runtime::http::{Page, Path};
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::{Choice, Form, Layout, Notice};
use belgrano_web::phone::tel;
use belgrano_web::seen::{Fields, SEEN_FIELD};
use belgrano_wire::texts::{Language, Message};
use belgrano_wire::timestamp::UnixMillis;

use super::frame::Frame;
use super::ticket::tell;
use crate::app::App;
use crate::fleet::{self, DriverChange, DriverView, Drivers, NewDriverBody};
use crate::sessions::Admin;

#[derive(Template)]
#[template(path = "fleet.html")]
struct FleetPage<'a> {
    layout: &'a Layout,
    drivers: Vec<DriverView>,
    next: Option<String>,
    form: Form,
    now: UnixMillis,
}

#[derive(Template)]
#[template(path = "driver_edit.html")]
struct EditPage<'a> {
    layout: &'a Layout,
    driver: DriverView,
    form: Form,
}

/// All of them, and the form for one more.
pub(super) async fn list(
    State(app): State<App>,
    admin: Admin,
    Frame { layout, .. }: Frame,
    page: Page,
) -> Result<Response, Problem> {
    let page = fleet_page(&layout, &app, &admin, &page, Form::filled([("capacidad", "4")])).await?;
    layout.show(&page)
}

async fn fleet_page<'a>(
    layout: &'a Layout,
    app: &App,
    admin: &Admin,
    page: &Page,
    form: Form,
) -> Result<FleetPage<'a>, Problem> {
    let now = app.ambient.now();
    let Drivers { repartidores: drivers, cursor: next } = fleet::page_of(app, admin, page).await?;
    Ok(FleetPage { layout, drivers, next, form, now })
}

/// Makes a driver and its account.
pub(super) async fn create(
    State(app): State<App>,
    admin: Admin,
    Frame { layout, .. }: Frame,
    form: Form,
) -> Result<Response, Problem> {
    let made = match form.read::<NewDriverBody>() {
        Ok(body) => fleet::add_driver(&app, &admin.0, body).await,
        Err(problem) => Err(problem),
    };
    match made {
        Ok(driver) => Ok(Notice::done(layout.t("fleet-said-added").with("name", driver.name)).then("/flota")),
        Err(problem) if Form::takes(&problem) => {
            let first = Page { cursor: None, limit: Page::DEFAULT_LIMIT };
            let page = fleet_page(&layout, &app, &admin, &first, form.refused(&problem)).await?;
            layout.show_as(problem.status(), &page)
        }
        Err(problem) => Err(problem),
    }
}

/// One of them, to be changed.
pub(super) async fn edit(
    State(app): State<App>,
    _: Admin,
    Frame { layout, .. }: Frame,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    let driver = find(&app, id).await?;
    let form = Form::showing(&fleet::fields(&driver));
    layout.show(&EditPage { layout: &layout, driver, form })
}

/// Changes it.
pub(super) async fn change(
    State(app): State<App>,
    Admin(by): Admin,
    Frame { layout, .. }: Frame,
    Path(id): Path<i64>,
    form: Form,
) -> Result<Response, Problem> {
    let changed = match form.read_changes::<DriverChange>() {
        Ok(body) => fleet::change_driver(&app, &by, id, body).await,
        Err(problem) => Err(problem),
    };
    match changed {
        Ok(driver) => Ok(Notice::done(layout.t("fleet-said-saved").with("name", driver.name)).then("/flota")),
        Err(problem) if Form::takes(&problem) => {
            let driver = find(&app, id).await?;
            let page = EditPage { layout: &layout, driver, form: form.refused(&problem) };
            layout.show_as(problem.status(), &page)
        }
        Err(problem) => Err(problem),
    }
}

async fn find(app: &App, id: i64) -> Result<DriverView, Problem> {
    let found = fleet::list(&mut app.db.read().await?, 0, Some(id), 1, app.ambient.now()).await?;
    found.into_iter().next().ok_or_else(|| Problem::not_found(Message::new("refusal-no-driver")))
}

/// Changes how much a driver carries at once, from the list.
pub(super) async fn capacity(
    State(app): State<App>,
    Admin(by): Admin,
    language: Language,
    Path(id): Path<i64>,
    form: Form,
) -> Result<Response, Problem> {
    let changed = match form.read::<DriverChange>() {
        Ok(body) => {
            let only = DriverChange { capacity: body.capacity, seen: body.seen, ..DriverChange::default() };
            fleet::change_driver(&app, &by, id, only).await
        }
        Err(problem) => Err(problem),
    };
    let said = |driver: DriverView| {
        language.t("fleet-said-capacity").with("name", driver.name).with("capacity", driver.capacity)
    };
    tell(changed.map(said), language, "/flota")
}

/// What the list's form of how much a driver carries has shown.
fn capacity_seen(driver: &DriverView) -> String {
    Fields::default().number("capacidad", driver.capacity).seen()
}

/// Yes and no.
pub(super) fn yes_no(layout: &Layout) -> Vec<Choice> {
    vec![Choice::new("true", layout.t("yes").to_string()), Choice::new("false", layout.t("no").to_string())]
}
