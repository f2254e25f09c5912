//! A forgotten password: ask for a code, use it.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use belgrano_shared::http::{ClientIp, Json};
use belgrano_shared::pages::{Form, LOGIN_PATH, Layout, Notice};
use belgrano_shared::problem::Problem;

use super::frame::Frame;
use super::typed_email::TypedEmail;
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
    /// The address was typed just now: it is shown, not asked for.
    known: bool,
}

/// Whose account?
pub(super) async fn show(Frame { layout, .. }: Frame, typed: TypedEmail) -> Result<Response, Problem> {
    let form = Form::filled([("email", typed.as_str())]);
    layout.show(&ForgotPage { layout: &layout, form })
}

/// Asks for a code. The answer is the same whether there is such an account or not.
pub(super) async fn send(
    State(app): State<App>,
    ip: ClientIp,
    Frame { layout, .. }: Frame,
    form: Form,
) -> Result<Response, Problem> {
    let asked = match form.read::<ForgotBody>() {
        Ok(body) => accounts::forgot_password(State(app.clone()), ip, layout.language, Json(body)).await,
        Err(problem) => Err(problem),
    };
    match asked {
        Ok(_) => {
            let next = Notice::done(layout.t("forgot-sent")).then("/recuperar/codigo");
            Ok(TypedEmail::kept(form.value("email"), &app.settings.common.public_url, next))
        }
        Err(problem) if Form::takes(&problem) => {
            layout.show_as(problem.status(), &ForgotPage { layout: &layout, form: form.refused(&problem) })
        }
        Err(problem) => Err(problem),
    }
}

/// The code from the mail and a new password.
pub(super) async fn show_code(Frame { layout, .. }: Frame, typed: TypedEmail) -> Result<Response, Problem> {
    let known = !typed.as_str().is_empty();
    layout.show(&ResetPage { layout: &layout, form: Form::filled([("email", typed.as_str())]), known })
}

/// Uses the code.
pub(super) async fn use_code(
    State(app): State<App>,
    ip: ClientIp,
    Frame { layout, .. }: Frame,
    typed: TypedEmail,
    form: Form,
) -> Result<Response, Problem> {
    let used = match form.read::<ResetBody>() {
        Ok(body) => accounts::reset_password(State(app.clone()), ip, Json(body)).await,
        Err(problem) => Err(problem),
    };
    match used {
        Ok(_) => {
            let next = Notice::done(layout.t("reset-done")).then(LOGIN_PATH);
            Ok(TypedEmail::forgotten(&app.settings.common.public_url, next))
        }
        Err(problem) if Form::takes(&problem) => {
            let form = form.refused(&problem);
            let known = form.given("email") == Some(typed.as_str()) && form.error("email").is_none();
            layout.show_as(problem.status(), &ResetPage { layout: &layout, form, known })
        }
        Err(problem) => Err(problem),
    }
}
