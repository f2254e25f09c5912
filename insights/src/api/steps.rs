//! A series as a person looks at it: as fine as its stretch of days allows, and nothing sold where nothing was sold.

use std::collections::HashMap;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::{Days, Point};

/// As many points fit beside each other.
const POINTS: i32 = 92;

/// How fine a stretch is shown, in the words of the API.
pub(crate) fn step_of(days: Days) -> &'static str {
    match days.count() {
        count if count <= POINTS => "day",
        count if count <= POINTS * 7 => "week",
        _ => "month",
    }
}

/// The first day of the step that `day` is in.
pub(super) fn begin(day: Date, step: &str) -> Date {
    match step {
        "week" => day.nth_weekday(-1, Weekday::Monday).ok().filter(|_| day.weekday() != Weekday::Monday).unwrap_or(day),
        "month" => day.first_of_month(),
        _ => day,
    }
}

/// The step that is so many before the one that begins on `day`; `None` beyond the calendar.
pub(super) fn earlier(day: Date, step: &str, steps: i64) -> Option<Date> {
    match step {
        "week" => day.checked_sub(steps.weeks()),
        "month" => day.checked_sub(steps.months()),
        _ => day.checked_sub(steps.days()),
    }
    .ok()
}

/// How many steps lie between two days that steps begin on.
pub(super) fn between(from: Date, to: Date, step: &str) -> i64 {
    match step {
        "week" => i64::from((to - from).get_days()) / 7,
        "month" => {
            (i64::from(to.year()) - i64::from(from.year())) * 12 + i64::from(to.month()) - i64::from(from.month())
        }
        _ => i64::from((to - from).get_days()),
    }
}

/// Every step of the stretch, those without sales too.
pub(crate) fn filled(points: Vec<Point>, days: Days, step: &str) -> Vec<(Date, Point)> {
    let mut known: HashMap<String, Point> = points.into_iter().map(|point| (point.date.clone(), point)).collect();
    let mut all = Vec::new();
    let mut day = begin(days.from, step);
    while day <= days.to {
        all.push((day, known.remove(&day.to_string()).unwrap_or_default()));
        let next = match step {
            "week" => day.checked_add(1.week()),
            "month" => day.checked_add(1.month()),
            _ => day.tomorrow(),
        };
        let Ok(next) = next else { break };
        day = next;
    }
    all
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{filled, step_of};
    use crate::api::{Days, Point};

    #[test]
    fn days_without_sales_are_there_with_nothing() {
        let days = Days { from: date(2026, 3, 3), to: date(2026, 3, 16) };
        let point = |date: &str| Point { date: date.to_owned(), revenue: 5.0, ..Point::default() };
        let of = |step: &str, date: &str| {
            let all = filled(vec![point(date)], days, step);
            all.iter().map(|(day, point)| (day.to_string(), point.revenue)).collect::<Vec<_>>()
        };
        assert_eq!((of("day", "2026-03-04").len(), of("day", "2026-03-04")[1].1), (14, 5.0));
        let weeks = of("week", "2026-03-09");
        assert_eq!(
            weeks.iter().map(|(day, _)| day.as_str()).collect::<Vec<_>>(),
            ["2026-03-02", "2026-03-09", "2026-03-16"]
        );
        assert_eq!((weeks[0].1, weeks[1].1), (0.0, 5.0));
        assert_eq!(of("month", "2026-03-01"), [("2026-03-01".to_owned(), 5.0)]);
        assert_eq!(step_of(days), "day");
    }
}
