//! Accounts: who may log in, and as what.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use belgrano_runtime::http::{Page, Path};
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::{Choice, Form, Layout, Notice};
use belgrano_web::seen::SEEN_FIELD;
use belgrano_wire::texts::{Message, Text};

use super::fleet::yes_no;
use super::frame::Frame;
use crate::app::App;
use crate::sessions::Admin;
use crate::users::{self, Account, NewUser, Role, UserChange, Users};

#[derive(Template)]
#[template(path = "users.html")]
struct UsersPage<'a> {
    layout: &'a Layout,
    users: Vec<Account>,
    next: Option<String>,
    form: Form,
}

#[derive(Template)]
#[template(path = "user.html")]
struct UserPage<'a> {
    layout: &'a Layout,
    user: Account,
    form: Form,
    /// Whether it has a second factor.
    has_factor: bool,
}

/// All of them, and the form for one more.
pub(super) async fn list(State(app): State<App>, admin: Admin, frame: Frame, page: Page) -> Result<Response, Problem> {
    let page = users_page(&frame.layout, &app, &admin, &page, Form::default()).await?;
    frame.layout.show(&page)
}

async fn users_page<'a>(
    layout: &'a Layout,
    app: &App,
    admin: &Admin,
    page: &Page,
    form: Form,
) -> Result<UsersPage<'a>, Problem> {
    let Users { usuarios: users, cursor: next } = users::page_of(app, admin, page).await?;
    Ok(UsersPage { layout, users, next, form })
}

/// Makes an account.
pub(super) async fn create(
    State(app): State<App>,
    admin: Admin,
    frame: Frame,
    form: Form,
) -> Result<Response, Problem> {
    let made = match form.read::<NewUser>() {
        Ok(body) => users::add_user(&app, &admin.0, body).await,
        Err(problem) => Err(problem),
    };
    match made {
        Ok(_) => Ok(Notice::done(frame.layout.t("user-said-made")).then("/usuarios")),
        Err(problem) if Form::takes(&problem) => {
            let first = Page { cursor: None, limit: Page::DEFAULT_LIMIT };
            let page = users_page(&frame.layout, &app, &admin, &first, form.refused(&problem)).await?;
            frame.layout.show_as(problem.status(), &page)
        }
        Err(problem) => Err(problem),
    }
}

/// One of them, to be changed.
pub(super) async fn edit(
    State(app): State<App>,
    _: Admin,
    frame: Frame,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    let user = find(&app, id).await?;
    let form = Form::showing(&users::fields(&user));
    let has_factor = users::has_factor(&app, id).await?;
    frame.layout.show(&UserPage { layout: &frame.layout, user, form, has_factor })
}

/// Changes it.
pub(super) async fn change(
    State(app): State<App>,
    Admin(by): Admin,
    frame: Frame,
    Path(id): Path<i64>,
    form: Form,
) -> Result<Response, Problem> {
    let changed = match form.read_changes::<UserChange>() {
        Ok(body) => users::change_user(&app, &by, id, body).await,
        Err(problem) => Err(problem),
    };
    match changed {
        Ok(user) => Ok(Notice::done(frame.layout.t("user-said-saved").with("name", user.name)).then("/usuarios")),
        Err(problem) if Form::takes(&problem) => {
            let user = find(&app, id).await?;
            let has_factor = users::has_factor(&app, id).await?;
            let page = UserPage { layout: &frame.layout, user, form: form.refused(&problem), has_factor };
            frame.layout.show_as(problem.status(), &page)
        }
        Err(problem) => Err(problem),
    }
}

/// Takes the second factor away of an account that lost it.
pub(super) async fn take_factor(
    state: State<App>,
    admin: Admin,
    frame: Frame,
    id: Path<i64>,
) -> Result<Response, Problem> {
    let page = format!("/usuarios/{}", id.0);
    match users::take_from_other(state, admin, id).await {
        Ok(_) => Ok(Notice::done(frame.layout.t("factor-other-removed")).then(&page)),
        Err(problem) if Form::takes(&problem) => Ok(Notice::failed(problem.to(frame.layout.language)).then(&page)),
        Err(problem) => Err(problem),
    }
}

async fn find(app: &App, id: i64) -> Result<Account, Problem> {
    let found = users::find(&mut app.db.read().await?, id).await?;
    found.ok_or_else(|| Problem::not_found(Message::new("refusal-no-account")))
}

/// The roles a person may choose from.
fn roles(layout: &Layout) -> Vec<Choice> {
    [Role::Driver, Role::Admin].map(|one| Choice::new(one.as_str(), role(layout, one).to_string())).into()
}

/// A role as a person says it.
fn role(layout: &Layout, role: impl std::borrow::Borrow<Role>) -> Text {
    layout.language.t(role.borrow().text())
}
