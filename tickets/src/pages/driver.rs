//! A driver's own page, for a phone: the shift, the stops in order, one big next step for each.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use belgrano_runtime::http::{Page, Path};
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::{Form, Layout, Notice};
use belgrano_web::phone::tel;
use belgrano_wire::texts::Language;
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::{OrderNumber, PaymentMethod, Priority, TicketState, TicketView};
use url::form_urlencoded;

use super::frame::Frame;
use super::ticket::take_step;
use crate::app::App;
use crate::fleet;
use crate::progress::{IfMatch, ProofKind, Proofs};
use crate::sessions::Driver;
use crate::tickets::{self, Filter};
use crate::unit::{LogHead, log_head};

const HERE: &str = "/reparto";
/// What a step asks for, as the wire and the page call it.
const FIELDS: [&str; 4] = ["pin", "foto", "firma", "motivo"];
/// Why a delivery failed, as keys of texts.
const REASONS: [&str; 6] = [
    "driver-fail-nobody",
    "driver-fail-address",
    "driver-fail-refused",
    "driver-fail-payment",
    "driver-fail-damaged",
    "driver-fail-other",
];

#[derive(Template)]
#[template(path = "driver.html")]
struct DriverPage<'a> {
    layout: &'a Layout,
    driver_id: i64,
    on_shift: bool,
    stops: Vec<TicketView>,
    proofs: &'a Proofs,
    head: LogHead,
    now: UnixMillis,
    /// Where the addresses are.
    city: &'a str,
}

/// Shift and stops.
pub(super) async fn show(
    State(app): State<App>,
    Driver(who): Driver,
    Frame { mut layout, .. }: Frame,
) -> Result<Response, Problem> {
    let mut session = app.db.read().await?;
    let head = log_head(&mut session).await?;
    let own = fleet::list(&mut session, 0, Some(who.user_id), 1, app.ambient.now()).await?;
    drop(session);
    let driver_id = who.user_id;
    let on_shift = own.first().is_some_and(|driver| driver.on_shift);
    let page = Page { cursor: None, limit: Page::MAX_LIMIT };
    let states = vec![TicketState::Assigned, TicketState::Accepted, TicketState::OnTheWay];
    let found = tickets::list_for(&app, &who, Filter { states, ..Filter::default() }, &page).await?;
    let stops = in_order(found.tickets);
    tell_above_if_gone(&mut layout, &stops);
    let (proofs, now) = (&app.settings.proofs, app.ambient.now());
    let city = &app.settings.address_city;
    layout.show(&DriverPage { layout: &layout, driver_id, on_shift, stops, proofs, head, now, city })
}

/// What is told of a stop that is not there any more is told above the others.
fn tell_above_if_gone(layout: &mut Layout, stops: &[TicketView]) {
    let Some(notice) = layout.flash.0.as_mut() else { return };
    let is_here = |id: &str| stops.iter().any(|stop| id.ends_with(&format!("-{}", stop.number)));
    notice.beside = notice.beside.take().filter(|id| is_here(id));
}

/// What is offered first, because an offer ends; then what is under way, then what was taken; in each, the urgent and then
/// the oldest.
fn in_order(mut stops: Vec<TicketView>) -> Vec<TicketView> {
    let rank = |stop: &TicketView| match stop.state {
        TicketState::Assigned => 0,
        TicketState::OnTheWay => 1,
        _ => 2,
    };
    stops.sort_by_key(|stop| (rank(stop), std::cmp::Reverse(stop.priority), stop.created_at));
    stops
}

