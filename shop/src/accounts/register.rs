//! Making an account.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use belgrano_runtime::auth::email::Email;
use belgrano_runtime::auth::gate::Chosen;
use belgrano_runtime::auth::password::NewPassword;
use belgrano_runtime::http::{Json, RequestContext};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_runtime::security::{Entry, Kind, Source};
use belgrano_runtime::writer::{Command, Failure};
use belgrano_runtime::{execute, fetch_scalar};
use belgrano_wire::limits;
use belgrano_wire::texts::Message;
use serde::Deserialize;
use utoipa::ToSchema;

use super::fields::Form;
use super::login::OpenSession;
use super::profile::{AccountView, find_account};
use super::{Cuit, Role};
use crate::app::App;
use crate::merchants::Plan;
use crate::unit::ShopUnit;

/// Who registers. `rol: "comerciante"` needs the business as well.
#[derive(Deserialize, ToSchema)]
pub(crate) struct RegisterBody {
    #[serde(rename = "nombre")]
    first_name: String,
    #[serde(rename = "apellido")]
    last_name: Option<String>,
    #[schema(value_type = String, example = "ana@example.com")]
    email: Email,
    #[schema(value_type = String, format = Password, min_length = 8, max_length = 128)]
    password: NewPassword,
    #[serde(rename = "telefono")]
    phone: Option<String>,
    #[serde(rename = "direccion")]
    address: Option<String>,
    #[serde(rename = "rol", default)]
    #[schema(inline)]
    role: RegisterRole,
    #[serde(rename = "nombre_negocio")]
    business_name: Option<String>,
    #[schema(value_type = Option<String>, example = "30-50001091-2")]
    cuit: Option<Cuit>,
    #[serde(rename = "tipo_negocio")]
    kind: Option<String>,
    #[serde(rename = "direccion_comercial")]
    business_address: Option<String>,
    #[serde(rename = "telefono_comercial")]
    business_phone: Option<String>,
}

/// What one may register as. Nobody makes itself an administrator.
#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum RegisterRole {
    #[default]
    Cliente,
    Comerciante,
}

/// A new account, its texts checked and its password hashed.
#[derive(Clone, Debug)]
pub(crate) struct NewAccount {
    pub(crate) role: Role,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) email: Email,
    pub(crate) password_hash: String,
    pub(crate) phone: String,
    pub(crate) address: String,
    pub(crate) business: Option<NewBusiness>,
}

/// The business of a new merchant.
#[derive(Clone, Debug)]
pub(crate) struct NewBusiness {
    pub(crate) name: String,
    pub(crate) cuit: Cuit,
    pub(crate) kind: String,
    pub(crate) address: String,
    pub(crate) phone: String,
    /// What it pays for; `None` where nobody said.
    pub(crate) plan: Option<Plan>,
}

/// Why no account is made.
#[derive(Debug)]
pub(crate) enum RegisterRefusal {
    /// The address has one already.
    EmailTaken,
    /// The CUIT has one already.
    CuitTaken,
}

impl From<RegisterRefusal> for Problem {
    fn from(refusal: RegisterRefusal) -> Self {
        match refusal {
            RegisterRefusal::EmailTaken => Self::taken("correo-en-uso", "email", "refusal-email-taken"),
            RegisterRefusal::CuitTaken => Self::taken("cuit-en-uso", "cuit", "refusal-cuit-taken"),
        }
    }
}

const INSERT_ACCOUNT: &str = "INSERT INTO accounts (role, first_name, last_name, email, password_hash, phone, address, \
     active, created_at, password_examined) VALUES ($1, $2, $3, $4, $5, $6, $7, TRUE, $8, TRUE) RETURNING id";
const INSERT_MERCHANT: &str = "INSERT INTO merchants (account_id, business_name, cuit, kind, address, phone, plan) \
     VALUES ($1, $2, $3, $4, $5, $6, $7)";

impl NewAccount {
    /// What the security log says of it, made under this id.
    pub(crate) fn told(&self, id: i64) -> Entry {
        Entry::new(Kind::AccountMade).on(id).with("rol", self.role.as_str())
    }

