//! One's own password, as its owner changes it.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use belgrano_shared::auth::password::NewPassword;
use belgrano_shared::http::{ClientIp, Json};
use belgrano_shared::pages::{Form, Layout, Notice};
use belgrano_shared::problem::Problem;

use super::frame::{Frame, home_of};
use crate::app::App;
use crate::sessions::Session;
use crate::users::{self, ChangePasswordBody, Role};

#[derive(Template)]
#[template(path = "password.html")]
struct PasswordPage<'a> {
    layout: &'a Layout,
    form: Form,
    /// The fewest characters of a new one.
    least: usize,
}

/// The present password and a new one.
pub(super) async fn show(Session(who): Session, Frame { layout, .. }: Frame) -> Result<Response, Problem> {
    layout.show(&page(&layout, who.role, Form::default()))
}

fn page(layout: &Layout, role: Role, form: Form) -> PasswordPage<'_> {
    PasswordPage { layout, form, least: NewPassword::least(role == Role::Admin) }
}

/// Changes it.
pub(super) async fn change(
    state: State<App>,
    session: Session,
    ip: ClientIp,
    Frame { layout, .. }: Frame,
    form: Form,
) -> Result<Response, Problem> {
    let role = session.0.role;
    let changed = match form.read::<ChangePasswordBody>() {
        Ok(body) => users::change_password(state, session, ip, Json(body)).await,
        Err(problem) => Err(problem),
    };
    match changed {
        Ok(_) => Ok(Notice::done(layout.t("password-changed")).then(home_of(role))),
        Err(problem) if Form::takes(&problem) => {
            layout.show_as(problem.status(), &page(&layout, role, form.refused(&problem)))
        }
        Err(problem) => Err(problem),
    }
}
