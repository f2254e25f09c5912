//! One ticket with its history, and everything an administrator does to tickets. The board shows the same page in a
//! drawer.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use belgrano_runtime::http::{Page, Path};
use belgrano_runtime::problem::Problem;
use belgrano_web::address::map_query;
use belgrano_web::pages::{Choice, Form, Layout, Notice};
use belgrano_web::phone::{tel, whatsapp};
use belgrano_wire::texts::{Language, Text};
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::{OrderNumber, TicketState, TicketView};
use url::form_urlencoded;

use super::board::{conflict, driver_choices, drivers, is_late, late_ms, priorities};
use super::frame::Frame;
use super::history::{self, Line};
use crate::app::App;
use crate::assignment::{self, Assign, Chosen, Terms, Unassign};
use crate::fleet::DriverView;
use crate::progress::{self, As, EditBody, IfMatch, SentAt, StepBody, Undo, legal};
use crate::sessions::{Admin, Principal};
use crate::tickets::{self, Detail};
use crate::unit::{LogHead, Ticket, log_head};

#[derive(Template)]
#[template(path = "ticket.html")]
struct TicketPage<'a> {
    layout: &'a Layout,
    ticket: Ticket,
    history: Vec<Line>,
    proofs: Vec<String>,
    drivers: Vec<DriverView>,
    form: Form,
    head: LogHead,
    here: String,
    undoable: bool,
    now: UnixMillis,
    late_ms: i64,
    /// Where the addresses are.
    city: &'a str,
}

/// The ticket and what became of it.
pub(super) async fn show(
    State(app): State<App>,
    Admin(who): Admin,
    Frame { layout, .. }: Frame,
    Path(number): Path<OrderNumber>,
) -> Result<Response, Problem> {
    let (here, now) = (format!("/tickets/{number}"), app.ambient.now());
    // The ticket, its history and what can be done with it are of one moment.
    let mut session = app.db.snapshot().await?;
    let head = log_head(&mut session).await?;
    let ticket = tickets::visible(&mut session, &number, &who).await?;
    let proofs = tickets::proof_kinds(&mut session, ticket.view.ticket_id).await?;
    let entries = tickets::history(&mut session, ticket.view.ticket_id, 0, Page::MAX_LIMIT).await?;
    let undoable = progress::before_last(&mut session, &ticket.view, now).await?.is_ok();
    drop(session);
    let form = Form::filled([
        ("prioridad", ticket.view.priority.as_str()),
        ("indicaciones", ticket.view.instructions.as_deref().unwrap_or_default()),
    ]);
    let history = history::lines(layout.language, &entries);
    let (drivers, late_ms) = (drivers(&app).await?, late_ms(&app));
    layout.show(&TicketPage {
        layout: &layout,
        ticket,
        history,
        proofs,
        drivers,
        form,
        head,
        here,
        undoable,
        now,
        late_ms,
        city: &app.settings.address_city,
    })
}

impl TicketPage<'_> {
    /// The steps that can be chosen here; giving it to a driver has a form of its own.
    fn steps(&self) -> Vec<Choice> {
        let legal = legal(self.ticket.view.state, As::Board);
        let steps = legal.into_iter().filter(|state| *state != TicketState::Assigned);
        steps.map(|state| Choice::new(state.as_str(), self.layout.state(state).to_string())).collect()
    }

    /// Who else can have it.
    fn driver_choices(&self) -> Vec<Choice> {
        let has = self.ticket.view.driver_id.filter(|_| self.can_be_released()).map(|id| id.to_string());
        let mut choices = driver_choices(self.layout, &self.drivers);
        choices.retain(|choice| Some(&choice.value) != has.as_ref());
        choices
    }

    /// Why it has its driver, when nobody chose by hand.
    fn why_driver(&self) -> Option<String> {
        Some(self.ticket.assignment_reason.as_ref()?.to(self.layout.language))
    }

    fn priorities(&self) -> Vec<Choice> {
        priorities(self.layout)
    }

    fn is_late(&self) -> bool {
        is_late(&self.ticket.view, self.now, self.late_ms)
    }

    /// Whether a driver has set out with it: it is taken from that driver only by saying so.
    fn is_on_the_way(&self) -> bool {
        self.ticket.view.state == TicketState::OnTheWay
    }

    fn can_be_offered(&self) -> bool {
        // The form names the version that it shows, and asks about the goods where a driver has set out with them.
        assignment::offerable(&self.ticket, true, self.is_on_the_way(), self.now).is_ok()
    }

    fn can_be_released(&self) -> bool {
        assignment::held_by(&self.ticket, self.is_on_the_way()).is_some()
    }

    fn can_be_edited(&self) -> bool {
        progress::check_editable(self.ticket.view.state).is_ok()
    }
}

