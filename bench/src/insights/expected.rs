//! Whether an import of the real file says what is known of it: `expected.json` beside the file, worked out with another program.

use std::path::Path;

use serde_json::Value;

use super::service::get;
use crate::endpoint::Endpoint;
use crate::error::{Context as _, Result};
use crate::report::Report;

/// Amounts agree to the penny.
const PENNY: f64 = 0.005;

/// A figure: where it stands in the file and in the answer to a question.
struct Figure(&'static str, &'static str, &'static str);

const FIGURES: [Figure; 8] = [
    Figure("/net/net_revenue", "/api/kpis", "/total_revenue"),
    Figure("/net/orders", "/api/kpis", "/total_orders"),
    Figure("/net/customers", "/api/kpis", "/total_customers"),
    Figure("/net/returns", "/api/kpis", "/returns"),
    Figure("/sales/amount", "/api/kpis", "/gross_revenue"),
    Figure("/sales/amount", "/api/kpis?sales=gross", "/total_revenue"),
    Figure("/sales/invoices", "/api/kpis?sales=gross", "/total_orders"),
    Figure("/sales/customers", "/api/kpis?sales=gross", "/total_customers"),
];

/// Asks `endpoint` about `source` and puts into `report` how many figures agree; one that does not fails it.
pub async fn compare(report: &mut Report, endpoint: &Endpoint, source: &str, file: &Path) -> Result<()> {
    let text = std::fs::read_to_string(file).context(file.display())?;
    let expected: Value = serde_json::from_str(&text).context(file.display())?;
    let mut found = Found::default();
    for Figure(known, path, place) in &FIGURES {
        let answer = get(endpoint, &about(path, source)).await?;
        found.check(known, expected.pointer(known), answer.pointer(place));
    }
    months(
        &mut found,
        &expected,
        &get(endpoint, &about("/api/analytics/time-series?granularity=month", source)).await?,
    );
    let products = get(endpoint, &about("/api/analytics/top-products?limit=10", source)).await?;
    rows(&mut found, "/net/top10_products_net", &expected, &products["products"], &["product_id", "revenue", "units"]);
    let countries = get(endpoint, &about("/api/analytics/countries?sales=gross", source)).await?;
    rows(&mut found, "/sales_by_country_top10", &expected, &countries["countries"], &["country", "revenue", "orders"]);
    report.put("figures_compared", found.compared).put("figures_that_differ", found.different.len());
    for different in found.different {
        report.fail(different);
    }
    Ok(())
}

fn about(path: &str, source: &str) -> String {
    let joined = if path.contains('?') { '&' } else { '?' };
    format!("{path}{joined}fuente={source}")
}

#[derive(Default)]
struct Found {
    compared: usize,
    different: Vec<String>,
}

impl Found {
    /// Compares, where the file says anything of it.
    fn check(&mut self, what: &str, expected: Option<&Value>, got: Option<&Value>) {
        let Some(expected) = expected else { return };
        self.compared += 1;
        if !got.is_some_and(|got| same(expected, got)) {
            self.different.push(format!("{what}: expected {expected}, got {}", got.unwrap_or(&Value::Null)));
        }
    }
}

/// Equal, numbers to the penny, an article's number also as text.
fn same(expected: &Value, got: &Value) -> bool {
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
    match (expected.as_f64(), got.as_f64()) {
        (Some(one), Some(other)) => (one - other).abs() < PENNY,
        _ => plain(expected) == plain(got),
    }
}

fn months(found: &mut Found, expected: &Value, answer: &Value) {
    for (month, revenue) in expected.pointer("/net/net_by_month").and_then(Value::as_object).into_iter().flatten() {
        let series = answer["series"].as_array();
        let row = series.and_then(|all| {
            all.iter().find(|row| row["date"].as_str().is_some_and(|date| date.starts_with(month.as_str())))
        });
        found.check(month, Some(revenue), row.map(|row| &row["revenue"]));
    }
}

/// A list in order: each row of the file is a list of values, each row of the answer has them under `names`.
fn rows(found: &mut Found, what: &str, expected: &Value, answer: &Value, names: &[&str]) {
    for (n, row) in expected.pointer(what).and_then(Value::as_array).into_iter().flatten().enumerate() {
        for (place, name) in names.iter().enumerate() {
            found.check(&format!("{what}/{n} {name}"), row.get(place), answer.get(n).and_then(|row| row.get(*name)));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_penny_too_much_is_a_difference() {
        let mut found = Found::default();
        let expected = json!({"net": {"net_by_month": {"2010-12": 10.5, "2011-01": 3.0}}, "top": [["22423", 5.25, 3], ["85123A", 4.0, 1]]});
        months(
            &mut found,
            &expected,
            &json!({"series": [{"date": "2010-12-01", "revenue": 10.51}, {"date": "2011-01-01", "revenue": 3.0}]}),
        );
        let products =
            json!([{"product_id": "22423", "revenue": 5.25, "units": 3}, {"product_id": "85123B", "revenue": 4.0}]);
        rows(&mut found, "/top", &expected, &products, &["product_id", "revenue", "units"]);
        assert_eq!(found.compared, 8);
        let wrong = [
            "2010-12: expected 10.5, got 10.51",
            "/top/1 product_id: expected \"85123A\", got \"85123B\"",
            "/top/1 units: expected 1, got null",
        ];
        assert_eq!(found.different, wrong);
    }

    #[test]
    fn a_number_is_the_same_as_text() {
        assert!(same(&json!("22423"), &json!(22423)) && same(&json!(2.0), &json!(2)) && !same(&json!(1), &Value::Null));
    }
}
