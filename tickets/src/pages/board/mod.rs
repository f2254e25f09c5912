//! The board: what is open, who carries it, what is late.
//!
//! The page is complete as it is; `board-page.js` keeps it fresh by the live feed. What both decide alike (which column,
//! which order, what a filter lets through) is in [`columns`] and in `board.js`.

mod bulk;
mod card;
mod columns;

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use belgrano_runtime::problem::Problem;
use belgrano_web::pages::{Choice, Form, Layout, see_other};
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::{Priority, TicketState};
use url::form_urlencoded;

use self::card::{Card, Column, Crew};
use self::columns::View;
use super::frame::Frame;
use crate::app::App;
use crate::fleet::{self, DriverView, Worry};
use crate::sessions::Admin;
use crate::tickets;
use crate::unit::{LogHead, log_head};

pub(super) use bulk::{conflict, send as bulk_send};
pub(super) use card::is_late;

/// What is looked at when nothing else is asked for.
const OPEN: [TicketState; 5] =
    [TicketState::Pending, TicketState::Assigned, TicketState::Accepted, TicketState::OnTheWay, TicketState::Failed];
/// The filters that the search knows as well.
const FILTERS: [&str; 5] = ["estado", "prioridad", "barrio", "repartidor", "q"];
/// Cards that a page is rendered with; the rest comes with the feed, or on the list of all tickets.
const MAX_CARDS: u32 = 2000;
/// Accounts of drivers that are chosen from, those that are closed among them.
const MAX_DRIVERS: u32 = 2000;

#[derive(Template)]
#[template(path = "board.html")]
struct BoardPage<'a> {
    layout: &'a Layout,
    form: Form,
    head: LogHead,
    who: i64,
    view: View,
    columns: Vec<Column>,
    drivers: Vec<DriverView>,
    late: usize,
    late_only: bool,
    filtered: bool,
    more: bool,
    /// The query without the view.
    rest: String,
    /// The filters with the states that are shown, for the list to download.
    listed: String,
    /// Where to come back to after a change.
    here: String,
    late_ms: i64,
    silent_ms: i64,
    worries: Vec<Worry>,
    now: UnixMillis,
}

/// The board, filtered.
pub(super) async fn show(
    State(app): State<App>,
    Admin(who): Admin,
    Frame { layout, .. }: Frame,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let query = query.unwrap_or_default();
    let form = Form::of_query(&query);
    if form.values("estado").filter_map(TicketState::parse).any(TicketState::is_final) {
        return Ok(see_other(&format!("/tickets?{query}")));
    }
    // Before the tickets: what is committed in between arrives twice rather than never.
    let head = log_head(&mut app.db.read().await?).await?;
    let (form, mut found) = match tickets::read_filter(&filter(&form)) {
        Ok(filter) => {
            let found = tickets::search(&mut app.db.read().await?, &filter, None, MAX_CARDS).await?;
            (form, found.tickets)
        }
        Err(problem) if Form::takes(&problem) => (form.refused(&problem), Vec::new()),
        Err(problem) => return Err(problem),
    };
    let (now, late_ms) = (app.ambient.now(), late_ms(&app));
    let more = found.len() == MAX_CARDS as usize;
    let late = found.iter().filter(|ticket| card::is_late(ticket, now, late_ms)).count();
    let late_only = form.given("demorados").is_some();
    if late_only {
        found.retain(|ticket| card::is_late(ticket, now, late_ms));
    }
    let drivers = drivers(&app).await?;
    let silent_ms = i64::try_from(app.settings.silent_after.as_millis()).unwrap_or(i64::MAX);
    let worries = fleet::worries(&mut app.db.read().await?, &drivers, now, silent_ms).await?;
    let view = View::of(form.value("vista"));
    let columns = columns::lay_out(&layout, view, found, &drivers, now, late_ms);
    let filtered = late_only || FILTERS.iter().any(|name| form.given(name).is_some());
    let rest = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(
            form_urlencoded::parse(query.as_bytes()).filter(|(name, value)| name != "vista" && !value.is_empty()),
        )
        .finish();
    let listed = filter(&form);
    let here = if query.is_empty() { "/tablero".to_owned() } else { format!("/tablero?{query}") };
    let who = who.user_id;
    layout.show(&BoardPage {
        layout: &layout,
        form,
        head,
        who,
        view,
        columns,
        drivers,
        late,
        late_only,
        filtered,
        more,
        rest,
        listed,
        here,
        late_ms,
        silent_ms,
        worries,
        now,
    })
}

/// The fleet, for whoever chooses from it.
pub(super) async fn drivers(app: &App) -> Result<Vec<DriverView>, Problem> {
    let mut session = app.db.read().await?;
    let mut drivers = fleet::list(&mut session, 0, None, MAX_DRIVERS, app.ambient.now()).await?;
    drivers.retain(|driver| driver.active);
    drivers.sort_by(|a, b| (!a.on_shift, &a.name).cmp(&(!b.on_shift, &b.name)));
    Ok(drivers)
}

