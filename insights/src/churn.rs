//! Who is about to leave: how likely it is that a customer makes no order in the coming days, why, and what to do about it.
//!
//! In: each customer's orders so far. Out: a chance, made with MBG/NBD, since BG/NBD takes everybody who bought once for a loyal
//! customer. What must never happen here: a chance that is a guess because there were too few customers to learn from.

use crate::value::{Customer, Family, Visits};

/// Why somebody may leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Silent for much longer than between their orders.
    Silent,
    /// Bought once, and not again.
    Once,
    /// Buys seldom.
    Seldom,
}

/// What to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Call or write in person: they bring much.
    InPerson,
    /// Offer something on what they like.
    Offer,
    /// Remind of the shop.
    Remind,
    /// Nothing that costs money.
    Leave,
}

/// A model of who leaves.
#[derive(Clone, Copy, Debug)]
pub struct Churn {
    visits: Visits,
    /// The days that it looks ahead.
    days: f64,
}

impl Churn {
    /// Learned from all customers, looking ahead so many days; `None` of too few who came back.
    #[must_use]
    pub fn learn(customers: &[Customer], days: f64) -> Option<Self> {
        Some(Self { visits: Visits::fit(Family::AfterAny, customers)?, days })
    }

    /// How often customers come back.
    #[must_use]
    pub fn visits(&self) -> &Visits {
        &self.visits
    }

    /// How likely it is that a customer makes no order in these days.
    #[must_use]
    pub fn chance(&self, customer: &Customer) -> f64 {
        self.visits.silent(customer, self.days).clamp(0.0, 1.0)
    }

    /// How likely it is that a customer has not left for good.
    #[must_use]
    pub fn alive(&self, customer: &Customer) -> f64 {
        self.visits.alive(customer)
    }
}

/// Why a customer may leave.
#[must_use]
pub fn reason(customer: &Customer) -> Reason {
    let silence = customer.age - customer.last;
    if customer.repeats < 1.0 {
        Reason::Once
    } else if silence > 2.0 * customer.last / customer.repeats {
        Reason::Silent
    } else {
        Reason::Seldom
    }
}

/// What to do about a customer who has brought more than `share` of all customers, and who has not left with a chance of `alive`.
#[must_use]
pub fn action(customer: &Customer, share: f64, alive: f64) -> Action {
    if share >= 0.8 && customer.repeats >= 1.0 {
        Action::InPerson
    } else if alive < 0.1 && share < 0.5 {
        Action::Leave
    } else if share >= 0.5 || customer.repeats >= 2.0 {
        Action::Offer
    } else {
        Action::Remind
    }
}

#[cfg(test)]
mod tests {
    use super::{Action, Churn, Reason, action, reason};
    use crate::math::{area_under_curve, real};
    use crate::value::Customer;
    use crate::value::tests::cdnow;

    #[test]
    fn it_tells_who_leaves_better_than_recency_alone() {
        let rows = cdnow();
        let customers: Vec<Customer> = rows.iter().map(|(customer, _, _)| *customer).collect();
        let churn = Churn::learn(&customers, 13.0).expect("a model");
        let area = |score: &dyn Fn(&Customer) -> f64| {
            let scored = rows.iter().map(|(customer, _, later)| (score(customer), *later < 0.5));
            area_under_curve(&scored.collect::<Vec<_>>()).expect("an area")
        };
        let (found, recency) = (area(&|it| churn.chance(it)), area(&|it| it.age - it.last));
        assert!((found - 0.788).abs() < 0.001 && (recency - 0.784).abs() < 0.001, "{found} {recency}");
        assert!(found > recency);
    }

    #[test]
    fn as_many_leave_as_it_says() {
        let rows = cdnow();
        let customers: Vec<Customer> = rows.iter().map(|(customer, _, _)| *customer).collect();
        let churn = Churn::learn(&customers, 13.0).expect("a model");
        let expected: f64 = customers.iter().map(|customer| churn.chance(customer)).sum();
        let left = real(rows.iter().filter(|(_, _, later)| *later < 0.5).count());
        assert!((expected - left).abs() / real(rows.len()) < 0.03, "{expected} of them, not {left}");
    }

    #[test]
    fn who_bought_once_may_have_left() {
        let customers: Vec<Customer> = cdnow().into_iter().map(|(customer, _, _)| customer).collect();
        let churn = Churn::learn(&customers, 13.0).expect("a model");
        let once = Customer { repeats: 0.0, last: 0.0, age: 38.86 };
        // MBG/NBD of `lifetimes` 0.11.
        assert!((churn.alive(&once) - 0.3897).abs() < 0.001, "{}", churn.alive(&once));
        assert!(Churn::learn(&customers[..20], 13.0).is_none(), "too few to say");
    }

    #[test]
    fn there_is_a_reason_and_something_to_do() {
        let [once, silent, seldom] = [(0.0, 0.0, 50.0), (4.0, 40.0, 100.0), (2.0, 80.0, 100.0)]
            .map(|(repeats, last, age)| Customer { repeats, last, age });
        assert_eq!([once, silent, seldom].map(|it| reason(&it)), [Reason::Once, Reason::Silent, Reason::Seldom]);
        assert_eq!(action(&silent, 0.95, 0.05), Action::InPerson);
        assert_eq!(action(&once, 0.2, 0.05), Action::Leave);
        assert_eq!(action(&once, 0.2, 0.4), Action::Remind);
        assert_eq!(action(&seldom, 0.3, 0.4), Action::Offer);
    }
}
