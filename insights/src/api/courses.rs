//! How the key figures of customers and visits went over the steps of a period, for the lines beside them.

use std::collections::HashMap;

use belgrano_runtime::problem::Problem;
use jiff::civil::Date;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::ask::rows;
use super::filters::{Filters, Narrowed};
use super::funnel::views;
use super::kpis::as_real;
use super::steps::{begin, between, earlier};
use super::{Days, Point};
use crate::access::Reader;
use crate::app::App;

/// Figures of each step of a period, the earliest first; `None` where one is not known.
#[derive(Debug, Default)]
pub(crate) struct Courses {
    /// Customers who bought in the step.
    pub(crate) customers: Vec<Option<f64>>,
    /// Net sales to date of those customers, on average.
    pub(crate) lifetime: Vec<Option<f64>>,
    /// Orders over visits of the step, percent.
    pub(crate) conversion: Vec<Option<f64>>,
    /// Of the customers of a period that ended where one as long as this began, those who have not bought in it, percent; with
    /// the end of that period at each step.
    pub(crate) churn: Vec<Option<f64>>,
}

/// Customers who bought in a step, by when they did next.
#[derive(Debug, Deserialize)]
struct Bought {
    #[serde(deserialize_with = "written")]
    step: Date,
    #[serde(deserialize_with = "written_or_none")]
    next: Option<Date>,
    buyers: i64,
    lifetime: Option<f64>,
}

#[derive(Deserialize)]
struct Visits {
    #[serde(deserialize_with = "written")]
    step: Date,
    visits: Option<i64>,
}

fn written_or_none<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
    Option::<String>::deserialize(deserializer)?.map(|text| text.parse().map_err(D::Error::custom)).transpose()
}

fn written<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}

/// The courses over `days`, whose sales by `step` are `points`.
pub(crate) async fn courses(
    app: &App,
    reader: &Reader,
    filters: Filters,
    days: Days,
    (step, points): (&str, &[(Date, Point)]),
) -> Result<Courses, Problem> {
    let narrowed = filters.check()?;
    let first = begin(days.from, step);
    let length = i64::try_from(points.len()).unwrap_or(i64::MAX);
    // Where no first day is asked for there is no period before.
    let back = if narrowed.from.is_some() { 2 * length } else { 0 };
    let from = earlier(first, step, back).unwrap_or(first);
    let bought = Box::pin(bought(app, reader, &narrowed, Days { from, to: days.to }, step)).await?;
    let mut found = of_buyers(&bought, (first, step), points.len());
    if back > 0 {
        found.churn = of_lost(&bought, (first, step), points.len());
    }
    found.conversion = Box::pin(conversion(app, reader, &narrowed, days, (step, points))).await?;
    Ok(found)
}

async fn bought(
    app: &App,
    reader: &Reader,
    narrowed: &Narrowed,
    days: Days,
    step: &str,
) -> Result<Vec<Bought>, Problem> {
    let (condition, values) = narrowed.sales(Some(days));
    let sql = format!(
        "SELECT CAST(q.step AS VARCHAR) AS step, CAST(q.next AS VARCHAR) AS next, count(*) AS buyers, \
         round(sum(c.total_revenue), 2) AS lifetime FROM ( \
           SELECT d.q_customer, d.step, lead(d.step) OVER (PARTITION BY d.q_customer ORDER BY d.step) AS next FROM ( \
             SELECT DISTINCT s.customer_id AS q_customer, CAST(date_trunc('{step}', s.ordered_on) AS DATE) AS step \
             FROM gold_sales s WHERE {condition} AND {bought} AND s.customer_id IS NOT NULL) d) q \
         INNER JOIN gold_customer_analytics c ON c.customer_id = q.q_customer WHERE c.source = $1 GROUP BY 1, 2",
        bought = narrowed.bought(),
    );
    rows(app, reader, &sql, values).await
}

/// Customers of each step, and what they have brought.
fn of_buyers(bought: &[Bought], (first, step): (Date, &str), steps: usize) -> Courses {
    let (mut customers, mut lifetime) = (vec![0; steps], vec![0.0; steps]);
    for group in bought {
        let at = usize::try_from(between(first, group.step, step)).ok().filter(|at| *at < steps);
        if let Some(at) = at {
            customers[at] += group.buyers;
            lifetime[at] += group.lifetime.unwrap_or(0.0);
        }
    }
    let average = customers.iter().zip(lifetime).map(|(count, sum)| (*count > 0).then(|| sum / as_real(*count)));
    Courses {
        lifetime: average.collect(),
        customers: customers.iter().map(|count| Some(as_real(*count))).collect(),
        ..Courses::default()
    }
}

