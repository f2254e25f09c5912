//! What the last two weeks were like: when deliveries happen, how long they take, who brought them and why some failed.
//!
//! Times are from the order to the door. A percentile is the value that so many of a hundred stay at or below (nearest rank).

use std::collections::BTreeMap;

use belgrano_runtime::storage::Session;
use belgrano_wire::timestamp::UnixMillis;

use super::kept::{self, Times, whole_minutes};
use super::{days, hour};

/// Reasons that are told apart.
const REASONS: usize = 8;

/// The last two weeks.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Analysis {
    /// The days that are looked at, today last.
    pub(crate) days: Vec<String>,
    /// Deliveries by the hour of the day they happened in.
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

/// Reads it.
pub(crate) async fn analyse(session: &mut Session, now: UnixMillis, late_ms: i64) -> sqlx::Result<Analysis> {
    let mut found = Analysis::default();
    let mut all: BTreeMap<i64, i64> = BTreeMap::new();
    let mut since = now;
    for (day, begins, ends) in days(now) {
        let times = kept::times(session, begins, ends).await?;
        for (minutes, count) in &times {
            *all.entry(*minutes).or_default() += count;
        }
        let took = Took::of(&times);
        found.today = took.map_or(0, |took| took.count);
        found.times.extend(took.map(|took| (day.clone(), took)));
        found.days.push(day);
        since = since.min(begins);
    }
    let all: Times = all.into_iter().collect();
    found.took = Took::of(&all);
    let in_time = all.iter().filter(|(minutes, _)| *minutes <= whole_minutes(late_ms)).map(|(_, count)| count).sum();
    found.in_time = (in_time, all.iter().map(|(_, count)| count).sum());
    for (at, count) in kept::moments(session, since).await? {
        if let Some(sum) = usize::try_from(hour(at)).ok().and_then(|hour| found.by_hour.get_mut(hour)) {
            *sum += count;
        }
    }
    let drivers = kept::times_of_drivers(session, since).await?;
    found.by_driver = drivers.into_iter().filter_map(|(id, times)| Some((id, Took::of(&times)?))).collect();
    found.reasons = frequent(kept::reasons(session, since).await?);
    Ok(found)
}

impl Took {
    /// Of how many took how many minutes, the shortest first.
    fn of(times: &[(i64, i64)]) -> Option<Self> {
        let count: i64 = times.iter().map(|(_, count)| count).sum();
        let at_rank = |percent: i64| {
            let rank = (count * percent + 99) / 100;
            let mut passed = 0;
            let mut reached = times.iter().filter(|(_, count)| {
                passed += count;
                passed >= rank
            });
            reached.next().map(|(minutes, _)| minutes * 60)
        };
        (count > 0).then_some(())?;
        Some(Self { count, p50_s: at_rank(50)?, p90_s: at_rank(90)? })
    }
}

/// How often each, without regard to case; called as it is written most.
fn frequent(reasons: Vec<(String, i64)>) -> Vec<(String, i64)> {
    let mut counts: BTreeMap<String, (String, i64)> = BTreeMap::new();
    for (reason, count) in reasons {
        counts.entry(reason.trim().to_lowercase()).or_insert((reason, 0)).1 += count;
    }
    let mut counts: Vec<(String, i64)> = counts.into_values().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts.truncate(REASONS);
    counts
}

#[cfg(test)]
mod tests {
    use belgrano_wire::timestamp::UnixMillis;
    use belgrano_wire::zone::Zone;

    use super::super::{days, hour};
    use super::{Took, frequent};

    #[test]
    fn a_percentile_is_a_value_that_was_there() {
        assert_eq!(Took::of(&[]), None);
        assert_eq!(Took::of(&[(7, 1)]), Some(Took { count: 1, p50_s: 420, p90_s: 420 }));
        let took = Took::of(&(1..=10).map(|minutes| (minutes, 1)).collect::<Vec<_>>()).expect("some");
        assert_eq!((took.p50_s, took.p90_s), (300, 540));
        let took = Took::of(&[(20, 98), (90, 2)]).expect("some");
        assert_eq!((took.count, took.p50_s, took.p90_s), (100, 1200, 1200));
    }

    #[test]
    fn hours_and_days_are_those_of_the_zone() {
        let at = |text: &str| UnixMillis::parse(text).expect("a time");
        let reported: Vec<_> = days(at("2026-11-21T02:30:00Z")).collect();
        let (today, begins, ends) = reported.last().expect("today");
        assert_eq!((reported.len(), today.as_str()), (14, "2026-11-20"), "half past two of the 21st is still the 20th");
        assert_eq!((*begins, *ends), (at("2026-11-20T03:00:00Z"), at("2026-11-21T03:00:00Z")));
        assert_eq!((hour(at("2026-11-21T02:30:00Z")), hour(at("2026-11-21T13:20:00Z"))), (23, 10));

        Zone::settle_for_test("Europe/Madrid");
        let reported: Vec<_> = days(at("2026-10-26T12:00:00Z")).collect();
        let (long, begins, ends) = &reported[12];
        assert_eq!(long, "2026-10-25");
        assert_eq!((*begins, *ends), (at("2026-10-24T22:00:00Z"), at("2026-10-25T23:00:00Z")), "of 25 hours");
        assert_eq!(
            (hour(at("2026-10-25T00:30:00Z")), hour(at("2026-10-25T01:30:00Z"))),
            (2, 2),
            "one hour comes twice"
        );
    }

    #[test]
    fn reasons_are_counted_however_they_are_written() {
        let reasons = [("No había nadie", 3), ("no había nadie ", 1), ("Mal la dirección", 1)];
        assert_eq!(
            frequent(reasons.map(|(reason, count)| (reason.to_owned(), count)).to_vec()),
            [("No había nadie".to_owned(), 4), ("Mal la dirección".to_owned(), 1)]
        );
    }
}
