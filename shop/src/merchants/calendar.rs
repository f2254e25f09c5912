//! When a package is due: pure functions over civil dates, as a calendar on the wall has them.
//!
//! A [`Series`] is an anchor and a frequency. Weekly and fortnightly count days; monthly keeps the anchor's day of the month
//! and falls on the last day of a month that has no such day, so the 31st comes back after February and nothing drifts.
//!
//! After downtime the latest missed date is ordered, once; the dates before it are skipped, for nobody wants three months of
//! bread on one morning.

use std::fmt;

use belgrano_wire::texts::Message;
use belgrano_wire::timestamp::UnixMillis;
use jiff::civil::Date;
use jiff::{Span, ToSpan};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How often a package is ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum Frequency {
    /// Every 7 days.
    #[serde(rename = "semanal")]
    Weekly,
    /// Every 14 days.
    #[serde(rename = "quincenal")]
    Fortnightly,
    /// On the same day of every month.
    #[serde(rename = "mensual")]
    Monthly,
}

impl Frequency {
    /// Every frequency.
    pub const ALL: [Self; 3] = [Self::Weekly, Self::Fortnightly, Self::Monthly];

    /// The word on the wire and in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Weekly => "semanal",
            Self::Fortnightly => "quincenal",
            Self::Monthly => "mensual",
        }
    }
}

impl TryFrom<String> for Frequency {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::ALL.into_iter().find(|frequency| frequency.as_str() == text).ok_or(text)
    }
}

/// The hour of the day at which packages are ordered, local time: 0 to 23.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunHour(i8);

impl RunHour {
    /// When nothing else is set: before the shops open.
    pub const DEFAULT: Self = Self(6);

    /// An hour of the day.
    #[must_use]
    pub fn new(hour: u8) -> Option<Self> {
        i8::try_from(hour).ok().filter(|hour| *hour < 24).map(Self)
    }
}

/// A day on which a package is due; text is `2026-11-30`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DueDate(Date);

impl DueDate {
    /// That day.
    #[must_use]
    pub fn new(date: Date) -> Self {
        Self(date)
    }

    /// The instant at which it is ordered, once: the first of two where the clock is set back at that hour, as much later as the
    /// clock is set on where there is no such hour.
    #[must_use]
    pub fn at(self, hour: RunHour) -> UnixMillis {
        UnixMillis::of_local(self.0.at(hour.0, 0, 0, 0)).unwrap_or(UnixMillis(i64::MAX))
    }

    /// The first day whose order is still to come at `now`: today or tomorrow.
    #[must_use]
    pub fn upcoming(now: UnixMillis, hour: RunHour) -> Self {
        let today = Self(now.local().map_or(Date::MAX, |local| local.date()));
        if today.at(hour) > now { today } else { today.plus_days(1).unwrap_or(today) }
    }

    /// How many days it still is at `now`; 0 today, less when it has passed.
    #[must_use]
    pub fn days_from(self, now: UnixMillis) -> i64 {
        let today = now.local().map_or(Date::MAX, |local| local.date());
        i64::from(today.until(self.0).map_or(0, |span| span.get_days()))
    }

    /// Another day; `None` past the year 9999.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Option<Self> {
        self.0.checked_add(Span::new().try_days(days).ok()?).ok().map(Self)
    }
}

impl fmt::Display for DueDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl TryFrom<String> for DueDate {
    type Error = Message;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        // jiff alone would take a date with a time as well.
        let date = (text.len() == 10).then(|| text.parse().ok()).flatten();
        date.map(Self).ok_or(Message::new("error-date"))
    }
}

impl Serialize for DueDate {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DueDate {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::try_from(text).map_err(|_| serde::de::Error::custom(Message::new("error-date")))
    }
}

impl utoipa::PartialSchema for DueDate {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(utoipa::openapi::KnownFormat::Date)))
            .build()
            .into()
    }
}

impl ToSchema for DueDate {}

/// The due dates of a package: from the anchor on, for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Series {
    /// How often.
    pub frequency: Frequency,
    /// The day the series counts from.
    pub anchor: DueDate,
}

/// What is to be done now about a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Dates that were missed and will not be ordered.
    pub skipped: Vec<DueDate>,
    /// The date to order.
    pub latest: DueDate,
    /// The date after it; `None` past the year 9999.
    pub next: Option<DueDate>,
}

