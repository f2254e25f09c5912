//! The account as its owner sees and changes it.

use axum::extract::State;
use belgrano_runtime::http::Json;
use belgrano_runtime::passage::{Origin, Passage};
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_runtime::storage::{Session as DbSession, require_one};
use belgrano_runtime::writer::{Command, Failure};
use belgrano_runtime::{execute, fetch, fetch_scalar};
use belgrano_web::seen::{Changed, Fields, Seen};
use belgrano_wire::limits;
use belgrano_wire::texts::Message;
use belgrano_wire::timestamp::UnixMillis;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::birth_year::BirthYear;
use super::fields::Form;
use super::{Principal, Role, Session};
use crate::app::App;
use crate::merchants::Plan;
use crate::unit::ShopUnit;

/// An account as its owner sees it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, sqlx::FromRow)]
pub struct AccountView {
    pub(crate) id: i64,
    #[serde(rename = "rol")]
    #[sqlx(try_from = "String")]
    pub(crate) role: Role,
    #[serde(rename = "nombre")]
    pub(crate) first_name: String,
    #[serde(rename = "apellido")]
    pub(crate) last_name: String,
    pub(crate) email: String,
    #[serde(rename = "telefono")]
    pub(crate) phone: String,
    #[serde(rename = "direccion")]
    pub(crate) address: String,
    /// The year its owner was born in, if they said so.
    #[serde(rename = "anio_nacimiento")]
    pub(crate) birth_year: Option<i64>,
    /// The business of a merchant.
    #[serde(flatten)]
    #[sqlx(flatten)]
    pub(crate) business: BusinessView,
}

/// The business of a merchant; nothing for everybody else.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, sqlx::FromRow)]
pub(crate) struct BusinessView {
    #[serde(rename = "nombre_negocio", skip_serializing_if = "Option::is_none")]
    pub(crate) business_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cuit: Option<String>,
    #[serde(rename = "tipo_negocio", skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<String>,
    #[serde(rename = "direccion_comercial", skip_serializing_if = "Option::is_none")]
    pub(crate) business_address: Option<String>,
    #[serde(rename = "telefono_comercial", skip_serializing_if = "Option::is_none")]
    pub(crate) business_phone: Option<String>,
    /// What it pays for, where an administrator said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Plan>)]
    pub(crate) plan: Option<String>,
}

const SELECT: &str = "SELECT a.id, a.role, a.first_name, a.last_name, a.email, a.phone, a.address, a.birth_year, \
     m.business_name, m.cuit, m.kind, m.address AS business_address, m.phone AS business_phone, m.plan \
     FROM accounts a LEFT JOIN merchants m ON m.account_id = a.id WHERE a.id = $1 AND a.active";

/// Where an account's orders go unless they say otherwise, if it says so.
pub(crate) async fn address_of(app: &App, id: i64) -> sqlx::Result<Option<String>> {
    const ADDRESS: &str = "SELECT address FROM accounts WHERE id = $1 AND address <> ''";
    fetch_scalar!(optional, app.db.read().await?, String, ADDRESS, id)
}

/// The account `id`, or `None` when it is closed.
pub(super) async fn find_account(session: &mut DbSession, id: i64) -> sqlx::Result<Option<AccountView>> {
    fetch!(optional, *session, AccountView, SELECT, id)
}

/// The account `id` of somebody who just proved to have it.
pub(super) async fn read_account(app: &App, id: i64) -> Result<AccountView, Problem> {
    find_account(&mut app.db.read().await?, id).await?.ok_or_else(closed)
}

/// The account of somebody who is logged in, as another service is told of it.
pub(crate) async fn passage(app: &App, who: &Principal) -> Result<Passage, Problem> {
    let account = read_account(app, who.account_id).await?;
    Ok(Passage {
        from: Origin::Shop,
        account: account.id,
        name: format!("{} {}", account.first_name, account.last_name).trim().to_owned(),
        email: account.email,
        role: account.role.as_str().to_owned(),
        business: account.business.business_name,
    })
}