    /// Writes the account. Returns its id.
    pub(crate) async fn insert(&self, unit: &mut ShopUnit) -> Result<i64, Failure<RegisterRefusal>> {
        const BY_EMAIL: &str = "SELECT COUNT(*) FROM accounts WHERE email = $1";
        const BY_CUIT: &str = "SELECT COUNT(*) FROM merchants WHERE cuit = $1";
        if fetch_scalar!(one, *unit.reader(), i64, BY_EMAIL, self.email.as_str())? > 0 {
            return Err(Failure::Refused(RegisterRefusal::EmailTaken));
        }
        if let Some(business) = &self.business
            && fetch_scalar!(one, *unit.reader(), i64, BY_CUIT, business.cuit.as_str())? > 0
        {
            return Err(Failure::Refused(RegisterRefusal::CuitTaken));
        }
        let (now, session) = (unit.now(), unit.session());
        let Self { first_name, last_name, password_hash, phone, address, .. } = self;
        let (role, email) = (self.role.as_str(), self.email.as_str());
        let id = fetch_scalar!(
            one,
            *session,
            i64,
            INSERT_ACCOUNT,
            role,
            first_name,
            last_name,
            email,
            password_hash,
            phone,
            address,
            now
        )?;
        if let Some(NewBusiness { name, cuit, kind, address, phone, plan }) = &self.business {
            let plan = plan.map(Plan::as_str);
            execute!(*session, INSERT_MERCHANT, id, name, cuit.as_str(), kind, address, phone, plan)?;
        }
        Ok(id)
    }
}

/// Makes an account and logs it in.
struct Register {
    account: NewAccount,
    session: OpenSession,
    source: Source,
}

impl Command<ShopUnit> for Register {
    type Output = AccountView;
    type Refusal = RegisterRefusal;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<AccountView, Failure<RegisterRefusal>> {
        let id = self.account.insert(unit).await?;
        unit.log(self.account.told(id).by(self.source.by(id)));
        self.session.open(unit, id).await?;
        find_account(unit.session(), id).await?.ok_or(Failure::Broke(sqlx::Error::RowNotFound))
    }
}

/// Registers
///
/// Makes the account and logs it in. That an address is taken is said, because a person has to know what to do; how
/// often one may ask is limited.
#[utoipa::path(
    post, path = "/api/register", tag = "cuentas", security(()), request_body = RegisterBody,
    responses(
        (status = 201, body = AccountView),
        (status = 409, body = ProblemDocument, description = "The address or the CUIT has an account already"),
        (status = 422, body = ProblemDocument),
        (status = 429, body = ProblemDocument),
    )
)]
pub(crate) async fn register(
    State(app): State<App>,
    context: RequestContext,
    headers: HeaderMap,
    Json(body): Json<RegisterBody>,
) -> Result<Response, Problem> {
    let mut account = new_account(&body)?;
    app.limits.try_to_register(context.client_ip)?;
    account.password_hash =
        app.gate.hash(&body.password, Chosen { field: "password", email: body.email.as_str(), admin: false }).await?;
    let (token, session) = OpenSession::prepare(&app, &headers);
    let view = app.writer.submit(Register { account, session, source: app.security.source(&context) }).await?;
    Ok((StatusCode::CREATED, [(header::SET_COOKIE, app.gate.cookie().set(&token))], Json(view)).into_response())
}

/// Everything but the hash.
fn new_account(body: &RegisterBody) -> Result<NewAccount, Problem> {
    let mut form = Form::default();
    let business = match body.role {
        RegisterRole::Cliente => None,
        RegisterRole::Comerciante => new_business(&mut form, body),
    };
    let account = NewAccount {
        role: if business.is_some() { Role::Merchant } else { Role::Customer },
        first_name: form.text("nombre", Some(&body.first_name), 1..=100),
        last_name: form.text("apellido", body.last_name.as_deref(), 0..=100),
        email: body.email.clone(),
        password_hash: String::new(),
        phone: form.phone("telefono", body.phone.as_deref()),
        address: form.text("direccion", body.address.as_deref(), 0..=limits::ADDRESS),
        business,
    };
    form.finish().map(|()| account)
}

/// `None` without a CUIT, which the form has noted then.
fn new_business(form: &mut Form, body: &RegisterBody) -> Option<NewBusiness> {
    let name = form.text("nombre_negocio", body.business_name.as_deref(), 1..=limits::CUSTOMER_NAME);
    let kind = form.text("tipo_negocio", body.kind.as_deref(), 0..=100);
    let address = form.text("direccion_comercial", body.business_address.as_deref(), 0..=limits::ADDRESS);
    let phone = form.phone("telefono_comercial", body.business_phone.as_deref());
    let Some(cuit) = body.cuit.clone() else {
        form.wrong("cuit", Message::new("error-missing"));
        return None;
    };
    // Whoever registers begins with the smallest; an administrator gives another.
    Some(NewBusiness { name, cuit, kind, address, phone, plan: Some(Plan::Basic) })
}
