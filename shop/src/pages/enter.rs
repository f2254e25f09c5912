//! Logging in, out, and making an account.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use belgrano_shared::http::{ClientIp, Json, Query};
use belgrano_shared::pages::{Form, Layout, see_other, with_cookies_of};
use belgrano_shared::problem::Problem;
use serde::Deserialize;

use super::frame::Frame;
use crate::accounts::{self, LoginBody, MaybeSession, RegisterBody, Role};
use crate::app::App;

#[derive(Template)]
#[template(path = "log_in.html")]
struct LogInPage<'a> {
    layout: &'a Layout,
    form: Form,
}

#[derive(Template)]
#[template(path = "register.html")]
struct RegisterPage<'a> {
    layout: &'a Layout,
    form: Form,
}

/// Where to go on afterwards.
#[derive(Deserialize)]
pub(super) struct Back {
    #[serde(default)]
    volver: String,
}

/// The form; who is logged in already goes on.
pub(super) async fn show(frame: Frame, Query(Back { volver }): Query<Back>) -> Result<Response, Problem> {
    if frame.who.is_some() {
        return Ok(see_other(&volver));
    }
    frame.layout.show(&LogInPage { layout: &frame.layout, form: Form::filled([("volver", volver)]) })
}

/// Logs in and goes on to where one wanted to be.
pub(super) async fn send(
    state: State<App>,
    ip: ClientIp,
    headers: HeaderMap,
    Frame { layout, .. }: Frame,
    form: Form,
) -> Result<Response, Problem> {
    let answer = match form.read::<LoginBody>() {
        Ok(body) => accounts::login(state, ip, headers, Json(body)).await,
        Err(problem) => Err(problem),
    };
    match answer {
        Ok(answer) => {
            let admin = answer.extensions().get() == Some(&Role::Admin);
            let to = form.given("volver").unwrap_or(if admin { "/envios" } else { "/" });
            Ok(with_cookies_of(&answer, see_other(to)))
        }
        Err(problem) if Form::takes(&problem) => {
            layout.show_as(problem.status(), &LogInPage { layout: &layout, form: form.refused(&problem) })
        }
        Err(problem) => Err(problem),
    }
}

/// Logs out.
pub(super) async fn leave(state: State<App>, session: MaybeSession) -> Result<Response, Problem> {
    let answer = accounts::logout(state, session).await?;
    Ok(with_cookies_of(&answer, see_other("/")))
}

/// The form of a customer.
pub(super) async fn new_customer(frame: Frame, back: Query<Back>) -> Result<Response, Problem> {
    show_registration(&frame, "cliente", back)
}

/// The form of a merchant.
pub(super) async fn new_merchant(frame: Frame, back: Query<Back>) -> Result<Response, Problem> {
    show_registration(&frame, "comerciante", back)
}

fn show_registration(frame: &Frame, role: &str, Query(Back { volver }): Query<Back>) -> Result<Response, Problem> {
    if frame.who.is_some() {
        return Ok(see_other(&volver));
    }
    let form = Form::filled([("rol", role), ("volver", &volver)]);
    frame.layout.show(&RegisterPage { layout: &frame.layout, form })
}

/// Makes an account and logs it in.
pub(super) async fn register(
    state: State<App>,
    ip: ClientIp,
    headers: HeaderMap,
    Frame { layout, .. }: Frame,
    form: Form,
) -> Result<Response, Problem> {
    let answer = match form.read::<RegisterBody>() {
        Ok(body) => accounts::register(state, ip, headers, Json(body)).await,
        Err(problem) => Err(problem),
    };
    match answer {
        Ok(answer) => Ok(with_cookies_of(&answer, see_other(form.value("volver")))),
        Err(problem) if Form::takes(&problem) => {
            layout.show_as(problem.status(), &RegisterPage { layout: &layout, form: form.refused(&problem) })
        }
        Err(problem) => Err(problem),
    }
}
