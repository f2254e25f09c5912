//! Logging in and out.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use belgrano_runtime::auth::second_factor::NotYet;
use belgrano_runtime::http::{Query, RequestContext};
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::{Form, LOGIN_PATH, Layout, second_step_first, see_other, with_cookies_of};
use serde::Deserialize;

use super::frame::Frame;
use crate::app::App;
use crate::sessions::{self, LogIn, Session};

#[derive(Template)]
#[template(path = "log_in.html")]
struct LogInPage<'a> {
    layout: &'a Layout,
    form: Form,
}

/// Where to go on afterwards.
#[derive(Deserialize)]
pub(super) struct Back {
    #[serde(default)]
    pub(super) volver: String,
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
    State(app): State<App>,
    context: RequestContext,
    headers: HeaderMap,
    frame: Frame,
    form: Form,
) -> Result<Response, Problem> {
    let (token, second) = app.second_factors.step(&app.ambient);
    let answer = match form.read::<LogIn>() {
        Ok(body) => sessions::begin_session(&app, context, &headers, &body, &second).await,
        Err(problem) => Err(problem),
    };
    let problem = match answer {
        Ok(Ok(answer)) => return Ok(went_in(&app, &answer, &form)),
        Ok(Err(NotYet::CodeNeeded)) => {
            let mut on = second_step_first(form.value("volver"));
            on.headers_mut().append(header::SET_COOKIE, app.second_factors.cookie().set(&token));
            return Ok(on);
        }
        Ok(Err(not_yet)) => Problem::from(not_yet),
        Err(problem) => problem,
    };
    if !Form::takes(&problem) {
        return Err(problem);
    }
    let page = LogInPage { layout: &frame.layout, form: form.refused(&problem) };
    frame.layout.show_as(problem.status(), &page)
}

/// Goes on to where whoever logged in wanted to be, with the cookies of `answer`.
pub(super) fn went_in(app: &App, answer: &Response, form: &Form) -> Response {
    let mut on = with_cookies_of(answer, see_other(form.value("volver")));
    on.headers_mut().append(header::SET_COOKIE, app.second_factors.cookie().clear());
    on
}

/// Logs out.
pub(super) async fn leave(state: State<App>, session: Result<Session, Problem>) -> Result<Response, Problem> {
    let answer = sessions::log_out(state, session).await?;
    debug_assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    Ok(with_cookies_of(&answer, see_other(LOGIN_PATH)))
}
