//! What else a question's filters become: conditions over articles, and who bought what is asked about.

use std::fmt::Write as _;

use datafusion::common::ScalarValue;

use super::ask::text;
use super::by::{By, Condition};
use super::filters::{Narrowed, money};

impl Narrowed {
    /// The same over all days.
    pub(super) fn of_all_days(&self) -> Self {
        Self { from: None, to: None, ..self.clone() }
    }

    /// Whether it narrows nothing, or days alone.
    pub(super) fn is_of_everything(&self) -> bool {
        self.conditions.is_empty()
    }

    /// The condition over articles `p` of the catalog, with its values from `$1` on: by category, business and price, which is all
    /// of a filter that an article knows.
    pub(super) fn articles(&self) -> (String, Vec<ScalarValue>) {
        let (mut sql, mut values) = ("p.source = $1".to_owned(), vec![text(&self.source)]);
        for condition in &self.conditions {
            let known = match condition.by {
                By::Category => condition.on("p.category", &mut values),
                By::Business => condition.on("p.business", &mut values),
                By::LeastPrice | By::MostPrice => condition.bounds("p.current_price", &mut values),
                _ => continue,
            };
            let _ = write!(sql, " AND {known}");
        }
        (sql, values)
    }

    /// The condition over articles `p` that are of what is asked about: in the catalog what an article knows, and for the rest, days
    /// among it, those that were sold so.
    pub(super) fn articles_sold(&self) -> (String, Vec<ScalarValue>) {
        let (mut sql, mut values) = self.articles();
        let known = |condition: &Condition| {
            matches!(condition.by, By::Category | By::Business | By::LeastPrice | By::MostPrice)
        };
        if self.from.is_some() || self.to.is_some() || !self.conditions.iter().all(known) {
            let (lines, bought) = (self.lines(None, &mut values), self.bought());
            let _ =
                write!(sql, " AND p.product_id IN (SELECT s.product_id FROM gold_sales s WHERE {lines} AND {bought})");
        }
        (sql, values)
    }

    /// Who bought what is asked about: a question for `b_customer`, `b_orders` and `b_revenue`, one row each, with its values.
    pub(super) fn buyers(&self) -> (String, Vec<ScalarValue>) {
        if self.is_of_everything() && self.from.is_none() && self.to.is_none() && !self.gross {
            let sql = "SELECT b.customer_id AS b_customer, b.total_orders AS b_orders, b.total_revenue AS b_revenue \
                 FROM gold_customer_analytics b WHERE b.source = $1 AND b.total_orders > 0";
            return (sql.to_owned(), vec![text(&self.source)]);
        }
        let (condition, values) = self.sales(None);
        let sql = format!(
            "SELECT s.customer_id AS b_customer, CAST({orders} AS BIGINT) AS b_orders, {revenue} AS b_revenue FROM gold_sales s \
             WHERE {condition} AND s.customer_id IS NOT NULL GROUP BY s.customer_id HAVING {orders} > 0",
            orders = self.sums(&[]).orders(),
            revenue = money(&format!("sum({})", self.amount())),
        );
        (sql, values)
    }

    /// A condition on the column `customer`: whoever bought what is asked about, on whatever day. Empty where all did.
    pub(super) fn only_buyers(&self, customer: &str) -> (String, Vec<ScalarValue>) {
        let ever = self.of_all_days();
        if ever.is_of_everything() {
            return (String::new(), vec![text(&self.source)]);
        }
        let (condition, values) = ever.sales(None);
        let bought = ever.bought();
        let sql = format!(" AND {customer} IN (SELECT s.customer_id FROM gold_sales s WHERE {condition} AND {bought})");
        (sql, values)
    }
}
