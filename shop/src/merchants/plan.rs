//! What a merchant pays for: a plan, which an administrator sets.

use belgrano_runtime::fetch;
use belgrano_runtime::http::Page;
use belgrano_runtime::problem::Problem;
use belgrano_runtime::storage::{Session, require_one};
use belgrano_runtime::writer::{Command, Failure};
use belgrano_runtime::{execute, fetch_in};
use belgrano_web::seen::{Changed, Fields, Seen};
use belgrano_wire::search::fold;
use belgrano_wire::texts::Message;
use belgrano_wire::timestamp::UnixMillis;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::accounts::Admin;
use crate::app::App;
use crate::unit::ShopUnit;

/// What a merchant pays for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Plan {
    Basic,
    Premium,
    Enterprise,
}

impl Plan {
    pub(crate) const ALL: [Self; 3] = [Self::Basic, Self::Premium, Self::Enterprise];

    /// As it is stored and sent.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::Premium => "premium",
            Self::Enterprise => "enterprise",
        }
    }

    /// The text that says one, by what is stored.
    pub(crate) fn key_of(stored: &str) -> &'static str {
        match Self::ALL.into_iter().find(|plan| plan.as_str() == stored) {
            Some(Self::Basic) => "plan-basic",
            Some(Self::Premium) => "plan-premium",
            Some(Self::Enterprise) => "plan-enterprise",
            None => "plan-none",
        }
    }
}

/// A merchant as administrators see it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, sqlx::FromRow)]
pub(crate) struct MerchantView {
    /// Its account.
    pub(crate) id: i64,
    #[serde(rename = "nombre_negocio")]
    pub(crate) business_name: String,
    pub(crate) cuit: String,
    /// Who answers for it.
    #[serde(rename = "nombre")]
    pub(crate) first_name: String,
    #[serde(rename = "apellido")]
    pub(crate) last_name: String,
    pub(crate) email: String,
    #[serde(rename = "telefono")]
    pub(crate) phone: String,
    /// What it pays for; null where nobody said.
    #[schema(value_type = Option<Plan>)]
    pub(crate) plan: Option<String>,
    /// Whether it may log in.
    #[serde(rename = "activa")]
    pub(crate) active: bool,
    /// When it registered.
    #[serde(rename = "creada")]
    pub(crate) created_at: UnixMillis,
}

/// Which merchants; what is absent matches all.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct MerchantFilter {
    /// Words; each has to be in the business' name, its CUIT, or the name or e-mail of who answers for it.
    #[serde(default)]
    pub(crate) q: String,
}

/// A page of merchants, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MerchantPage {
    pub(crate) comercios: Vec<MerchantView>,
    /// Where the next page starts; null on the last one.
    pub(crate) cursor: Option<String>,
}

const SELECT: &str = "SELECT a.id, m.business_name, m.cuit, a.first_name, a.last_name, a.email, a.phone, m.plan, a.active, \
     a.created_at FROM merchants m JOIN accounts a ON a.id = m.account_id WHERE m.account_id IN";
const TO_COMPARE: &str = "SELECT a.id, m.business_name, m.cuit, a.first_name, a.last_name, a.email FROM merchants m \
     JOIN accounts a ON a.id = m.account_id WHERE a.id < $1 ORDER BY a.id DESC";

/// What of a merchant is searched: its id, its names, its CUIT and its e-mail.
type Compared = (i64, String, String, String, String, String);

/// The merchants that fit, the newest first.
pub(crate) async fn merchants(
    app: &App,
    _: &Admin,
    filter: &MerchantFilter,
    page: &Page,
) -> Result<MerchantPage, Problem> {
    let before = page.position::<i64>()?.unwrap_or(i64::MAX);
    let query = fold(&filter.q);
    let fits = |(_, business, cuit, first, last, email): &Compared| {
        let text = fold(&[business, cuit, first, last, email].map(String::as_str).join(" "));
        query.split(' ').all(|word| text.contains(word))
    };
    let mut snapshot = app.db.snapshot().await?;
    let compared = fetch!(all, snapshot, Compared, TO_COMPARE, before)?;
    let mut ids: Vec<i64> = compared.iter().filter(|row| fits(row)).map(|row| row.0).collect();
    let more = ids.len() > page.limit as usize;
    ids.truncate(page.limit as usize);
    let mut comercios = by_ids(&mut snapshot, &ids).await?;
    comercios.sort_by_key(|merchant| std::cmp::Reverse(merchant.id));
    let cursor = ids.last().filter(|_| more).map(Page::encode);
    Ok(MerchantPage { comercios, cursor })
}

async fn by_ids(session: &mut Session, ids: &[i64]) -> sqlx::Result<Vec<MerchantView>> {
    Ok(fetch_in!(*session, MerchantView, SELECT, ids, ""))
}

impl MerchantView {
    /// What of it an administrator sets.
    pub(crate) fn fields(&self) -> Fields {
        let plan = self.plan.clone().unwrap_or_default();
        let said = Message::new("error-changed-now").with("now", Message::new(Plan::key_of(&plan)));
        Fields::default().said("plan", plan, said)
    }
}

/// Gives a merchant a plan.
#[derive(Debug)]
pub(crate) struct SetPlan {
    /// Its account.
    pub(crate) account_id: i64,
    pub(crate) plan: Plan,
    /// What was seen before.
    pub(crate) seen: Seen,
}

/// Why a merchant gets no plan.
#[derive(Debug)]
pub(crate) enum PlanRefusal {
    /// There is no such merchant.
    NoSuchMerchant,
    /// It has another than was seen.
    Changed(Changed),
}

impl From<PlanRefusal> for Problem {
    fn from(refusal: PlanRefusal) -> Self {
        match refusal {
            PlanRefusal::NoSuchMerchant => Self::not_found(Message::new("refusal-no-merchant")),
            PlanRefusal::Changed(changed) => changed.into(),
        }
    }
}

impl Command<ShopUnit> for SetPlan {
    type Output = MerchantView;
    type Refusal = PlanRefusal;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<MerchantView, Failure<PlanRefusal>> {
        const UPDATE: &str = "UPDATE merchants SET plan = $2 WHERE account_id = $1";
        let found = by_ids(unit.reader(), &[self.account_id]).await?.pop();
        let merchant = found.ok_or(Failure::Refused(PlanRefusal::NoSuchMerchant))?;
        let plan = self.plan.as_str();
        let checked = self.seen.check(&merchant.fields(), &[("plan", Some(plan.to_owned()))]);
        checked.map_err(|changed| Failure::Refused(PlanRefusal::Changed(changed)))?;
        require_one(execute!(*unit.session(), UPDATE, self.account_id, plan)?)?;
        Ok(MerchantView { plan: Some(plan.to_owned()), ..merchant })
    }
}