/// What a map is asked for: the pin, else the whole address; nothing where the ticket says neither.
pub(super) fn place_of(ticket: &TicketView, city: &str) -> Option<String> {
    let address = ticket.customer_address.as_deref().filter(|address| !address.trim().is_empty());
    let pin = ticket.lat.zip(ticket.lng);
    let known = pin.is_some() || address.is_some();
    known.then(|| map_query(address.unwrap_or_default(), ticket.neighbourhood.as_deref(), city, pin))
}

/// The place of a ticket on a map that anybody can open.
fn map_link(ticket: &TicketView, city: &str) -> Option<String> {
    let place = place_of(ticket, city)?;
    let query = form_urlencoded::byte_serialize(place.as_bytes()).collect::<String>();
    Some(format!("https://www.openstreetmap.org/search?query={query}"))
}

/// Gives it to a driver, or to whoever fits best.
pub(super) async fn assign(
    State(app): State<App>,
    Admin(by): Admin,
    Path(number): Path<OrderNumber>,
    language: Language,
    form: Form,
) -> Result<Response, Problem> {
    let back = back(&form, &number);
    let chosen = match form.value("repartidor_id") {
        "auto" => Chosen::Automatic { insist: true },
        id => match id.parse() {
            Ok(id) => Chosen::Driver(id),
            Err(_) => return Ok(Notice::failed(language.t("board-choose-driver")).then(&back)),
        },
    };
    let terms = Terms::of(&app, &by, form.given("en_camino").is_some());
    let assign = Assign { number: number.clone(), chosen, if_match: seen(&form), terms };
    let done = app.writer.submit_for(&by, assign).await.map_err(Problem::from);
    let said = |Detail { ticket, .. }: Detail| {
        let driver = ticket.driver_name.unwrap_or_default();
        language.t("said-offered").with("number", &number).with("driver", driver)
    };
    told(&app, &number, done.map(said), language, &back).await
}

/// Takes it back to the pool.
pub(super) async fn unassign(
    State(app): State<App>,
    Admin(by): Admin,
    Path(number): Path<OrderNumber>,
    language: Language,
    form: Form,
) -> Result<Response, Problem> {
    let back = back(&form, &number);
    let recall = form.given("en_camino").is_some();
    let unassign = Unassign { number: number.clone(), if_match: seen(&form), recall, by: by.actor() };
    let done = app.writer.submit_for(&by, unassign).await.map_err(Problem::from);
    told(&app, &number, done.map(|_| language.t("said-released").with("number", &number)), language, &back).await
}