impl DriverPage<'_> {
    /// Whether the next big step is this one's: what is under way, else what was taken. An offer is decided on its own card.
    /// The module of the page follows the same rule without a signal.
    fn is_current(&self, stop: &TicketView) -> bool {
        self.first_in(&[TicketState::OnTheWay, TicketState::Accepted]).is_some_and(|first| first.number == stop.number)
    }

    /// Whether all of it is in sight: the current stop, or while there is none what is offered.
    fn is_read_first(&self, stop: &TicketView) -> bool {
        // Not an offer: its answer is to be seen, and its address is.
        self.first_in(&[TicketState::OnTheWay, TicketState::Accepted]).is_some_and(|first| first.number == stop.number)
    }

    /// The first stop in the first of these states that any is in.
    fn first_in(&self, states: &[TicketState]) -> Option<&TicketView> {
        states.iter().find_map(|state| self.stops.iter().find(|stop| stop.state == *state))
    }

    fn is_cash(stop: &TicketView) -> bool {
        stop.payment_method.as_ref().is_some_and(|method| method.as_str() == PaymentMethod::CASH)
    }

    /// What was refused about `part` of this stop: a field, or `parada` for the step itself.
    fn wrong(&self, part: &str, stop: &TicketView) -> Option<&str> {
        self.layout.beside(&format!("{part}-{}", stop.number))
    }

    /// Where it is, in a line.
    fn place_of(stop: &TicketView) -> String {
        let place = [stop.customer_address.as_deref(), Some(stop.customer_name.as_str()), Some(stop.number.as_str())];
        place.into_iter().flatten().find(|text| !text.is_empty()).unwrap_or_default().to_owned()
    }

    fn asks_pin(&self) -> bool {
        self.proofs.ask_for(ProofKind::Pin)
    }

    fn asks_photo(&self) -> bool {
        self.proofs.ask_for(ProofKind::Photo)
    }

    fn asks_signature(&self) -> bool {
        self.proofs.ask_for(ProofKind::Signature)
    }

    /// Seconds the driver has to accept.
    fn seconds_left(&self, stop: &TicketView) -> Option<i64> {
        stop.offer_expires_at.map(|at| at.since_ms(self.now).max(0) / 1000)
    }
}

/// The way to a stop, in whatever the phone navigates with (Google's universal links open the application that is there).
fn map_link(stop: &TicketView, city: &str) -> Option<String> {
    let place = super::ticket::place_of(stop, city)?;
    let destination = form_urlencoded::byte_serialize(place.as_bytes()).collect::<String>();
    Some(format!("https://www.google.com/maps/dir/?api=1&destination={destination}"))
}

/// Begins or ends the shift.
pub(super) async fn shift(
    State(app): State<App>,
    Driver(by): Driver,
    language: Language,
    form: Form,
) -> Result<Response, Problem> {
    let on = form.value("activo") == "true";
    fleet::set_shift(&app, &by, on).await?;
    let said = language.t(if on { "driver-shift-started" } else { "driver-shift-ended" });
    Ok(Notice::done(said).then(HERE))
}

/// Takes the next step of a stop.
pub(super) async fn step(
    State(app): State<App>,
    Driver(by): Driver,
    Path(number): Path<OrderNumber>,
    language: Language,
    form: Form,
) -> Result<Response, Problem> {
    // Judged by the state it leads to, and not by the version that was seen.
    match take_step(&app, by, &number, IfMatch(None), &form).await {
        Ok(TicketState::Pending) => Ok(Notice::done(language.t("driver-said-rejected")).then(HERE)),
        Ok(TicketState::Accepted) => Ok(Notice::done(language.t("driver-said-accepted")).then(HERE)),
        Ok(TicketState::OnTheWay) => Ok(Notice::done(language.t("driver-said-started")).then(HERE)),
        Ok(TicketState::Delivered) => Ok(Notice::done(language.t("driver-said-delivered")).then(HERE)),
        Ok(_) => Ok(Notice::done(language.t("driver-said-noted")).then(HERE)),
        Err(problem) => refused(problem, &number, language),
    }
}

/// Back to the page, which tells it beside the field it is about, else in the stop.
fn refused(problem: Problem, number: &OrderNumber, language: Language) -> Result<Response, Problem> {
    if problem.status() == StatusCode::NOT_FOUND {
        return Ok(Notice::failed(language.t("driver-not-yours").with("number", number)).then(HERE));
    }
    if !Form::takes(&problem) {
        return Err(problem);
    }
    let wrong = problem.errors().first().filter(|wrong| FIELDS.contains(&wrong.field.as_str()));
    let (part, text) = match wrong {
        Some(wrong) => (wrong.field.as_str(), wrong.to(language)),
        None => ("parada", problem.to(language)),
    };
    Ok(Notice::failed(text).beside(format!("{part}-{number}")).then(HERE))
}
