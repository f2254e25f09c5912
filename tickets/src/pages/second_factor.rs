//! The pages of a second factor: of one's own account, and of a log-in.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use belgrano_runtime::auth::second_factor::{Code, NotYet};
use belgrano_runtime::http::{ClientIp, Query, RequestContext};
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::{FactorPages, FactorPlace, Form, LOGIN_PATH, Layout, Notice, show_second_step};
use serde::Deserialize;

use super::frame::Frame;
use super::log_in::{Back, went_in};
use crate::app::App;
use crate::sessions::{self, Principal, Session};
use crate::unit::BoardUnit;
use crate::users::{Role, SecondStep};

const PLACE: FactorPlace =
    FactorPlace { path: "/clave/segundo-factor", back: "/clave", back_text: "account-change-password" };

fn pages<'a>(app: &'a App, layout: &'a Layout, who: &'a Principal) -> FactorPages<'a, Principal, BoardUnit> {
    FactorPages { desk: app.factor_desk(), layout, place: PLACE, who, admin: who.role == Role::Admin }
}

/// What there is of a factor, or how to set one up.
pub(super) async fn show(
    State(app): State<App>,
    Session(who): Session,
    Frame { layout, .. }: Frame,
) -> Result<Response, Problem> {
    pages(&app, &layout, &who).show().await
}

/// Sets it up.
pub(super) async fn set_up(
    State(app): State<App>,
    Session(who): Session,
    ip: ClientIp,
    Frame { layout, .. }: Frame,
    form: Form,
) -> Result<Response, Problem> {
    pages(&app, &layout, &who).set_up(ip, form).await
}

/// Other recovery codes.
pub(super) async fn new_codes(
    State(app): State<App>,
    Session(who): Session,
    ip: ClientIp,
    Frame { layout, .. }: Frame,
    form: Form,
) -> Result<Response, Problem> {
    pages(&app, &layout, &who).new_codes(ip, form).await
}

/// Turns it off.
pub(super) async fn turn_off(
    State(app): State<App>,
    Session(who): Session,
    ip: ClientIp,
    Frame { layout, .. }: Frame,
    form: Form,
) -> Result<Response, Problem> {
    pages(&app, &layout, &who).turn_off(ip, form).await
}

/// The second step of a log-in.
pub(super) async fn show_step(
    _: SecondStep,
    Frame { layout, .. }: Frame,
    Query(Back { volver }): Query<Back>,
) -> Result<Response, Problem> {
    show_second_step(&layout, Form::filled([("volver", volver)]), StatusCode::OK)
}

#[derive(Deserialize)]
struct CodeBody {
    codigo: Code,
}

/// Takes it, and goes on to where one wanted to be.
pub(super) async fn take_step(
    State(app): State<App>,
    SecondStep(step): SecondStep,
    context: RequestContext,
    headers: HeaderMap,
    Frame { layout, .. }: Frame,
    form: Form,
) -> Result<Response, Problem> {
    let taken = match form.read::<CodeBody>() {
        Ok(body) => sessions::take_second_step(&app, context, &headers, step, body.codigo).await,
        Err(problem) => Err(problem),
    };
    let problem = match taken {
        Ok(Ok(answer)) => return Ok(went_in(&app, &answer, &form)),
        Ok(Err(NotYet::Over)) => return Ok(Notice::failed(layout.t("refusal-factor-over")).then(LOGIN_PATH)),
        Ok(Err(not_yet)) => Problem::from(not_yet),
        Err(problem) => problem,
    };
    if Form::takes(&problem) {
        show_second_step(&layout, form.refused(&problem), problem.status())
    } else {
        Err(problem)
    }
}
