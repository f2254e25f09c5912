//! The merchants of the marketplace, for administrators: who they are, and the plan of each, set in its place.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use belgrano_runtime::http::{Page, Path, Query};
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::{Form, Layout, Notice};
use belgrano_web::seen::SEEN_FIELD;
use serde::Deserialize;
use url::form_urlencoded;

use super::frame::Frame;
use crate::accounts::Admin;
use crate::app::App;
use crate::merchants::{self, MerchantFilter, MerchantPage, MerchantView, Plan, PlanBody, SetPlan};

const PATH: &str = "/administrar/comercios";
/// Merchants on a page.
const MERCHANTS: u32 = 30;

#[derive(Template)]
#[template(path = "merchants.html")]
struct MerchantsPage<'a> {
    layout: &'a Layout,
    merchants: Vec<MerchantView>,
    /// What is looked for.
    query: String,
    /// This place of the list: where its forms lead back to.
    place: String,
    /// The address of the next page.
    next: Option<String>,
}

/// Which place of the list.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    cursor: Option<String>,
}

/// Merchants, the newest first.
pub(super) async fn list(
    State(app): State<App>,
    admin: Admin,
    Frame { layout, .. }: Frame,
    Query(filter): Query<MerchantFilter>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let cursor = asked.cursor.filter(|cursor| !cursor.is_empty());
    let place = place(&filter, cursor.as_deref());
    let page = Page { cursor, limit: MERCHANTS };
    let MerchantPage { comercios, cursor: next } = merchants::merchants(&app, &admin, &filter, &page).await?;
    let next = next.map(|cursor| format!("{PATH}{}", self::place(&filter, Some(&cursor))));
    layout.show(&MerchantsPage { layout: &layout, merchants: comercios, query: filter.q, place, next })
}

/// Gives one a plan, and back to the same place of the list.
pub(super) async fn set_plan(
    State(app): State<App>,
    Admin(by): Admin,
    Frame { layout, .. }: Frame,
    Path(id): Path<i64>,
    Query(filter): Query<MerchantFilter>,
    Query(asked): Query<Asked>,
    form: Form,
) -> Result<Response, Problem> {
    let back = format!("{PATH}{}", place(&filter, asked.cursor.as_deref()));
    let body: PlanBody = match form.read() {
        Ok(body) => body,
        Err(problem) => return Ok(Notice::failed(problem.to(layout.language)).then(&back)),
    };
    let set = SetPlan { account_id: id, plan: body.plan, seen: body.visto };
    let merchant = match app.writer.submit_for(&by, set).await.map_err(Problem::from) {
        Ok(merchant) => merchant,
        Err(problem) if problem.status() == StatusCode::CONFLICT => {
            return Ok(Notice::failed(layout.t("plan-changed")).then(&back));
        }
        Err(problem) => return Err(problem),
    };
    let plan = layout.t(Plan::key_of(body.plan.as_str()));
    let said = layout.t("plan-saved").with("name", merchant.business_name.as_str()).with("plan", plan);
    Ok(Notice::done(said).then(&back))
}

/// What an address says of a place of the list, with its `?` when there is anything.
fn place(filter: &MerchantFilter, cursor: Option<&str>) -> String {
    let pairs = [("q", filter.q.as_str()), ("cursor", cursor.unwrap_or_default())];
    let pairs: Vec<_> = pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    if pairs.is_empty() {
        return String::new();
    }
    format!("?{}", form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish())
}