/// Changes priority or instructions.
pub(super) async fn edit(
    State(app): State<App>,
    Admin(by): Admin,
    Path(number): Path<OrderNumber>,
    language: Language,
    form: Form,
) -> Result<Response, Problem> {
    let (seen, back) = (IfMatch(seen_or_untouched(&app, &form, &number).await?), back(&form, &number));
    let body = form.read_with_blanks::<EditBody>();
    let done = match body.and_then(|body| body.command(by.actor(), number.clone(), seen)) {
        Ok(edit) => app.writer.submit_for(&by, edit).await.map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    told(&app, &number, done.map(|_| language.t("said-edited").with("number", &number)), language, &back).await
}

/// Takes a step.
pub(super) async fn step(
    State(app): State<App>,
    Admin(by): Admin,
    Path(number): Path<OrderNumber>,
    language: Language,
    form: Form,
) -> Result<Response, Problem> {
    let back = back(&form, &number);
    let done = take_step(&app, by, &number, IfMatch(seen(&form)), &form).await;
    let said = |to| language.t("said-step").with("number", &number).with("state", language.state(to));
    told(&app, &number, done.map(said), language, &back).await
}

/// Takes the step that a form says, by [`TakeStep`](crate::progress::TakeStep). Gives the state that it led to.
pub(super) async fn take_step(
    app: &App,
    by: Principal,
    number: &OrderNumber,
    seen: IfMatch,
    form: &Form,
) -> Result<TicketState, Problem> {
    let body: StepBody = form.read()?;
    let to = body.state;
    let step = body.command(app, by, number.clone(), seen, SentAt(None)).await?;
    progress::take(app, step, None).await?;
    Ok(to)
}

/// Takes the last change back, if it is still the one that was looked at.
pub(super) async fn undo(
    State(app): State<App>,
    Admin(by): Admin,
    Path(number): Path<OrderNumber>,
    language: Language,
    form: Form,
) -> Result<Response, Problem> {
    let (back, offer_timeout_ms) = (back(&form, &number), app.settings.offer_timeout_ms());
    let undo = Undo { number: number.clone(), if_match: seen(&form), by: by.actor(), offer_timeout_ms };
    let done = app.writer.submit_for(&by, undo).await.map_err(Problem::from);
    told(&app, &number, done.map(|_| language.t("said-undone").with("number", &number)), language, &back).await
}

fn back(form: &Form, number: &OrderNumber) -> String {
    form.given("volver").map_or_else(|| format!("/tickets/{number}"), str::to_owned)
}

/// The version that was looked at when the form was shown.
fn seen(form: &Form) -> Option<i64> {
    form.value("version").parse().ok()
}

/// The version to write what was typed over: the one that was looked at, or a later one whose priority and instructions are
/// still those that were shown; steps of a driver meanwhile are no reason to type it again.
async fn seen_or_untouched(app: &App, form: &Form, number: &OrderNumber) -> Result<Option<i64>, Problem> {
    let Some(seen) = seen(form) else { return Ok(None) };
    let Some(now) = tickets::find(&mut app.db.read().await?, number).await? else { return Ok(Some(seen)) };
    let now = now.view;
    let instructions = now.instructions.as_deref().unwrap_or_default();
    let untouched = form.value("prioridad_vista") == now.priority.as_str()
        && form.value("indicaciones_vistas").lines().eq(instructions.lines());
    Ok(Some(if untouched { now.version } else { seen }))
}

/// The same as [`tell`]; who comes second is told who was first, and how the ticket is now.
async fn told(
    app: &App,
    number: &OrderNumber,
    done: Result<Text, Problem>,
    language: Language,
    back: &str,
) -> Result<Response, Problem> {
    let stale = done.as_ref().is_err_and(|problem| problem.status() == StatusCode::PRECONDITION_FAILED);
    if stale && let Some(text) = who_was_first(app, number, language).await? {
        return Ok(Notice::failed(text).then(back));
    }
    tell(done, language, back)
}

async fn who_was_first(app: &App, number: &OrderNumber, language: Language) -> Result<Option<Text>, Problem> {
    let mut session = app.db.read().await?;
    let Some(ticket) = tickets::find(&mut session, number).await? else { return Ok(None) };
    let first = tickets::last_actors(&mut session, &[ticket.view.ticket_id]).await?;
    Ok(first.first().map(|first| conflict(language, &ticket.view, first.id, &first.name)))
}

/// A notice of what was done, or of why it was not, on the page one came from.
pub(super) fn tell(done: Result<Text, Problem>, language: Language, back: &str) -> Result<Response, Problem> {
    match done {
        Ok(text) => Ok(Notice::done(text).then(back)),
        Err(problem) if Form::takes(&problem) => Ok(Notice::failed(problem.to(language)).then(back)),
        Err(problem) => Err(problem),
    }
}
