//! What is ordinary: the middle of what was, and how far from it one may be.

/// A median absolute deviation times this is a standard deviation, of what is distributed normally.
const TO_DEVIATION: f64 = 1.4826;
/// A deviation is at least this part of the middle: eight days that happen to be alike would make every ninth an alarm.
const LEAST: f64 = 0.05;

/// The band around the middle of `values` that is `deviations` wide on each side, and not below nothing; `None` without values. The
/// middle and the deviation are medians, so that one odd day does not move them.
pub(super) fn band(values: &[f64], deviations: f64) -> Option<(f64, f64)> {
    let middle = median(values)?;
    let apart: Vec<f64> = values.iter().map(|value| (value - middle).abs()).collect();
    let deviation = (TO_DEVIATION * median(&apart)?).max(LEAST * middle.abs());
    Some(((middle - deviations * deviation).max(0.0), middle + deviations * deviation))
}

fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let half = sorted.len() / 2;
    let upper = *sorted.get(half)?;
    Some(if sorted.len() % 2 == 1 { upper } else { f64::midpoint(sorted[half - 1], upper) })
}

#[cfg(test)]
mod tests {
    use super::band;

    #[test]
    fn one_odd_day_does_not_move_what_is_ordinary() {
        let ordinary = [100.0, 110.0, 90.0, 105.0, 95.0, 100.0, 102.0];
        let (low, high) = band(&ordinary, 3.0).expect("a band");
        let odd = [100.0, 110.0, 90.0, 105.0, 95.0, 100.0, 9000.0];
        let (odd_low, odd_high) = band(&odd, 3.0).expect("a band");
        assert!((75.0..85.0).contains(&low) && (115.0..125.0).contains(&high), "{low} {high}");
        assert!(odd_low > 60.0 && odd_high < 140.0, "{odd_low} {odd_high}");
    }

    #[test]
    fn days_that_are_all_alike_leave_room_and_no_day_leaves_none() {
        assert_eq!(band(&[200.0; 8], 3.0), Some((170.0, 230.0)));
        assert_eq!(band(&[], 3.0), None);
        let (low, _) = band(&[10.0, 0.0, 50.0], 20.0).expect("a band");
        assert!(low.abs() < f64::EPSILON, "revenue is not below nothing");
    }
}
