//! A forgotten password: ask for a code, use it.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use belgrano_runtime::http::{ClientIp, Json, RequestContext};
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::{Form, LOGIN_PATH, Layout, Notice};

use super::frame::Frame;
use super::typed_email::TypedEmail;
use crate::accounts::{self, ForgotBody, ResetBody};
use crate::app::App;

#[derive(Template)]
#[template(path = "forgot.html")]
struct ForgotPage<'a> {
    layout: &'a Layout,
    form: Form,
    /// How a code gets to whoever asks for it.
    by: By,
}

#[derive(Template)]
#[template(path = "reset.html")]
struct ResetPage<'a> {
    layout: &'a Layout,
    form: Form,
    /// The address was typed just now: it is shown, not asked for.
    known: bool,
}

/// How a code gets to whoever asks for it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Mail,
    /// It is in the log of whoever develops this.
    Log,
    /// Not at all: whoever runs the shop has to help.
    Nothing,
}

impl By {
    fn of(app: &App) -> Self {
        match &app.settings.mailer {
            mailer if mailer.delivers() => Self::Mail,
            mailer if mailer.is_configured() => Self::Log,
            _ => Self::Nothing,
        }
    }
}

/// Whose account?
pub(super) async fn show(
    State(app): State<App>,
    Frame { layout, .. }: Frame,
    typed: TypedEmail,
) -> Result<Response, Problem> {
    let form = Form::filled([("email", typed.as_str())]);
    layout.show(&ForgotPage { layout: &layout, form, by: By::of(&app) })
}

/// Asks for a code. The answer is the same whether there is such an account or not.
pub(super) async fn send(
    State(app): State<App>,
    ip: ClientIp,
    Frame { layout, .. }: Frame,
    form: Form,
) -> Result<Response, Problem> {
    let by = By::of(&app);
    let asked = match form.read::<ForgotBody>() {
        Ok(body) => accounts::forgot_password(State(app.clone()), ip, layout.language, Json(body)).await,
        Err(problem) => Err(problem),
    };
    match asked {
        Ok(_) => {
            let said = if by == By::Mail { "forgot-sent" } else { "forgot-logged" };
            let next = Notice::done(layout.t(said)).then("/recuperar/codigo");
            Ok(TypedEmail::kept(form.value("email"), &app.settings.common.public_url, next))
        }
        Err(problem) if Form::takes(&problem) => {
            layout.show_as(problem.status(), &ForgotPage { layout: &layout, form: form.refused(&problem), by })
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
    context: RequestContext,
    Frame { layout, .. }: Frame,
    typed: TypedEmail,
    form: Form,
) -> Result<Response, Problem> {
    let used = match form.read::<ResetBody>() {
        Ok(body) => accounts::reset_password(State(app.clone()), context, Json(body)).await,
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
