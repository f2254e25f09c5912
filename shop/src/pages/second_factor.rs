//! The pages of a second factor: of one's own account, of a log-in, and of an account that lost it, for administrators.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use belgrano_runtime::auth::second_factor::{Code, NotYet};
use belgrano_runtime::http::{ClientIp, Json, Query, RequestContext};
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::{FactorPages, FactorPlace, Form, LOGIN_PATH, Layout, Notice, show_second_step};
use belgrano_wire::texts::Message;

use super::enter::{Back, went_in};
use super::frame::Frame;
use crate::accounts::{self, Admin, OtherBody, Principal, Role, SecondStep, Session};
use crate::app::App;
use crate::unit::ShopUnit;

const PLACE: FactorPlace = FactorPlace { path: "/perfil/segundo-factor", back: "/perfil", back_text: "account-title" };

fn pages<'a>(app: &'a App, layout: &'a Layout, who: &'a Principal) -> FactorPages<'a, Principal, ShopUnit> {
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
        Ok(body) => accounts::take_second_step(&app, context, &headers, step, body.codigo).await,
        Err(problem) => Err(problem),
    };
    let problem = match taken {
        Ok(Ok(answer)) => return Ok(went_in(&app, layout.language, &answer, &form)),
        Ok(Err(NotYet::Over)) => return Ok(begin_again(&layout)),
        Ok(Err(not_yet)) => Problem::from(not_yet),
        Err(problem) => problem,
    };
    if Form::takes(&problem) {
        show_second_step(&layout, form.refused(&problem), problem.status())
    } else {
        Err(problem)
    }
}

/// To the password, with why.
fn begin_again(layout: &Layout) -> Response {
    Notice::failed(layout.t("refusal-factor-over")).then(LOGIN_PATH)
}

#[derive(serde::Deserialize)]
struct CodeBody {
    codigo: Code,
}

#[derive(Template)]
#[template(path = "second_factor_other.html")]
struct OtherPage<'a> {
    layout: &'a Layout,
    form: Form,
}

/// Whose factor is to go?
pub(super) async fn show_other(_: Admin, Frame { layout, .. }: Frame) -> Result<Response, Problem> {
    layout.show(&OtherPage { layout: &layout, form: Form::default() })
}

/// Takes it away.
pub(super) async fn take_from_other(
    state: State<App>,
    admin: Admin,
    Frame { layout, .. }: Frame,
    form: Form,
) -> Result<Response, Problem> {
    let taken = match form.read::<OtherBody>() {
        Ok(body) => accounts::take_from_other(state, admin, Json(body)).await,
        Err(problem) => Err(problem),
    };
    let refused = match taken {
        Ok(_) => return Ok(Notice::done(layout.t("factor-other-removed")).then("/administrar/segundo-factor")),
        Err(problem) if problem.status() == StatusCode::NOT_FOUND => {
            Problem::invalid_field("email", Message::new("refusal-factor-not-there"))
        }
        Err(problem) if Form::takes(&problem) => problem,
        Err(problem) => return Err(problem),
    };
    layout.show_as(refused.status(), &OtherPage { layout: &layout, form: form.refused(&refused) })
}