impl Series {
    /// The date after `due`; `None` past the year 9999.
    #[must_use]
    pub fn after(&self, due: DueDate) -> Option<DueDate> {
        match self.frequency {
            Frequency::Weekly => due.plus_days(7),
            Frequency::Fortnightly => due.plus_days(14),
            Frequency::Monthly => {
                let month = due.0.first_of_month().checked_add(1.month()).ok()?;
                let day = self.anchor.0.day().min(month.days_in_month());
                month.with().day(day).build().ok().map(DueDate)
            }
        }
    }

    /// Sorts what has come due since `first`, which is due: all but the latest date are skipped.
    #[must_use]
    pub fn due(&self, first: DueDate, now: UnixMillis, hour: RunHour) -> Due {
        let mut due = Due { skipped: Vec::new(), latest: first, next: self.after(first) };
        while let Some(next) = due.next.filter(|next| next.at(hour) <= now) {
            due.skipped.push(due.latest);
            due.latest = next;
            due.next = self.after(next);
        }
        due
    }

    /// The first date from `from` on whose order is still to come: where a paused package takes up its series.
    #[must_use]
    pub fn upcoming(&self, from: DueDate, now: UnixMillis, hour: RunHour) -> Option<DueDate> {
        std::iter::successors(Some(from), |due| self.after(*due)).find(|due| due.at(hour) > now)
    }
}

#[cfg(test)]
mod tests {
    use belgrano_wire::timestamp::UnixMillis;
    use belgrano_wire::zone::Zone;
    use jiff::ToSpan;
    use jiff::civil::{Date, date};
    use proptest::prelude::*;

    use super::{Due, DueDate, Frequency, RunHour, Series};

    fn day(text: &str) -> DueDate {
        DueDate::try_from(text.to_owned()).expect("a date")
    }

    fn dates(frequency: Frequency, anchor: &str, count: usize) -> Vec<String> {
        let series = Series { frequency, anchor: day(anchor) };
        let all = std::iter::successors(Some(series.anchor), |due| series.after(*due));
        all.take(count).map(|due| due.to_string()).collect()
    }

    #[test]
    fn each_frequency_in_the_calendar() {
        assert_eq!(dates(Frequency::Weekly, "2026-12-21", 3), ["2026-12-21", "2026-12-28", "2027-01-04"]);
        assert_eq!(dates(Frequency::Fortnightly, "2028-02-20", 3), ["2028-02-20", "2028-03-05", "2028-03-19"]);
        let month_ends = ["2026-12-31", "2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"];
        assert_eq!(dates(Frequency::Monthly, "2026-12-31", 5), month_ends);
        assert_eq!(dates(Frequency::Monthly, "2028-01-30", 3), ["2028-01-30", "2028-02-29", "2028-03-30"]);
    }

    #[test]
    fn the_hour_is_that_of_the_zone() {
        let six = UnixMillis::parse("2026-11-21T06:00:00-03:00").expect("valid");
        assert_eq!(day("2026-11-21").at(RunHour::DEFAULT), six);
        assert_eq!(DueDate::upcoming(six.plus_ms(-1), RunHour::DEFAULT), day("2026-11-21"));
        assert_eq!(DueDate::upcoming(six, RunHour::DEFAULT), day("2026-11-22"), "what is due now is no longer to come");
        // 23:30 in Buenos Aires is tomorrow in UTC.
        let late = UnixMillis::parse("2026-11-21T23:30:00-03:00").expect("valid");
        assert_eq!(DueDate::upcoming(late, RunHour::DEFAULT), day("2026-11-22"));
        assert_eq!((RunHour::new(23).is_some(), RunHour::new(24)), (true, None));
    }

