//! The account as its owner changes it.

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
use belgrano_web::seen::SEEN_FIELD;
use belgrano_wire::timestamp::UnixMillis;

use super::frame::Frame;
use crate::accounts::{self, AccountView, Principal, ProfileBody, Role, Session};
use crate::app::App;
use crate::merchants::Plan;

#[derive(Template)]
#[template(path = "profile.html")]
struct ProfilePage<'a> {
    layout: &'a Layout,
    account: AccountView,
    form: Form,
}

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

/// What is known, to be changed.
pub(super) async fn show(
    state: State<App>,
    session: Session,
    Frame { layout, .. }: Frame,
) -> Result<Response, Problem> {
    let Json(account) = accounts::me(state, session).await?;
    let form = Form::showing(&accounts::fields(&account));
    layout.show(&ProfilePage { layout: &layout, account, form })
}

/// Changes it.
pub(super) async fn change(
    state: State<App>,
    session: Session,
    Frame { layout, .. }: Frame,
    form: Form,
) -> Result<Response, Problem> {
    let changed = match form.read_changes::<ProfileBody>() {
        Ok(body) => accounts::change_me(state.clone(), session.clone(), Json(body)).await,
        Err(problem) => Err(problem),
    };
    match changed {
        Ok(_) => Ok(Notice::done(layout.t("account-saved")).then("/perfil")),
        Err(problem) if Form::takes(&problem) => {
            let Json(account) = accounts::me(state, session).await?;
            let page = ProfilePage { layout: &layout, account, form: form.refused(&problem) };
            layout.show_as(problem.status(), &page)
        }
        Err(problem) => Err(problem),
    }
}

/// The old password and a new one, and what sessions there are.
pub(super) async fn show_password(
    State(app): State<App>,
    Session(who): Session,
    Frame { layout, .. }: Frame,
) -> Result<Response, Problem> {
    layout.show(&password_page(&layout, &app, &who, Form::default()).await?)
}

async fn password_page<'a>(
    layout: &'a Layout,
    app: &App,
    who: &Principal,
    form: Form,
) -> Result<PasswordPage<'a>, Problem> {
    let sessions = accounts::sessions_of(app, who).await?;
    let least = NewPassword::least(who.role == Role::Admin);
    Ok(PasswordPage { layout, form, least, sessions, now: app.ambient.now() })
}

/// Ends the other sessions of whoever asks; the page tells so.
pub(super) async fn end_others(
    State(app): State<App>,
    Session(who): Session,
    Frame { layout, .. }: Frame,
) -> Result<Response, Problem> {
    accounts::end_others_of(&app, &who).await?;
    Ok(Notice::done(layout.t("sessions-ended")).then("/perfil/clave"))
}

/// Ends one session of whoever asks; the page tells so. That it is over already, as after two presses, is as good.
pub(super) async fn end_session(
    State(app): State<App>,
    Session(who): Session,
    Frame { layout, .. }: Frame,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    match accounts::end_one_of(&app, &who, id).await {
        Err(problem) if problem.status() != StatusCode::NOT_FOUND => Err(problem),
        Ok(()) | Err(_) => Ok(Notice::done(layout.t("sessions-one-ended")).then("/perfil/clave")),
    }
}

/// Changes the password.
pub(super) async fn change_password(
    state: State<App>,
    session: Session,
    ip: ClientIp,
    Frame { layout, .. }: Frame,
    form: Form,
) -> Result<Response, Problem> {
    let changed = match form.read::<ChangePasswordBody>() {
        Ok(body) => accounts::change_password(state.clone(), session.clone(), ip, Json(body)).await,
        Err(problem) => Err(problem),
    };
    match changed {
        Ok(_) => Ok(Notice::done(layout.t("password-changed")).then("/perfil")),
        Err(problem) if Form::takes(&problem) => {
            let page = password_page(&layout, &state.0, &session.0, form.refused(&problem)).await?;
            layout.show_as(problem.status(), &page)
        }
        Err(problem) => Err(problem),
    }
}
