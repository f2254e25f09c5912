//! What is one's own: the password, as its owner changes it, and the other sessions.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use belgrano_runtime::auth::change_password::ChangePasswordBody;
use belgrano_runtime::auth::password::NewPassword;
use belgrano_runtime::auth::session::OtherSession;
use belgrano_runtime::http::{ClientIp, Json};
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::{Form, Layout, Notice};
use belgrano_wire::timestamp::UnixMillis;

use super::frame::{Frame, home_of};
use crate::app::App;
use crate::sessions::{self, Session};
use crate::users::{self, Role};

const HERE: &str = "/clave";

#[derive(Template)]
#[template(path = "password.html")]
struct PasswordPage<'a> {
    layout: &'a Layout,
    form: Form,
    /// The fewest characters of a new one.
    least: usize,
    others: Vec<OtherSession>,
    now: UnixMillis,
}

/// The present password and a new one, and what other sessions there are.
pub(super) async fn show(
    state: State<App>,
    session: Session,
    Frame { layout, .. }: Frame,
) -> Result<Response, Problem> {
    layout.show(&page(&layout, state, session, Form::default()).await?)
}

async fn page(layout: &Layout, state: State<App>, session: Session, form: Form) -> Result<PasswordPage<'_>, Problem> {
    let (now, least) = (state.ambient.now(), NewPassword::least(session.0.role == Role::Admin));
    let Json(others) = sessions::others(state, session).await?;
    Ok(PasswordPage { layout, form, least, others: others.otras, now })
}

/// Ends the other sessions of whoever asks; the page tells so.
pub(super) async fn end_others(
    state: State<App>,
    session: Session,
    Frame { layout, .. }: Frame,
) -> Result<Response, Problem> {
    sessions::end_the_others(state, session).await?;
    Ok(Notice::done(layout.t("sessions-ended")).then(HERE))
}

/// Changes the password, or shows the form again with what is wrong.
pub(super) async fn change(
    state: State<App>,
    session: Session,
    ip: ClientIp,
    Frame { layout, .. }: Frame,
    form: Form,
) -> Result<Response, Problem> {
    let role = session.0.role;
    let changed = match form.read::<ChangePasswordBody>() {
        Ok(body) => users::change_password(state.clone(), session.clone(), ip, Json(body)).await,
        Err(problem) => Err(problem),
    };
    match changed {
        Ok(_) => Ok(Notice::done(layout.t("password-changed")).then(home_of(role))),
        Err(problem) if Form::takes(&problem) => {
            let page = page(&layout, state, session, form.refused(&problem)).await?;
            layout.show_as(problem.status(), &page)
        }
        Err(problem) => Err(problem),
    }
}
