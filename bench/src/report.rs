//! What a measurement found: named numbers in the order they were put in, and what went wrong.
//!
//! Printed as `name  value` lines for people and as one JSON object a line for programs. A report
//! with failures (an order lost, an event doubled) makes the tool exit with 1.

use std::fmt::{self, Display, Write as _};

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::Value;

use crate::hist::Hist;

/// The findings of one run of one test.
#[derive(Clone)]
pub struct Report {
    test: &'static str,
    fields: Vec<(String, Value)>,
    failures: Vec<String>,
}

/// Rounded so that a table can be read; the third digit after the point is noise here anyway.
pub fn rounded(x: f64) -> f64 {
    (x * 1000.0).round() / 1000.0
}

/// `n` as a float, for ratios; counts here stay far below 2^53.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
pub fn float(n: u64) -> f64 {
    n as f64
}

/// `n` over `d`, or 0 when there is nothing to divide by.
pub fn ratio(n: f64, d: f64) -> f64 {
    if d > 0.0 { n / d } else { 0.0 }
}

impl Report {
    /// An empty report of `test`.
    pub fn new(test: &'static str) -> Self {
        Self { test, fields: Vec::new(), failures: Vec::new() }
    }

    /// The test's name, as on the command line.
    pub fn test(&self) -> &'static str {
        self.test
    }

    /// Adds a finding. Floats are rounded to three digits.
    pub fn put(&mut self, name: impl Into<String>, value: impl Serialize) -> &mut Self {
        let value = match serde_json::to_value(value) {
            Ok(Value::Number(n)) if n.is_f64() => n.as_f64().map_or(Value::Null, |x| rounded(x).into()),
            Ok(other) => other,
            Err(e) => Value::String(e.to_string()),
        };
        self.fields.push((name.into(), value));
        self
    }

    /// Adds count, p50, p99 and max of `hist`, in microseconds, under `name_`.
    pub fn put_hist(&mut self, name: &str, hist: &Hist) -> &mut Self {
        let us = |ns: u64| float(ns) / 1000.0;
        self.put(format!("{name}_n"), hist.count());
        self.put(format!("{name}_p50_us"), us(hist.quantile_ns(500)));
        self.put(format!("{name}_p99_us"), us(hist.quantile_ns(990)));
        self.put(format!("{name}_max_us"), us(hist.max_ns()))
    }

    /// Notes that the system broke a promise.
    pub fn fail(&mut self, what: impl Into<String>) -> &mut Self {
        self.failures.push(what.into());
        self
    }

    /// Fails with `n what` unless `n` is zero.
    pub fn expect_none(&mut self, n: usize, what: &str) -> &mut Self {
        if n > 0 {
            self.fail(format!("{n} {what}"));
        }
        self
    }

    /// What the system promised and did not keep.
    pub fn failures(&self) -> &[String] {
        &self.failures
    }

    /// The finding `name`.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.fields.iter().find(|(n, _)| n == name).map(|(_, v)| v)
    }

    /// The finding `name` as a number; 0 when there is none.
    pub fn number(&self, name: &str) -> f64 {
        self.get(name).and_then(Value::as_f64).unwrap_or(0.0)
    }
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.fields.len() + 2))?;
        map.serialize_entry("test", self.test)?;
        for (name, value) in &self.fields {
            map.serialize_entry(name, value)?;
        }
        map.serialize_entry("failures", &self.failures)?;
        map.end()
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.fields.iter().map(|(n, _)| n.len()).max().unwrap_or(0);
        let mut text = format!("{}\n", self.test);
        for (name, value) in &self.fields {
            let value = match value {
                Value::String(s) => s.clone(),
                other => other.to_string(),
            };
            writeln!(text, "  {name:width$}  {value}")?;
        }
        for failure in &self.failures {
            writeln!(text, "  FAILED: {failure}")?;
        }
        f.write_str(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_order_and_rounds() {
        let mut report = Report::new("orders");
        report.put("z", 1.23456).put("a", 2);
        let json = serde_json::to_string(&report).unwrap();
        assert_eq!(json, r#"{"test":"orders","z":1.235,"a":2,"failures":[]}"#);
        assert!((report.number("z") - 1.235).abs() < 1e-9);
    }

    #[test]
    fn only_what_went_wrong_fails() {
        let mut report = Report::new("e2e");
        report.expect_none(0, "lost");
        assert!(report.failures().is_empty());
        report.expect_none(2, "lost");
        assert_eq!(report.failures(), ["2 lost"]);
    }
}
