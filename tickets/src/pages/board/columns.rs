//! Which column a ticket lies in, and the order of each. `board.js` decides the same.

use std::cmp::Reverse;

use belgrano_web::pages::Layout;
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::{TicketState, TicketView};

use super::OPEN;
use super::card::{Card, Column, Crew};
use crate::fleet::DriverView;

/// What the columns stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    /// What waits, and then a driver each.
    Drivers,
    /// The states of a ticket's life.
    States,
}

impl View {
    /// The word of a query.
    pub(super) fn of(word: &str) -> Self {
        if word == "estados" { Self::States } else { Self::Drivers }
    }

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Drivers => "repartidores",
            Self::States => "estados",
        }
    }
}

/// The columns with their tickets.
pub(super) fn lay_out(
    layout: &Layout,
    view: View,
    mut tickets: Vec<TicketView>,
    drivers: &[DriverView],
    now: UnixMillis,
    late_ms: i64,
) -> Vec<Column> {
    tickets.sort_by_key(|ticket| {
        (Reverse(stage(ticket.state)), Reverse(ticket.priority), ticket.created_at, ticket.ticket_id)
    });
    let mut columns = empty(layout, view, &tickets, drivers, now);
    for ticket in &tickets {
        let key = key(view, ticket, drivers);
        if let Some(column) = columns.iter_mut().find(|column| column.key == key) {
            column.cards.push(Card::of(layout, ticket, now, late_ms));
        }
    }
    columns
}

/// What is further on its way comes first.
fn stage(state: TicketState) -> u8 {
    match state {
        TicketState::OnTheWay => 2,
        TicketState::Accepted => 1,
        _ => 0,
    }
}

fn key(view: View, ticket: &TicketView, drivers: &[DriverView]) -> String {
    match (view, ticket.state, ticket.driver_id) {
        (View::States, state, _) => format!("state-{state}"),
        (View::Drivers, TicketState::Failed, _) => "failed".to_owned(),
        (View::Drivers, TicketState::Pending, _) | (_, _, None) => "pool".to_owned(),
        (View::Drivers, _, Some(id)) if drivers.iter().any(|driver| driver.id == id) => format!("driver-{id}"),
        (View::Drivers, ..) => "elsewhere".to_owned(),
    }
}

fn empty(layout: &Layout, view: View, tickets: &[TicketView], drivers: &[DriverView], now: UnixMillis) -> Vec<Column> {
    let column = |key: String, title: String, driver| Column {
        key,
        title,
        nothing: layout.t("board-nothing").to_string(),
        driver,
        cards: Vec::new(),
    };
    if view == View::States {
        return OPEN.map(|state| column(format!("state-{state}"), layout.state(state).to_string(), None)).into();
    }
    let mut columns = Vec::new();
    let own = [("failed", "board-failed"), ("pool", "board-pool"), ("elsewhere", "board-elsewhere")];
    for (name, title) in own {
        // What somebody has to resolve comes first, and only when there is any.
        if name == "pool" || tickets.iter().any(|ticket| key(view, ticket, drivers) == name) {
            columns.push(column(name.to_owned(), layout.language.t(title).to_string(), None));
        }
    }
    // Who is off shift and carries nothing would only be in the way.
    let shown = drivers.iter().filter(|driver| driver.on_shift || driver.load > 0);
    columns.extend(shown.map(|driver| {
        column(format!("driver-{}", driver.id), driver.name.clone(), Some(Crew::of(layout, driver, now)))
    }));
    columns
}
