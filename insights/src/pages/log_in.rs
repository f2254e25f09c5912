//! Logging in and out.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use belgrano_runtime::http::{Json, Query, RequestContext};
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::{Form, LOGIN_PATH, Layout, see_other, with_cookies_of};
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
    State(app): State<App>,
    context: RequestContext,
    frame: Frame,
    form: Form,
) -> Result<Response, Problem> {
    let answer = match form.read::<LogIn>() {
        Ok(body) => sessions::log_in(State(app), context, Json(body)).await,
        Err(problem) => Err(problem),
    };
    match answer {
        Ok(answer) => Ok(with_cookies_of(&answer, see_other(form.value("volver")))),
        Err(problem) if Form::takes(&problem) => {
            let page = LogInPage { layout: &frame.layout, form: form.refused(&problem) };
            frame.layout.show_as(problem.status(), &page)
        }
        Err(problem) => Err(problem),
    }
}

/// Ends the session and leads to the log-in page.
pub(super) async fn leave(state: State<App>, session: Result<Session, Problem>) -> Result<Response, Problem> {
    let answer = sessions::log_out(state, session).await?;
    Ok(with_cookies_of(&answer, see_other(LOGIN_PATH)))
}
