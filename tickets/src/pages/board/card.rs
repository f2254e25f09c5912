//! A ticket as it lies on the board, and the column it lies in.
//!
//! The same template makes the cards of the first paint and the blank one that the module fills in for what comes later
//! (`board-card.js`), so there is one form of a card. A board has thousands: what a card does not say is not in it, and what only
//! the module needs, the module adds.

use askama::Template;
use askama::filters::HtmlSafe;
use belgrano_web::pages::Layout;
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::{Priority, TicketState, TicketView};

use crate::fleet::DriverView;

/// One card; all of it text already.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "card.html")]
pub(super) struct Card {
    pick: String,
    late_text: String,
    pub(super) number: String,
    version: i64,
    state: &'static str,
    state_text: String,
    priority: &'static str,
    priority_text: String,
    /// What one looks for: the street, else whose it is.
    lead: String,
    /// The rest of where and whose.
    place: String,
    total: String,
    age: String,
    pub(super) late: bool,
    driver: String,
    note: String,
    offer_left: String,
}

impl HtmlSafe for Card {}

impl Card {
    /// The form of a card, for the module.
    pub(super) fn blank(layout: &Layout) -> Self {
        Self {
            pick: layout.t("board-pick").to_string(),
            late_text: layout.t("board-js-late").to_string(),
            ..Self::default()
        }
    }

    pub(super) fn of(layout: &Layout, ticket: &TicketView, now: UnixMillis, late_ms: i64) -> Self {
        let priority = (ticket.priority != Priority::Normal).then(|| layout.priority(ticket.priority).to_string());
        let (street, customer) = (ticket.customer_address.as_deref(), ticket.customer_name.as_str());
        // Whose customer was erased has neither.
        let whose = if customer.is_empty() { ticket.number.as_str() } else { customer };
        let place = [ticket.neighbourhood.as_deref(), street.map(|_| customer)];
        Self {
            number: ticket.number.to_string(),
            version: ticket.version,
            state: ticket.state.as_str(),
            state_text: layout.state(ticket.state).to_string(),
            priority: ticket.priority.as_str(),
            priority_text: priority.unwrap_or_default(),
            lead: street.unwrap_or(whose).to_owned(),
            place: place.into_iter().flatten().collect::<Vec<_>>().join(" · "),
            total: layout.money(ticket.total),
            age: brief_age(layout, ticket.created_at, now),
            late: is_late(ticket, now, late_ms),
            driver: ticket.driver_name.clone().unwrap_or_default(),
            note: ticket.reason.as_deref().map(|reason| layout.language.kept(reason)).unwrap_or_default(),
            offer_left: ticket.offer_expires_at.map(|until| clock(until.since_ms(now))).unwrap_or_default(),
            ..Self::blank(layout)
        }
    }
}

/// Time that is left, as a clock: `0:45`, `12:03`, `1:02:03`.
fn clock(ms: i64) -> String {
    let seconds = (ms.max(0) + 999) / 1000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// From when on a ticket is late: when its customer was promised it, else so long after it was ordered.
pub(in crate::pages) fn due(ticket: &TicketView, late_ms: i64) -> UnixMillis {
    ticket.promised_at.unwrap_or_else(|| ticket.created_at.plus_ms(late_ms))
}

/// Whether a ticket should have arrived by now. What failed has a reason instead.
pub(in crate::pages) fn is_late(ticket: &TicketView, now: UnixMillis, late_ms: i64) -> bool {
    use TicketState::{Accepted, Assigned, OnTheWay, Pending};
    matches!(ticket.state, Pending | Assigned | Accepted | OnTheWay) && now > due(ticket, late_ms)
}

/// How old something is, in as few letters as say it.
pub(super) fn brief_age(layout: &Layout, at: UnixMillis, now: UnixMillis) -> String {
    match now.since_ms(at) / 60_000 {
        ..1 => layout.t("board-js-age-now"),
        minutes @ 1..60 => layout.t("board-js-age-minutes").with("n", minutes),
        minutes @ 60..1440 => {
            layout.t("board-js-age-hours").with("h", minutes / 60).with("m", format!("{:02}", minutes % 60))
        }
        minutes => layout.t("board-js-age-days").with("n", minutes / 1440),
    }
    .to_string()
}

/// A column with its cards.
#[derive(Debug, Default, Template)]
#[template(path = "column.html")]
pub(super) struct Column {
    /// What the module calls it: `pool`, `failed`, `driver-3`, `state-asignado`.
    pub(super) key: String,
    pub(super) title: String,
    pub(super) nothing: String,
    pub(super) driver: Option<Crew>,
    pub(super) cards: Vec<Card>,
}

impl HtmlSafe for Column {}

/// Who a driver's column belongs to.
#[derive(Debug, Default)]
pub(super) struct Crew {
    id: i64,
    capacity: i64,
    load: i64,
    full: bool,
    load_text: String,
    on_shift: bool,
    shift_on: String,
    shift_off: String,
    position_at: String,
    fix: String,
}

impl Crew {
    /// The form of it, for the module.
    pub(super) fn blank(layout: &Layout) -> Self {
        Self {
            shift_on: layout.t("fleet-on-shift").to_string(),
            shift_off: layout.t("fleet-off-shift").to_string(),
            capacity: 1,
            ..Self::default()
        }
    }

    pub(super) fn of(layout: &Layout, driver: &DriverView, now: UnixMillis) -> Self {
        Self {
            id: driver.id,
            capacity: driver.capacity,
            load: driver.load,
            full: driver.load >= driver.capacity,
            load_text: layout
                .t("board-js-load")
                .with("load", driver.load)
                .with("capacity", driver.capacity)
                .to_string(),
            on_shift: driver.on_shift,
            position_at: driver.position_at.map(UnixMillis::to_rfc3339).unwrap_or_default(),
            fix: driver.position_at.map_or_else(
                || layout.t("board-js-no-fix").to_string(),
                |at| layout.t("board-js-fix").with("age", brief_age(layout, at, now)).to_string(),
            ),
            ..Self::blank(layout)
        }
    }
}
