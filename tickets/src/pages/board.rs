//! The board: what is open, by state, who carries it, what is late.
//!
//! The page is complete as it is; the module fetches it again when the feed tells of a change.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use belgrano_shared::http::{Json, Page};
use belgrano_shared::pages::{Choice, Form, Layout, text};
use belgrano_shared::problem::Problem;
use belgrano_shared::timestamp::UnixMillis;
use belgrano_shared::wire::{Priority, TicketState, TicketView};
use url::form_urlencoded;

use super::frame::Frame;
use crate::app::App;
use crate::fleet::{self, DriverView};
use crate::sessions::{Admin, Session};
use crate::tickets;
use crate::unit::{LogHead, log_head};

/// What is looked at when nothing else is asked for.
const OPEN: [TicketState; 5] =
    [TicketState::Pending, TicketState::Assigned, TicketState::Accepted, TicketState::OnTheWay, TicketState::Failed];
const FILTERS: [&str; 4] = ["estado", "barrio", "repartidor", "q"];

#[derive(Template)]
#[template(path = "board.html")]
struct BoardPage<'a> {
    layout: &'a Layout,
    form: Form,
    head: LogHead,
    columns: Vec<Column>,
    drivers: Vec<DriverView>,
    /// The address of the tickets that did not fit.
    next: Option<String>,
    /// Where to come back to after a change.
    here: String,
    now: UnixMillis,
    late_ms: i64,
}

struct Column {
    state: TicketState,
    tickets: Vec<TicketView>,
}

/// The board, filtered.
pub(super) async fn show(
    state: State<App>,
    Admin(who): Admin,
    Frame { layout, .. }: Frame,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let query = query.unwrap_or_default();
    let form = Form::filled(form_urlencoded::parse(query.as_bytes()).into_owned());
    let app = state.0.clone();
    // Before the tickets: what is committed in between arrives twice rather than never.
    let head = log_head(&mut app.db.read().await?).await?;
    let page = Page { cursor: form.given("cursor").map(str::to_owned), limit: Page::MAX_LIMIT };
    let (form, found, next) = match tickets::list(state, Session(who), page, RawQuery(Some(filter(&form, None)))).await
    {
        Ok(Json(found)) => {
            let next = found.cursor.map(|cursor| format!("/tablero?{}", filter(&form, Some(&cursor))));
            (form, found.tickets, next)
        }
        Err(problem) if Form::takes(&problem) => (form.refused(&problem), Vec::new(), None),
        Err(problem) => return Err(problem),
    };
    let drivers = drivers(&app).await?;
    layout.show(&BoardPage {
        layout: &layout,
        columns: columns(&form, found),
        form,
        head,
        drivers,
        next,
        here: if query.is_empty() { "/tablero".to_owned() } else { format!("/tablero?{query}") },
        now: app.ambient.now(),
        late_ms: i64::try_from(app.settings.late_after.as_millis()).unwrap_or(i64::MAX),
    })
}

/// The fleet, for whoever chooses from it.
pub(super) async fn drivers(app: &App) -> Result<Vec<DriverView>, Problem> {
    let mut session = app.db.read().await?;
    let mut drivers = fleet::list(&mut session, 0, None, Page::MAX_LIMIT, app.ambient.now()).await?;
    drivers.retain(|driver| driver.active);
    drivers.sort_by_key(|driver| !driver.on_shift);
    Ok(drivers)
}

/// The filters as a query of the API; without a state, what is open.
fn filter(form: &Form, cursor: Option<&str>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for name in FILTERS {
        for value in form.values(name).filter(|value| !value.is_empty()) {
            query.append_pair(name, value);
        }
    }
    if form.given("estado").is_none() && cursor.is_none() {
        query.append_pair("estado", &OPEN.map(TicketState::as_str).join(","));
    }
    if let Some(cursor) = cursor {
        query.append_pair("cursor", cursor);
    }
    query.finish()
}

/// One for each state that is asked for; in each, the urgent and then the oldest first.
fn columns(form: &Form, mut tickets: Vec<TicketView>) -> Vec<Column> {
    tickets.sort_by_key(|ticket| (std::cmp::Reverse(ticket.priority), ticket.created_at));
    let asked: Vec<TicketState> = form.values("estado").filter_map(TicketState::parse).collect();
    let shown = if asked.is_empty() { OPEN.to_vec() } else { asked };
    let column =
        |state| Column { state, tickets: tickets.iter().filter(|ticket| ticket.state == state).cloned().collect() };
    shown.into_iter().map(column).collect()
}

impl BoardPage<'_> {
    fn is_late(&self, ticket: &TicketView) -> bool {
        !ticket.state.is_final() && self.now.since_ms(ticket.created_at) > self.late_ms
    }

    fn states() -> Vec<Choice> {
        let any = Choice::new("", "Abiertos");
        let named = TicketState::ALL.iter().map(|state| Choice::new(state.as_str(), text::state(state)));
        std::iter::once(any).chain(named).collect()
    }

    fn carriers(&self) -> Vec<Choice> {
        let named = self.drivers.iter().map(|driver| Choice::new(driver.id.to_string(), driver.name.as_str()));
        std::iter::once(Choice::new("", "Cualquiera")).chain(named).collect()
    }
}
