//! `/cuentas`: who may look, as what, and, of a merchant, at which business. For administrators.

use std::borrow::Borrow;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use belgrano_runtime::http::{Page, Path};
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::{Choice, Form, Layout, Notice};
use belgrano_web::seen::SEEN_FIELD;
use belgrano_wire::texts::Text;

use super::Frame;
use crate::access::Reader;
use crate::accounts::{self, Account, AccountChange, Accounts, Business, NewAccount, Role};
use crate::api::{self, BusinessView};
use crate::app::App;
use crate::sessions::Admin;

/// The address of the list; one account is at its number below it.
pub(super) const PATH: &str = "/cuentas";

#[derive(Template)]
#[template(path = "accounts.html")]
struct AccountsPage<'a> {
    layout: &'a Layout,
    accounts: Vec<Account>,
    next: Option<String>,
    businesses: Vec<BusinessView>,
    form: Form,
}

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage<'a> {
    layout: &'a Layout,
    account: Account,
    businesses: Vec<BusinessView>,
    form: Form,
}

/// All of them, and the form for one more.
pub(super) async fn list(
    State(app): State<App>,
    admin: Admin,
    reader: Reader,
    Frame { layout, .. }: Frame,
    page: Page,
) -> Result<Response, Problem> {
    layout.show(&accounts_page(&layout, &app, (&admin, &reader), &page, Form::default()).await?)
}

async fn accounts_page<'a>(
    layout: &'a Layout,
    app: &App,
    (admin, reader): (&Admin, &Reader),
    page: &Page,
    form: Form,
) -> Result<AccountsPage<'a>, Problem> {
    let businesses = businesses(app, reader).await;
    let Accounts { usuarios: accounts, cursor: next } = accounts::page_of(app, admin, page).await?;
    Ok(AccountsPage { layout, accounts, next, businesses, form })
}

/// Makes an account out of the form below the list, and leads back to the list.
pub(super) async fn create(
    State(app): State<App>,
    admin: Admin,
    reader: Reader,
    Frame { layout, .. }: Frame,
    form: Form,
) -> Result<Response, Problem> {
    let made = match form.read::<NewAccount>() {
        Ok(body) => accounts::create_account(&app, &admin.0, body).await,
        Err(problem) => Err(problem),
    };
    match made {
        Ok(account) => Ok(saved(&layout, &account)),
        Err(problem) if Form::takes(&problem) => {
            let first = Page { cursor: None, limit: Page::DEFAULT_LIMIT };
            let page = accounts_page(&layout, &app, (&admin, &reader), &first, form.refused(&problem)).await?;
            layout.show_as(problem.status(), &page)
        }
        Err(problem) => Err(problem),
    }
}

/// The form of one account, as it is.
pub(super) async fn edit(
    State(app): State<App>,
    admin: Admin,
    reader: Reader,
    Frame { layout, .. }: Frame,
    Path(id): Path<i64>,
) -> Result<Response, Problem> {
    let account = accounts::one(&app, &admin, id).await?;
    let form = Form::showing(&accounts::fields(&account));
    layout.show(&AccountPage { layout: &layout, account, businesses: businesses(&app, &reader).await, form })
}

/// Changes an account as its form says, and leads back to the list.
pub(super) async fn change(
    State(app): State<App>,
    admin: Admin,
    reader: Reader,
    Frame { layout, .. }: Frame,
    Path(id): Path<i64>,
    form: Form,
) -> Result<Response, Problem> {
    let changed = match typed(&form) {
        Ok(body) => accounts::change_account(&app, &admin.0, id, body).await,
        Err(problem) => Err(problem),
    };
    match changed {
        Ok(account) => Ok(saved(&layout, &account)),
        Err(problem) if Form::takes(&problem) => {
            let account = accounts::one(&app, &admin, id).await?;
            let businesses = businesses(&app, &reader).await;
            let page = AccountPage { layout: &layout, account, businesses, form: form.refused(&problem) };
            layout.show_as(problem.status(), &page)
        }
        Err(problem) => Err(problem),
    }
}

/// What was changed, as a body of the API: a business that was chosen away is none.
fn typed(form: &Form) -> Result<AccountChange, Problem> {
    let had = form.seen().get("negocio_id").is_some_and(|shown| !shown.is_empty());
    if !had || !form.value("negocio_id").is_empty() {
        return form.read_changes();
    }
    let mut plain = form.clone();
    plain.replace("negocio_id", []);
    let mut body = plain.read_changes::<AccountChange>()?;
    body.business = Business::Clear;
    Ok(body)
}

fn saved(layout: &Layout, account: &Account) -> Response {
    Notice::done(layout.t("insights-account-saved").with("name", account.name.as_str())).then(PATH)
}

/// The businesses that there are; none while they cannot be read, which is no reason to keep accounts from being changed.
async fn businesses(app: &App, reader: &Reader) -> Vec<BusinessView> {
    api::businesses(app, reader).await.unwrap_or_else(|problem| {
        tracing::warn!(why = problem.detail(), "the businesses that accounts may be given cannot be read");
        Vec::new()
    })
}

fn roles(layout: &Layout) -> Vec<Choice> {
    Role::ALL.map(|role| Choice::new(role.as_str(), layout.t(role.text()).to_string())).into()
}

fn yes_no(layout: &Layout) -> Vec<Choice> {
    vec![Choice::new("true", layout.t("yes")), Choice::new("false", layout.t("no"))]
}

/// What a merchant may be given: nothing, each business, and the one it has although nobody knows it now.
fn offered(layout: &Layout, businesses: &[BusinessView], has: impl Borrow<Option<i64>>) -> Vec<Choice> {
    let has = *has.borrow();
    let none = Choice::new("", layout.t("insights-account-no-business"));
    let known = businesses.iter().map(|one| Choice::new(one.id.to_string(), one.name.clone()));
    let unknown = has.filter(|id| businesses.iter().all(|one| one.id != *id));
    let unknown = unknown.map(|id| Choice::new(id.to_string(), said(layout, businesses, id)));
    [none].into_iter().chain(known).chain(unknown).collect()
}

/// What a business is called.
fn said(layout: &Layout, businesses: &[BusinessView], id: impl Borrow<i64>) -> String {
    let id = *id.borrow();
    let known = businesses.iter().find(|one| one.id == id).map(|one| one.name.clone());
    known.unwrap_or_else(|| layout.t("insights-account-business-number").with("id", id).to_string())
}

/// Who vouches for somebody.
fn origin(layout: &Layout, account: &Account) -> Text {
    layout.t(match account.origin.as_str() {
        "shop" => "insights-account-from-shop",
        "tickets" => "insights-account-from-board",
        _ => "insights-account-from-here",
    })
}

/// Whether it is a merchant who sees nothing yet.
fn waits(account: &Account) -> bool {
    account.active && account.role == Role::Merchant && account.business_id.is_none()
}

impl AccountsPage<'_> {
    /// How many merchants see nothing yet.
    fn waiting(&self) -> usize {
        self.accounts.iter().filter(|account| waits(account)).count()
    }
}
