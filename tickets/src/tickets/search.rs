//! The search over tickets, newest first.
//!
//! One statement for every combination of filters: what is not asked for is NULL and excludes nothing. The cursor is the
//! last id of a page. Ids follow the order of commits, so tickets that arrive meanwhile stand before the first page and
//! never move another one. Where no ticket has every word, those with some of them come, the most words first; a cursor counts
//! then, below zero, how many were shown.

use belgrano_runtime::fetch;
use belgrano_runtime::storage::Session;
use belgrano_wire::search::{fold, telephone};
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::{Priority, TicketState, TicketView};

use crate::unit::{Ticket, TicketRow, select_tickets};

/// Of a query no more words are looked for.
const MAX_WORDS: usize = 6;

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
    /// Words, each somewhere in its number, its neighbourhood, or the customer's name, address or phone, however they are written.
    pub text: Option<String>,
    /// Ordered then or later.
    pub from: Option<UnixMillis>,
    /// Ordered before.
    pub until: Option<UnixMillis>,
}

/// How many of the words a ticket has, $1 to $6; a telephone, $7, is compared without blanks.
macro_rules! hits {
    () => {
        "(CASE WHEN search LIKE $1 OR neighbourhood_search LIKE $1 THEN 1 ELSE 0 END \
         + CASE WHEN search LIKE $2 OR neighbourhood_search LIKE $2 THEN 1 ELSE 0 END \
         + CASE WHEN search LIKE $3 OR neighbourhood_search LIKE $3 THEN 1 ELSE 0 END \
         + CASE WHEN search LIKE $4 OR neighbourhood_search LIKE $4 THEN 1 ELSE 0 END \
         + CASE WHEN search LIKE $5 OR neighbourhood_search LIKE $5 THEN 1 ELSE 0 END \
         + CASE WHEN search LIKE $6 OR neighbourhood_search LIKE $6 THEN 1 ELSE 0 END \
         + CASE WHEN REPLACE(search, ' ', '') LIKE $7 THEN 1 ELSE 0 END)"
    };
}

/// What else is asked for, $8 to $13.
macro_rules! filters {
    () => {
        " AND ($8 IS NULL OR $8 LIKE '%,' || state || ',%') \
         AND ($9 IS NULL OR driver_id = $9) \
         AND ($10 IS NULL OR priority = $10) \
         AND ($11 IS NULL OR neighbourhood_search = $11) \
         AND ($12 IS NULL OR created_at >= $12) \
         AND ($13 IS NULL OR created_at < $13) "
    };
}

const SEARCH: &str = select_tickets!(
    "WHERE ($14 = 0 OR ",
    hits!(),
    " >= $14)",
    filters!(),
    "AND ($15 IS NULL OR id < $15) ORDER BY id DESC LIMIT $16"
);
const RANKED: &str =
    select_tickets!("WHERE ", hits!(), " > 0", filters!(), "ORDER BY ", hits!(), " DESC, id DESC LIMIT $14 OFFSET $15");

/// A page of tickets.
pub struct Found {
    /// Those that fit.
    pub tickets: Vec<TicketView>,
    /// Where the next page begins; nowhere if this one is not full.
    pub next: Option<i64>,
}

/// Words as patterns.
struct Words {
    /// Folded text is letters, digits and blanks: there is nothing to escape in a pattern.
    each: [Option<String>; MAX_WORDS],
    telephone: Option<String>,
    count: i64,
}

impl Words {
    fn of(text: &str) -> Self {
        let pattern = |word: String| format!("%{word}%");
        let mut each = [const { None }; MAX_WORDS];
        if let Some(digits) = telephone(text) {
            return Self { each, telephone: Some(pattern(digits)), count: 1 };
        }
        let mut words: Vec<String> = text.split_whitespace().map(fold).filter(|word| !word.is_empty()).collect();
        words.truncate(MAX_WORDS);
        let count = i64::try_from(words.len()).unwrap_or(0);
        for (place, word) in each.iter_mut().zip(words) {
            *place = Some(pattern(word));
        }
        Self { each, telephone: None, count }
    }
}

/// The page of tickets that fit after `after`, which an earlier page gave.
pub async fn search(session: &mut Session, filter: &Filter, after: Option<i64>, limit: u32) -> sqlx::Result<Found> {
    let words = Words::of(filter.text.as_deref().unwrap_or_default());
    // Nothing is called like something without a letter or digit.
    if filter.text.is_some() && words.count == 0 {
        return Ok(Found { tickets: Vec::new(), next: None });
    }
    let shown = after.unwrap_or(0).saturating_neg().max(0);
    if shown == 0 {
        let tickets = read(session, filter, &words, Order::Newest { least: words.count, before: after }, limit).await?;
        if !tickets.is_empty() || words.count < 2 || after.is_some() {
            let next = tickets.last().filter(|_| tickets.len() == limit as usize).map(|last| last.ticket_id);
            return Ok(Found { tickets, next });
        }
    }
    let tickets = read(session, filter, &words, Order::MostWords { shown }, limit).await?;
    let all = shown.saturating_add(i64::try_from(tickets.len()).unwrap_or(0));
    Ok(Found { next: (tickets.len() == limit as usize).then_some(-all), tickets })
}

enum Order {
    /// The newest first, of those with at least so many of the words.
    Newest { least: i64, before: Option<i64> },
    /// Those with the most words first, without those that were shown.
    MostWords { shown: i64 },
}

async fn read(
    session: &mut Session,
    filter: &Filter,
    words: &Words,
    order: Order,
    limit: u32,
) -> sqlx::Result<Vec<TicketView>> {
    let states = (!filter.states.is_empty()).then(|| {
        let words: Vec<&str> = filter.states.iter().map(|state| state.as_str()).collect();
        format!(",{},", words.join(","))
    });
    let priority = filter.priority.map(Priority::as_str);
    let neighbourhood = filter.neighbourhood.as_deref().map(fold);
    let ([first, second, third, fourth, fifth, sixth], telephone, limit) =
        (&words.each, &words.telephone, i64::from(limit));
    let (driver_id, from, until) = (filter.driver_id, filter.from, filter.until);
    let rows = match order {
        Order::Newest { least, before } => fetch!(
            all,
            *session,
            TicketRow,
            SEARCH,
            first,
            second,
            third,
            fourth,
            fifth,
            sixth,
            telephone,
            &states,
            driver_id,
            priority,
            neighbourhood.as_deref(),
            from,
            until,
            least,
            before,
            limit,
        )?,
        Order::MostWords { shown } => fetch!(
            all,
            *session,
            TicketRow,
            RANKED,
            first,
            second,
            third,
            fourth,
            fifth,
            sixth,
            telephone,
            &states,
            driver_id,
            priority,
            neighbourhood.as_deref(),
            from,
            until,
            limit,
            shown,
        )?,
    };
    rows.into_iter().map(|row| Ticket::try_from(row).map(|ticket| ticket.view)).collect()
}