fn closed() -> Problem {
    Problem::unauthenticated(Message::new("refusal-account-closed"))
}

/// My account
#[utoipa::path(
    get, path = "/api/me", tag = "cuentas",
    responses((status = 200, body = AccountView), (status = 401, body = ProblemDocument))
)]
pub(crate) async fn me(State(app): State<App>, Session(who): Session) -> Result<Json<AccountView>, Problem> {
    read_account(&app, who.account_id).await.map(Json)
}

/// What of an account its owner may change; what is absent stays.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ProfileBody {
    #[serde(rename = "nombre")]
    first_name: Option<String>,
    #[serde(rename = "apellido")]
    last_name: Option<String>,
    #[serde(rename = "telefono")]
    phone: Option<String>,
    #[serde(rename = "direccion")]
    address: Option<String>,
    /// The year of birth; null erases it.
    #[serde(rename = "anio_nacimiento", default)]
    #[schema(value_type = Option<i64>)]
    birth_year: BirthYear,
    #[serde(rename = "nombre_negocio")]
    business_name: Option<String>,
    #[serde(rename = "tipo_negocio")]
    kind: Option<String>,
    #[serde(rename = "direccion_comercial")]
    business_address: Option<String>,
    #[serde(rename = "telefono_comercial")]
    business_phone: Option<String>,
    /// What these fields were when they were looked at; that one of them is something else now is 409, with what it is in
    /// `ahora`.
    #[serde(rename = "visto", default)]
    seen: Seen,
}

/// What a page shows of an account to be changed.
pub(crate) fn fields(account: &AccountView) -> Fields {
    let fields = Fields::default()
        .text("nombre", &account.first_name)
        .text("apellido", &account.last_name)
        .text("telefono", &account.phone)
        .text("direccion", &account.address)
        .text("anio_nacimiento", account.birth_year.map(|year| year.to_string()).unwrap_or_default());
    let business = &account.business;
    let Some(name) = &business.business_name else { return fields };
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    fields
        .text("nombre_negocio", name)
        .text("tipo_negocio", text(&business.kind))
        .text("direccion_comercial", text(&business.business_address))
        .text("telefono_comercial", text(&business.business_phone))
}

/// Changes a profile: `None` keeps what is there.
struct ChangeProfile {
    account_id: i64,
    first_name: Option<String>,
    last_name: Option<String>,
    phone: Option<String>,
    address: Option<String>,
    birth_year: BirthYear,
    business_name: Option<String>,
    kind: Option<String>,
    business_address: Option<String>,
    business_phone: Option<String>,
    seen: Seen,
}

impl ChangeProfile {
    fn parse(account_id: i64, body: &ProfileBody, now: UnixMillis) -> Result<Self, Problem> {
        let mut form = Form::default();
        let mut text = |field: &str, text: &Option<String>, min, max| {
            text.as_deref().map(|text| form.text(field, Some(text), min..=max))
        };
        let change = Self {
            account_id,
            first_name: text("nombre", &body.first_name, 1, 100),
            last_name: text("apellido", &body.last_name, 0, 100),
            address: text("direccion", &body.address, 0, limits::ADDRESS),
            business_name: text("nombre_negocio", &body.business_name, 1, limits::CUSTOMER_NAME),
            kind: text("tipo_negocio", &body.kind, 0, 100),
            business_address: text("direccion_comercial", &body.business_address, 0, limits::ADDRESS),
            phone: body.phone.as_deref().map(|phone| form.phone("telefono", Some(phone))),
            business_phone: body.business_phone.as_deref().map(|phone| form.phone("telefono_comercial", Some(phone))),
            seen: body.seen.clone(),
            birth_year: body.birth_year,
        };
        change.birth_year.check(&mut form, now);
        form.finish().map(|()| change)
    }

