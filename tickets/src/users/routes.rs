//! `/api/usuarios`.

use axum::extract::State;
use axum::http::StatusCode;
use belgrano_runtime::auth::email::Email;
use belgrano_runtime::auth::gate::Chosen;
use belgrano_runtime::auth::password::NewPassword;
use belgrano_runtime::fetch;
use belgrano_runtime::http::{Json, Page, Path};
use belgrano_runtime::problem::{FieldError, Problem, ProblemDocument};
use belgrano_web::seen::Seen;
use belgrano_wire::free_text;
use belgrano_wire::limits;
use belgrano_wire::texts::Message;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::account::{self, check_text};
use super::{Account, ChangeUser, CreateUser, NewDriver, Role, UserRefusal, password, second_factor};
use crate::app::App;
use crate::sessions::{Admin, Principal};

/// The most characters of a name.
pub(crate) const NAME_CHARS: usize = 100;

/// `/api/usuarios`, one of them, and one's own.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(change))
        .routes(routes!(password::change_password))
        .merge(second_factor::routes())
}

/// A page of accounts.
#[derive(Serialize, ToSchema)]
pub(crate) struct Users {
    pub(crate) usuarios: Vec<Account>,
    pub(crate) cursor: Option<String>,
}

/// The accounts, oldest first.
#[utoipa::path(get, path = "/api/usuarios", tag = "cuentas",
    params(("cursor" = Option<String>, Query), ("limit" = Option<u32>, Query)),
    responses((status = 200, body = Users), (status = 403, body = ProblemDocument)))]
async fn list(State(app): State<App>, admin: Admin, page: Page) -> Result<Json<Users>, Problem> {
    page_of(&app, &admin, &page).await.map(Json)
}

/// A page of the accounts.
pub(crate) async fn page_of(app: &App, _: &Admin, page: &Page) -> Result<Users, Problem> {
    const LIST: &str = "SELECT id, name, email, role, active, created_at FROM users WHERE id > $1 ORDER BY id LIMIT $2";
    let after = page.position::<i64>()?.unwrap_or(0);
    let mut session = app.db.read().await?;
    let usuarios = fetch!(all, session, Account, LIST, after, i64::from(page.limit))?;
    let full = usuarios.len() == page.limit as usize;
    let cursor = usuarios.last().filter(|_| full).map(|last| Page::encode(&last.id));
    Ok(Users { usuarios, cursor })
}

/// `POST /api/usuarios`.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewUser {
    #[serde(rename = "nombre")]
    name: String,
    email: String,
    #[schema(value_type = String, min_length = 8, max_length = 128)]
    password: NewPassword,
    #[serde(rename = "rol")]
    role: Role,
    /// A driver's; of anybody else it is not kept.
    #[serde(rename = "telefono", default)]
    phone: String,
}

/// Makes an account.
#[utoipa::path(post, path = "/api/usuarios", tag = "cuentas", request_body = NewUser, responses(
    (status = 201, body = Account), (status = 409, body = ProblemDocument), (status = 422, body = ProblemDocument)))]
async fn create(
    State(app): State<App>,
    Admin(by): Admin,
    Json(body): Json<NewUser>,
) -> Result<(StatusCode, Json<Account>), Problem> {
    Ok((StatusCode::CREATED, Json(add_user(&app, &by, body).await?)))
}

/// Makes an account, by [`CreateUser`].
pub(crate) async fn add_user(app: &App, by: &Principal, body: NewUser) -> Result<Account, Problem> {
    if let Some(wrong) = free_text::check(&body.phone, limits::PHONE).err() {
        return Err(Problem::invalid_field("telefono", wrong));
    }
    let driver = NewDriver { phone: free_text::plain(&body.phone).trim().to_owned(), ..NewDriver::default() };
    create_account(app, by, body.name, &body.email, &body.password, body.role, driver).await
}

/// Checks, hashes and creates; the fleet does the same for a driver.
pub(crate) async fn create_account(
    app: &App,
    by: &Principal,
    name: String,
    email: &str,
    password: &NewPassword,
    role: Role,
    driver: NewDriver,
) -> Result<Account, Problem> {
    let mut wrong: Vec<_> = check_text("nombre", &name, NAME_CHARS).into_iter().collect();
    let email = Email::parse(email);
    if email.is_none() {
        wrong.push(FieldError::new("email", Message::new("error-email")));
    }
    let email = email.filter(|_| wrong.is_empty()).ok_or_else(|| Problem::invalid(wrong))?;
    let chosen = Chosen { field: "password", email: email.as_str(), admin: role == Role::Admin };
    let password_hash = app.gate.hash(password, chosen).await?;
    let create = CreateUser { name: name.trim().to_owned(), email, password_hash, role, driver };
    Ok(app.writer.submit_for(by, create).await?)
}

/// The hash of a password that account `id` gets, with another role if there is one.
pub(crate) async fn hash_of(app: &App, id: i64, password: &NewPassword, role: Option<Role>) -> Result<String, Problem> {
    let mut session = app.db.read().await?;
    let account = account::find(&mut session, id).await?.ok_or(UserRefusal::NotFound)?;
    drop(session);
    let admin = role.unwrap_or(account.role) == Role::Admin;
    app.gate.hash(password, Chosen { field: "password", email: &account.email, admin }).await
}

/// `PATCH /api/usuarios/{id}`; what is left out stays.
#[derive(Deserialize, ToSchema)]
pub(crate) struct UserChange {
    #[serde(rename = "nombre")]
    name: Option<String>,
    #[serde(rename = "rol")]
    role: Option<Role>,
    #[serde(rename = "activo")]
    active: Option<bool>,
    #[schema(value_type = Option<String>, min_length = 8, max_length = 128)]
    password: Option<NewPassword>,
    /// What these fields were when they were looked at; that one of them is something else now is 409, with what it is in
    /// `ahora`.
    #[serde(rename = "visto", default)]
    seen: Seen,
}

/// Changes an account. Another role or password, or closing it, ends its sessions.
#[utoipa::path(patch, path = "/api/usuarios/{id}", tag = "cuentas", request_body = UserChange,
    params(("id" = i64, Path)), responses((status = 200, body = Account), (status = 404, body = ProblemDocument),
    (status = 409, body = ProblemDocument, description = "It is the last administrator, or is not as it was seen (`visto`).")))]
async fn change(
    State(app): State<App>,
    Admin(by): Admin,
    Path(id): Path<i64>,
    Json(body): Json<UserChange>,
) -> Result<Json<Account>, Problem> {
    change_user(&app, &by, id, body).await.map(Json)
}

/// Changes an account, by [`ChangeUser`].
pub(crate) async fn change_user(app: &App, by: &Principal, id: i64, body: UserChange) -> Result<Account, Problem> {
    if let Some(wrong) = body.name.as_deref().and_then(|name| check_text("nombre", name, NAME_CHARS)) {
        return Err(Problem::invalid(vec![wrong]));
    }
    let password_hash = match &body.password {
        Some(password) => Some(hash_of(app, id, password, body.role).await?),
        None => None,
    };
    let name = body.name.map(|name| name.trim().to_owned());
    let change = ChangeUser { id, name, role: body.role, active: body.active, password_hash, seen: body.seen };
    Ok(app.writer.submit_for(by, change).await?)
}
