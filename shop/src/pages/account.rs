//! The account as its owner changes it.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use belgrano_shared::auth::change_password::ChangePasswordBody;
use belgrano_shared::http::{ClientIp, Json};
use belgrano_shared::pages::{Form, Layout, Notice};
use belgrano_shared::problem::Problem;
use belgrano_shared::seen::SEEN_FIELD;

use super::frame::Frame;
use crate::accounts::{self, AccountView, ProfileBody, Role, Session};
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

/// The old password and a new one.
pub(super) async fn show_password(_: Session, Frame { layout, .. }: Frame) -> Result<Response, Problem> {
    layout.show(&PasswordPage { layout: &layout, form: Form::default() })
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
        Ok(body) => accounts::change_password(state, session, ip, Json(body)).await,
        Err(problem) => Err(problem),
    };
    match changed {
        Ok(_) => Ok(Notice::done(layout.t("password-changed")).then("/perfil")),
        Err(problem) if Form::takes(&problem) => {
            layout.show_as(problem.status(), &PasswordPage { layout: &layout, form: form.refused(&problem) })
        }
        Err(problem) => Err(problem),
    }
}
