//! The ordinary day: the median of days like it. Pure.

use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::{SoFar, Sold};

/// An hour of today and of an ordinary day like it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Hour {
    /// 0 to 23, in the zone of the source.
    pub(crate) hora: i64,
    /// Null for an hour that has not begun.
    pub(crate) ventas: Option<f64>,
    pub(crate) pedidos: Option<i64>,
    /// The median of the same hour of days like it; null without one.
    pub(crate) comun_ventas: Option<f64>,
    pub(crate) comun_pedidos: Option<f64>,
}

/// A day, the days it is compared with, and how much of it is over.
pub(super) struct Days<'a> {
    pub(super) day: Date,
    pub(super) like: &'a [Date],
    /// The hour that it is and the part of it that is over; `None` when the day is.
    pub(super) elapsed: Option<(i64, f64)>,
}

impl Days<'_> {
    /// What came in on the day.
    pub(super) fn today(&self, sold: &[Sold]) -> SoFar {
        Self::sum(sold, self.day, |_| 1.0)
    }

    /// The ordinary day up to the same time: of the hour that it is, as much as is over of it.
    pub(super) fn so_far(&self, sold: &[Sold]) -> Option<SoFar> {
        self.median_day(sold, |hour| match self.elapsed {
            Some((now, part)) if hour == now => part,
            Some((now, _)) if hour > now => 0.0,
            _ => 1.0,
        })
    }

    /// The whole ordinary day.
    pub(super) fn whole(&self, sold: &[Sold]) -> Option<SoFar> {
        self.median_day(sold, |_| 1.0)
    }

    /// Hour by hour.
    #[expect(clippy::cast_precision_loss, reason = "orders of an hour are far below 2^53")]
    pub(super) fn hours(&self, sold: &[Sold]) -> Vec<Hour> {
        let of = |day: Date, hour: i64| {
            let day = day.to_string();
            sold.iter()
                .find(|sold| sold.hour == hour && sold.day == day)
                .map_or((0.0, 0), |sold| (sold.revenue, sold.orders))
        };
        let hour = |hora: i64| {
            let begun = self.elapsed.is_none_or(|(now, _)| hora <= now);
            let (ventas, pedidos) = of(self.day, hora);
            let ordinary: Vec<(f64, i64)> = self.like.iter().map(|day| of(*day, hora)).collect();
            Hour {
                hora,
                ventas: begun.then_some(ventas),
                pedidos: begun.then_some(pedidos),
                comun_ventas: median(ordinary.iter().map(|(revenue, _)| *revenue).collect()),
                comun_pedidos: median(ordinary.iter().map(|(_, orders)| *orders as f64).collect()),
            }
        };
        (0..24).map(hour).collect()
    }

    fn median_day(&self, sold: &[Sold], part: impl Fn(i64) -> f64) -> Option<SoFar> {
        let days: Vec<SoFar> = self.like.iter().map(|day| Self::sum(sold, *day, &part)).collect();
        Some(SoFar {
            ventas: median(days.iter().map(|day| day.ventas).collect())?,
            pedidos: median(days.iter().map(|day| day.pedidos).collect())?,
            ganancia: median(days.iter().filter_map(|day| day.ganancia).collect()),
        })
    }

    #[expect(clippy::cast_precision_loss, reason = "orders of an hour are far below 2^53")]
    fn sum(sold: &[Sold], day: Date, part: impl Fn(i64) -> f64) -> SoFar {
        let day = day.to_string();
        let mut sum = SoFar::default();
        for hour in sold.iter().filter(|sold| sold.day == day) {
            let part = part(hour.hour);
            sum.ventas += hour.revenue * part;
            sum.pedidos += hour.orders as f64 * part;
            if let Some(profit) = hour.profit {
                sum.ganancia = Some(sum.ganancia.unwrap_or(0.0) + profit * part);
            }
        }
        SoFar { ventas: cents(sum.ventas), pedidos: cents(sum.pedidos), ganancia: sum.ganancia.map(cents) }
    }
}

/// The middle one, or between the two that are; `None` of nothing.
fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    if values.len() % 2 == 1 {
        return Some(upper);
    }
    let lower = values.get(middle.checked_sub(1)?)?;
    Some(cents(f64::midpoint(*lower, upper)))
}

fn cents(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};

    use super::{Days, Sold, median};

    fn sold(day: Date, hour: i64, revenue: f64) -> Sold {
        Sold { day: day.to_string(), hour, revenue, orders: 1, profit: Some(revenue / 2.0) }
    }

    #[test]
    #[expect(clippy::float_cmp, reason = "the same amounts of two decimals, summed the same way")]
    fn the_ordinary_day_is_the_median_and_no_mean() {
        assert_eq!(
            (median(vec![3.0, 1.0, 100.0]), median(vec![1.0, 2.0]), median(vec![])),
            (Some(3.0), Some(1.5), None)
        );
        let (day, like) = (date(2026, 3, 23), [date(2026, 3, 16), date(2026, 3, 9), date(2026, 3, 2)]);
        let of = Days { day, like: &like, elapsed: Some((10, 0.5)) };
        let all = [
            sold(day, 9, 70.0),
            sold(day, 10, 5.0),
            sold(like[0], 9, 60.0),
            sold(like[0], 10, 20.0),
            sold(like[0], 15, 40.0),
            sold(like[1], 9, 1000.0),
            // On the third nobody bought anything: that is a day too.
        ];
        let (now, then, whole) = (of.today(&all), of.so_far(&all).expect("a day"), of.whole(&all).expect("a day"));
        assert_eq!((now.ventas, now.pedidos, now.ganancia), (75.0, 2.0, Some(37.5)));
        assert_eq!((then.ventas, then.pedidos), (70.0, 1.0), "of 70, 1000 and 0: half of the tenth hour is over");
        assert_eq!(whole.ventas, 120.0);
        let hours = of.hours(&all);
        assert_eq!((hours[9].ventas, hours[9].comun_ventas), (Some(70.0), Some(60.0)));
        assert_eq!((hours[10].ventas, hours[11].ventas, hours[15].comun_ventas), (Some(5.0), None, Some(0.0)));
    }
}
