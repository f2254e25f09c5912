//! Which days are like no other: public holidays of Argentina and of the United Kingdom (England), worked out by their rules.
//!
//! Sources: Ley 27.399 (which holidays move, and to which Monday) and the Banking and Financial Dealings Act 1971 with the
//! proclamations since. One-off holidays of a single year are not in it.

use jiff::civil::{Date, Weekday, date};
use jiff::{Span, ToSpan as _};

/// Whose public holidays a forecast knows of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Calendar {
    /// Argentina.
    Argentina,
    /// England.
    England,
    /// None are known.
    Unknown,
}

impl Calendar {
    /// Of the country whose currency it is.
    #[must_use]
    pub fn of_currency(currency: Option<&str>) -> Self {
        match currency {
            Some("ARS") => Self::Argentina,
            Some("GBP") => Self::England,
            _ => Self::Unknown,
        }
    }

    /// The holiday that a day is, by a name that stays the same from year to year.
    #[must_use]
    pub fn holiday(self, day: Date) -> Option<&'static str> {
        let list = match self {
            Self::Argentina => argentina(day.year()),
            Self::England => england(day.year()),
            Self::Unknown => Vec::new(),
        };
        list.into_iter().find(|(_, it)| *it == day).map(|(name, _)| name)
    }
}

type Holidays = Vec<(&'static str, Date)>;

/// Easter Sunday of the Gregorian calendar, by Meeus, Jones and Butcher.
fn easter(year: i16) -> Date {
    let y = i32::from(year);
    let (golden, century, in_century) = (y % 19, y / 100, y % 100);
    let moon = (19 * golden + century - century / 4 - (century - (century + 8) / 25 + 1) / 3 + 15) % 30;
    let sunday = (32 + 2 * (century % 4) + 2 * (in_century / 4) - moon - in_century % 4) % 7;
    let shift = (golden + 11 * moon + 22 * sunday) / 451;
    let place = moon + sunday - 7 * shift + 114;
    let (month, day) = (i8::try_from(place / 31).unwrap_or(4), i8::try_from(place % 31 + 1).unwrap_or(1));
    date(year, month, day)
}

fn moved(day: Date, by: Span) -> Date {
    day.checked_add(by).unwrap_or(day)
}

/// A holiday that makes a long weekend: to the Monday before from Tuesday and Wednesday, to the one after from Thursday and Friday.
fn bridged(day: Date) -> Date {
    moved(
        day,
        match day.weekday() {
            Weekday::Tuesday => (-1).days(),
            Weekday::Wednesday => (-2).days(),
            Weekday::Thursday => 4.days(),
            Weekday::Friday => 3.days(),
            _ => 0.days(),
        },
    )
}

fn argentina(year: i16) -> Holidays {
    let sunday = easter(year);
    vec![
        ("new year", date(year, 1, 1)),
        ("carnival monday", moved(sunday, (-48).days())),
        ("carnival tuesday", moved(sunday, (-47).days())),
        ("memory", date(year, 3, 24)),
        ("malvinas", date(year, 4, 2)),
        ("good friday", moved(sunday, (-2).days())),
        ("labour", date(year, 5, 1)),
        ("may revolution", date(year, 5, 25)),
        ("guemes", bridged(date(year, 6, 17))),
        ("flag", date(year, 6, 20)),
        ("independence", date(year, 7, 9)),
        ("san martin", bridged(date(year, 8, 17))),
        ("diversity", bridged(date(year, 10, 12))),
        ("sovereignty", bridged(date(year, 11, 20))),
        ("immaculate conception", date(year, 12, 8)),
        ("christmas", date(year, 12, 25)),
    ]
}

/// The first Monday from a day on.
fn monday_from(day: Date) -> Date {
    moved(day, i64::from((8 - day.weekday().to_monday_one_offset()) % 7).days())
}

fn england(year: i16) -> Holidays {
    let sunday = easter(year);
    let new_year = date(year, 1, 1);
    let christmas = date(year, 12, 25);
    // A holiday on a weekend is kept on the next weekday that is none.
    let (christmas, boxing) = match christmas.weekday() {
        Weekday::Friday => (christmas, date(year, 12, 28)),
        Weekday::Saturday => (date(year, 12, 27), date(year, 12, 28)),
        Weekday::Sunday => (date(year, 12, 27), date(year, 12, 26)),
        _ => (christmas, date(year, 12, 26)),
    };
    let substitute = matches!(new_year.weekday(), Weekday::Saturday | Weekday::Sunday);
    vec![
        ("new year", if substitute { monday_from(new_year) } else { new_year }),
        ("good friday", moved(sunday, (-2).days())),
        ("easter monday", moved(sunday, 1.days())),
        ("early may", monday_from(date(year, 5, 1))),
        ("spring", monday_from(date(year, 5, 25))),
        ("summer", monday_from(date(year, 8, 25))),
        ("christmas", christmas),
        ("boxing", boxing),
        ("christmas day", date(year, 12, 25)),
        ("boxing day", date(year, 12, 26)),
    ]
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};

    use super::{Calendar, argentina, easter, england};

    fn days(list: &[(&str, Date)]) -> Vec<String> {
        let mut days: Vec<String> = list.iter().map(|(_, day)| day.to_string()[5..].to_owned()).collect();
        days.sort();
        days.dedup();
        days
    }

    #[test]
    fn easter_is_where_the_tables_have_it() {
        let known = [date(1961, 4, 2), date(2000, 4, 23), date(2011, 4, 24), date(2019, 4, 21), date(2026, 4, 5)];
        assert_eq!(known.map(|day| easter(day.year())), known);
    }

    #[test]
    fn holidays_are_those_of_the_gazettes() {
        // argentina.gob.ar, 2026, without the bridges that a decree sets each year.
        assert_eq!(
            days(&argentina(2026)),
            [
                "01-01", "02-16", "02-17", "03-24", "04-02", "04-03", "05-01", "05-25", "06-15", "06-20", "07-09",
                "08-17", "10-12", "11-23", "12-08", "12-25",
            ]
        );
        // gov.uk/bank-holidays, and the 25th and 26th of December themselves; 29 April 2011 was a wedding's.
        assert_eq!(
            days(&england(2011)),
            ["01-03", "04-22", "04-25", "05-02", "05-30", "08-29", "12-25", "12-26", "12-27"]
        );
        assert_eq!(days(&england(2010))[6..], ["12-25", "12-26", "12-27", "12-28"]);
        assert_eq!(Calendar::Argentina.holiday(date(2026, 6, 15)), Some("guemes"));
        assert_eq!(Calendar::England.holiday(date(2026, 6, 15)), None);
    }
}
