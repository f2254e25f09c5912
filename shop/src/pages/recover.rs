//! A forgotten password: ask for a code, use it.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use belgrano_shared::http::{ClientIp, Json};
use belgrano_shared::pages::{Form, LOGIN_PATH, Layout, Notice};
use belgrano_shared::problem::Problem;

use super::frame::Frame;
use crate::accounts::{self, ForgotBody, ResetBody};
use crate::app::App;

#[derive(Template)]
#[template(path = "forgot.html")]
struct ForgotPage<'a> {
    layout: &'a Layout,
    form: Form,
}

#[derive(Template)]
#[template(path = "reset.html")]
struct ResetPage<'a> {
    layout: &'a Layout,
    form: Form,
}

/// Whose account?
pub(super) async fn show(Frame { layout, .. }: Frame) -> Result<Response, Problem> {
    layout.show(&ForgotPage { layout: &layout, form: Form::default() })
}

/// Asks for a code. The answer is the same whether there is such an account or not.
pub(super) async fn send(
    state: State<App>,
    ip: ClientIp,
    Frame { layout, .. }: Frame,
    form: Form,
) -> Result<Response, Problem> {
    let asked = match form.read::<ForgotBody>() {
        Ok(body) => accounts::forgot_password(state, ip, Json(body)).await,
        Err(problem) => Err(problem),
    };
    match asked {
        Ok(_) => Ok(Notice::done(layout.t("forgot-sent")).then("/recuperar/codigo")),
        Err(problem) if Form::takes(&problem) => {
            layout.show_as(problem.status(), &ForgotPage { layout: &layout, form: form.refused(&problem) })
        }
        Err(problem) => Err(problem),
    }
}

/// The code from the mail and a new password.
pub(super) async fn show_code(Frame { layout, .. }: Frame) -> Result<Response, Problem> {
    layout.show(&ResetPage { layout: &layout, form: Form::default() })
}

/// Uses the code.
pub(super) async fn use_code(
    state: State<App>,
    ip: ClientIp,
    Frame { layout, .. }: Frame,
    form: Form,
) -> Result<Response, Problem> {
    let used = match form.read::<ResetBody>() {
        Ok(body) => accounts::reset_password(state, ip, Json(body)).await,
        Err(problem) => Err(problem),
    };
    match used {
        Ok(_) => Ok(Notice::done(layout.t("reset-done")).then(LOGIN_PATH)),
        Err(problem) if Form::takes(&problem) => {
            layout.show_as(problem.status(), &ResetPage { layout: &layout, form: form.refused(&problem) })
        }
        Err(problem) => Err(problem),
    }
}
