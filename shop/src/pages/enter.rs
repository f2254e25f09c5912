//! Logging in, out, and making an account.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use belgrano_runtime::auth::second_factor::NotYet;
use belgrano_runtime::http::{Json, Query, RequestContext};
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::{Field, Form, Layout, Notice, second_step_first, see_other, with_cookies_of};
use belgrano_wire::texts::Language;
use serde::Deserialize;
use url::form_urlencoded;

use super::frame::Frame;
use super::typed_email::TypedEmail;
use crate::accounts::{self, LoginBody, MaybeSession, RegisterBody, Role};
use crate::app::App;
use crate::cart::Fewer;

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
    /// The address has an account: whoever owns it wants in, not another one.
    known: bool,
}

/// Where to go on afterwards.
#[derive(Deserialize)]
pub(super) struct Back {
    #[serde(default)]
    pub(super) volver: String,
}

/// The form; who is logged in already goes on.
pub(super) async fn show(
    frame: Frame,
    Query(Back { volver }): Query<Back>,
    typed: TypedEmail,
) -> Result<Response, Problem> {
    if frame.who.is_some() {
        return Ok(see_other(&volver));
    }
    let form = Form::filled([("volver", volver.as_str()), ("email", typed.as_str())]);
    frame.layout.show(&LogInPage { layout: &frame.layout, form })
}

/// Logs in and goes on to where one wanted to be.
pub(super) async fn send(
    State(app): State<App>,
    context: RequestContext,
    headers: HeaderMap,
    Frame { layout, .. }: Frame,
    form: Form,
) -> Result<Response, Problem> {
    let (token, second) = app.second_factors.step(&app.ambient);
    let answer = match form.read::<LoginBody>() {
        Ok(body) => accounts::log_in(&app, context, &headers, &body, &second).await,
        Err(problem) => Err(problem),
    };
    let problem = match answer {
        Ok(Ok(answer)) => return Ok(went_in(&app, layout.language, &answer, &form)),
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
    layout.show_as(problem.status(), &LogInPage { layout: &layout, form: form.refused(&problem) })
}

/// Goes on to where whoever logged in wanted to be, with the cookies of `answer`.
pub(super) fn went_in(app: &App, language: Language, answer: &Response, form: &Form) -> Response {
    let admin = answer.extensions().get() == Some(&Role::Admin);
    let to = form.given("volver").unwrap_or(if admin { "/envios" } else { "/" });
    let on = match answer.extensions().get::<Vec<Fewer>>() {
        Some(fewer) if !fewer.is_empty() => Notice::failed(fewer_than_both(language, fewer)).then(to),
        _ => see_other(to),
    };
    let mut on = TypedEmail::forgotten(&app.settings.common.public_url, with_cookies_of(answer, on));
    on.headers_mut().append(header::SET_COOKIE, app.second_factors.cookie().clear());
    on
}

/// What of two carts that became one there is not enough of.
fn fewer_than_both(language: Language, fewer: &[Fewer]) -> String {
    let line = |one: &Fewer| {
        let text = language.t("cart-fewer").with("name", &one.name).with("put", one.put).with("asked", one.asked);
        text.to_string()
    };
    let products: Vec<String> = fewer.iter().map(line).collect();
    language.t("cart-fewer-than-both").with("products", products.join("; ")).into()
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
    frame.layout.show(&RegisterPage { layout: &frame.layout, form, known: false })
}

/// Makes an account and logs it in.
pub(super) async fn register(
    State(app): State<App>,
    context: RequestContext,
    headers: HeaderMap,
    Frame { layout, .. }: Frame,
    form: Form,
) -> Result<Response, Problem> {
    let answer = match form.read::<RegisterBody>() {
        Ok(body) => accounts::register(State(app.clone()), context, headers.clone(), Json(body)).await,
        Err(problem) => Err(problem),
    };
    match answer {
        Ok(answer) => Ok(with_cookies_of(&answer, see_other(form.value("volver")))),
        Err(problem) if Form::takes(&problem) => {
            let form = form.refused(&problem);
            let known = problem.status() == StatusCode::CONFLICT && form.error("email").is_some();
            if known && let Ok(body) = form.read::<LoginBody>() {
                // Whoever pressed twice and knows its password is in. Another kind of account than was asked for is not it.
                let asked = if form.value("rol") == "comerciante" { Role::Merchant } else { Role::Customer };
                match accounts::login(State(app.clone()), context, headers, Json(body)).await {
                    Ok(answer) if answer.extensions().get() == Some(&asked) => {
                        return Ok(with_cookies_of(&answer, see_other(form.value("volver"))));
                    }
                    Err(problem) if problem.status().is_server_error() => return Err(problem),
                    Ok(_) | Err(_) => {}
                }
            }
            let email = form.value("email").to_owned();
            let page = layout.show_as(problem.status(), &RegisterPage { layout: &layout, form, known })?;
            Ok(if known { TypedEmail::kept(&email, &app.settings.common.public_url, page) } else { page })
        }
        Err(problem) => Err(problem),
    }
}

impl RegisterPage<'_> {
    fn email(&self) -> Field<'_> {
        let field = self.form.input("email", "email", self.layout.t("account-email")).autocomplete("username");
        if !self.known {
            return field;
        }
        let back: String = form_urlencoded::byte_serialize(self.form.value("volver").as_bytes()).collect();
        let t = |key| self.layout.t(key);
        field.way_out(format!("/ingresar?volver={back}"), t("log-in")).way_out("/recuperar", t("log-in-forgot"))
    }
}
