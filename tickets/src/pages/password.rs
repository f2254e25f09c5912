//! What is one's own: the password, as its owner changes it, and the sessions.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use belgrano_runtime::auth::change_password::ChangePasswordBody;
use belgrano_runtime::auth::own_sessions::OwnSessions;
use belgrano_runtime::auth::password::NewPassword;
use belgrano_runtime::http::{ClientIp, Json, Path};
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
    sessions: OwnSessions,
    now: UnixMillis,
}

/// The present password and a new one, and what sessions there are.
pub(super) async fn show(
    state: State<App>,
    session: Session,
    Frame { layout, .. }: Frame,
) -> Result<Response, Problem> {
    layout.show(&page(&layout, state, session, Form::default()).await?)
}

async fn page(layout: &Layout, state: State<App>, session: Session, form: Form) -> Result<PasswordPage<'_>, Problem> {
    let (now, least) = (state.ambient.now(), NewPassword::least(session.0.role == Role::Admin));
    let Json(sessions) = sessions::sessions(state, session).await?;
    Ok(PasswordPage { layout, form, least, sessions, now })
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

/// Ends one session of whoever asks; the page tells so. That it is over already, as after two presses, is as good.
pub(super) async fn end_session(
    state: State<App>,
    session: Session,
    Frame { layout, .. }: Frame,
    id: Path<String>,
) -> Result<Response, Problem> {
    match sessions::end_one(state, session, id).await {
        Err(problem) if problem.status() != StatusCode::NOT_FOUND => Err(problem),
        Ok(_) | Err(_) => Ok(Notice::done(layout.t("sessions-one-ended")).then(HERE)),
    }
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
