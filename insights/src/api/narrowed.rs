//! What else a question's filters become: conditions over articles, and who bought what is asked about.

use datafusion::common::ScalarValue;

use super::ask::text;
use super::filters::{Narrowed, money};

/// What of a filter an article of the catalog knows, over lines and over articles `p`.
const OF_ARTICLES: [(&str, &str); 4] = [
    ("s.category = ", "p.category = "),
    ("s.business = ", "p.business = "),
    ("CAST(s.unit_price AS DOUBLE) >= ", "p.current_price >= "),
    ("CAST(s.unit_price AS DOUBLE) <= ", "p.current_price <= "),
];

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
        for (condition, value) in &self.conditions {
            let known = OF_ARTICLES.iter().find(|(of_lines, _)| of_lines == condition);
            if let Some((_, of_articles)) = known {
                values.push(value.clone());
                sql = format!("{sql} AND {of_articles}${}", values.len());
            }
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
