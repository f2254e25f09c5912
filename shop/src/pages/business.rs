//! A merchant's business.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::{Form, Layout, Notice};
use belgrano_web::seen::SEEN_FIELD;

use super::frame::Frame;
use crate::accounts::Merchant;
use crate::app::App;
use crate::merchants::{self, BusinessRequest};

#[derive(Template)]
#[template(path = "business.html")]
struct BusinessPage<'a> {
    layout: &'a Layout,
    form: Form,
}

/// What is known of it, to be changed.
pub(super) async fn show(
    State(app): State<App>,
    merchant: Merchant,
    Frame { layout, .. }: Frame,
) -> Result<Response, Problem> {
    let business = merchants::business_of(&app, &merchant).await?;
    let form = Form::showing(&merchants::business_fields(&business));
    layout.show(&BusinessPage { layout: &layout, form })
}

/// Changes it.
pub(super) async fn change(
    State(app): State<App>,
    merchant: Merchant,
    Frame { layout, .. }: Frame,
    form: Form,
) -> Result<Response, Problem> {
    let changed = match form.read::<BusinessRequest>() {
        Ok(body) => merchants::replace_business(&app, &merchant, body).await,
        Err(problem) => Err(problem),
    };
    match changed {
        Ok(_) => Ok(Notice::done(layout.t("business-saved")).then("/comercio")),
        Err(problem) if Form::takes(&problem) => {
            layout.show_as(problem.status(), &BusinessPage { layout: &layout, form: form.refused(&problem) })
        }
        Err(problem) => Err(problem),
    }
}
