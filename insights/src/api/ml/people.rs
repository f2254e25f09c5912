//! Customers and how they have bought, to learn from.

use belgrano_shared::problem::Problem;

use super::Source;
use super::columns::Columns;
use crate::access::Reader;
use crate::api::filters::{Narrowed, money};
use crate::app::App;
use crate::math::mean;
use crate::value::{Customer, Family, Spending, Visits, lifetime};

/// A customer of whom there is an order.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) id: String,
    /// Days on which they bought, and the days between them.
    pub(super) bought: Customer,
    pub(super) orders: f64,
    pub(super) revenue: f64,
    /// What one of their later days brought, on average.
    pub(super) later: f64,
}

/// Everybody who bought, by what is narrowed to, in the order of their identifiers.
pub(super) async fn people(
    app: &App,
    reader: &Reader,
    narrowed: &Narrowed,
    source: &Source,
) -> Result<Vec<Person>, Problem> {
    let (condition, values) = narrowed.sales(None);
    let sql = format!(
        "WITH days AS (SELECT s.customer_id, s.ordered_on, sum({amount}) AS amount, \
         count(DISTINCT CASE WHEN s.kind = 'sale' AND NOT s.voided THEN s.order_id END) AS orders \
         FROM gold_sales s WHERE {condition} AND s.customer_id IS NOT NULL GROUP BY s.customer_id, s.ordered_on), \
         firsts AS (SELECT customer_id AS f_customer_id, min(ordered_on) AS first_on FROM days WHERE orders > 0 GROUP BY customer_id) \
         SELECT d.customer_id, CAST(min(f.first_on) AS VARCHAR) AS first_on, \
         CAST(max(CASE WHEN d.orders > 0 THEN d.ordered_on END) AS VARCHAR) AS last_on, \
         sum(CASE WHEN d.orders > 0 THEN 1 ELSE 0 END) AS days, sum(d.orders) AS orders, {revenue} AS revenue, {later} AS later \
         FROM days d INNER JOIN firsts f ON d.customer_id = f.f_customer_id GROUP BY d.customer_id ORDER BY d.customer_id",
        amount = narrowed.amount(),
        revenue = money("sum(d.amount)"),
        later = money("sum(CASE WHEN d.ordered_on > f.first_on THEN d.amount END)"),
    );
    let found = Columns::ask(app, reader, &sql, values).await?;
    let (ids, firsts, lasts) = (found.texts(0)?, found.days(1)?, found.days(2)?);
    let (days, orders, revenue, later) = (found.numbers(3)?, found.numbers(4)?, found.numbers(5)?, found.numbers(6)?);
    let now = source.last_day(narrowed);
    let person = |(row, id): (usize, String)| {
        let (first, last) = (firsts[row], lasts[row]);
        let repeats = (days[row].unwrap_or(1.0) - 1.0).max(0.0);
        // Who buys today, which is not over, is not older than that.
        let age = f64::from((now.max(last) - first).get_days());
        Person {
            id,
            bought: Customer { repeats, last: f64::from((last - first).get_days()), age },
            orders: orders[row].unwrap_or(0.0),
            revenue: revenue[row].unwrap_or(0.0),
            later: if repeats > 0.0 { later[row].unwrap_or(0.0) / repeats } else { 0.0 },
        }
    };
    Ok(ids.into_iter().enumerate().map(person).collect())
}

/// What each will bring in the next twelve months, discounted; `None` of too few who came back.
pub(super) fn values(people: &[Person]) -> Option<Vec<f64>> {
    let bought: Vec<Customer> = people.iter().map(|person| person.bought).collect();
    let visits = Visits::fit(Family::AfterAny, &bought)?;
    let means: Vec<(f64, f64)> = people.iter().map(|person| (person.bought.repeats, person.later)).collect();
    let spending = Spending::fit(&means)?;
    let usual = mean(&people.iter().map(|person| person.revenue / person.orders.max(1.0)).collect::<Vec<_>>());
    let value = |person: &Person| {
        let spend = spending.expected(person.bought.repeats, person.later).unwrap_or(usual);
        lifetime(&visits, &person.bought, spend, 365.25 / 12.0, 12)
    };
    Some(people.iter().map(value).collect())
}