/// The share of those who were lost, at each step. Whoever bought at step `d`, and next at `n`, is of the period before at every
/// step from `d + length` to `d + 2 * length`, and lost there until `n`; counted once, at the last `d`.
fn of_lost(bought: &[Bought], (first, step): (Date, &str), steps: usize) -> Vec<Option<f64>> {
    let length = i64::try_from(steps).unwrap_or(i64::MAX);
    let (mut before, mut lost) = (vec![0_i64; steps], vec![0_i64; steps]);
    let count = |into: &mut Vec<i64>, from: i64, until: i64, buyers: i64| {
        for at in from.max(0)..until.min(length) {
            if let Some(sum) = usize::try_from(at).ok().and_then(|at| into.get_mut(at)) {
                *sum += buyers;
            }
        }
    };
    for group in bought {
        let at = between(first, group.step, step);
        let next = group.next.map_or(i64::MAX / 2, |next| between(first, next, step));
        count(&mut before, at + length, (at + 2 * length).min(next + length), group.buyers);
        count(&mut lost, at + length, (at + 2 * length).min(next), group.buyers);
    }
    let share =
        before.iter().zip(lost).map(|(before, lost)| (*before > 0).then(|| 100.0 * as_real(lost) / as_real(*before)));
    share.collect()
}

async fn conversion(
    app: &App,
    reader: &Reader,
    narrowed: &Narrowed,
    days: Days,
    (step, points): (&str, &[(Date, Point)]),
) -> Result<Vec<Option<f64>>, Problem> {
    let Some((condition, values)) = views(narrowed, Some(days.from), Some(days.to)) else { return Ok(Vec::new()) };
    let sql = format!(
        "SELECT CAST(CAST(date_trunc('{step}', hour_on) AS DATE) AS VARCHAR) AS step, CAST(sum(visits) AS BIGINT) AS visits \
         FROM silver_funnel WHERE {condition} GROUP BY 1"
    );
    let counted: Vec<Visits> = rows(app, reader, &sql, values).await?;
    let visits: HashMap<Date, i64> =
        counted.into_iter().filter_map(|of| Some((of.step, of.visits.filter(|visits| *visits > 0)?))).collect();
    let of = |(day, point): &(Date, Point)| {
        let visits = visits.get(day)?;
        Some(100.0 * as_real(point.orders) / as_real(*visits))
    };
    Ok(points.iter().map(of).collect())
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};

    use super::{Bought, of_buyers, of_lost};

    fn day(day: i8) -> Date {
        date(2026, 3, day)
    }

    /// What customers did who each bought on these days.
    fn bought(customers: &[&[i8]]) -> Vec<Bought> {
        let visits = |days: &&[i8]| {
            let next = days.iter().skip(1).map(|at| Some(day(*at))).chain([None]);
            let of = |(at, next): (&i8, Option<Date>)| Bought { step: day(*at), next, buyers: 1, lifetime: Some(10.0) };
            days.iter().zip(next).map(of).collect::<Vec<_>>()
        };
        customers.iter().flat_map(visits).collect()
    }

    #[test]
    fn a_customer_is_lost_until_it_comes_back() {
        // A period of three days from the 7th, and the two before it.
        let of = |customers: &[&[i8]]| of_lost(&bought(customers), (day(7), "day"), 3);
        assert_eq!(of(&[&[4]]), [Some(100.0), Some(100.0), Some(100.0)], "bought on the 4th and never again");
        assert_eq!(of(&[&[4, 8]]), [Some(100.0), Some(0.0), Some(0.0)], "came back on the 8th");
        assert_eq!(of(&[&[2]]), [Some(100.0), None, None], "the 2nd is of the period before on the 7th alone");
        assert_eq!(of(&[&[4], &[4, 5, 9]]), [Some(50.0), Some(100.0), Some(50.0)]);
        assert_eq!(of(&[&[7]]), [None, None, None], "who came now is of no period before");
    }

    #[test]
    fn what_the_lost_are_at_the_end_is_what_the_period_says() {
        let customers: [&[i8]; 5] = [&[1, 4, 9], &[2, 5], &[4, 6], &[6, 7], &[3]];
        let (mut before, mut lost) = (0, 0);
        for days in customers {
            if days.iter().any(|day| (4..=6).contains(day)) {
                before += 1;
                lost += i32::from(!days.iter().any(|day| (7..=9).contains(day)));
            }
        }
        let found = of_lost(&bought(&customers), (day(7), "day"), 3).pop().flatten();
        assert_eq!(found, Some(100.0 * f64::from(lost) / f64::from(before)));
    }

    #[test]
    fn customers_of_a_step_are_those_who_bought_in_it() {
        let found = of_buyers(&bought(&[&[6, 7], &[7], &[9]]), (day(7), "day"), 3);
        assert_eq!(found.customers, [Some(2.0), Some(0.0), Some(1.0)]);
        assert_eq!(found.lifetime, [Some(10.0), None, Some(10.0)]);
    }
}
