//! Which days are looked at: the periods that a press chooses, told of the last day that a source has.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::api::{Compare, Days};

/// Days that are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Period {
    /// So many, the last one among them.
    Last(i32),
    /// The month of the last day, as far as it has come.
    Month,
    /// All there are.
    All,
    /// From a day to another, as somebody wrote them.
    Between,
    /// The last day whatever was chosen, for the page that is about it.
    Today,
}

/// What may be chosen with a press: the word of the address and the key of what it says.
pub(super) const OFFERED: [(Period, &str, &str); 7] = [
    (Period::Last(1), "hoy", "insights-days-1"),
    (Period::Last(7), "7", "insights-days-7"),
    (Period::Last(30), "30", "insights-days-30"),
    (Period::Last(90), "90", "insights-days-90"),
    (Period::Month, "mes", "insights-month"),
    (Period::Last(365), "anio", "insights-year"),
    (Period::All, "todo", "insights-all-days"),
];

impl Period {
    /// The period of a word of the address.
    pub(super) fn read(word: &str) -> Option<Self> {
        OFFERED.into_iter().find(|(_, own, _)| *own == word).map(|(period, ..)| period)
    }

    /// Its days, when `last` is the last there are; `None` for all.
    pub(super) fn days(self, last: Date) -> Option<Days> {
        let from = match self {
            Self::Last(days) => last.checked_sub(i64::from(days - 1).days()).ok()?,
            Self::Month => last.first_of_month(),
            Self::Today => last,
            Self::All | Self::Between => return None,
        };
        Some(Days { from, to: last })
    }

    /// What they are compared with.
    pub(super) fn compare(self) -> Compare {
        match self {
            Self::Month => Compare::Month,
            Self::Last(365) => Compare::Year,
            Self::Last(_) | Self::All | Self::Between | Self::Today => Compare::Before,
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::Period;
    use crate::api::Days;

    #[test]
    fn a_period_ends_on_the_last_day() {
        let last = date(2026, 3, 12);
        let days = |period: &str| Period::read(period).and_then(|period| period.days(last));
        assert_eq!(days("hoy"), Some(Days { from: last, to: last }));
        assert_eq!(days("7"), Some(Days { from: date(2026, 3, 6), to: last }));
        assert_eq!(days("mes"), Some(Days { from: date(2026, 3, 1), to: last }));
        assert_eq!((days("todo"), Period::read("8")), (None, None));
    }
}
