//! The zone whose time people are shown and by whose days things are counted: one for a whole process.
//!
//! It is a setting (`TIME_ZONE`), settled once at the start, before anything says a time. The rules of every zone come with the
//! program (the tz database as jiff packs it), so that all instances of one version agree, on a machine without any files too.
//! See `docs/decisions/0010-time-zone.md` for why it is no argument of every function.

use std::fmt;
use std::sync::{LazyLock, OnceLock};

use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::timestamp::UnixMillis;

/// A zone of the tz database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    rules: TimeZone,
    name: String,
}

/// Another zone was settled before: a process has one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("TIME_ZONE: this process has the time of {settled} already, and cannot have that of {wanted}")]
pub struct OtherZone {
    settled: String,
    wanted: String,
}

static SETTLED: OnceLock<Zone> = OnceLock::new();
static USUAL: LazyLock<Zone> = LazyLock::new(|| {
    // The name is in the database that is compiled in; a test asks for it.
    Zone::named(Zone::USUAL).unwrap_or_else(|| Zone { rules: TimeZone::UTC, name: "UTC".to_owned() })
});

#[cfg(any(test, feature = "testing"))]
thread_local! {
    static OF_TEST: std::cell::RefCell<Option<&'static Zone>> = const { std::cell::RefCell::new(None) };
}

impl Zone {
    /// What holds where nothing is set.
    pub const USUAL: &'static str = "America/Argentina/Buenos_Aires";

    /// [`Zone::USUAL`].
    #[must_use]
    pub fn usual() -> Self {
        USUAL.clone()
    }

    /// The zone of an IANA name, in whatever case; `None` where there is none of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let rules = TimeZone::get(name).ok().filter(|zone| !zone.is_unknown())?;
        let name = rules.iana_name()?.to_owned();
        Some(Self { rules, name })
    }

    /// The name as the tz database spells it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its offsets from UTC over time, as jiff reckons with them.
    #[must_use]
    pub fn rules(&self) -> &TimeZone {
        &self.rules
    }

    /// The zone of this process: what was settled, else the usual one.
    #[must_use]
    pub fn here() -> &'static Self {
        #[cfg(any(test, feature = "testing"))]
        if let Some(zone) = OF_TEST.with_borrow(|zone| *zone) {
            return zone;
        }
        SETTLED.get().unwrap_or_else(|| &USUAL)
    }

    /// Makes it the zone of this process, for good. Again is no mistake, another one is.
    pub fn settle(&self) -> Result<(), OtherZone> {
        let settled = SETTLED.get_or_init(|| self.clone());
        if settled == self {
            return Ok(());
        }
        Err(OtherZone { settled: settled.name.clone(), wanted: self.name.clone() })
    }

    /// Makes it the zone of this thread, whatever is settled: tests of several zones share a process.
    #[cfg(any(test, feature = "testing"))]
    pub fn settle_for_test(name: &str) {
        let zone = Self::named(name).map(|zone| &*Box::leak(Box::new(zone)));
        OF_TEST.with_borrow_mut(|here| *here = zone);
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// A day on a calendar on the wall: 23 or 25 hours long where the clock is moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalDay {
    /// The date that the calendar shows.
    pub date: Date,
    /// The instant at which the day begins: midnight, or the first moment after it where midnight is skipped.
    pub begins: UnixMillis,
    /// The first instant of the next one.
    pub ends: UnixMillis,
}

impl LocalDay {
    /// That day in the zone of this process; `None` beyond the years jiff knows.
    #[must_use]
    pub fn of(date: Date) -> Option<Self> {
        let midnight = |date: Date| UnixMillis::of_local(date.at(0, 0, 0, 0));
        Some(Self { date, begins: midnight(date)?, ends: midnight(date.tomorrow().ok()?)? })
    }

    /// The last `count` days, the one of `now` last.
    pub fn last(count: i64, now: UnixMillis) -> impl Iterator<Item = Self> {
        let today = now.local().map(|local| local.date());
        (0..count).rev().filter_map(move |back| Self::of(today?.checked_sub(back.days()).ok()?))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};

