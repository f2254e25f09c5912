//! What the reports count, kept in the transaction of every change.
//!
//! A report that counts tickets takes longer with each ticket there ever was. So a change takes the ticket as it was out of
//! the counts and puts it in as it is. Days are not those of any place: what is kept by time is kept by the quarter of an
//! hour, the finest step that clocks of the world differ by, and a reader adds up the quarters of its own days.
//!
//! `counters.counted_seq` moves by as many changes as were counted. Where it lags behind `counters.seq`, a process of an
//! older version has written, and [`Recount`] counts from the beginning.

use std::collections::BTreeMap;
use std::convert::Infallible;

use belgrano_runtime::storage::Session;
use belgrano_runtime::storage::dialect::Engine;
use belgrano_runtime::writer::{Command, Failure};
use belgrano_runtime::{execute, execute_rows, fetch, fetch_in};
use belgrano_wire::TicketState;
use belgrano_wire::timestamp::UnixMillis;

use super::{BoardUnit, Ticket, event};

/// What a slot of time is, but for drivers.
pub(crate) const QUARTER_MS: i64 = 15 * 60_000;
/// What a slot of a driver is: a day of UTC.
pub(crate) const UTC_DAY_MS: i64 = 24 * 3600 * 1000;
const MINUTE_MS: i64 = 60_000;
/// Delivered by when it was promised, and later.
pub(crate) const KEPT: &str = "a-tiempo";
const BROKEN: &str = "tarde";
/// Deliveries that took longer count as this long: two weeks.
const MOST_MINUTES: i64 = 14 * 24 * 60;

/// One count.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    what: &'static str,
    slot: i64,
    who: i64,
    minutes: i64,
    word: String,
}

/// How many, and how long they took together, in milliseconds.
type Counts = BTreeMap<Key, (i64, i64)>;

/// What is counted of a ticket.
#[derive(sqlx::FromRow)]
struct Counted {
    state: String,
    driver_id: Option<i64>,
    created_at: UnixMillis,
    delivered_at: Option<UnixMillis>,
    promised_at: Option<UnixMillis>,
}

/// How long a delivery took in whole minutes, the begun one included.
fn minutes(took_ms: i64) -> i64 {
    (took_ms.max(0) + MINUTE_MS - 1).div_euclid(MINUTE_MS).min(MOST_MINUTES)
}

impl Counted {
    fn of(ticket: &Ticket) -> Self {
        let view = &ticket.view;
        Self {
            state: view.state.as_str().to_owned(),
            driver_id: view.driver_id,
            created_at: view.created_at,
            delivered_at: view.delivered_at,
            promised_at: view.promised_at,
        }
    }

    /// Puts the ticket in (`times` is 1) or takes it out (-1).
    fn add(&self, times: i64, counts: &mut Counts) {
        let mut add = |what, slot, who, minutes, word: &str, took_ms: i64| {
            let count = counts.entry(Key { what, slot, who, minutes, word: word.to_owned() }).or_default();
            count.0 += times;
            count.1 += times * took_ms;
        };
        add("estado", 0, self.driver_id.unwrap_or(0), 0, &self.state, 0);
        add("recibido", self.created_at.0 / QUARTER_MS, 0, 0, &self.state, 0);
        let Some(delivered_at) = self.delivered_at.filter(|_| self.state == TicketState::Delivered.as_str()) else {
            return;
        };
        let took_ms = delivered_at.since_ms(self.created_at);
        let minutes = minutes(took_ms);
        add("entrega", delivered_at.0 / QUARTER_MS, 0, minutes, "", took_ms);
        add("demora", 0, 0, minutes, "", took_ms);
        if let Some(promised_at) = self.promised_at {
            let word = if delivered_at <= promised_at { KEPT } else { BROKEN };
            add("promesa", delivered_at.0 / QUARTER_MS, 0, 0, word, 0);
        }
        if let Some(driver) = self.driver_id {
            add("repartidor", delivered_at.0 / UTC_DAY_MS, driver, minutes, "", took_ms);
        }
    }
}

const STORED: &str = "SELECT state, driver_id, created_at, delivered_at, promised_at FROM tickets WHERE id IN";
const INSERT: &str = "INSERT INTO report_counts (what, slot, who, minutes, word, n, total_ms) VALUES";
const INSERT_TAIL: &str = "ON CONFLICT (what, slot, who, minutes, word) DO UPDATE SET n = report_counts.n + excluded.n, \
     total_ms = report_counts.total_ms + excluded.total_ms";

/// Counts `tickets` as they are about to be stored, and the failures among `events`.
pub(super) async fn keep(session: &mut Session, tickets: &[&Ticket], events: &[event::Row]) -> sqlx::Result<()> {
    let mut counts = Counts::new();
    let changed: Vec<i64> =
        tickets.iter().filter(|ticket| ticket.view.version > 1).map(|ticket| ticket.view.ticket_id).collect();
    for before in fetch_in!(*session, Counted, STORED, &changed, "") {
        before.add(-1, &mut counts);
    }
    for ticket in tickets {
        Counted::of(ticket).add(1, &mut counts);
    }
    for (at, reason) in events.iter().filter_map(event::Row::failure) {
        let word = reason.trim().to_owned();
        let key = Key { what: "motivo", slot: at.0 / QUARTER_MS, who: 0, minutes: 0, word };
        counts.entry(key).or_default().0 += 1;
    }
    let rows: Vec<(Key, (i64, i64))> = counts.into_iter().filter(|(_, count)| *count != (0, 0)).collect();
    execute_rows!(*session, INSERT, 7, &rows, INSERT_TAIL, |query, row| {
        query
            .bind(row.0.what)
            .bind(row.0.slot)
            .bind(row.0.who)
            .bind(row.0.minutes)
            .bind(&row.0.word)
            .bind(row.1.0)
            .bind(row.1.1)
    });
    Ok(())
}