/// From when on a ticket is late, in milliseconds.
pub(super) fn late_ms(app: &App) -> i64 {
    i64::try_from(app.settings.late_after.as_millis()).unwrap_or(i64::MAX)
}

/// The filters as a query of the search; without a state, what is open.
fn filter(form: &Form) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(form.asked(&FILTERS));
    if form.given("estado").is_none() {
        query.append_pair("estado", &OPEN.map(TicketState::as_str).join(","));
    }
    query.finish()
}

/// Drivers to choose from: `Rosa (3/5)`.
pub(super) fn driver_choices(layout: &Layout, drivers: &[DriverView]) -> Vec<Choice> {
    let text = |driver: &DriverView| {
        let key = if driver.on_shift { "board-driver-choice" } else { "board-driver-choice-off" };
        let text = layout.language.t(key);
        text.with("name", &driver.name).with("load", driver.load).with("capacity", driver.capacity).to_string()
    };
    drivers.iter().map(|driver| Choice::new(driver.id.to_string(), text(driver))).collect()
}

/// The priorities.
pub(super) fn priorities(layout: &Layout) -> Vec<Choice> {
    Priority::ALL.iter().map(|priority| Choice::new(priority.as_str(), layout.priority(priority).to_string())).collect()
}

impl BoardPage<'_> {
    fn any(&self, choices: Vec<Choice>) -> Vec<Choice> {
        let any = Choice::new("", self.layout.t("board-any").to_string());
        std::iter::once(any).chain(choices).collect()
    }

    fn states(&self) -> Vec<Choice> {
        self.any(OPEN.iter().map(|state| Choice::new(state.as_str(), self.layout.state(state).to_string())).collect())
    }

    fn priorities(&self) -> Vec<Choice> {
        self.any(priorities(self.layout))
    }

    fn carriers(&self) -> Vec<Choice> {
        self.any(self.drivers.iter().map(|driver| Choice::new(driver.id.to_string(), driver.name.as_str())).collect())
    }

    fn driver_choices(&self) -> Vec<Choice> {
        driver_choices(self.layout, &self.drivers)
    }

    /// The drivers as the module knows them.
    fn fleet(&self) -> String {
        // Strings and numbers into memory: there is nothing here that can fail.
        serde_json::to_string(&self.drivers).unwrap_or_default()
    }

    /// The reasons that the module says in another language than they are stored in.
    fn reasons(&self) -> String {
        let reasons: BTreeMap<_, _> = self.layout.language.own_reasons().collect();
        serde_json::to_string(&reasons).unwrap_or_default()
    }

    /// What is the matter with a driver, in a sentence.
    fn worry(&self, worry: &Worry) -> String {
        let (driver, layout) = (worry.driver.as_str(), self.layout);
        let Some(since) = worry.silent_since else {
            return layout.t("board-js-shift-over").with("driver", driver).with("n", worry.stops).to_string();
        };
        let said = layout.t("board-js-silent").with("driver", driver).with("n", worry.on_the_way);
        said.with("age", card::brief_age(layout, since, self.now)).to_string()
    }

    fn blank_card(&self) -> Card {
        Card::blank(self.layout)
    }

    fn blank_column(&self, with_driver: bool) -> Column {
        Column {
            nothing: self.layout.t("board-nothing").to_string(),
            driver: with_driver.then(|| Crew::blank(self.layout)),
            ..Column::default()
        }
    }

    /// This page the other way round.
    fn viewed(&self, view: View) -> String {
        let and = if self.rest.is_empty() { "" } else { "&" };
        format!("/tablero?vista={}{and}{}", view.as_str(), self.rest)
    }

    /// The titles of the columns that are not a driver's, by key: the module makes them when they are needed.
    fn titles(&self) -> Vec<(String, String)> {
        let own = [("pool", "board-pool"), ("failed", "board-failed"), ("elsewhere", "board-elsewhere")];
        let own = own.map(|(key, text)| (key.to_owned(), self.layout.language.t(text).to_string()));
        let states = OPEN.map(|state| (format!("state-{state}"), self.layout.state(state).to_string()));
        own.into_iter().chain(states).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Form, filter};

    #[test]
    fn without_a_state_what_is_open_is_asked_for() {
        let asked = Form::filled([("barrio", "Núñez"), ("vista", "estados"), ("demorados", "1"), ("q", "")]);
        assert_eq!(
            filter(&asked),
            "barrio=N%C3%BA%C3%B1ez&estado=pendiente%2Casignado%2Caceptado%2Cen-camino%2Cfallido"
        );
    }
}
