//! `/api/usuarios`: the accounts, for administrators.

use axum::extract::State;
use axum::http::StatusCode;
use belgrano_runtime::auth::email::Email;
use belgrano_runtime::auth::gate::Chosen;
use belgrano_runtime::auth::password::NewPassword;
use belgrano_runtime::http::{Json, Page, Path};
use belgrano_runtime::problem::{FieldError, Problem, ProblemDocument};
use belgrano_web::seen::Seen;
use belgrano_wire::free_text;
use belgrano_wire::texts::Message;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Account, AccountRefusal, Business, ChangeAccount, CreateAccount, Role, account};
use crate::app::App;
use crate::sessions::{Admin, Principal};

/// The most characters of a name.
const NAME_CHARS: usize = 100;

/// `/api/usuarios` and one of them.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(change))
}

/// A page of accounts.
#[derive(Serialize, ToSchema)]
pub(crate) struct Accounts {
    pub(crate) usuarios: Vec<Account>,
    /// For the next page; null at the end.
    pub(crate) cursor: Option<String>,
}

/// All accounts, the oldest first
#[utoipa::path(get, path = "/api/usuarios", tag = "cuentas",
    params(("cursor" = Option<String>, Query), ("limit" = Option<u32>, Query)),
    responses((status = 200, body = Accounts), (status = 403, body = ProblemDocument)))]
async fn list(State(app): State<App>, admin: Admin, page: Page) -> Result<Json<Accounts>, Problem> {
    page_of(&app, &admin, &page).await.map(Json)
}

/// A page of the accounts.
pub(crate) async fn page_of(app: &App, _: &Admin, page: &Page) -> Result<Accounts, Problem> {
    let after = page.position::<i64>()?.unwrap_or(0);
    let usuarios = account::page(&app.db, after, page.limit).await?;
    let full = usuarios.len() == page.limit as usize;
    let cursor = usuarios.last().filter(|_| full).map(|last| Page::encode(&last.id));
    Ok(Accounts { usuarios, cursor })
}

/// `POST /api/usuarios`.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewAccount {
    #[serde(rename = "nombre")]
    name: String,
    email: String,
    #[schema(value_type = String, min_length = 8, max_length = 128)]
    password: NewPassword,
    #[serde(rename = "rol")]
    role: Role,
    /// Of a merchant: the number, in the shop, of the business whose rows it sees. Of anybody else it is not kept.
    #[serde(rename = "negocio_id", default)]
    business_id: Option<i64>,
}

/// Create an account
#[utoipa::path(post, path = "/api/usuarios", tag = "cuentas", request_body = NewAccount, responses(
    (status = 201, body = Account), (status = 403, body = ProblemDocument), (status = 409, body = ProblemDocument),
    (status = 422, body = ProblemDocument)))]
async fn create(
    State(app): State<App>,
    Admin(by): Admin,
    Json(body): Json<NewAccount>,
) -> Result<(StatusCode, Json<Account>), Problem> {
    Ok((StatusCode::CREATED, Json(create_account(&app, &by, body).await?)))
}

/// Makes an account, by [`CreateAccount`].
pub(crate) async fn create_account(app: &App, by: &Principal, body: NewAccount) -> Result<Account, Problem> {
    let mut wrong = checked(Some(&body.name));
    let email = Email::parse(&body.email);
    if email.is_none() {
        wrong.push(FieldError::new("email", Message::new("error-email")));
    }
    let email = email.filter(|_| wrong.is_empty()).ok_or_else(|| Problem::invalid(wrong))?;
    let chosen = Chosen { field: "password", email: email.as_str(), admin: body.role == Role::Admin };
    let password_hash = app.gate.hash(&body.password, chosen).await?;
    let create =
        CreateAccount { name: tidy(&body.name), email, password_hash, role: body.role, business_id: body.business_id };
    Ok(app.writer.submit_for(by, create).await?)
}

/// One of them, for who may change it.
pub(crate) async fn one(app: &App, _: &Admin, id: i64) -> Result<Account, Problem> {
    let found = account::find(&mut app.db.read().await?, id).await?;
    found.ok_or_else(|| Problem::not_found(Message::new("refusal-no-account")))
}

/// What is wrong with the name of an account.
fn checked(name: Option<&String>) -> Vec<FieldError> {
    let wrong = name.and_then(|name| free_text::required(name, NAME_CHARS).err());
    wrong.map(|wrong| FieldError::new("nombre", wrong)).into_iter().collect()
}

fn tidy(text: &str) -> String {
    text.trim().to_owned()
}

/// `PATCH /api/usuarios/{id}`; what is left out stays.
#[derive(Deserialize, ToSchema)]
pub(crate) struct AccountChange {
    #[serde(rename = "nombre")]
    name: Option<String>,
    #[serde(rename = "rol")]
    role: Option<Role>,
    /// The number, in the shop, of the business whose rows a merchant sees; null: none.
    #[serde(rename = "negocio_id", default)]
    #[schema(value_type = Option<i64>)]
    pub(crate) business: Business,
    #[serde(rename = "activo")]
    active: Option<bool>,
    /// Only of an account whose `origen` is `insights`.
    #[schema(value_type = Option<String>, min_length = 8, max_length = 128)]
    password: Option<NewPassword>,
    /// What these fields were when they were looked at; that one of them is something else now is 409, with what it is in
    /// `ahora`.
    #[serde(rename = "visto", default)]
    seen: Seen,
}

/// Change an account. Another role, business or password, or closing it, ends its sessions.
#[utoipa::path(patch, path = "/api/usuarios/{id}", tag = "cuentas", request_body = AccountChange,
    params(("id" = i64, Path)), responses((status = 200, body = Account), (status = 403, body = ProblemDocument),
    (status = 404, body = ProblemDocument), (status = 409, body = ProblemDocument,
    description = "It is the last administrator, has no password here, or is not as it was seen (`visto`)"),
    (status = 422, body = ProblemDocument)))]
async fn change(
    State(app): State<App>,
    Admin(by): Admin,
    Path(id): Path<i64>,
    Json(body): Json<AccountChange>,
) -> Result<Json<Account>, Problem> {
    change_account(&app, &by, id, body).await.map(Json)
}

/// Changes an account, by [`ChangeAccount`].
pub(crate) async fn change_account(
    app: &App,
    by: &Principal,
    id: i64,
    body: AccountChange,
) -> Result<Account, Problem> {
    let wrong = checked(body.name.as_ref());
    if !wrong.is_empty() {
        return Err(Problem::invalid(wrong));
    }
    let password_hash = match &body.password {
        Some(password) => {
            let found = account::find(&mut app.db.read().await?, id).await?.ok_or(AccountRefusal::NotFound)?;
            let admin = body.role.unwrap_or(found.role) == Role::Admin;
            Some(app.gate.hash(password, Chosen { field: "password", email: &found.email, admin }).await?)
        }
        None => None,
    };
    let AccountChange { name, role, business, active, seen, .. } = body;
    let name = name.as_deref().map(tidy);
    let change = ChangeAccount { id, name, role, business, active, password_hash, seen };
    Ok(app.writer.submit_for(by, change).await?)
}