/// Moves a failure that was recorded at an instant from the count of its reason to that of reasons which were forgotten.
pub(crate) async fn forget_reason(session: &mut Session, at: UnixMillis, reason: &str) -> sqlx::Result<()> {
    const LESS: &str = "UPDATE report_counts SET n = n - 1 WHERE what = 'motivo' AND slot = $1 AND who = 0 AND minutes = 0 \
         AND word = $2";
    const NONE_LEFT: &str = "DELETE FROM report_counts WHERE what = 'motivo' AND slot = $1 AND who = 0 AND minutes = 0 \
         AND word = $2 AND n <= 0";
    const MORE: &str = "INSERT INTO report_counts (what, slot, who, minutes, word, n, total_ms) VALUES ('motivo', $1, 0, 0, '', 1, 0) \
         ON CONFLICT (what, slot, who, minutes, word) DO UPDATE SET n = report_counts.n + 1";
    let (slot, word) = (at.0 / QUARTER_MS, reason.trim());
    // Where an older version did not count it, all is counted anew.
    if execute!(*session, LESS, slot, word)? == 1 {
        execute!(*session, NONE_LEFT, slot, word)?;
        execute!(*session, MORE, slot)?;
    }
    Ok(())
}

/// Count all tickets there are, if some were changed without being counted.
#[derive(Clone, Copy, Debug)]
pub struct Recount;

#[derive(sqlx::FromRow)]
struct Progress {
    seq: i64,
    counted_seq: i64,
}

impl Command<BoardUnit> for Recount {
    /// Whether there was anything to count.
    type Output = bool;
    type Refusal = Infallible;

    async fn apply(&self, unit: &mut BoardUnit) -> Result<bool, Failure<Infallible>> {
        const AT: &str = "SELECT seq, counted_seq FROM counters WHERE id = 1";
        const ALL_COUNTED: &str = "UPDATE counters SET counted_seq = seq WHERE id = 1";
        let at = fetch!(one, *unit.reader(), Progress, AT)?;
        if at.seq == at.counted_seq {
            return Ok(false);
        }
        unit.flush().await?;
        let session = unit.session();
        for say in session.engine().before_reading_all() {
            execute!(*session, *say)?;
        }
        execute!(*session, "DELETE FROM report_counts")?;
        for select in selects(session.engine()) {
            let sql = format!("INSERT INTO report_counts (what, slot, who, minutes, word, n, total_ms) {select}");
            execute!(*session, sqlx::AssertSqlSafe(sql.as_str()))?;
        }
        execute!(*session, ALL_COUNTED)?;
        Ok(true)
    }
}

/// What [`Counted::add`] and [`keep`] count, counted by the engine.
fn selects(engine: Engine) -> [String; 7] {
    let took = "(delivered_at - created_at)";
    let minutes = format!(
        "CASE WHEN {took} <= 0 THEN 0 WHEN {took} > {MOST_MINUTES} * {MINUTE_MS} THEN {MOST_MINUTES} \
         ELSE ({took} + {MINUTE_MS} - 1) / {MINUTE_MS} END"
    );
    let deliveries = |what: &str, slot: &str, who: &str| {
        format!(
            "SELECT '{what}', {slot}, {who}, {minutes}, '', COUNT(*), CAST(SUM({took}) AS BIGINT) FROM tickets \
             WHERE state = 'entregado' AND delivered_at IS NOT NULL AND {who} IS NOT NULL GROUP BY 2, 3, 4"
        )
    };
    let reason = engine.json_text("ticket", "motivo");
    [
        "SELECT 'estado', 0, COALESCE(driver_id, 0), 0, state, COUNT(*), 0 FROM tickets GROUP BY 3, 5".to_owned(),
        format!("SELECT 'recibido', created_at / {QUARTER_MS}, 0, 0, state, COUNT(*), 0 FROM tickets GROUP BY 2, 5"),
        deliveries("entrega", &format!("delivered_at / {QUARTER_MS}"), "0"),
        deliveries("demora", "0", "0"),
        deliveries("repartidor", &format!("delivered_at / {UTC_DAY_MS}"), "driver_id"),
        format!(
            "SELECT 'promesa', delivered_at / {QUARTER_MS}, 0, 0, \
             CASE WHEN delivered_at <= promised_at THEN '{KEPT}' ELSE '{BROKEN}' END, COUNT(*), 0 FROM tickets \
             WHERE state = 'entregado' AND delivered_at IS NOT NULL AND promised_at IS NOT NULL GROUP BY 2, 5"
        ),
        format!(
            "SELECT 'motivo', recorded_at / {QUARTER_MS}, 0, 0, TRIM({reason}), COUNT(*), 0 FROM events \
             WHERE action IN ('failed', 'fallido') AND {reason} IS NOT NULL GROUP BY 2, 5"
        ),
    ]
}
