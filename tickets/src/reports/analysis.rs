//! What the last two weeks were like: when deliveries happen, how long they take, who brought them and why some failed.
//!
//! Times are from the order to the door. A percentile is the value that so many of a hundred stay at or below (nearest rank).

use std::collections::BTreeMap;

use belgrano_shared::fetch;
use belgrano_shared::storage::Session;
use belgrano_shared::timestamp::UnixMillis;
use serde::Deserialize;

use super::{DAY_MS, DAYS, OFFSET_MS};

const HOUR_MS: i64 = 3600 * 1000;
/// Deliveries and failures that are looked at; the newest count.
const MOST: i64 = 50_000;
/// Reasons that are told apart.
const REASONS: usize = 8;

/// The last two weeks.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Analysis {
    /// The days that are looked at, today last.
    pub(crate) days: Vec<String>,
    /// Deliveries by the hour of the day they happened in, Buenos Aires.
    pub(crate) by_hour: [i64; 24],
    /// How long deliveries took, by the day they happened on; days without any are left out.
    pub(crate) times: Vec<(String, Took)>,
    /// How long they took altogether.
    pub(crate) took: Option<Took>,
    /// How many arrived in time, of how many.
    pub(crate) in_time: (i64, i64),
    /// How many arrived today.
    pub(crate) today: i64,
    /// The middle of each driver's deliveries, by its id.
    pub(crate) by_driver: BTreeMap<i64, Took>,
    /// Why attempts failed, the most frequent first.
    pub(crate) reasons: Vec<(String, i64)>,
}

/// How long something took, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Took {
    pub(crate) count: i64,
    pub(crate) p50_s: i64,
    pub(crate) p90_s: i64,
}

#[derive(sqlx::FromRow)]
struct Delivery {
    created_at: UnixMillis,
    delivered_at: UnixMillis,
    driver_id: Option<i64>,
}

/// What is looked at in a ticket as it then was.
#[derive(Deserialize)]
struct Then {
    motivo: Option<String>,
}

/// Reads it.
pub(crate) async fn analyse(session: &mut Session, now: UnixMillis, late_ms: i64) -> sqlx::Result<Analysis> {
    const DELIVERED: &str = "SELECT created_at, delivered_at, driver_id FROM tickets \
         WHERE state = 'entregado' AND delivered_at >= $1 ORDER BY delivered_at DESC LIMIT $2";
    const FAILED: &str = "SELECT ticket FROM events WHERE recorded_at >= $1 AND action = 'fallido' \
         ORDER BY recorded_at DESC LIMIT $2";
    let since = UnixMillis(first_day(now) * DAY_MS - OFFSET_MS);
    let delivered = fetch!(all, *session, Delivery, DELIVERED, since, MOST)?;
    let failed = belgrano_shared::fetch_scalar!(all, *session, String, FAILED, since, MOST)?;
    let reasons = failed.iter().filter_map(|json| serde_json::from_str::<Then>(json).ok()?.motivo);
    Ok(Analysis { reasons: frequent(reasons), ..summed(&delivered, now, late_ms) })
}

/// The first of the days that are looked at.
fn first_day(now: UnixMillis) -> i64 {
    day(now) - DAYS + 1
}

fn day(at: UnixMillis) -> i64 {
    (at.0 + OFFSET_MS).div_euclid(DAY_MS)
}