    /// The fields that are to be written.
    fn wanted(&self) -> [(&'static str, Option<String>); 9] {
        [
            ("nombre", self.first_name.clone()),
            ("apellido", self.last_name.clone()),
            ("telefono", self.phone.clone()),
            ("direccion", self.address.clone()),
            ("anio_nacimiento", self.birth_year.typed()),
            ("nombre_negocio", self.business_name.clone()),
            ("tipo_negocio", self.kind.clone()),
            ("direccion_comercial", self.business_address.clone()),
            ("telefono_comercial", self.business_phone.clone()),
        ]
    }
}

const UPDATE_ACCOUNT: &str = "UPDATE accounts SET first_name = COALESCE($2, first_name), \
     last_name = COALESCE($3, last_name), phone = COALESCE($4, phone), address = COALESCE($5, address), \
     birth_year = CASE WHEN $6 THEN $7 ELSE birth_year END WHERE id = $1 AND active";
const UPDATE_MERCHANT: &str = "UPDATE merchants SET business_name = COALESCE($2, business_name), \
     kind = COALESCE($3, kind), address = COALESCE($4, address), phone = COALESCE($5, phone) WHERE account_id = $1";

/// Why a profile is not changed.
#[derive(Debug)]
enum ProfileRefusal {
    /// The account was closed meanwhile.
    Closed,
    /// It is not as it was seen.
    Changed(Changed),
}

impl From<ProfileRefusal> for Problem {
    fn from(refusal: ProfileRefusal) -> Self {
        match refusal {
            ProfileRefusal::Closed => closed(),
            ProfileRefusal::Changed(changed) => changed.into(),
        }
    }
}

impl Command<ShopUnit> for ChangeProfile {
    type Output = AccountView;
    type Refusal = ProfileRefusal;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<AccountView, Failure<ProfileRefusal>> {
        let Some(before) = find_account(unit.reader(), self.account_id).await? else {
            return Err(Failure::Refused(ProfileRefusal::Closed));
        };
        let checked = self.seen.check(&fields(&before), &self.wanted());
        checked.map_err(|changed| Failure::Refused(ProfileRefusal::Changed(changed)))?;
        let Self { account_id, first_name, last_name, phone, address, .. } = self;
        let session = unit.own_statements().await?;
        let (says_year, year) = self.birth_year.columns();
        let changed =
            execute!(*session, UPDATE_ACCOUNT, account_id, first_name, last_name, phone, address, says_year, year)?;
        require_one(changed)?;
        if before.role == Role::Merchant {
            let Self { business_name, kind, business_address, business_phone, .. } = self;
            let changed =
                execute!(*session, UPDATE_MERCHANT, account_id, business_name, kind, business_address, business_phone)?;
            require_one(changed)?;
        }
        find_account(session, self.account_id).await?.ok_or(Failure::Refused(ProfileRefusal::Closed))
    }
}

/// Changes my profile
///
/// What is absent stays. E-mail, role and CUIT cannot be changed here.
#[utoipa::path(
    patch, path = "/api/me", tag = "cuentas", request_body = ProfileBody,
    responses(
        (status = 200, body = AccountView),
        (status = 401, body = ProblemDocument),
        (status = 409, body = ProblemDocument, description = "Not as it was seen (`visto`)"),
        (status = 422, body = ProblemDocument),
    )
)]
pub(crate) async fn change_me(
    State(app): State<App>,
    Session(who): Session,
    Json(body): Json<ProfileBody>,
) -> Result<Json<AccountView>, Problem> {
    Ok(Json(app.writer.submit_for(&who, ChangeProfile::parse(who.account_id, &body, app.ambient.now())?).await?))
}

/// Changes my profile, for clients that only know `PUT`
#[utoipa::path(
    put, path = "/api/me", tag = "cuentas", request_body = ProfileBody,
    responses(
        (status = 200, body = AccountView),
        (status = 401, body = ProblemDocument),
        (status = 409, body = ProblemDocument, description = "Not as it was seen (`visto`)"),
        (status = 422, body = ProblemDocument),
    )
)]
pub(super) async fn replace_me(
    state: State<App>,
    session: Session,
    body: Json<ProfileBody>,
) -> Result<Json<AccountView>, Problem> {
    change_me(state, session, body).await
}