    #[test]
    fn an_hour_that_is_left_out_or_comes_twice_is_one_instant() {
        let at = |text: &str| UnixMillis::parse(text).expect("valid");
        let two = RunHour::new(2).expect("an hour");
        Zone::settle_for_test("Europe/Madrid");
        assert_eq!(day("2026-03-29").at(two), at("2026-03-29T01:00:00Z"), "three o'clock, for there is no two");
        assert_eq!(day("2026-10-25").at(two), at("2026-10-25T00:00:00Z"), "the first of both");
        // On the way through either night each date comes up once.
        for (from, dates) in
            [("2026-03-28", ["2026-03-29", "2026-03-30"]), ("2026-10-24", ["2026-10-25", "2026-10-26"])]
        {
            let from = day(from).at(two);
            let mut seen: Vec<DueDate> =
                (0..48 * 4).map(|quarter| DueDate::upcoming(from.plus_ms(quarter * 900_000), two)).collect();
            seen.dedup();
            assert_eq!(seen[..2], dates.map(day));
        }
        let midnight = RunHour::new(0).expect("an hour");
        Zone::settle_for_test("America/Santiago");
        assert_eq!(day("2026-09-06").at(midnight), at("2026-09-06T04:00:00Z"), "one o'clock, for there is no midnight");
        assert_eq!(day("2026-09-07").at(midnight), at("2026-09-07T03:00:00Z"));
        assert_eq!(day("2026-09-06").days_from(day("2026-09-04").at(two)), 2);
    }

    #[test]
    fn downtime_skips_all_but_the_latest_date() {
        let series = Series { frequency: Frequency::Monthly, anchor: day("2026-08-31") };
        let now = UnixMillis::parse("2026-12-15T10:00:00-03:00").expect("valid");
        let due = series.due(day("2026-08-31"), now, RunHour::DEFAULT);
        let skipped = ["2026-08-31", "2026-09-30", "2026-10-31"].map(day).to_vec();
        assert_eq!(due, Due { skipped, latest: day("2026-11-30"), next: Some(day("2026-12-31")) });
    }

    #[test]
    fn the_days_until_then_are_counted_by_the_calendar() {
        let late = UnixMillis::parse("2026-11-30T23:59:00-03:00").expect("valid");
        assert_eq!(["2026-11-30", "2026-12-01", "2027-01-01"].map(|text| day(text).days_from(late)), [0, 1, 32]);
    }

    #[test]
    fn only_a_plain_date_is_a_date() {
        for wrong in ["", "2026-02-30", "2026-11-21T06:00", "21/11/2026", "+002026-11-21"] {
            assert!(DueDate::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }

    fn any_date() -> impl Strategy<Value = Date> {
        (0..36_500i64).prop_map(|days| date(2000, 1, 1) + days.days())
    }

    proptest! {
        #[test]
        fn dates_grow_and_never_drift(anchor in any_date(), steps in 1..200i64) {
            for frequency in Frequency::ALL {
                let series = Series { frequency, anchor: DueDate(anchor) };
                let mut due = series.anchor;
                for _ in 0..steps {
                    let next = series.after(due).expect("far from the year 9999");
                    prop_assert!(next > due);
                    due = next;
                }
                // The long way round and the straight one meet.
                let straight = match frequency {
                    Frequency::Weekly => anchor + (7 * steps).days(),
                    Frequency::Fortnightly => anchor + (14 * steps).days(),
                    Frequency::Monthly => anchor + steps.months(),
                };
                prop_assert_eq!(due, DueDate(straight));
            }
        }

        #[test]
        fn a_month_keeps_the_day_or_ends_with_it(anchor in any_date(), steps in 1..100usize) {
            let series = Series { frequency: Frequency::Monthly, anchor: DueDate(anchor) };
            let mut all = std::iter::successors(Some(series.anchor), |due| series.after(*due));
            let due = all.nth(steps).expect("far from the year 9999").0;
            prop_assert!(due.day() == anchor.day() || (due.day() < anchor.day() && due == due.last_of_month()));
        }

        #[test]
        fn what_is_due_is_one_stretch_of_the_series(anchor in any_date(), later_days in 0..800i64) {
            for frequency in Frequency::ALL {
                let series = Series { frequency, anchor: DueDate(anchor) };
                let now = DueDate(anchor + later_days.days()).at(RunHour::DEFAULT);
                let due = series.due(series.anchor, now, RunHour::DEFAULT);
                let found: Vec<DueDate> = due.skipped.iter().copied().chain([due.latest]).chain(due.next).collect();
                let expected: Vec<DueDate> =
                    std::iter::successors(Some(series.anchor), |due| series.after(*due)).take(found.len()).collect();
                prop_assert_eq!(&found, &expected);
                prop_assert!(due.latest.at(RunHour::DEFAULT) <= now);
                prop_assert!(due.next.is_some_and(|next| next.at(RunHour::DEFAULT) > now));
                prop_assert_eq!(series.upcoming(series.anchor, now, RunHour::DEFAULT), due.next);
            }
        }
    }
}
