//! The end of an account, in two steps: what goes and what stays, then the password and the question once more.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use belgrano_runtime::http::{ClientIp, Json, RequestContext};
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::{Form, Layout, Notice, with_cookies_of};

use super::frame::Frame;
use crate::accounts::Session;
use crate::app::App;
use crate::persons::{EraseBody, erase_me, open_orders_of};

#[derive(Template)]
#[template(path = "erase.html")]
struct ErasePage<'a> {
    layout: &'a Layout,
    /// Orders that have to be over first.
    open: Vec<String>,
}

#[derive(Template)]
#[template(path = "erase_sure.html")]
struct SurePage<'a> {
    layout: &'a Layout,
    form: Form,
    /// The box was not ticked.
    unsure: bool,
}

/// What goes and what stays.
pub(super) async fn show(
    State(app): State<App>,
    Session(who): Session,
    Frame { layout, .. }: Frame,
) -> Result<Response, Problem> {
    let open = open_orders_of(&app, who.account_id).await?;
    layout.show(&ErasePage { layout: &layout, open })
}

/// The last question.
pub(super) async fn ask(_: Session, Frame { layout, .. }: Frame) -> Result<Response, Problem> {
    layout.show(&SurePage { layout: &layout, form: Form::default(), unsure: false })
}

/// Erases the account and shows the shop to somebody whom it does not know.
pub(super) async fn erase(
    state: State<App>,
    session: Session,
    ip: ClientIp,
    context: RequestContext,
    Frame { layout, .. }: Frame,
    form: Form,
) -> Result<Response, Problem> {
    if form.given("seguro").is_none() {
        let page = SurePage { layout: &layout, form: Form::default(), unsure: true };
        return layout.show_as(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let erased = match form.read::<EraseBody>() {
        Ok(body) => erase_me(state, session, ip, context, Json(body)).await,
        Err(problem) => Err(problem),
    };
    match erased {
        Ok(answer) => Ok(with_cookies_of(&answer, Notice::done(layout.t("erase-done")).then("/"))),
        Err(problem) if Form::takes(&problem) => {
            let page = SurePage { layout: &layout, form: form.refused(&problem), unsure: false };
            layout.show_as(problem.status(), &page)
        }
        Err(problem) => Err(problem),
    }
}
