//! One ticket with its history, and everything an administrator does to tickets.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use belgrano_shared::http::{Json, KeyOnly, Keyed, Page, Path};
use belgrano_shared::pages::{Choice, Form, Layout, Notice, text};
use belgrano_shared::problem::Problem;
use belgrano_shared::wire::{OrderNumber, Priority, TicketState};

use super::board::drivers;
use super::frame::Frame;
use crate::app::App;
use crate::assignment::{Assign, Chosen, Terms, Unassign};
use crate::fleet::DriverView;
use crate::progress::{self, As, EditBody, IfMatch, StepBody, legal};
use crate::sessions::{Admin, Session};
use crate::tickets::{self, Entry};
use crate::unit::{LogHead, Ticket, log_head};

#[derive(Template)]
#[template(path = "ticket.html")]
struct TicketPage<'a> {
    layout: &'a Layout,
    ticket: Ticket,
    history: Vec<Entry>,
    drivers: Vec<DriverView>,
    form: Form,
    head: LogHead,
    here: String,
}

/// The ticket and what became of it.
pub(super) async fn show(
    state: State<App>,
    admin: Admin,
    Frame { layout, .. }: Frame,
    Path(number): Path<OrderNumber>,
) -> Result<Response, Problem> {
    let app = state.0.clone();
    let head = log_head(&mut app.db.read().await?).await?;
    let ticket = tickets::visible(&mut app.db.read().await?, &number, &admin.0).await?;
    let latest = Page { cursor: None, limit: Page::MAX_LIMIT };
    let Json(events) = tickets::events(state, Session(admin.0), Path(number.clone()), latest).await?;
    let form = Form::filled([
        ("prioridad", ticket.view.priority.as_str()),
        ("indicaciones", ticket.view.instructions.as_deref().unwrap_or_default()),
    ]);
    let mut history = events.eventos;
    history.reverse();
    let (drivers, here) = (drivers(&app).await?, format!("/tickets/{number}"));
    layout.show(&TicketPage { layout: &layout, ticket, history, drivers, form, head, here })
}

impl TicketPage<'_> {
    /// The steps that can be chosen here; giving it to a driver has a form of its own.
    fn steps(&self) -> Vec<Choice> {
        let legal = legal(self.ticket.view.state, As::Board);
        let steps = legal.into_iter().filter(|state| *state != TicketState::Assigned);
        steps.map(|state| Choice::new(state.as_str(), text::state(state))).collect()
    }

    fn can_be_offered(&self) -> bool {
        self.ticket.view.state.can_become(TicketState::Assigned)
    }

    fn can_be_released(&self) -> bool {
        matches!(self.ticket.view.state, TicketState::Assigned | TicketState::Accepted)
    }
}

/// The priorities.
pub(super) fn priorities() -> Vec<Choice> {
    Priority::ALL.iter().map(|priority| Choice::new(priority.as_str(), text::priority(priority))).collect()
}

/// Gives it to a driver, or to whoever fits best.
pub(super) async fn assign(
    State(app): State<App>,
    Admin(by): Admin,
    Path(number): Path<OrderNumber>,
    form: Form,
) -> Result<Response, Problem> {
    let back = back(&form, &number);
    let chosen = match form.value("repartidor_id") {
        "auto" => Chosen::Automatic { insist: true },
        id => match id.parse() {
            Ok(id) => Chosen::Driver(id),
            Err(_) => return Ok(Notice::failed("Elegí quién lo lleva.").then(&back)),
        },
    };
    let terms = Terms { by: by.actor(), offer_timeout_ms: app.settings.offer_timeout_ms() };
    let assign = Assign { number: number.clone(), chosen, if_match: None, terms };
    let done = app.writer.submit(assign).await.map_err(Problem::from);
    answer(done.map(|ticket| format!("{number} se ofreció a {}.", ticket.driver_name.unwrap_or_default())), &back)
}

/// Takes it back to the pool.
pub(super) async fn unassign(
    State(app): State<App>,
    Admin(by): Admin,
    Path(number): Path<OrderNumber>,
    form: Form,
) -> Result<Response, Problem> {
    let back = back(&form, &number);
    let unassign = Unassign { number: number.clone(), if_match: None, by: by.actor() };
    let done = app.writer.submit(unassign).await.map_err(Problem::from);
    answer(done.map(|_| format!("{number} volvió a los pendientes.")), &back)
}

/// Changes priority or instructions.
pub(super) async fn edit(
    state: State<App>,
    admin: Admin,
    Path(number): Path<OrderNumber>,
    form: Form,
) -> Result<Response, Problem> {
    let back = back(&form, &number);
    let body = match form.read_with_blanks::<EditBody>() {
        Ok(body) => Keyed::new(body, None),
        Err(problem) => return answer(Err(problem), &back),
    };
    let done = progress::edit(state, admin, Path(number.clone()), IfMatch(None), body).await;
    answer(done.map(|_| format!("{number} quedó cambiado.")), &back)
}

/// Takes a step.
pub(super) async fn step(
    state: State<App>,
    Admin(by): Admin,
    Path(number): Path<OrderNumber>,
    form: Form,
) -> Result<Response, Problem> {
    let back = back(&form, &number);
    let body = match form.read::<StepBody>() {
        Ok(body) => Keyed::new(body, None),
        Err(problem) => return answer(Err(problem), &back),
    };
    let to = body.body.state;
    let done = progress::take_step(state, Session(by), Path(number.clone()), IfMatch(None), body).await;
    answer(done.map(|_| format!("{number}: {}.", text::state(to))), &back)
}

/// Takes the last change back, if it is still the one that was looked at.
pub(super) async fn undo(
    state: State<App>,
    admin: Admin,
    Path(number): Path<OrderNumber>,
    form: Form,
) -> Result<Response, Problem> {
    let back = back(&form, &number);
    let seen = IfMatch(form.value("version").parse().ok());
    let done = progress::undo(state, admin, Path(number.clone()), seen, KeyOnly::new(None)).await;
    answer(done.map(|_| format!("Se deshizo el último cambio de {number}.")), &back)
}

fn back(form: &Form, number: &OrderNumber) -> String {
    form.given("volver").map_or_else(|| format!("/tickets/{number}"), str::to_owned)
}

/// A notice of what was done, or of why it was not, on the page one came from.
pub(super) fn answer(done: Result<String, Problem>, back: &str) -> Result<Response, Problem> {
    match done {
        Ok(text) => Ok(Notice::done(text).then(back)),
        Err(problem) if Form::takes(&problem) => Ok(Notice::failed(why(&problem)).then(back)),
        Err(problem) => Err(problem),
    }
}

/// What a person has to know: the messages without the names of fields.
fn why(problem: &Problem) -> String {
    let messages: Vec<&str> = problem.errors().iter().map(|error| error.message.as_str()).collect();
    if messages.is_empty() { problem.detail().to_owned() } else { format!("No se pudo: {}.", messages.join("; ")) }
}