fn summed(delivered: &[Delivery], now: UnixMillis, late_ms: i64) -> Analysis {
    let mut found = Analysis::default();
    let mut by_day: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    let mut by_driver: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    let mut all = Vec::with_capacity(delivered.len());
    for Delivery { created_at, delivered_at, driver_id } in delivered {
        let took_ms = delivered_at.since_ms(*created_at).max(0);
        let hour = (delivered_at.0 + OFFSET_MS).rem_euclid(DAY_MS) / HOUR_MS;
        if let Some(count) = usize::try_from(hour).ok().and_then(|hour| found.by_hour.get_mut(hour)) {
            *count += 1;
        }
        found.in_time.0 += i64::from(took_ms <= late_ms);
        found.in_time.1 += 1;
        found.today += i64::from(day(*delivered_at) == day(now));
        by_day.entry(day(*delivered_at)).or_default().push(took_ms / 1000);
        if let Some(driver) = driver_id {
            by_driver.entry(*driver).or_default().push(took_ms / 1000);
        }
        all.push(took_ms / 1000);
    }
    let date = |day: i64| UnixMillis(day * DAY_MS - OFFSET_MS).to_rfc3339().chars().take(10).collect::<String>();
    found.days = (first_day(now)..=day(now)).map(date).collect();
    found.times = by_day.into_iter().filter_map(|(day, took)| Some((date(day), Took::of(took)?))).collect();
    found.by_driver = by_driver.into_iter().filter_map(|(id, took)| Some((id, Took::of(took)?))).collect();
    found.took = Took::of(all);
    found
}

impl Took {
    fn of(mut seconds: Vec<i64>) -> Option<Self> {
        seconds.sort_unstable();
        let rank = |percent: usize| seconds.get((seconds.len() * percent).div_ceil(100).saturating_sub(1)).copied();
        Some(Self { count: i64::try_from(seconds.len()).ok()?, p50_s: rank(50)?, p90_s: rank(90)? })
    }
}

/// How often each, without regard to case.
fn frequent(reasons: impl Iterator<Item = String>) -> Vec<(String, i64)> {
    let mut counts: BTreeMap<String, (String, i64)> = BTreeMap::new();
    for reason in reasons {
        counts.entry(reason.trim().to_lowercase()).or_insert((reason, 0)).1 += 1;
    }
    let mut counts: Vec<(String, i64)> = counts.into_values().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts.truncate(REASONS);
    counts
}

#[cfg(test)]
mod tests {
    use belgrano_shared::timestamp::UnixMillis;

    use super::{Delivery, Took, frequent, summed};

    #[test]
    fn a_percentile_is_a_value_that_was_there() {
        assert_eq!(Took::of(vec![]), None);
        assert_eq!(Took::of(vec![7]), Some(Took { count: 1, p50_s: 7, p90_s: 7 }));
        let took = Took::of((1..=10).rev().collect()).expect("some");
        assert_eq!((took.p50_s, took.p90_s), (5, 9));
    }

    #[test]
    fn hours_and_days_are_those_of_buenos_aires() {
        let at = |text: &str| UnixMillis::parse(text).expect("a time");
        let delivered =
            |from: &str, to: &str| Delivery { created_at: at(from), delivered_at: at(to), driver_id: Some(3) };
        let rows = [
            delivered("2026-11-21T01:00:00Z", "2026-11-21T02:30:00Z"),
            delivered("2026-11-21T13:00:00Z", "2026-11-21T13:20:00Z"),
        ];
        let found = summed(&rows, at("2026-11-21T15:00:00Z"), 3_600_000);
        assert_eq!(
            (found.by_hour[23], found.by_hour[10]),
            (1, 1),
            "half past two of the 21st is the evening of the 20th"
        );
        assert_eq!(found.times.iter().map(|(day, _)| day.as_str()).collect::<Vec<_>>(), ["2026-11-20", "2026-11-21"]);
        assert_eq!((found.in_time, found.today), ((1, 2), 1));
        assert_eq!(found.by_driver[&3], Took { count: 2, p50_s: 1200, p90_s: 5400 });
    }

    #[test]
    fn reasons_are_counted_however_they_are_written() {
        let reasons = ["No había nadie", "no había nadie ", "Mal la dirección"].map(str::to_owned);
        assert_eq!(
            frequent(reasons.into_iter()),
            [("No había nadie".to_owned(), 2), ("Mal la dirección".to_owned(), 1)]
        );
    }
}
