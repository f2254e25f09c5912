//! What is ordinary: the middle of what was, and how far from it one may be.

/// A median absolute deviation times this is a standard deviation, of what is distributed normally.
const TO_DEVIATION: f64 = 1.4826;
/// A deviation is at least this part of the middle: eight days that happen to be alike would make every ninth an alarm.
const LEAST: f64 = 0.05;

/// What one of those days brought by the same hour.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Brought {
    pub(super) net: f64,
    pub(super) orders: f64,
}

/// Orders on an ordinary day, or on the one that is judged, from which on there is something to tell: at night one order is neither
/// many nor few.
const ORDERS: f64 = 10.0;

/// The band around the middle of what days brought that is `deviations` wide on each side, and not below nothing; `None` without days,
/// and where neither they nor `today` have enough orders. The middle and the deviation are medians, so that one odd day does not
/// move them. It is never narrower than chance is wide: of so many orders as many as the root of them are more or fewer.
pub(super) fn band(days: &[Brought], today: Brought, deviations: f64) -> Option<(f64, f64)> {
    let of = |what: fn(&Brought) -> f64| days.iter().map(what).collect::<Vec<f64>>();
    let (values, orders) = (of(|day| day.net), median(&of(|day| day.orders))?);
    if orders.max(today.orders) < ORDERS {
        return None;
    }
    let middle = median(&values)?;
    let apart: Vec<f64> = values.iter().map(|value| (value - middle).abs()).collect();
    let worth = days.iter().chain([&today]).filter(|day| day.orders > 0.0).map(|day| day.net / day.orders);
    let by_chance = orders.max(1.0).sqrt() * median(&worth.collect::<Vec<_>>())?.max(0.0);
    let deviation = (TO_DEVIATION * median(&apart)?).max(LEAST * middle.abs()).max(by_chance);
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
    use super::{Brought, band};

    /// Days that brought so much, each with so many orders.
    fn days(orders: f64, nets: &[f64]) -> Vec<Brought> {
        nets.iter().map(|net| Brought { net: *net, orders }).collect()
    }

    #[test]
    fn one_odd_day_does_not_move_what_is_ordinary() {
        let today = Brought { net: 100.0, orders: 2500.0 };
        let ordinary = days(2500.0, &[100.0, 110.0, 90.0, 105.0, 95.0, 100.0, 102.0]);
        let (low, high) = band(&ordinary, today, 3.0).expect("a band");
        let odd = days(2500.0, &[100.0, 110.0, 90.0, 105.0, 95.0, 100.0, 9000.0]);
        let (odd_low, odd_high) = band(&odd, today, 3.0).expect("a band");
        assert!((75.0..85.0).contains(&low) && (115.0..125.0).contains(&high), "{low} {high}");
        assert!(odd_low > 60.0 && odd_high < 140.0, "{odd_low} {odd_high}");
    }

    #[test]
    fn days_that_are_all_alike_leave_room_and_no_day_leaves_none() {
        let today = Brought { net: 200.0, orders: 10_000.0 };
        assert_eq!(band(&days(10_000.0, &[200.0; 8]), today, 3.0), Some((170.0, 230.0)));
        assert_eq!(band(&[], today, 3.0), None);
        let (low, _) = band(&days(20.0, &[10.0, 0.0, 50.0]), today, 20.0).expect("a band");
        assert!(low.abs() < f64::EPSILON, "revenue is not below nothing");
    }

    #[test]
    fn at_night_an_order_is_neither_many_nor_few() {
        let night = days(0.0, &[0.0; 8]);
        assert_eq!(band(&night, Brought { net: 50_000.0, orders: 1.0 }, 3.0), None);
        assert_eq!(band(&days(2.0, &[9_000.0; 8]), Brought::default(), 3.0), None, "two missing orders tell nothing");
        // Forty at once do.
        let (_, high) = band(&night, Brought { net: 40_000.0, orders: 40.0 }, 3.0).expect("a band");
        assert!((high - 3_000.0).abs() < 1e-9, "three orders' worth by chance: {high}");
    }

    #[test]
    fn a_band_is_as_wide_as_chance() {
        // Sixteen orders of 100 are twelve to twenty in two of three cases.
        let (low, high) = band(&days(16.0, &[1600.0; 8]), Brought { net: 1600.0, orders: 16.0 }, 1.0).expect("a band");
        assert_eq!((low, high), (1200.0, 2000.0));
        assert!(band(&days(16.0, &[1600.0; 8]), Brought::default(), 1.0).is_some(), "a day without any is judged");
    }
}
