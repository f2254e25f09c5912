//! What `report_counts` says.

use std::collections::BTreeMap;

use belgrano_runtime::storage::Session;
use belgrano_runtime::{fetch, fetch_scalar};
use belgrano_wire::TicketState;
use belgrano_wire::timestamp::UnixMillis;

use super::{Day, DriverRow, Lateness, days};
use crate::unit::counts::{KEPT, QUARTER_MS, UTC_DAY_MS};

/// Tickets in each state, zeroes too.
pub(super) async fn by_state(session: &mut Session) -> sqlx::Result<BTreeMap<&'static str, i64>> {
    const COUNT: &str = "SELECT word, CAST(SUM(n) AS BIGINT) FROM report_counts WHERE what = 'estado' GROUP BY word";
    let mut counts: BTreeMap<&'static str, i64> = TicketState::WORDS.iter().map(|word| (*word, 0)).collect();
    for (state, count) in fetch!(all, *session, (String, i64), COUNT)? {
        if let Some(state) = TicketState::parse(&state) {
            counts.insert(state.as_str(), count);
        }
    }
    Ok(counts)
}

/// What each driver carries and has carried.
pub(super) async fn by_driver(session: &mut Session) -> sqlx::Result<Vec<DriverRow>> {
    const COUNT: &str = "SELECT u.id AS repartidor_id, u.name AS nombre, \
         CAST(COALESCE(SUM(CASE WHEN c.word IN ('asignado', 'aceptado', 'en-camino') THEN c.n END), 0) AS BIGINT) AS abiertos, \
         CAST(COALESCE(SUM(CASE WHEN c.word = 'entregado' THEN c.n END), 0) AS BIGINT) AS entregados, \
         CAST(COALESCE(SUM(CASE WHEN c.word IN ('fallido', 'devuelto') THEN c.n END), 0) AS BIGINT) AS fallidos \
         FROM drivers d JOIN users u ON u.id = d.user_id \
         LEFT JOIN report_counts c ON c.what = 'estado' AND c.slot = 0 AND c.who = d.user_id \
         GROUP BY u.id, u.name ORDER BY u.id";
    fetch!(all, *session, DriverRow, COUNT)
}

/// Days on which something was ordered, and what became of that.
pub(super) async fn by_day(session: &mut Session, now: UnixMillis) -> sqlx::Result<Vec<Day>> {
    const COUNT: &str = "SELECT word, CAST(SUM(n) AS BIGINT) FROM report_counts \
         WHERE what = 'recibido' AND slot >= $1 AND slot < $2 GROUP BY word";
    let mut found = Vec::new();
    for (dia, begins, ends) in days(now) {
        let counts = fetch!(all, *session, (String, i64), COUNT, begins.0 / QUARTER_MS, ends.0 / QUARTER_MS)?;
        let of = |wanted: TicketState| {
            counts.iter().filter(|(word, _)| word == wanted.as_str()).map(|(_, count)| count).sum()
        };
        let (entregados, cancelados) = (of(TicketState::Delivered), of(TicketState::Cancelled));
        let recibidos = counts.iter().map(|(_, count)| count).sum();
        if recibidos > 0 {
            found.push(Day { dia, recibidos, entregados, cancelados });
        }
    }
    Ok(found)
}

#[derive(sqlx::FromRow)]
struct DeliveredRow {
    delivered: i64,
    late: i64,
    total_ms: i64,
}

