//! The days of an Argentine year: which are holidays, on which nobody works, and how busy an ordinary one is.
//!
//! Pure, and right for any year: the movable ones follow Easter, and those that the law moves (27.399) go to the Monday.

use belgrano_wire::zone::LocalDay;

/// What a day is to a shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Like any other.
    Ordinary,
    /// A public holiday on which people are at home and order.
    Holiday,
    /// Nobody works, and nothing is sold.
    Closed,
}

/// Month and day: nothing is sold then.
const CLOSED: [(i8, i8); 3] = [(1, 1), (5, 1), (12, 25)];
/// Holidays that stay where they are.
const FIXED: [(i8, i8); 6] = [(3, 24), (4, 2), (5, 25), (6, 20), (7, 9), (12, 8)];
/// Those that are moved: from Tuesday and Wednesday to the Monday before, from Thursday and Friday to the one after.
const MOVED: [(i8, i8); 4] = [(6, 17), (8, 17), (10, 12), (11, 20)];
/// Days before Easter: Monday and Tuesday of carnival, and Good Friday.
const BEFORE_EASTER: [i16; 3] = [48, 47, 2];

/// What `day` is.
pub fn kind(day: LocalDay) -> Kind {
    let date = (day.date.month(), day.date.day());
    if CLOSED.contains(&date) {
        Kind::Closed
    } else if FIXED.contains(&date) || is_moved_here(day) || is_before_easter(day) {
        Kind::Holiday
    } else {
        Kind::Ordinary
    }
}

fn is_before_easter(day: LocalDay) -> bool {
    let (month, of_month) = easter(i32::from(day.date.year()));
    let ahead = day_of_year(day, month, of_month) - day.date.day_of_year();
    BEFORE_EASTER.contains(&ahead)
}

fn is_moved_here(day: LocalDay) -> bool {
    let weekday = i16::from(day.date.weekday().to_monday_zero_offset());
    MOVED.iter().any(|&(month, of_month)| {
        let ahead = day_of_year(day, month, of_month) - day.date.day_of_year();
        let by = match (weekday + ahead).rem_euclid(7) {
            tuesday_or_wednesday @ (1 | 2) => -tuesday_or_wednesday,
            thursday_or_friday @ (3 | 4) => 7 - thursday_or_friday,
            _ => 0,
        };
        ahead + by == 0
    })
}

/// Which day of the year of `day` that date is, from 1.
fn day_of_year(day: LocalDay, month: i8, of_month: i8) -> i16 {
    const BEFORE: [i16; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let before = usize::try_from(month - 1).ok().and_then(|month| BEFORE.get(month)).copied().unwrap_or_default();
    let leap = i16::from(month > 2 && day.date.in_leap_year());
    before + leap + i16::from(of_month)
}

/// Month and day of Easter Sunday (the anonymous Gregorian computus, as Meeus prints it).
#[expect(clippy::many_single_char_names, reason = "the names of the published rule")]
fn easter(year: i32) -> (i8, i8) {
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let (d, e, f) = (b / 4, b % 4, (b + 8) / 25);
    let g = (b - f + 1) / 3;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let (month, day) = ((h + l - 7 * m + 114) / 31, (h + l - 7 * m + 114) % 31 + 1);
    (i8::try_from(month).unwrap_or(4), i8::try_from(day).unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use belgrano_wire::timestamp::UnixMillis;
    use belgrano_wire::zone::LocalDay;

    use super::{Kind, easter, kind};

    fn days(year: i16) -> Vec<LocalDay> {
        let end = UnixMillis::parse(&format!("{year}-12-31T12:00:00-03:00")).expect("a time");
        LocalDay::last(365, end).filter(|day| day.date.year() == year).collect()
    }

    #[test]
    fn easter_is_when_it_is() {
        assert_eq!([2024, 2025, 2026, 2027].map(easter), [(3, 31), (4, 20), (4, 5), (3, 28)]);
    }

    #[test]
    fn the_holidays_are_those_of_the_official_list() {
        // As argentina.gob.ar published them, without the days that a government adds to make a long weekend.
        let official = [
            "2026-02-16",
            "2026-02-17",
            "2026-03-24",
            "2026-04-02",
            "2026-04-03",
            "2026-05-25",
            "2026-06-15",
            "2026-06-20",
            "2026-07-09",
            "2026-08-17",
            "2026-10-12",
            "2026-11-23",
            "2026-12-08",
        ];
        let of = |wanted: Kind| -> Vec<String> {
            days(2026).into_iter().filter(|day| kind(*day) == wanted).map(|day| day.date.to_string()).collect()
        };
        assert_eq!(of(Kind::Holiday), official);
        assert_eq!(of(Kind::Closed), ["2026-01-01", "2026-05-01", "2026-12-25"]);
    }
}
