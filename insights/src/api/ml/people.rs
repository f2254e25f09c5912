//! Customers and how they have bought, to learn from.

use belgrano_runtime::problem::Problem;

use super::Source;
use super::columns::{Batch, Words, days_of, each};
use crate::access::Reader;
use crate::api::filters::Narrowed;
use crate::app::App;
use crate::math::mean;
use crate::value::{Customer, Spending, Visits, lifetime};

/// A customer of whom there is an order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Person {
    /// The place of their identifier.
    pub(super) place: usize,
    /// Days on which they bought, and the days between them.
    pub(super) bought: Customer,
    pub(super) orders: f64,
    pub(super) revenue: f64,
    /// What one of their later days brought, on average.
    pub(super) later: f64,
}

/// Customers as the models see them: when they bought, and what it brought.
#[derive(Debug, Default)]
pub(super) struct People {
    /// Their identifiers, in order.
    pub(super) ids: Words,
    /// Each of them, in the same order.
    pub(super) all: Vec<Person>,
}

/// What one day of a customer brought.
#[derive(Clone, Copy, Debug)]
struct Day {
    day: i32,
    amount: f64,
    orders: f64,
}

/// A customer whose days are still coming, in order.
#[derive(Debug, Default)]
struct Coming {
    id: String,
    /// First and last day with an order, if there was one.
    span: Option<(i32, i32)>,
    days: f64,
    orders: f64,
    revenue: f64,
    /// What came after the first day with an order.
    later: f64,
}

impl Coming {
    fn add(&mut self, Day { day, amount, orders }: Day) {
        self.revenue += amount;
        if self.span.is_some() {
            self.later += amount;
        }
        if orders > 0.0 {
            self.span = Some((self.span.map_or(day, |(first, _)| first), day));
            self.days += 1.0;
            self.orders += orders;
        }
    }
}

impl People {
    /// Whose days are all here; somebody without an order is left out.
    fn close(&mut self, coming: &Coming, now: i32) {
        let Some((first, last)) = coming.span else { return };
        let repeats = coming.days - 1.0;
        let place = self.ids.len();
        self.ids.push(&coming.id);
        // Who buys today, which is not over, is not older than that.
        let age = f64::from(now.max(last) - first);
        self.all.push(Person {
            place,
            bought: Customer { repeats, last: f64::from(last - first), age },
            orders: coming.orders,
            revenue: coming.revenue,
            later: if repeats > 0.0 { coming.later / repeats } else { 0.0 },
        });
    }
}

/// Everybody who bought, by what is narrowed to, in the order of their identifiers.
pub(super) async fn people(
    app: &App,
    reader: &Reader,
    narrowed: &Narrowed,
    source: &Source,
) -> Result<People, Problem> {
    let (condition, values) = narrowed.sales(None);
    let sql = format!(
        "SELECT s.customer_id, s.ordered_on, CAST(sum({amount}) AS DOUBLE) AS amount, CAST({orders} AS DOUBLE) AS orders \
         FROM gold_sales s WHERE {condition} AND s.customer_id IS NOT NULL GROUP BY s.customer_id, s.ordered_on \
         ORDER BY s.customer_id, s.ordered_on",
        amount = narrowed.amount(),
        orders = narrowed.sums(&[]).orders(),
    );
    let now = days_of(source.last_day(narrowed));
    let (mut people, mut coming) = (People::default(), Coming::default());
    let take = |batch: Batch<'_>| {
        let (ids, days) = (batch.texts(0)?, batch.days(1)?);
        let (amounts, orders) = (batch.numbers(2)?, batch.numbers(3)?);
        for (row, id) in ids.iter().enumerate() {
            let id = id.unwrap_or_default();
            if id != coming.id {
                people.close(&coming, now);
                coming = Coming { id: id.to_owned(), ..Coming::default() };
            }
            let (amount, orders) = (amounts[row].unwrap_or(0.0), orders[row].unwrap_or(0.0));
            coming.add(Day { day: days[row], amount, orders });
        }
        Ok(())
    };
    each(app, reader, &sql, values, take).await?;
    people.close(&coming, now);
    Ok(people)
}

/// What each will bring in the next twelve months, discounted; `None` of too few who came back.
pub(super) fn values(people: &[Person], visits: &Visits) -> Option<Vec<f64>> {
    let means: Vec<(f64, f64)> = people.iter().map(|person| (person.bought.repeats, person.later)).collect();
    let spending = Spending::fit(&means)?;
    let usual = mean(&people.iter().map(|person| person.revenue / person.orders.max(1.0)).collect::<Vec<_>>());
    let value = |person: &Person| {
        let spend = spending.expected(person.bought.repeats, person.later).unwrap_or(usual);
        lifetime(visits, &person.bought, spend, 365.25 / 12.0, 12)
    };
    Some(people.iter().map(value).collect())
}

#[cfg(test)]
mod tests {
    use super::{Coming, Day, People};
    use crate::value::Customer;

    #[test]
    fn days_become_customers() {
        let mut people = People::default();
        let come = |people: &mut People, id: &str, days: &[(i32, f64, f64)]| {
            let mut coming = Coming { id: id.to_owned(), ..Coming::default() };
            for (day, amount, orders) in days.iter().copied() {
                coming.add(Day { day, amount, orders });
            }
            people.close(&coming, 100);
        };
        come(&mut people, "1", &[(10, 50.0, 1.0), (20, 30.0, 2.0), (25, -10.0, 0.0), (40, 20.0, 1.0)]);
        come(&mut people, "2", &[(5, -10.0, 0.0)]);
        come(&mut people, "3", &[(101, 7.0, 1.0)]);
        come(&mut people, "4", &[(5, -1.0, 0.0), (90, 8.0, 1.0)]);
        let (found, ids) = (&people.all, [0, 1, 2].map(|place| people.ids.get(place)));
        assert_eq!((found.len(), ids), (3, ["1", "3", "4"]), "who gave back and never bought is nobody's customer");
        assert_eq!(found[0].bought, Customer { repeats: 2.0, last: 30.0, age: 90.0 });
        assert_eq!((found[0].orders, found[0].revenue, found[0].later), (4.0, 90.0, 20.0));
        assert_eq!((found[1].bought.age, found[1].later, found[2].revenue), (0.0, 0.0, 7.0));
    }
}