    use super::{LocalDay, Zone};
    use crate::timestamp::UnixMillis;

    fn at(text: &str) -> UnixMillis {
        UnixMillis::parse(text).expect("a time")
    }

    #[test]
    fn zones_go_by_their_names() {
        assert_eq!(Zone::here().name(), "America/Argentina/Buenos_Aires", "the usual one is there");
        for (name, spelled) in [
            ("Europe/Madrid", "Europe/Madrid"),
            ("america/santiago", "America/Santiago"),
            ("UTC", "UTC"),
            ("America/Buenos_Aires", "America/Buenos_Aires"),
        ] {
            assert_eq!(Zone::named(name).map(|zone| zone.name().to_owned()).as_deref(), Some(spelled));
        }
        for wrong in
            ["", "Buenos Aires", "America/Buenos", "-03:00", "GMT-3", "Etc/Unknown", "../../etc/passwd", "local"]
        {
            assert_eq!(Zone::named(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn times_are_written_and_read_by_the_clock_on_the_wall() {
        for (zone, instant, wall) in [
            ("America/Argentina/Buenos_Aires", "2026-01-15T12:00:00Z", "2026-01-15T09:00:00-03:00"),
            ("America/Santiago", "2026-01-15T12:00:00Z", "2026-01-15T09:00:00-03:00"),
            ("America/Santiago", "2026-07-15T12:00:00Z", "2026-07-15T08:00:00-04:00"),
            ("Europe/Madrid", "2026-07-15T12:00:00.5Z", "2026-07-15T14:00:00.5+02:00"),
            ("Asia/Kathmandu", "2026-07-15T12:00:00Z", "2026-07-15T17:45:00+05:45"),
            ("UTC", "2026-07-15T12:00:00Z", "2026-07-15T12:00:00+00:00"),
        ] {
            Zone::settle_for_test(zone);
            assert_eq!(at(instant).to_rfc3339(), wall);
            assert_eq!(at(&wall[..19]), at(&at(instant).to_rfc3339()[..19]), "without an offset it is local time");
            assert_eq!(at(wall), at(instant));
        }
    }

    #[test]
    fn a_time_that_is_left_out_is_later_and_one_that_comes_twice_is_the_first() {
        let local = |date: Date, hour| UnixMillis::of_local(date.at(hour, 30, 0, 0)).expect("an instant");
        Zone::settle_for_test("Europe/Madrid");
        assert_eq!(local(date(2026, 3, 29), 2), at("2026-03-29T01:30:00Z"), "half past two is half past three");
        assert_eq!(local(date(2026, 10, 25), 2), at("2026-10-25T00:30:00Z"), "summer time still");
        Zone::settle_for_test("America/Santiago");
        assert_eq!(local(date(2026, 9, 6), 0), at("2026-09-06T04:30:00Z"), "midnight is one o'clock");
    }

    #[test]
    fn days_are_as_long_as_they_are() {
        let hours = |zone: &str, date| {
            Zone::settle_for_test(zone);
            let day = LocalDay::of(date).expect("a day");
            day.ends.since_ms(day.begins) / 3_600_000
        };
        assert_eq!(hours("Europe/Madrid", date(2026, 3, 29)), 23);
        assert_eq!(hours("Europe/Madrid", date(2026, 10, 25)), 25);
        assert_eq!(hours("America/Santiago", date(2026, 9, 6)), 23);
        assert_eq!(hours("America/Santiago", date(2026, 4, 4)), 25);
        assert_eq!(hours("America/Argentina/Buenos_Aires", date(2026, 10, 25)), 24);

        Zone::settle_for_test("America/Santiago");
        let days: Vec<LocalDay> = LocalDay::last(14, at("2026-09-10T15:00:00Z")).collect();
        assert_eq!((days.len(), days[13].date), (14, date(2026, 9, 10)));
        assert!(days.windows(2).all(|two| two[0].ends == two[1].begins), "without a gap: {days:?}");
    }
}
