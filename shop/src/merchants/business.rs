//! The business of a merchant, as it appears on its orders.

use axum::extract::State;
use belgrano_runtime::http::Json;
use belgrano_runtime::problem::{Problem, ProblemDocument};
use belgrano_runtime::storage::{Session, require_one};
use belgrano_runtime::writer::{Command, Failure};
use belgrano_runtime::{execute, fetch, fetch_scalar};
use belgrano_web::seen::{Changed, Fields, Seen};
use belgrano_wire::limits;
use belgrano_wire::texts::Message;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::accounts::{Cuit, Form, Merchant};
use crate::app::App;
use crate::unit::ShopUnit;

/// A business as its merchant sees it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, sqlx::FromRow)]
pub struct BusinessView {
    /// Its name.
    #[serde(rename = "nombre_negocio")]
    pub business_name: String,
    /// Its tax number, eleven digits.
    pub cuit: String,
    /// What it does.
    #[serde(rename = "tipo_negocio")]
    pub kind: String,
    /// Where it is, and where packages go that name no address.
    #[serde(rename = "direccion_comercial")]
    pub address: String,
    /// Where to call.
    #[serde(rename = "telefono_comercial")]
    pub phone: String,
}

/// A business as its merchant wants it.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct BusinessRequest {
    /// 1 to 200 characters.
    #[serde(rename = "nombre_negocio")]
    business_name: String,
    /// With or without dashes; its check digit has to be right.
    #[schema(value_type = String, example = "30-50001091-2")]
    cuit: Cuit,
    /// Up to 100 characters.
    #[serde(rename = "tipo_negocio")]
    kind: Option<String>,
    /// Up to 300 characters.
    #[serde(rename = "direccion_comercial")]
    address: Option<String>,
    /// Up to 40 characters.
    #[serde(rename = "telefono_comercial")]
    phone: Option<String>,
    /// What these fields were when they were looked at; that one of them is something else now is 409, with what it is in
    /// `ahora`.
    #[serde(rename = "visto", default)]
    seen: Seen,
}

/// What a page shows of a business to be changed.
pub(crate) fn fields(business: &BusinessView) -> Fields {
    Fields::default()
        .text("nombre_negocio", &business.business_name)
        .text("cuit", &business.cuit)
        .text("tipo_negocio", &business.kind)
        .text("direccion_comercial", &business.address)
        .text("telefono_comercial", &business.phone)
}

/// Replace what a business is.
#[derive(Debug)]
struct ReplaceBusiness {
    account_id: i64,
    business_name: String,
    cuit: Cuit,
    kind: String,
    address: String,
    phone: String,
    seen: Seen,
}

/// Why a business is not changed.
#[derive(Debug)]
enum BusinessRefusal {
    /// The account has no business.
    None,
    /// Another business has this CUIT.
    CuitTaken,
    /// It is not as it was seen.
    Changed(Changed),
}

impl From<BusinessRefusal> for Problem {
    fn from(refusal: BusinessRefusal) -> Self {
        match refusal {
            BusinessRefusal::None => no_business(),
            BusinessRefusal::CuitTaken => Self::taken("cuit-en-uso", "cuit", "refusal-cuit-taken"),
            BusinessRefusal::Changed(changed) => changed.into(),
        }
    }
}

fn no_business() -> Problem {
    Problem::not_found(Message::new("refusal-no-business"))
}

const SELECT: &str = "SELECT business_name, cuit, kind, address, phone FROM merchants WHERE account_id = $1";
const CUIT_TAKEN: &str = "SELECT count(*) FROM merchants WHERE cuit = $1 AND account_id <> $2";
const UPDATE: &str =
    "UPDATE merchants SET business_name = $2, cuit = $3, kind = $4, address = $5, phone = $6 WHERE account_id = $1";

async fn find(session: &mut Session, account_id: i64) -> sqlx::Result<Option<BusinessView>> {
    fetch!(optional, *session, BusinessView, SELECT, account_id)
}

impl Command<ShopUnit> for ReplaceBusiness {
    type Output = BusinessView;
    type Refusal = BusinessRefusal;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<BusinessView, Failure<BusinessRefusal>> {
        let Self { account_id, business_name, cuit, kind, address, phone, seen } = self;
        let Some(before) = find(unit.reader(), *account_id).await? else {
            return Err(Failure::Refused(BusinessRefusal::None));
        };
        let wanted = [
            ("nombre_negocio", Some(business_name.clone())),
            ("cuit", Some(cuit.as_str().to_owned())),
            ("tipo_negocio", Some(kind.clone())),
            ("direccion_comercial", Some(address.clone())),
            ("telefono_comercial", Some(phone.clone())),
        ];
        let checked = seen.check(&fields(&before), &wanted);
        checked.map_err(|changed| Failure::Refused(BusinessRefusal::Changed(changed)))?;
        if fetch_scalar!(one, *unit.reader(), i64, CUIT_TAKEN, cuit.as_str(), account_id)? > 0 {
            return Err(Failure::Refused(BusinessRefusal::CuitTaken));
        }
        let session = unit.own_statements().await?;
        require_one(execute!(*session, UPDATE, account_id, business_name, cuit.as_str(), kind, address, phone)?)?;
        find(session, *account_id).await?.ok_or(Failure::Refused(BusinessRefusal::None))
    }
}

/// My business
#[utoipa::path(
    get, path = "/api/comercio", tag = "comercio",
    responses((status = 200, body = BusinessView), (status = 403, body = ProblemDocument))
)]
pub(super) async fn show_business(State(app): State<App>, merchant: Merchant) -> Result<Json<BusinessView>, Problem> {
    business_of(&app, &merchant).await.map(Json)
}

/// The business of the merchant who asks; 404 where the account has none.
pub(crate) async fn business_of(app: &App, Merchant(who): &Merchant) -> Result<BusinessView, Problem> {
    find(&mut app.db.read().await?, who.account_id).await?.ok_or_else(no_business)
}

/// Replace my business
#[utoipa::path(
    put, path = "/api/comercio", tag = "comercio", request_body = BusinessRequest,
    responses(
        (status = 200, body = BusinessView),
        (status = 403, body = ProblemDocument),
        (status = 409, body = ProblemDocument, description = "Another account has this CUIT, or it is not as it was seen (`visto`)"),
        (status = 422, body = ProblemDocument),
    )
)]
pub(super) async fn replace_business(
    State(app): State<App>,
    merchant: Merchant,
    Json(request): Json<BusinessRequest>,
) -> Result<Json<BusinessView>, Problem> {
    replace(&app, &merchant, request).await.map(Json)
}

/// Replaces a merchant's business, by [`ReplaceBusiness`].
pub(crate) async fn replace(
    app: &App,
    Merchant(who): &Merchant,
    request: BusinessRequest,
) -> Result<BusinessView, Problem> {
    let mut form = Form::default();
    let replace = ReplaceBusiness {
        account_id: who.account_id,
        business_name: form.text("nombre_negocio", Some(&request.business_name), 1..=limits::CUSTOMER_NAME),
        cuit: request.cuit,
        kind: form.text("tipo_negocio", request.kind.as_deref(), 0..=100),
        address: form.text("direccion_comercial", request.address.as_deref(), 0..=limits::ADDRESS),
        phone: form.phone("telefono_comercial", request.phone.as_deref()),
        seen: request.seen,
    };
    form.finish()?;
    Ok(app.writer.submit_for(who, replace).await?)
}