/// How late tickets are and were. A limit counts in whole minutes, as deliveries do.
pub(super) async fn lateness(session: &mut Session, now: UnixMillis, late_ms: i64) -> sqlx::Result<Lateness> {
    // The first condition is the text of the partial index `tickets_open`: SQLite needs it word for word.
    const OPEN: &str = "SELECT COUNT(*) FROM tickets WHERE state NOT IN ('entregado', 'devuelto', 'cancelado') \
         AND state IN ('pendiente', 'asignado', 'aceptado', 'en-camino') \
         AND COALESCE(promised_at, created_at + $2) < $1";
    const PROMISED: &str = "SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT), \
         CAST(COALESCE(SUM(CASE WHEN word = $1 THEN n END), 0) AS BIGINT) FROM report_counts WHERE what = 'promesa'";
    const DELIVERED: &str = "SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) AS delivered, \
         CAST(COALESCE(SUM(CASE WHEN minutes > $1 THEN n END), 0) AS BIGINT) AS late, \
         CAST(COALESCE(SUM(total_ms), 0) AS BIGINT) AS total_ms FROM report_counts WHERE what = 'demora'";
    let abiertos_tarde = fetch_scalar!(one, *session, i64, OPEN, now, late_ms)?;
    let (prometidos, cumplidos) = fetch!(one, *session, (i64, i64), PROMISED, KEPT)?;
    let row = fetch!(one, *session, DeliveredRow, DELIVERED, whole_minutes(late_ms))?;
    Ok(Lateness {
        limite_s: late_ms / 1000,
        abiertos_tarde,
        entregados: row.delivered,
        entregados_tarde: row.late,
        prometidos,
        cumplidos,
        promedio_s: (row.delivered > 0).then(|| row.total_ms / row.delivered.max(1) / 1000),
    })
}

/// A limit as it is compared with the minutes of deliveries.
pub(super) fn whole_minutes(late_ms: i64) -> i64 {
    late_ms.div_euclid(60_000)
}

/// How many deliveries took how many minutes.
pub(super) type Times = Vec<(i64, i64)>;

/// Deliveries from one instant to another by how many minutes they took, the shortest first.
pub(super) async fn times(session: &mut Session, from: UnixMillis, to: UnixMillis) -> sqlx::Result<Times> {
    const TIMES: &str = "SELECT minutes, CAST(SUM(n) AS BIGINT) FROM report_counts \
         WHERE what = 'entrega' AND slot >= $1 AND slot < $2 GROUP BY minutes HAVING SUM(n) > 0 ORDER BY minutes";
    fetch!(all, *session, (i64, i64), TIMES, from.0 / QUARTER_MS, to.0 / QUARTER_MS)
}

/// When deliveries since an instant happened: quarters of an hour, and how many.
pub(super) async fn moments(session: &mut Session, from: UnixMillis) -> sqlx::Result<Vec<(UnixMillis, i64)>> {
    const MOMENTS: &str = "SELECT slot, CAST(SUM(n) AS BIGINT) FROM report_counts \
         WHERE what = 'entrega' AND slot >= $1 GROUP BY slot";
    let rows = fetch!(all, *session, (i64, i64), MOMENTS, from.0 / QUARTER_MS)?;
    Ok(rows.into_iter().map(|(slot, count)| (UnixMillis(slot * QUARTER_MS), count)).collect())
}

#[derive(sqlx::FromRow)]
struct DriverTime {
    who: i64,
    minutes: i64,
    n: i64,
}

/// Each driver's deliveries since the day of UTC that holds an instant, by how many minutes they took, the shortest first.
pub(super) async fn times_of_drivers(session: &mut Session, from: UnixMillis) -> sqlx::Result<BTreeMap<i64, Times>> {
    const TIMES: &str = "SELECT who, minutes, CAST(SUM(n) AS BIGINT) AS n FROM report_counts \
         WHERE what = 'repartidor' AND slot >= $1 GROUP BY who, minutes HAVING SUM(n) > 0 ORDER BY who, minutes";
    let mut found: BTreeMap<i64, Times> = BTreeMap::new();
    for row in fetch!(all, *session, DriverTime, TIMES, from.0 / UTC_DAY_MS)? {
        found.entry(row.who).or_default().push((row.minutes, row.n));
    }
    Ok(found)
}

/// Why attempts failed since an instant, and how often.
pub(super) async fn reasons(session: &mut Session, from: UnixMillis) -> sqlx::Result<Vec<(String, i64)>> {
    const REASONS: &str = "SELECT word, CAST(SUM(n) AS BIGINT) FROM report_counts \
         WHERE what = 'motivo' AND slot >= $1 GROUP BY word ORDER BY 2 DESC, 1";
    fetch!(all, *session, (String, i64), REASONS, from.0 / QUARTER_MS)
}
