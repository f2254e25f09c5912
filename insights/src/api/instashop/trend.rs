//! Where a series of days is going: its mean of seven days, and the straight line through it.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::api::kpis::{as_real, two};

/// Days of the moving mean: each weekday once.
const WEEK: usize = 7;

/// A straight line through a series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Line {
    /// By how much it rises from one day to the next.
    pub(super) slope: f64,
    /// How far it rises from the first day to the last, in percent of the mean; `None` where the mean is not positive.
    pub(super) change_percent: Option<f64>,
}

/// The mean of each day and the six before; `None` for days that have fewer before them.
pub(super) fn weekly(values: &[f64]) -> Vec<Option<f64>> {
    let mean = |end: usize| {
        let week = values.get((end + 1).checked_sub(WEEK)?..=end)?;
        Some(two(week.iter().sum::<f64>() / 7.0))
    };
    (0..values.len()).map(mean).collect()
}

/// The line of least squares through a series; `None` of fewer than two days.
pub(super) fn line(values: &[f64]) -> Option<Line> {
    if values.len() < 2 {
        return None;
    }
    let count = as_real(i64::try_from(values.len()).ok()?);
    let (middle, mean) = ((count - 1.0) / 2.0, values.iter().sum::<f64>() / count);
    let (mut above, mut below) = (0.0, 0.0);
    for (day, value) in (0..).map(as_real).zip(values) {
        above += (day - middle) * (value - mean);
        below += (day - middle) * (day - middle);
    }
    let slope = above / below;
    let change_percent = (mean > 0.0).then(|| two(100.0 * slope * (count - 1.0) / mean));
    Some(Line { slope: two(slope), change_percent })
}

/// Every day from the first to the last of some, with what `found` has of it.
pub(super) fn every_day<T: Default>(first: Date, last: Date, found: Vec<(Date, T)>) -> Vec<(Date, T)> {
    let mut found = found.into_iter().peekable();
    let days = std::iter::successors(Some(first), |day| day.checked_add(1.day()).ok()).take_while(|day| *day <= last);
    days.map(|day| {
        while found.next_if(|(other, _)| *other < day).is_some() {}
        let value = found.next_if(|(other, _)| *other == day).map_or_else(T::default, |(_, value)| value);
        (day, value)
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{Line, every_day, line, weekly};

    #[test]
    fn a_mean_is_of_seven_days() {
        let means = weekly(&[7.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 14.0]);
        assert_eq!(means, [None, None, None, None, None, None, Some(1.0), Some(2.0)]);
    }

    #[test]
    fn a_line_rises_by_its_slope() {
        // 10, 20, 30: mean 20, rises 20 in all.
        assert_eq!(line(&[10.0, 20.0, 30.0]), Some(Line { slope: 10.0, change_percent: Some(100.0) }));
        // By hand: days -1.5 -0.5 0.5 1.5, values 4 2 2 0, mean 2; -6 over 5.
        assert_eq!(line(&[4.0, 2.0, 2.0, 0.0]), Some(Line { slope: -1.2, change_percent: Some(-180.0) }));
        assert_eq!(line(&[5.0]), None);
        assert_eq!(line(&[0.0, 0.0]).expect("a line").change_percent, None);
    }

    #[test]
    fn a_day_without_a_row_is_there_and_empty() {
        let days = every_day(date(2026, 2, 27), date(2026, 3, 1), vec![(date(2026, 2, 28), 5)]);
        assert_eq!(days, [(date(2026, 2, 27), 0), (date(2026, 2, 28), 5), (date(2026, 3, 1), 0)]);
    }
}
