//! The pages of a second factor, the same on every service: setting it up, recovery codes, turning it off, and the second step of a
//! log-in. A service says where they are, and hands in its [`FactorDesk`].

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use belgrano_runtime::auth::gate::Principal;
use belgrano_runtime::auth::second_factor::{
    FactorDesk, FactorUnit, FactorView, Offer, ProofBody, RecoveryCodes, SetUpBody,
};
use belgrano_runtime::http::ClientIp;
use belgrano_runtime::problem::Problem;
use url::form_urlencoded;

use super::qr::Qr;
use super::{Form, Layout, Notice, see_other};

/// Where the second step of a log-in is, on every service.
const SECOND_STEP_PATH: &str = "/ingresar/codigo";

/// Sends somebody whose password was right to the second step, and to `back` after it.
#[must_use]
pub fn second_step_first(back: &str) -> Response {
    if back.is_empty() {
        return see_other(SECOND_STEP_PATH);
    }
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("volver", back).finish();
    see_other(&format!("{SECOND_STEP_PATH}?{query}"))
}

/// Where the pages are within a service.
#[derive(Clone, Copy, Debug)]
pub struct FactorPlace {
    /// The page itself; what it sends goes there and below.
    pub path: &'static str,
    /// Where its reader comes from.
    pub back: &'static str,
    /// The key of what that is called.
    pub back_text: &'static str,
}

#[derive(Template)]
#[template(path = "second_factor_offer.html")]
struct OfferPage<'a> {
    layout: &'a Layout,
    place: FactorPlace,
    form: Form,
    offer: Offer,
    qr: Option<Qr>,
    /// Whether it has to be set up before anything else.
    owed: bool,
}

#[derive(Template)]
#[template(path = "second_factor.html")]
struct FactorPage<'a> {
    layout: &'a Layout,
    place: FactorPlace,
    form: Form,
    view: FactorView,
}

#[derive(Template)]
#[template(path = "recovery_codes.html")]
struct CodesPage<'a> {
    layout: &'a Layout,
    place: FactorPlace,
    codes: RecoveryCodes,
}

#[derive(Template)]
#[template(path = "second_step.html")]
struct StepPage<'a> {
    layout: &'a Layout,
    form: Form,
}

/// The second step of a log-in: a form with a code, and where to go on in `volver`.
pub fn show_second_step(layout: &Layout, form: Form, status: StatusCode) -> Result<Response, Problem> {
    layout.show_as(status, &StepPage { layout, form })
}

/// The pages of one account's factor.
#[derive(Debug)]
pub struct FactorPages<'a, P, U> {
    /// What they ask.
    pub desk: FactorDesk<'a, P, U>,
    /// The frame.
    pub layout: &'a Layout,
    /// Where they are.
    pub place: FactorPlace,
    /// Whose factor it is.
    pub who: &'a P,
    /// Whether that is an administrator.
    pub admin: bool,
}

impl<P: Principal, U: FactorUnit> FactorPages<'_, P, U> {
    /// What there is of a factor, or how to set one up.
    pub async fn show(&self) -> Result<Response, Problem> {
        self.page(Form::default(), StatusCode::OK).await
    }

    /// Sets it up; the answer shows the recovery codes, once.
    pub async fn set_up(&self, ip: ClientIp, form: Form) -> Result<Response, Problem> {
        let done = match form.read::<SetUpBody>() {
            Ok(body) => self.desk.set_up(self.who, ip, &body).await,
            Err(problem) => Err(problem),
        };
        self.codes(done, form).await
    }

    /// Puts other recovery codes in the place of those there are, and shows them.
    pub async fn new_codes(&self, ip: ClientIp, form: Form) -> Result<Response, Problem> {
        let done = match form.read::<ProofBody>() {
            Ok(body) => self.desk.new_codes(self.who, ip, &body).await,
            Err(problem) => Err(problem),
        };
        self.codes(done, form).await
    }

    /// Turns it off.
    pub async fn turn_off(&self, ip: ClientIp, form: Form) -> Result<Response, Problem> {
        let done = match form.read::<ProofBody>() {
            Ok(body) => self.desk.turn_off(self.who, ip, &body).await,
            Err(problem) => Err(problem),
        };
        match done {
            Ok(()) => Ok(Notice::done(self.layout.t("factor-turned-off")).then(self.place.path)),
            Err(problem) => self.refused(problem, form).await,
        }
    }

    async fn codes(&self, done: Result<RecoveryCodes, Problem>, form: Form) -> Result<Response, Problem> {
        let (layout, place) = (self.layout, self.place);
        match done {
            Ok(codes) => layout.show(&CodesPage { layout, place, codes }),
            Err(problem) => self.refused(problem, form).await,
        }
    }

    async fn refused(&self, problem: Problem, form: Form) -> Result<Response, Problem> {
        if !Form::takes(&problem) {
            return Err(problem);
        }
        // On the page as it is now: a factor may have come or gone meanwhile.
        self.page(form.refused(&problem), problem.status()).await
    }

    async fn page(&self, form: Form, status: StatusCode) -> Result<Response, Problem> {
        let Self { desk, layout, place, who, admin } = self;
        let view = desk.view(who, *admin).await?;
        if view.active {
            return layout.show_as(status, &FactorPage { layout, place: *place, form, view });
        }
        let offer = match form.given("propuesta") {
            Some(sealed) => desk.offer_again(who, sealed).await?,
            None => desk.offer(who).await?,
        };
        let (qr, owed) = (Qr::of(&offer.uri), view.required);
        layout.show_as(status, &OfferPage { layout, place: *place, form, offer, qr, owed })
    }
}
