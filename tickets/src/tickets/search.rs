//! The search over tickets, newest first.
//!
//! One statement for every combination of filters: what is not asked for is NULL and excludes nothing. The cursor is the
//! last id of a page. Ids follow the order of commits, so tickets that arrive meanwhile stand before the first page and
//! never move another one.

use belgrano_shared::fetch;
use belgrano_shared::search::fold;
use belgrano_shared::storage::Session;
use belgrano_shared::timestamp::UnixMillis;
use belgrano_shared::wire::{Priority, TicketState, TicketView};

use crate::unit::{Ticket, TicketRow, select_tickets};

/// What to look for; `None` is anything.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// In any of these states; empty is any.
    pub states: Vec<TicketState>,
    /// Carried by this driver.
    pub driver_id: Option<i64>,
    /// Of exactly this priority.
    pub priority: Option<Priority>,
    /// Going to this neighbourhood, however it is written.
    pub neighbourhood: Option<String>,
    /// Somewhere in its number, or in the customer's name, address or phone, however it is written.
    pub text: Option<String>,
    /// Ordered then or later.
    pub from: Option<UnixMillis>,
    /// Ordered before.
    pub until: Option<UnixMillis>,
}

const SEARCH: &str = select_tickets!(
    "WHERE ($1 IS NULL OR id < $1) \
     AND ($2 IS NULL OR $2 LIKE '%,' || state || ',%') \
     AND ($3 IS NULL OR driver_id = $3) \
     AND ($4 IS NULL OR priority = $4) \
     AND ($5 IS NULL OR neighbourhood_search = $5) \
     AND ($6 IS NULL OR search LIKE $6) \
     AND ($7 IS NULL OR created_at >= $7) \
     AND ($8 IS NULL OR created_at < $8) \
     ORDER BY id DESC LIMIT $9"
);

/// Tickets that fit, older than the one with id `before`.
pub async fn search(
    session: &mut Session,
    filter: &Filter,
    before: Option<i64>,
    limit: u32,
) -> sqlx::Result<Vec<TicketView>> {
    // Folded text is letters, digits and blanks: there is nothing to escape in a pattern, and nothing to find without any.
    let text = filter.text.as_deref().map(fold);
    if text.as_deref() == Some("") {
        return Ok(Vec::new());
    }
    let states = (!filter.states.is_empty()).then(|| {
        let words: Vec<&str> = filter.states.iter().map(|state| state.as_str()).collect();
        format!(",{},", words.join(","))
    });
    let rows = fetch!(
        all,
        *session,
        TicketRow,
        SEARCH,
        before,
        &states,
        filter.driver_id,
        filter.priority.map(Priority::as_str),
        filter.neighbourhood.as_deref().map(fold),
        text.map(|text| format!("%{text}%")),
        filter.from,
        filter.until,
        i64::from(limit),
    )?;
    rows.into_iter().map(|row| Ticket::try_from(row).map(|ticket| ticket.view)).collect()
}
