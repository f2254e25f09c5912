//! Stretches of days, and which other stretch one is compared with.

use belgrano_runtime::problem::Problem;
use belgrano_wire::texts::Message;
use jiff::ToSpan;
use jiff::civil::Date;

/// A stretch of days, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Days {
    pub(crate) from: Date,
    pub(crate) to: Date,
}

/// What a stretch of days is compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Compare {
    /// As many days right before.
    #[default]
    Before,
    /// The same days of the month before: a month that is not over is compared with the same part of the last.
    Month,
    /// The same days of the year before.
    Year,
}

impl Compare {
    /// Reads the parameter `compare`.
    pub(crate) fn read(given: Option<&str>) -> Result<Self, Problem> {
        Ok(match given {
            None | Some("before") => Self::Before,
            Some("month") => Self::Month,
            Some("year") => Self::Year,
            Some(_) => {
                let message = Message::new("error-insights-choice").with("of", "before, month, year");
                return Err(Problem::invalid_field("compare", message));
            }
        })
    }

    /// The word of the parameter.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::Month => "month",
            Self::Year => "year",
        }
    }
}

impl Days {
    /// The stretch that it is compared with; `None` beyond the calendar.
    pub(crate) fn before(self, compare: Compare) -> Option<Self> {
        let back = match compare {
            Compare::Before => {
                let length = (self.to - self.from).get_days();
                let to = self.from.yesterday().ok()?;
                return Some(Self { from: to.checked_sub(i64::from(length).days()).ok()?, to });
            }
            Compare::Month => 1.month(),
            Compare::Year => 1.year(),
        };
        let (from, to) = (self.from.checked_sub(back).ok()?, self.to.checked_sub(back).ok()?);
        // A whole month is compared with a whole month, whose last day may have another number.
        let whole = self.from.day() == 1 && self.to == self.to.last_of_month();
        Some(Self { from, to: if whole { to.last_of_month() } else { to } })
    }

    /// From the first day of both to the last.
    pub(super) fn with(self, other: Option<Self>) -> Self {
        other.map_or(self, |other| Self { from: self.from.min(other.from), to: self.to.max(other.to) })
    }

    /// How many days it has.
    pub(crate) fn count(self) -> i32 {
        (self.to - self.from).get_days() + 1
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{Compare, Days};

    #[test]
    fn the_period_before_is_as_long_and_ends_the_day_before() {
        let march = Days { from: date(2026, 3, 1), to: date(2026, 3, 31) };
        assert_eq!(march.before(Compare::Before), Some(Days { from: date(2026, 1, 29), to: date(2026, 2, 28) }));
        assert_eq!(march.count(), 31);
    }

    #[test]
    fn a_part_of_a_month_is_compared_with_the_same_part_of_the_last() {
        let before = |from, to| Days { from, to }.before(Compare::Month).map(|days| (days.from, days.to));
        let part = before(date(2026, 3, 1), date(2026, 3, 12));
        assert_eq!(part, Some((date(2026, 2, 1), date(2026, 2, 12))));
        let longer = before(date(2026, 3, 1), date(2026, 3, 30));
        assert_eq!(longer, Some((date(2026, 2, 1), date(2026, 2, 28))), "there is no more of February");
        let whole = before(date(2026, 2, 1), date(2026, 2, 28));
        assert_eq!(whole, Some((date(2026, 1, 1), date(2026, 1, 31))));
        let leap = Days { from: date(2024, 2, 29), to: date(2024, 2, 29) }.before(Compare::Year);
        assert_eq!(leap, Some(Days { from: date(2023, 2, 28), to: date(2023, 2, 28) }));
    }
}
